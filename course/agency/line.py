"""The agency's LINE channel: events come in signed, answers go out through LINE's Messaging API."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from sqlalchemy import desc, insert, select, update
from sqlalchemy.exc import IntegrityError

from .conversations import LATER
from .store import Store, line_messages, now

LONGEST_TEXT = 5000  # UTF-16 code units (https://developers.line.biz/en/reference/messaging-api/, read 2026-11-26)
_TIMEOUT_SECONDS = 10


class Forged(ValueError):
    """A webhook body that LINE has not signed, or that is none."""


class LineChannel:
    """Keeps what LINE delivers; as a workflow, has `on_line` answer."""

    def __init__(self, store: Store, secret: str, access_token: str, api_url: str):
        self._store = store
        self._secret = secret
        self._access_token = access_token
        self._api_url = api_url

    def receive(self, body: bytes, signature: str | None) -> list[int]:
        """Keep the events of a webhook; gives the numbers of the texts to answer. Raises `Forged`.

        An event that LINE delivers again, because it did not hear from us, has the same `webhookEventId`: it is kept
        and answered once.
        """
        new = []
        for event in self._parse(body, signature):
            text = event.message.text if event.type == "message" and event.message.type == "text" else None
            values = {
                "event_id": event.webhook_event_id,
                "user_id": getattr(event.source, "user_id", None) or "",
                "kind": event.message.type if event.type == "message" else event.type,
                "text": text or "",
                "reply_token": getattr(event, "reply_token", None) or "",
            }
            try:
                with self._store.transaction() as connection:
                    (number,) = connection.execute(
                        insert(line_messages).values(**values, at=now())
                    ).inserted_primary_key
            except IntegrityError:
                continue
            if text:
                new.append(number)
        return new

    def all(self) -> list[dict]:
        """What was received, newest first: user_id, kind ("text", "sticker", "follow", …), text, reply, at."""
        with self._store.transaction() as connection:
            query = select(line_messages).order_by(desc(line_messages.c.id))
            return [dict(row) for row in connection.execute(query).mappings()]

    def _parse(self, body: bytes, signature: str | None):
        # Here and not above: the SDK takes a second to import. And not later: a customer would wait for it.
        import linebot.v3.messaging  # noqa: F401
        from linebot.v3 import WebhookParser
        from linebot.v3.exceptions import InvalidSignatureError

        if not signature:
            raise Forged("The signature is missing.")
        try:
            return WebhookParser(self._secret).parse(body.decode("utf-8"), signature)
        except InvalidSignatureError:
            raise Forged("The signature does not fit.") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Forged("The body is no webhook of LINE's.") from None

    # ---- workflow -------------------------------------------------------------------------------------------------

    def work(self, function: Callable[[str], str], subject: int, _attempt: int) -> str:
        answer = function(self._row(subject)["text"])
        if not isinstance(answer, str):
            raise TypeError(f"on_line must give the answer as a text, and gave {type(answer).__name__}.")
        if not answer.strip():
            raise ValueError("on_line gave an empty answer.")
        self._say(subject, answer)
        return f"answer of {len(answer)} characters"

    def leave_to_colleague(self, subject: int, attempt: int) -> None:
        if attempt == 1:
            self._say(subject, LATER)

    def _say(self, subject: int, text: str) -> None:
        """Reply, which LINE allows once for each event; after that, send the customer a message of its own."""
        from linebot.v3.messaging import PushMessageRequest, ReplyMessageRequest, TextMessage

        row, message = self._row(subject), TextMessage(text=shorten(text))
        if self._take_reply_token(subject):
            request = ReplyMessageRequest(reply_token=row["reply_token"], messages=[message])
            self._api.reply_message(request, _request_timeout=_TIMEOUT_SECONDS)
        else:
            request = PushMessageRequest(to=row["user_id"], messages=[message])
            self._api.push_message(request, _request_timeout=_TIMEOUT_SECONDS)
        self._update(subject, reply=text)

    @cached_property
    def _api(self):
        from linebot.v3.messaging import ApiClient, Configuration, MessagingApi

        return MessagingApi(ApiClient(Configuration(host=self._api_url, access_token=self._access_token)))

    def _row(self, subject: int) -> dict:
        with self._store.transaction() as connection:
            query = select(line_messages).where(line_messages.c.id == subject)
            return dict(connection.execute(query).mappings().one())

    def _take_reply_token(self, subject: int) -> bool:
        unused = (line_messages.c.id == subject) & (line_messages.c.reply_token != "")
        with self._store.transaction() as connection:
            return bool(connection.execute(update(line_messages).where(unused).values(reply_token="")).rowcount)

    def _update(self, subject: int, **values) -> None:
        with self._store.transaction() as connection:
            connection.execute(update(line_messages).where(line_messages.c.id == subject).values(**values))


def shorten(text: str) -> str:
    """A text that fits into one message of LINE's."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST_TEXT:
        return text
    return units[: 2 * (LONGEST_TEXT - 1)].decode("utf-16-le", "ignore") + "…"
