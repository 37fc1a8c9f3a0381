# ruff: noqa: RUF001 (full-width signs are the point)
"""What redaction takes out in the course's languages, and what it must leave alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import ScriptedEngine, scripted_pipeline

from course.gateway.redaction import KINDS, redact
from course.gateway.types import Draft, Message, Turn

# Invented; the cards and account numbers are those that payment companies and ISO publish for tests.
PERSONAL = [
    # addresses
    ("Write to amy.lin+web@example.co.uk, please.", "Write to [EMAIL], please."),
    ("請寄到ming@example.com謝謝", "請寄到[EMAIL]謝謝"),
    ("メールはtaro.yamada@example.jpまで。", "メールは[EMAIL]まで。"),
    ("이메일은 minsu@example.kr입니다", "이메일은 [EMAIL]입니다"),
    ("Escríbame a maria.lopez@correo.example.es.", "Escríbame a [EMAIL]."),
    ("<anna@example.de>", "<[EMAIL]>"),
    # telephones
    ("Call +886 912 345 678 today", "Call [PHONE] today"),
    ("我的電話0912-345-678，謝謝", "我的電話[PHONE]，謝謝"),
    ("電話：(02) 2345-6789。", "電話：[PHONE]。"),
    ("手机号13812345678", "手机号[PHONE]"),
    ("手机 138 1234 5678", "手机 [PHONE]"),
    ("電話番号は090-1234-5678です", "電話番号は[PHONE]です"),
    ("電話は０９０－１２３４－５６７８です", "電話は[PHONE]です"),
    ("연락처 010-1234-5678입니다", "연락처 [PHONE]입니다"),
    ("Mi teléfono es 612 345 678.", "Mi teléfono es [PHONE]."),
    ("Llámame al 612345678", "Llámame al [PHONE]"),
    ("Rufen Sie 0171/1234567 an", "Rufen Sie [PHONE] an"),
    ("Tel. 030 12345678", "Tel. [PHONE]"),
    ("Mon numéro : 06 12 34 56 78", "Mon numéro : [PHONE]"),
    ("Ring 020 7946 0958.", "Ring [PHONE]."),
    ("Call (555) 123-4567 or 555-123-4567", "Call [PHONE] or [PHONE]"),
    ("+1 (555) 123-4567", "[PHONE]"),
    ("+49 (0)30 123456", "[PHONE]"),
    ("0033 6 12 34 56 78", "[PHONE]"),
    # cards
    ("Card 4242 4242 4242 4242, 12/29", "Card [CARD], 12/29"),
    ("信用卡5555555555554444", "信用卡[CARD]"),
    ("3782-822463-10005", "[CARD]"),
    # accounts
    ("IBAN DE89 3704 0044 0532 0130 00", "IBAN [IBAN]"),
    ("FR1420041010050500013M02606", "[IBAN]"),
    ("GB82 WEST 1234 5698 7654 32 is mine", "[IBAN] is mine"),
    ("匯到DE89370400440532013000", "匯到[IBAN]"),
    # identity cards and numbers
    ("身分證A123456789", "身分證[ID]"),
    ("身份证号11010519491231002X。", "身份证号[ID]。"),
    ("주민등록번호 900101-1234567", "주민등록번호 [ID]"),
    ("DNI 12345678Z", "DNI [ID]"),
    ("NIE X1234567L", "NIE [ID]"),
    ("SSN 123-45-6789", "SSN [ID]"),
    ("マイナンバーは1234 5678 9018です", "マイナンバーは[ID]です"),
    ("NIR 1 84 12 76 451 089 46", "NIR [ID]"),
    ("Steuer-ID 86 095 742 719", "Steuer-ID [ID]"),
]
HARMLESS = [
    "On 2026-11-26 at 14:30, or 26/11/2026, 26.11.2026 and 11-26-2026",
    "2026-11-26 14:30:15",
    "01.12.2026 10:30 Uhr",
    "from 2026-11-26 to 2026-11-28",
    "2026/11/26 2026/11/28",
    "2026年11月26日 14時30分",
    "In the years 2024-2025 and 1999–2003",
    "20261126",
    "Total: NT$12,500, or 1.250.000,00 €",
    "12 500 000 € et 612 345 678 €",
    "€ 612 345 678",
    "$1,234,567.89",
    "¥1,234,567",
    "Booking BK-20261126-0042, order AB12345678, room 1204",
    "booking number 12345678",
    "訂單編號 20261126001，房號 1204",
    "預約代碼 B987654321",  # like an identity card, but its check digit is wrong
    "Ticket 1234-5678",
    "Flight BR 192, seat 42A, gate C7",
    "ISBN 978-3-16-148410-0",
    "version 3.54.0, IP 192.168.10.25, port 8080",
    "1234 5678 9012 3456",  # like a card, but its check digit is wrong
    "gpt-5-mini-2025-08-07",
    "0.0000025 dollars for a token; 1000000 tokens",
    "3 nights for 2 adults and 1 child, 15:00 to 11:00",
    "sk-practice-0123456789abcdef",
    "@amy mentioned this; see a@b",
    "12345678A is no DNI: the letter does not fit",
    "π = 3.14159265358979",
]


@pytest.mark.parametrize(("text", "expected"), PERSONAL)
def test_personal_data_is_taken_out_and_nothing_around_it(text, expected):
    assert redact(text)[0] == expected


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_it_stays(text):
    assert redact(text) == (text, {})


def test_what_was_found_is_counted_by_kind():
    text = "amy@example.com, bob@example.com, +886 912 345 678"
    assert redact(text)[1] == {"email": 2, "phone": 1}


def test_only_the_kinds_asked_for_are_taken_out():
    text = "amy@example.com +886 912 345 678"
    assert redact(text, ["phone"])[0] == "amy@example.com [PHONE]"
    assert redact(text, []) == (text, {})


@given(st.text(max_size=300))
def test_any_text_is_taken_and_each_find_is_counted(text):
    once, found = redact(text)
    for kind in KINDS:
        name = f"[{kind.upper()}]"
        assert found.get(kind, 0) == once.count(name) - text.count(name)


@given(st.text("0123456789 -+().@a", max_size=2000))
def test_long_runs_of_digits_take_no_time(text):
    redact(text * 5)


def test_a_projects_rule_keeps_personal_data_from_the_engine_and_from_its_bill(store, key):
    engine = ScriptedEngine(lambda turn: Draft(turn.messages[0].text))
    pipeline = scripted_pipeline(store, engine)
    caller = pipeline.authenticate(key)
    turn = Turn("openai", "tiny", (Message("user", "My card is 4242 4242 4242 4242"),))
    assert pipeline.open(caller, turn).complete().text == "My card is 4242 4242 4242 4242"
    store.set_policy(1, redact=["card"])
    reply = pipeline.open(caller, turn).complete()
    assert reply.text == "My card is [CARD]"
    assert engine.turn.messages[0].text == "My card is [CARD]"
    assert reply.usage.input == pipeline.count_prompt(caller, turn) < 4 + 3 + 7
