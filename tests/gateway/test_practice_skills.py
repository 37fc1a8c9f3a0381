"""The practice engine sorts, tells languages, drafts, refuses and embeds, in eight languages."""

from __future__ import annotations

import json
import math
from datetime import date
from types import SimpleNamespace

import pytest
from fakes import count_words
from hypothesis import given
from hypothesis import strategies as st

from course import data
from course.gateway.engines import topics
from course.gateway.engines.language import detect
from course.gateway.engines.practice import PracticeEngine
from course.gateway.types import Attachment, Message, Turn

TIERS = ("small", "standard", "large")
ENGINE = PracticeEngine(count_words)
LETTER = """Hello, we booked a trip to Lisbon (LT-2041) on 12 May 2027. My mother is ill and we have to cancel.
Can we get our money back?
Best wishes, Ana Silva"""


def ask(*texts, tier="small", system=None, **options):
    """The draft for a conversation in which user and assistant take turns."""
    messages = [Message("system", system)] if system else []
    messages += [Message(("user", "assistant")[index % 2], text) for index, text in enumerate(texts)]
    model = SimpleNamespace(tier=tier, accessed_on=date(2026, 11, 23))
    return ENGINE.answer(Turn("openai", "m", tuple(messages), **options), model)


def say(*texts, **options):
    return ask(*texts, **options).text


LABELS = ("booking", "cancellation", "refund", "change", "complaint", "invoice", "question", "spam")
MESSAGES = {
    "booking": [
        "We would like to book a trip to Japan.",
        "我想訂5月的行程",
        "我们想订两间房",
        "旅行を予約したいです",
        "여행을 예약하고 싶습니다",
        "Quisiera reservar un viaje",
        "Wir möchten eine Reise buchen",
        "Je voudrais réserver un voyage",
    ],
    "cancellation": [
        "We have to cancel our booking.",
        "我想取消訂單",
        "我想取消订单",
        "予約をキャンセルしたい",
        "예약을 취소하고 싶습니다",
        "Quiero cancelar mi reserva",
        "Ich möchte meine Buchung stornieren",
        "Je voudrais annuler ma réservation",
    ],
    "refund": [
        "Please give us our money back.",
        "請退款",
        "请退款",
        "返金をお願いします",
        "환불해 주세요",
        "Quiero un reembolso",
        "Ich möchte eine Rückerstattung",
        "Je demande un remboursement",
    ],
    "change": [
        "Can we move the date of the trip?",
        "我想更改日期",
        "我想更改日期\uff0c请帮忙",
        "日程を変更したいです",
        "날짜를 변경하고 싶어요",
        "Quiero cambiar la fecha",
        "Wir möchten umbuchen",
        "Je voudrais modifier la date",
    ],
    "complaint": [
        "The room was dirty and nobody helped us.",
        "房間很髒\uff0c非常失望",
        "房间很脏\uff0c非常失望",
        "部屋が汚くて最悪でした",
        "방이 더러워서 실망했습니다",
        "La habitación estaba sucia",
        "Das Zimmer war schmutzig",
        "La chambre était sale",
    ],
    "invoice": [
        "Please send me the invoice again.",
        "請開發票",
        "请开发票",
        "請求書を送ってください",
        "청구서를 보내 주세요",
        "Necesito la factura",
        "Bitte schicken Sie die Rechnung",
        "Envoyez-moi la facture",
    ],
    "spam": [
        "Congratulations, you have won! Click here.",
        "恭喜您中獎\uff0c點擊這裡",
        "恭喜您中奖\uff0c点击这里",
        "当選しました。ここをクリック",
        "당첨되셨습니다. 여기를 클릭",
        "Ha ganado dinero gratis",
        "Sie haben gewonnen! Klicken Sie hier",
        "Vous avez gagné, cliquez ici",
    ],
}


@pytest.mark.parametrize(("label", "message"), [(label, each) for label, texts in MESSAGES.items() for each in texts])
def test_a_message_gets_its_label_in_eight_languages(label, message):
    assert say(f"Classify this message into: {', '.join(LABELS)}.\n\n{message}") == label
    system = "You sort e-mails. Classify each into one of: " + ", ".join(LABELS) + ". Answer with the label alone."
    assert say(message, system=system) == label


