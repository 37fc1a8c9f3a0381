"""The agency's papers: enough of them, labelled right, no two alike, and nobody in them who could be reached."""

import itertools
import re
from collections import Counter, defaultdict
from dataclasses import FrozenInstanceError
from datetime import date

import pytest

from course import data
from course.agency import records

MESSAGES = records.messages()
FORMS = records.forms()
DOCUMENTS = records.documents()
ARTICLES = records.articles()
CONTACTS = records.contacts()
# All that a person of the agency or a customer wrote.
TEXTS = {
    **{message.id: message.text for message in MESSAGES},
    **{form.id: form.notes for form in FORMS},
    **{document.file: document.text for document in DOCUMENTS},
    **{article.id: article.answer for article in ARTICLES},
    **{contact.id: contact.notes for contact in CONTACTS},
}

RESERVED_DOMAIN = re.compile(r"(?:^|\.)(?:example\.(?:com|org|net)|example)$")
EMAIL = re.compile(r"[\w.+-]+@([\w.-]*\w)", re.A)
WEBSITE = re.compile(r"(?:https?://|www\.)([\w.-]*\w)", re.A)
# Numbers nobody has: data/cards/messages.md tells from where we know.
TEST_NUMBERS = re.compile(
    r"1?[2-9]\d\d55501\d\d"  # North America
    r"|(?:44|0)(?:2079460|1134960|1632960|7700900)\d{3}"  # United Kingdom
    r"|0491570(?:15[6-9]|110)"  # Australia
    r"|3532091\d{5}"  # Ireland
    r"|0(?:3023125|4066969|6990009|8999998|2214710)\d{3}"  # Germany
    r"|(?:34)?55501\d{4}"  # Spain
    r"|0(?:[36]1\d{7}|900\d{7})"  # Japan
    r"|0(?:100\d{7}|20\d{6,7})"  # Korea
    r"|(?:886|0)[2-7]0\d{6,7}|(?:886|0)701\d{5}"  # Taiwan
)
TEST_CARDS = {
    "4111 1111 1111 1111", "4242 4242 4242 4242", "5555 5555 5555 4444", "3530 1113 3330 0000", "3782 822463 10005",
}  # fmt: skip

KANA, HANGUL, HAN = r"[\u3040-\u30ff]", r"[\uac00-\ud7a3]", r"[\u4e00-\u9fff]"
SIMPLIFIED = re.compile("[们这说谢飞订岁们过时间钱发问题请护页还运馆车东为华对开关]")
RELATIVE_DAY = re.compile("tomorrow|today|今天|明天|明日|내일|hoy|pasado mañana|heute|四月二十", re.I)


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def plain_numbers(text: str) -> str:
    """Amounts without signs between their digits, and with all their zeros."""
    text = re.sub(r"(?<=\d)[.,\u202f](?=\d{3}(?!\d))", "", text).replace(",", ".")
    return re.sub(r"(\d+) ?[萬万만]", lambda found: str(int(found[1]) * 10_000), text)


def test_there_is_enough_of_each():
    assert len(MESSAGES) >= 240
    assert len(FORMS) >= 60
    assert len(DOCUMENTS) >= 40
    assert len(ARTICLES) >= 15
    assert len(CONTACTS) >= 100


def test_each_language_and_intent_has_its_share():
    languages = Counter(message.language for message in MESSAGES)
    least = {"en": 80, "zh-Hant": 45, "ja": 35, "ko": 30, "es": 30, "de": 30}
    assert [language for language in least if languages[language] < least[language]] == []
    assert min(Counter(message.intent for message in MESSAGES).values()) >= 10
    assert {message.intent for message in MESSAGES} == set(records.INTENTS)
    assert {message.urgency for message in MESSAGES} == set(records.URGENCIES)
    assert sum(bool(message.second_intent) for message in MESSAGES) >= 30
    assert {kind for message in MESSAGES for kind, _ in message.pii} == set(records.PII_KINDS)


def test_some_messages_are_very_short_and_some_long():
    lengths = sorted(len(message.text) for message in MESSAGES)
    assert lengths[0] < 10
    assert lengths[-1] > 1500
    assert any("\n" in message.text for message in MESSAGES)


def test_the_script_is_that_of_the_language():
    for message in MESSAGES:
        kana, hangul, han = (len(re.findall(script, message.text)) for script in (KANA, HANGUL, HAN))
        fits = {
            "zh-Hant": han > 3 * kana and not hangul and not SIMPLIFIED.search(message.text),
            "ja": kana and not hangul,
            "ko": hangul and not kana,
        }
        assert fits.get(message.language, not kana + hangul + han), message.id


