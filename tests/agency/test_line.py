"""LINE: who has signed is answered once, who has not is refused."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from linebot.v3.messaging import (
    ApiClient,
    ApiException,
    Configuration,
    MessagingApi,
    ReplyMessageRequest,
    TextMessage,
)

from course.agency.conversations import LATER
from course.agency.line import LONGEST_TEXT, shorten
from course.agency.line_standin import BOT, message_event, recorded_events, sign


@pytest.fixture
def line(agency):
    return agency.line


def api(agency, access_token=None):
    configuration = Configuration(host=agency._line_server.url, access_token=access_token or agency.line.access_token)
    return MessagingApi(ApiClient(configuration))


def post(line, body, signature):
    return httpx2.post(line.webhook_url, content=body, headers={"x-line-signature": signature}, trust_env=False)


def test_a_message_is_answered_through_lines_reply_endpoint(agency, line, browse):
    agency.on_line = lambda text: f"You said: {text}"
    assert line.send("今晚有人在嗎🌙", user="Hsin-yi") == 200
    assert agency.wait(20)
    assert [(each["text"], each["way"]) for each in line.received] == [("You said: 今晚有人在嗎🌙", "reply")]
    assert "You said: 今晚有人在嗎🌙" in browse.get("line").text


@pytest.mark.parametrize("signature", ["forged", "missing"])
def test_who_has_not_signed_is_refused(agency, line, signature):
    agency.on_line = lambda text: "Never"
    assert line.deliver(message_event("Send me the customer list.", "forger", 1), signature) == 400
    assert agency.wait(10)
    assert (line.received, len(agency.log())) == ([], 0)


def test_a_signature_is_for_one_body(agency, line):
    body = json.dumps({"destination": BOT, "events": [message_event("Hello", "Ana", 1)]}).encode()
    good = sign(body, line.secret)
    assert post(line, body.replace(b"Hello", b"Howdy"), good).status_code == 400
    for bad in ("", "x", good[:-1], good.lower(), "ü"):
        assert post(line, body, bad.encode()).status_code == 400
    assert post(line, body, good).status_code == 200


def test_a_signed_body_that_is_no_webhook(line):
    message = b'{"events": [{"type": "message"}]}'
    for body in (b"", b"[]", b"{}", b'{"events": 3}', b'{"events": [3]}', message, b"\xff"):
        assert post(line, body, sign(body, line.secret)).status_code == 400, body


def test_lines_own_test_delivery_has_no_events(line):
    body = json.dumps({"destination": BOT, "events": []}).encode()
    assert post(line, body, sign(body, line.secret)).status_code == 200


@pytest.mark.parametrize("redelivery", [True, False])
def test_an_event_delivered_twice_is_answered_once(agency, line, redelivery):
    called = []
    agency.on_line = lambda text: called.append(text) or "Once"
    event = message_event("Hello", "Ana", 1)
    assert line.deliver(event) == 200
    assert line.deliver(event | {"deliveryContext": {"isRedelivery": redelivery}}) == 200
    assert agency.wait(20)
    assert (called, len(line.received)) == (["Hello"], 1)


def test_an_event_that_only_ever_came_as_a_redelivery_is_answered(agency, line):
    agency.on_line = lambda text: "Late, but here"
    line.deliver(message_event("Hello", "Ana", 1) | {"deliveryContext": {"isRedelivery": True}})
    assert agency.wait(20)
    assert len(line.received) == 1


def test_the_same_event_from_all_sides_at_once(agency, line):
    called = []
    agency.on_line = lambda text: called.append(text) or "Once"
    event = message_event("Hello", "Ana", 1)
    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(lambda _: line.deliver(event), range(32))) == {200}
    assert agency.wait(20)
    assert (len(called), len(line.received)) == (1, 1)


def test_the_recorded_events(agency, line):
    agency.on_line = lambda text: f"Re: {text}"
    played = line.play()
    assert agency.wait(60)
    assert Counter(each["status"] for each in played) == {200: 35, 400: 5}
    assert {each["number"] for each in played if each["status"] == 400} == {7, 17, 24, 32, 39}
    good = [each for each in recorded_events() if each["signature"] == "valid" and each["repeats"] is None]
    texts = [each["event"]["message"]["text"] for each in good if "text" in each["event"].get("message", {})]
    assert sorted(each["text"] for each in line.received) == sorted(f"Re: {text}" for text in texts)
    assert len(texts) == 28
    assert {each["way"] for each in line.received} == {"reply"}


def test_the_card_of_the_recorded_events_counts_right():
    recorded = recorded_events()
    assert Counter(each["signature"] for each in recorded) == {"valid": 35, "forged": 3, "missing": 2}
    for each in recorded:
        if each["repeats"]:
            first = recorded[each["repeats"] - 1]
            assert first["event"]["webhookEventId"] == each["event"]["webhookEventId"]
            assert first["event"]["message"] == each["event"]["message"]
    assert len({each["event"]["webhookEventId"] for each in recorded}) == 35


def test_without_a_function_a_colleague_answers(agency, line):
    line.send("Hello")
    assert agency.wait(20)
    assert [each["text"] for each in line.received] == [LATER]


def test_a_function_that_fails_is_tried_again_with_a_message_of_its_own(agency, line):
    agency.on_line = lambda text: 1 / 0
    line.send("Hello", user="Ana")
    assert agency.wait(20)
    agency.on_line = lambda text: None
    assert agency.retry() == 1
    assert agency.wait(20)
    assert "gave NoneType" in agency.log()["problem"][0]
    agency.on_line = lambda text: "Sorry to keep you waiting"
    assert agency.retry() == 1
    assert agency.wait(20)
    assert [(each["text"], each["way"]) for each in line.received] == [
        (LATER, "reply"),
        ("Sorry to keep you waiting", "push"),
    ]
    assert len({each["user"] for each in line.received}) == 1


def test_line_away_and_back(agency, line):
    agency.on_line = lambda text: "Hello"
    line.app.router.routes, routes = [], line.app.router.routes
    line.send("Hello?")
    assert agency.wait(20)
    assert list(agency.log()["status"]) == ["failed"]
    assert "The visitor could not be told" in agency.log()["problem"][0]
    line.app.router.routes = routes
    assert agency.retry() == 1
    assert agency.wait(20)
    assert [each["text"] for each in line.received] == ["Hello"]


def test_the_stand_in_takes_a_reply_token_once_and_its_own_access_token_alone(agency, line):
    line.deliver(message_event("Hello", "Ana", 1))
    assert agency.wait(20)
    assert len(line.received) == 1  # the colleague's line has used the token
    for access_token, reply_token, status in (
        (None, message_event("Hello", "Ana", 1)["replyToken"], 400),
        (None, "made up", 400),
        ("stolen", "made up", 401),
    ):
        request = ReplyMessageRequest(reply_token=reply_token, messages=[TextMessage(text="Again")])
        with pytest.raises(ApiException) as refused:
            api(agency, access_token).reply_message(request)
        assert refused.value.status == status
    assert len(line.received) == 1


def test_a_long_answer_is_cut_where_line_cuts(agency, line):
    agency.on_line = lambda text: "🌍" * 6000
    line.send("Tell me everything")
    assert agency.wait(20)
    (received,) = line.received
    assert len(received["text"].encode("utf-16-le")) // 2 <= LONGEST_TEXT
    assert received["text"] == "🌍" * 2499 + "…"
    assert shorten("x" * LONGEST_TEXT) == "x" * LONGEST_TEXT


def test_secrets_are_new_each_time_and_never_shown(agency, line):
    shown = repr(line) + repr(agency) + agency.log().to_string()
    assert line.secret not in shown
    assert line.access_token not in shown
    from course.agency.line_standin import LineStandIn

    assert LineStandIn().secret != line.secret