@pytest.mark.parametrize(
    ("prompt", "label"),
    [
        ("Classify this message as booking, change or complaint: I'd like to move our trip to June.", "change"),
        ("Is this message a booking, a change or a complaint? The bus was late and the driver rude.", "complaint"),
        (
            f"Which category fits?\n- booking: a new trip\n- cancellation: an end to one\n- other\n\n{LETTER}",
            "cancellation",
        ),
        ("Choose the best label: 'Sales' or 'Support'.\nText: the app shows an error message", "Support"),
        ("Classify as A (complaint) or B (praise)", None),
        ("Classify the sentiment of this review: We loved every minute!", "positive"),
        ("Classify the sentiment as POSITIVE, NEGATIVE or NEUTRAL.\n\nThe bus leaves at nine.", "NEUTRAL"),
        ("What is the urgency (low, normal, high)? We are stranded at the airport, call us right now!", "high"),
        ("What is the urgency (low, normal, high)? It is not urgent, no hurry.", "low"),
        ("What is the urgency (low, normal, high)? Please send the brochure.", "normal"),
        ("請將以下訊息分類為\uff1a訂位、取消、投訴\n\n我想取消訂單", "取消"),
        (
            "次のメッセージを「予約」「キャンセル」「苦情」に分類してください。\nメッセージ: 部屋が汚かったです。",
            "苦情",
        ),
        ("다음 메시지를 예약, 취소, 불만으로 분류하세요.\n메시지: 취소하고 싶어요", "취소"),
        ("Clasifica este mensaje como reserva, cambio o queja: Quiero cambiar la fecha", "cambio"),
        ("Klassifiziere als Buchung, Änderung oder Beschwerde: Das Zimmer war schmutzig.", "Beschwerde"),
        ("Classe ce message : réservation, annulation ou plainte. Message : Je voudrais annuler.", "annulation"),
        ("Is it red, green or other? Text: nothing known", "other"),
    ],
)
def test_labels_are_read_as_people_write_them(prompt, label):
    if label is None:
        assert "not a language model" in say(prompt)
    else:
        assert say(prompt) == label


@pytest.mark.parametrize(
    ("prompt", "label"),
    [
        ("Great trip! -> sun\nAwful hotel -> rain\nThe hotel was awful ->", "rain"),
        (
            "Text: A room please\nLabel: X1\n\nText: Where is my bag?\nLabel: X2\n\nText: My bag is late\nLabel:",
            "X2",
        ),
    ],
)
def test_examples_teach_labels_of_ones_own(prompt, label):
    assert say(prompt) == label


def test_earlier_turns_are_examples_too():
    assert say("Nice garden", "A", "Broken lamp", "B", "The lamp is broken again") == "B"


def test_a_reason_is_given_only_when_it_is_asked_for():
    prompt = "Classify as booking, cancellation or complaint"
    assert say(f"{prompt}: We have to cancel.") == "cancellation"
    assert say(f"{prompt} and explain why: We have to cancel.") == 'cancellation: the text says "have to cancel".'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Could you tell me the price?", "en"),
        ("請問可以退款嗎\uff1f", "zh-Hant"),
        ("请问可以退款吗\uff1f", "zh-Hans"),
        ("返金できますか。", "ja"),
        ("予約変更希望", "ja"),
        ("환불이 가능한가요?", "ko"),
        ("¿Cuánto cuesta el viaje?", "es"),
        ("Was kostet die Reise?", "de"),
        ("Combien coûte le voyage ?", "fr"),
        ("", "en"),
    ],
)
def test_languages_are_told_apart(text, code):
    assert detect(text) == code


def test_the_language_is_named_as_asked():
    assert say("What language is this? Quisiera reservar un viaje") == "Spanish"
    assert say("Which language is this? Answer with the ISO code.\n\nIch möchte buchen") == "de"
    assert say("Classify the language as en, zh, ja or es: 我想取消訂單") == "zh"
    assert say("請問可以退款嗎\uff1f", system="Detect the language of the message. Answer with its name only.") == (
        "Traditional Chinese"
    )


def test_a_draft_uses_the_customer_s_language_and_the_facts_of_the_prompt_only():
    text = say(f"Draft a polite reply to this customer.\n\n{LETTER}", tier="standard")
    assert text.startswith("Dear Ana Silva,")
    assert text.endswith("Kind regards")
    assert "you would like to cancel" in text
    assert all(fact in text for fact in ("Lisbon", "12 May 2027", "LT-2041"))
    numbers = {word.strip(".,") for word in text.split() if any(map(str.isdigit, word))}
    assert numbers == {"12", "2027", "LT-2041"}