def test_labels_fit_the_text():
    for message in MESSAGES:
        codes = re.findall(r"\bLT-\d{4}\b", message.text, re.I | re.A)
        assert set(codes) <= {message.booking_code}, f"{message.id}: each code in the text is the label"
        assert message.second_intent != message.intent, message.id
        assert all(_is_said(day, message.text) for day in (message.start_date, message.end_date) if day), message.id
        if message.budget:
            assert _amount_is_said(message.budget, message.text), message.id
        if message.intent == "spam":
            assert (message.customer_name, message.destination, message.booking_code, message.pii) == ("", "", "", ())
        if message.intent == "emergency":
            assert message.urgency == "high", message.id
        if message.intent in ("praise", "spam"):
            assert message.urgency == "low", message.id


def _is_said(day: date, text: str) -> bool:
    return bool(re.search(rf"(?<!\d)0?{day.day}(?!\d)", text) or RELATIVE_DAY.search(text))


def _amount_is_said(budget: str, text: str) -> bool:
    amount, _, currency = budget.partition(" ")
    return bool(re.search(rf"(?<!\d){amount}(?!\d)", plain_numbers(text)) and re.fullmatch("[A-Z]{3}", currency))


def test_a_trip_ahead_starts_within_a_year():
    ahead = [m for m in MESSAGES if m.start_date and m.intent in ("booking", "change", "cancellation")]
    assert len(ahead) > 80
    assert [message.id for message in ahead if not 0 <= (message.start_date - message.received).days <= 365] == []


def test_messages_come_in_the_order_they_were_received():
    received = [message.received for message in MESSAGES]
    assert received == sorted(received)
    assert {day.year for day in received} == {2026, 2027}


def test_no_two_texts_are_alike():
    pieces = {name: {text[i : i + 6] for i in range(len(text) - 5)} for name, text in TEXTS.items() if len(text) > 20}
    where = defaultdict(list)
    for name, own in pieces.items():
        for piece in own:
            where[piece].append(name)
    shared = Counter(pair for names in where.values() for pair in itertools.combinations(names, 2))
    alike = [
        (one, other)
        for (one, other), both in shared.items()
        if both > 0.35 * (len(pieces[one]) + len(pieces[other]) - both)
    ]
    assert alike == []


def test_no_sentence_stands_in_two_texts():
    where = {}
    for name, text in TEXTS.items():
        for sentence in {part.strip(" |*-") for part in re.split(r"[.!?:\n。\uff01\uff1f]", text)}:
            if len(sentence) >= (12 if re.search(f"{KANA}|{HANGUL}|{HAN}", sentence) else 30):
                where.setdefault(sentence, []).append(name)
    assert {sentence: names for sentence, names in where.items() if len(names) > 1} == {}


def test_no_address_is_real():
    for name, text in TEXTS.items():
        domains = EMAIL.findall(text) + WEBSITE.findall(text)
        assert [domain for domain in domains if not RESERVED_DOMAIN.search(domain)] == [], name


def test_nobody_can_be_reached():
    for who in (*FORMS, *CONTACTS):
        assert not who.email or RESERVED_DOMAIN.search(who.email.partition("@")[2]), who.id
        assert not who.phone or TEST_NUMBERS.fullmatch(digits(who.phone)), who.id


def test_personal_data_is_of_nobody():
    for kind, value in (item for message in MESSAGES for item in message.pii):
        if kind == "phone":
            assert TEST_NUMBERS.fullmatch(digits(value)), value
        elif kind == "card":
            assert value in TEST_CARDS
        elif kind == "iban":
            moved = value.replace(" ", "")[4:] + value[:4]
            assert int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1, value


def test_personal_data_is_all_labelled():
    for message in MESSAGES:
        labelled = [value for _, value in message.pii]
        rest = message.text
        for value in sorted(labelled, key=len, reverse=True):
            rest = rest.replace(value, "")
        assert not EMAIL.search(rest), message.id
        assert not TEST_NUMBERS.search(re.sub(r"[ ()-]", "", rest)), message.id
        for value in (message.phone, message.email):
            assert not value or value in labelled


def test_a_form_has_the_problems_that_can_be_seen():
    for form in FORMS:
        seen = _visible_problems(form)
        assert {problem: problem in form.problems for problem in seen} == seen, form.id
        if form.child_ages:
            assert len(form.child_ages.split("; ")) == int(form.children), form.id


def _visible_problems(form: records.Form) -> dict[str, bool]:
    day = re.compile(r"\d{4}-\d\d-\d\d")
    written = [text for text in (form.start_date, form.end_date) if text]
    days = [date.fromisoformat(text) for text in written if day.fullmatch(text)]
    adults, children = int(form.adults or -1), int(form.children or 0)
    return {
        "no_contact": not form.email and not form.phone,
        "destination_missing": not form.destination,
        "dates_missing": len(written) < 2,
        "date_invalid": len(days) < len(written),
        "dates_reversed": days != sorted(days),
        "date_past": any(each < form.received for each in days),
        "people_missing": adults < 0,
        "no_adult": adults == 0,
        "too_many_people": adults + children > 12,
        "ages_missing": children > 0 and not form.child_ages,
    }


def test_most_forms_can_be_answered_and_each_problem_occurs():
    assert 20 <= sum(bool(form.problems) for form in FORMS) <= len(FORMS) / 2
    assert {problem for form in FORMS for problem in form.problems} == set(records.PROBLEMS)


def test_key_fields_stand_in_the_document():
    for document in DOCUMENTS:
        numbers = plain_numbers(document.text)
        if document.amount is not None:
            assert any(str(amount) in numbers for amount in (document.amount, document.amount.normalize()))
        assert re.search(rf"(?<!\d)0?{document.date.day}(?!\d)", document.text), document.file
        assert str(document.date.year) in document.text, document.file
        assert document.reference, document.file


def test_documents_of_each_class_are_enough_to_compare():
    assert min(Counter(document.kind for document in DOCUMENTS).values()) >= 5
    assert {document.kind for document in DOCUMENTS} == set(records.DOCUMENT_CLASSES)
    assert {document.language for document in DOCUMENTS} == set(records.LANGUAGES)
    assert 8 <= sum(document.confidential for document in DOCUMENTS) <= len(DOCUMENTS) / 2


def test_articles_say_no_number_that_the_house_rules_do_not_say():
    said = re.compile(
        r"\b(?:\d[\d:]*|two|three|five|six|seven|eleven|twelve|thirteen|fourteen|twenty-nine|thirty|forty-eight"
        r"|half|quarter|percent)\b"
    )
    rules = set(said.findall(data.path("house_rules.md").read_text(encoding="utf-8").lower())) | {"thirteen"}
    for article in ARTICLES:
        assert set(said.findall(article.answer.lower())) <= rules, article.id


def test_articles_have_a_question_and_a_short_answer():
    assert all(article.title.endswith("?") for article in ARTICLES)
    assert all(100 < len(article.answer) < 1000 for article in ARTICLES)


def test_the_customer_file_has_what_real_ones_have():
    names = Counter(contact.name for contact in CONTACTS)
    assert {name for name, times in names.items() if times > 1} == {"Anna Keller"}, "two people of one name"
    emails = [contact.email for contact in CONTACTS if contact.email]
    assert len(emails) == len(set(emails))
    assert all(contact.email or contact.phone for contact in CONTACTS)
    assert {contact.status for contact in CONTACTS} == set(records.STATUSES)
    assert {contact.language for contact in CONTACTS} == set(records.LANGUAGES)
    writers = {message.email for message in MESSAGES} | {message.phone for message in MESSAGES}
    assert sum(bool({contact.email, contact.phone} & writers - {""}) for contact in CONTACTS) >= 50


def test_the_files_are_small():
    folders = ("documents", "knowledge_base", "cards")
    files = [data.path(f"{name}.csv") for name in ("messages", "forms", "documents", "contacts")]
    files += [file for folder in folders for file in data.path(folder).iterdir()]
    assert sum(file.stat().st_size for file in files) < 400_000


def test_a_record_cannot_be_changed_by_accident():
    with pytest.raises(FrozenInstanceError):
        MESSAGES[0].intent = "spam"


# ---- what the loaders refuse ----

GOOD = {
    "id": "m1", "channel": "web", "received": "2026-11-23", "text": r"Ana here\, LT-1000.", "language": "en",
    "intent": "question", "second_intent": "", "urgency": "normal", "customer_name": "Ana", "destination": "",
    "start_date": "", "end_date": "", "adults": "", "children": "", "budget": "", "booking_code": "LT-1000",
    "phone": "", "email": "", "notes": "", "pii": "",
}  # fmt: skip


def write_messages(folder, *changes: dict):
    lines = [",".join(f'"{value}"' for value in (GOOD | change).values()) for change in changes]
    (folder / "messages.csv").write_text("\n".join([",".join(GOOD), *lines]), encoding="utf-8")
    return records.messages(folder)