@pytest.mark.parametrize(
    ("message", "greeting", "wish"),
    [
        ("我叫林小華\uff0c想取消5月12日去東京的行程。", "林小華 您好", "您想取消"),
        ("我叫林小华\uff0c我们想取消去东京的行程。", "林小华 您好", "您想取消"),
        ("田中と申します。予約をキャンセルしたいです。", "田中 様", "キャンセルをご希望"),
        ("저는 김민수입니다. 예약을 취소하고 싶습니다.", "김민수 님께", "취소를 원하시는"),
        ("Hola, me llamo Lucía Gómez. Quiero cancelar mi reserva.", "Estimado/a Lucía Gómez", "desea cancelar"),
        (
            "Guten Tag, mein Name ist Jonas Weber. Ich möchte stornieren.",
            "Guten Tag Jonas Weber",
            "möchten stornieren",
        ),
        ("Bonjour, je m'appelle Chloé Martin. Je voudrais annuler.", "Bonjour Chloé Martin", "souhaitez annuler"),
    ],
)
def test_a_customer_is_answered_in_the_language_of_the_message(message, greeting, wish):
    for text in (
        say(f"Write a reply to this customer:\n\n{message}"),
        say(message, system="You answer the customers of a travel agency, in their language."),
        say(message),
    ):
        assert text.startswith(greeting)
        assert wish in text


def test_a_reply_may_be_about_more_than_the_intents():
    assert "something does not work" in say(
        "Reply to this customer:\n\nYour website shows an error message on my phone."
    )


def test_a_draft_follows_the_notes():
    notes = "Name: Jonas Weber\nLanguage: German\nRequest: move the trip\nDestination: Lissabon\nSign as Mei"
    accepted = say(f"Write a reply to the customer from these notes:\n{notes}\nDecision: approved", tier="standard")
    declined = say(f"Write a reply to the customer from these notes:\n{notes}\nDecision: not possible")
    assert accepted.startswith("Guten Tag Jonas Weber,")
    assert "Wunsch erfüllen können" in accepted
    assert "Lissabon" in accepted
    assert accepted.endswith("Mit freundlichen Grüßen\nMei")
    assert "Leider können wir Ihren Wunsch nicht erfüllen" in declined


def test_one_sentence_may_be_all_the_notes():
    wish = "Write a short e-mail to the customer Ana Silva confirming the booking LT-2041 to Lisbon on 12 May 2027."
    text = say(wish, tier="standard")
    assert text.startswith("Dear Ana Silva,")
    assert "we can do what you asked for" in text
    assert all(fact in text for fact in ("LT-2041", "Lisbon", "12 May 2027"))
    assert "I cannot do this" in say("Write an e-mail")


def test_a_draft_quotes_the_rule_that_answers():
    rules = data.path("house_rules.md").read_text(encoding="utf-8")
    letter = "Draft a reply:\n\nCan I change the names on my booking?"
    assert "until fourteen days before departure" in say(letter, system=rules, tier="large")
    assert "until fourteen days before departure" not in say(letter, tier="large")


@pytest.mark.parametrize(
    "wish",
    [
        "Translate into French: The shop opens at nine.",
        "Write a poem about refunds",
        "Draw a cat",
        "Write a Python function that sorts",
        "What is the square root of 7?",
        "Tell me a joke",
        "翻譯成英文\uff1a你好",
        "寫一首詩",
        "詩を書いてください",
        "시를 써 주세요",
        "Escribe un poema",
        "Schreibe ein Gedicht",
        "Écris un poème",
    ],
)
def test_what_it_cannot_do_it_says_in_the_language_of_the_wish_too(wish):
    text = say(wish)
    assert "I cannot do this" in text
    if detect(wish) != "en":
        assert not text.startswith("I am")


def test_it_says_what_it_is_told_and_adds_up():
    assert say("Say this is a test") == "this is a test"
    assert say("Reply with exactly: pong") == "pong"
    assert say("Repeat after me: 'hello world'") == "hello world"
    assert say("What is 12 + 3 * 4?") == "24"
    assert say("10 / 4") == "2.5"
    assert "cannot" in say("What is 1 / 0?")


def test_attachments_are_named_and_not_read():
    png = Attachment("image", "image/png", "room.png", 34_000)
    turn = Turn("openai", "m", (Message("user", "What is a token?", (png, Attachment("file", "", "a.pdf", 1200))),))
    text = ENGINE.answer(turn, SimpleNamespace(tier="small")).text
    assert text.startswith("I received 1 image and 1 file (room.png 34,000 bytes, a.pdf 1,200 bytes)")
    assert "cannot read them. A token is" in text
    alone = Turn("openai", "m", (Message("user", "", (png,)),))
    assert "cannot read it" in ENGINE.answer(alone, SimpleNamespace(tier="small")).text


def test_hosted_tools_are_declined():
    assert say("Who won the cup?", hosted_tools=("web_search_preview",)).startswith("I cannot search the web.")
    assert "search files or run code" in say("What is a token?", hosted_tools=("file_search", "code_interpreter"))
    assert say("What is a token?", hosted_tools=("file_search",)).endswith("a single sign.")