def test_an_end_of_line_in_a_text_is_written_as_two_signs(tmp_path):
    (message,) = write_messages(tmp_path, {"text": r"Ana\nLT-1000"})
    assert message.text == "Ana\nLT-1000"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"intent": "sale"}, "column intent: 'sale' is not one of"),
        ({"second_intent": "both"}, "column second_intent: 'both' is not one of"),
        ({"language": "fr"}, "column language"),
        ({"received": ""}, "column received: is empty"),
        ({"received": "23.11.2026"}, "is not a date"),
        ({"customer_name": "Anna"}, "column customer_name: 'Anna' does not stand in the text"),
        ({"booking_code": "LT-1001"}, "column booking_code"),
        ({"destination": "Porto; here"}, "column destination: 'Porto' does not stand in the text"),
        ({"start_date": "2027-02-02", "end_date": "2027-02-01"}, "column end_date: 2027-02-01 is before"),
        ({"adults": "two"}, "column adults: 'two' is not a number"),
        ({"pii": "Ana"}, "column pii: 'Ana' is not a kind and a value"),
        ({"pii": "shoe:Ana"}, "column pii"),
        ({"pii": "phone:555-0100"}, "column pii: '555-0100' does not stand in the text"),
        ({"text": ""}, "column text: is empty"),
    ],
)
def test_a_bad_message_is_refused_by_line_and_column(tmp_path, change, says):
    with pytest.raises(data.DataError, match=rf"messages\.csv, line 3, .*{says}|messages\.csv, line 3, {says}"):
        write_messages(tmp_path, {}, {"id": "m2"} | change)


def test_an_id_is_used_once(tmp_path):
    with pytest.raises(data.DataError, match=r"line 3, column id: 'm1' stands in the file twice"):
        write_messages(tmp_path, {}, {})


def test_a_form_with_an_unknown_problem_is_refused(tmp_path):
    heading = data.path("forms.csv").read_text(encoding="utf-8").partition("\n")[0]
    line = "f1,2026-11-23,en,Ana,,,,,,,,,,,,too_nice"
    (tmp_path / "forms.csv").write_text(f"{heading}\n{line}\n", encoding="utf-8")
    with pytest.raises(data.DataError, match=r"forms\.csv, line 2, column problem: 'too_nice' is not one of"):
        records.forms(tmp_path)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("b.md,invoice,en,,2026-11-23,,,,no", "column file: there is no documents/b.md"),
        ("a.md,novel,en,,2026-11-23,,,,no", "column class: 'novel'"),
        ("a.md,invoice,en,Ben,2026-11-23,,,,no", "column party: 'Ben' does not stand"),
        ("a.md,invoice,en,,,,,,no", "column date: is empty"),
        ("a.md,invoice,en,,2026-11-23,5,,,no", "column currency: an amount and its currency go together"),
        ("a.md,invoice,en,,2026-11-23,,,,maybe", "column confidential"),
    ],
)
def test_a_bad_line_on_a_document_is_refused(tmp_path, line, says):
    _write_document(tmp_path, line)
    with pytest.raises(data.DataError, match=rf"documents\.csv, line 2, {says}"):
        records.documents(tmp_path)


def test_a_document_without_a_line_is_named(tmp_path):
    _write_document(tmp_path, "a.md,invoice,en,,2026-11-23,,,,no")
    (tmp_path / "documents" / "c.md").write_text("Later", encoding="utf-8")
    with pytest.raises(data.DataError, match=r"documents/c\.md has no line"):
        records.documents(tmp_path)


def _write_document(folder, line):
    (folder / "documents").mkdir()
    (folder / "documents" / "a.md").write_text("Invoice for Ana", encoding="utf-8")
    heading = data.path("documents.csv").read_text(encoding="utf-8").partition("\n")[0]
    (folder / "documents.csv").write_text(f"{heading}\n{line}\n", encoding="utf-8")


@pytest.mark.parametrize("text", ["No title\n\nText", "# A title\n\n", ""])
def test_an_article_without_title_or_answer_is_refused(tmp_path, text):
    (tmp_path / "knowledge_base").mkdir()
    (tmp_path / "knowledge_base" / "a.md").write_text(text, encoding="utf-8")
    with pytest.raises(data.DataError, match=r"knowledge_base/a\.md: the first line"):
        records.articles(tmp_path)


def test_a_contact_with_an_unknown_status_is_refused(tmp_path):
    heading = data.path("contacts.csv").read_text(encoding="utf-8").partition("\n")[0]
    (tmp_path / "contacts.csv").write_text(f"{heading}\nc1,Ana,,,en,Porto,,friend,\n", encoding="utf-8")
    with pytest.raises(data.DataError, match=r"contacts\.csv, line 2, column status: 'friend'"):
        records.contacts(tmp_path)