def test_larger_models_say_more_and_read_further():
    lengths = [len(say(f"Draft a reply:\n\n{LETTER}", tier=tier)) for tier in TIERS]
    assert lengths == sorted(set(lengths))
    late = "The bus left at nine. " * 12 + "The room was dirty."
    labels = [say(f"Classify as positive, neutral or negative:\n\n{late}", tier=tier) for tier in TIERS]
    assert labels == ["neutral", "negative", "negative"]


def test_a_met_stop_sequence_is_told():
    draft = ask("What is a token?", stop=("zzz", "frequent", "piece"))
    assert (draft.text, draft.finish, draft.met_stop) == ("A token is a ", "stop", "piece")
    assert ask("What is a token?", stop=("zzz",)).met_stop is None
    cut = ask("What is a token?", stop=("single",), max_output=4)
    assert (cut.finish, cut.met_stop) == ("length", None)


def test_json_may_be_cut_as_any_answer():
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    draft = ask("My name is Ana Silva", schema=schema, max_output=2)
    assert draft.finish == "length"
    with pytest.raises(json.JSONDecodeError):
        json.loads(draft.text)


def likeness(one, other):
    first, second = ENGINE.embed([one, other], 256)
    return math.fsum(a * b for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("How do I cancel my booking?", "I want to cancel the trip I booked", "The weather in Lisbon is sunny"),
        ("如何取消訂單\uff1f", "我想取消我的訂單", "里斯本的天氣很好"),
        ("Where is my invoice?", "請給我發票", "今天天氣很好"),
        ("trips to the beach", "a beach trip", "a train ticket"),
    ],
)
def test_texts_that_mean_the_same_lie_nearer(text, near, far):
    assert likeness(text, near) > likeness(text, far) + 0.1


@given(st.lists(st.text(max_size=60), max_size=4), st.sampled_from([1, 2, 256, 1536]))
def test_each_text_gets_one_vector_of_length_one(texts, dimensions):
    vectors = ENGINE.embed(texts, dimensions)
    assert [len(vector) for vector in vectors] == [dimensions] * len(texts)
    assert all(abs(math.sqrt(math.fsum(x * x for x in vector)) - 1) < 1e-6 for vector in vectors)
    assert vectors == ENGINE.embed(texts, dimensions)


ROLES = st.sampled_from(["system", "user", "assistant", "tool"])
WORDS = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        [
            "Classify as a or b:",
            "Draft a reply to",
            "What language is this?",
            "Return JSON with keys a, b",
            "- x: y\n- z",
            "Say",
            "1 + 1",
            "12 May 99999",
            "31/31/31",
            '"""x"""',
            "<a>b</a>",
            "2位大人",
            "Label:",
        ]
    ),
)


@given(
    st.lists(st.builds(Message, ROLES, st.builds(" ".join, st.lists(WORDS, max_size=4))), max_size=4),
    st.sampled_from(TIERS),
    st.booleans(),
)
def test_any_conversation_gets_an_answer(messages, tier, json_only):
    draft = ENGINE.answer(Turn("openai", "m", tuple(messages), json_only=json_only), SimpleNamespace(tier=tier))
    assert isinstance(draft.text, str)
    if json_only:
        assert isinstance(json.loads(draft.text), dict)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 20_000,
        " " * 20_000,
        "Ana " * 5_000,
        "1," * 10_000,
        "(" * 10_000,
        "\n- x" * 5_000,
        "東" * 10_000,
        '"' * 10_000,
        "Classify as " + "a, " * 7_000,
    ],
)
def test_a_text_made_to_take_long_is_answered(text):
    assert ask(text).finish in ("stop", "length")
    schema = {"type": "object", "properties": {"name": {"type": "string"}, "places": {"type": "array"}}}
    assert json.loads(ask(text, schema=schema).text).keys() <= {"name", "places"}


def test_every_list_is_well_made():
    known = set(topics.topics())
    cues = list(data.rows("practice/cues.csv", ("topic", "language", "weight", "cues")))
    assert {row.text("topic") for row in cues} <= known
    phrases = list(data.rows("practice/phrases.csv", ("phrase", "language", "text")))
    languages = [
        row.text("code") for row in data.rows("practice/languages.csv", ("code", "name", "labels", "words", "signs"))
    ]
    said = {(row.text("phrase"), row.text("language")) for row in phrases}
    assert len(said) == len(phrases)
    wanted = {(name, code) for name, _ in said for code in languages} - {("cannot", "en")}
    assert said == wanted
