"""Stands in for LINE's servers: delivers signed events to the agency's webhook, and takes its answers.

What it checks and says is as in LINE's reference (https://developers.line.biz/en/reference/messaging-api/, read
2026-11-26). No message leaves this computer.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from itertools import count

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from course import data

from .line import LONGEST_TEXT

SIGNATURES = ("valid", "forged", "missing")
BOT = "U" + hashlib.md5(b"Lantern Travel").hexdigest()
_TIMEOUT_SECONDS = 30


class LineStandIn:
    """One channel of LINE's. `app` is its side of the Messaging API."""

    def __init__(self):
        self.secret = secrets.token_hex(16)
        self.access_token = secrets.token_urlsafe(64)
        self.webhook_url = ""
        #: What customers have received, oldest first: user, text, and way ("reply" or "push").
        self.received: list[dict[str, str]] = []
        self.app = Starlette(
            routes=[
                Route("/v2/bot/message/reply", self._reply, methods=["POST"]),
                Route("/v2/bot/message/push", self._push, methods=["POST"]),
            ]
        )
        self._reply_tokens: dict[str, str] = {}
        self._numbers = count(1)

    def __repr__(self) -> str:
        return f"LineStandIn({len(self.received)} messages received by customers)"

    # ---- what customers and LINE do -------------------------------------------------------------------------------

    def send(self, text: str, user: str = "customer") -> int:
        """Write to the agency as a customer; gives the status with which the webhook answered."""
        return self.deliver(message_event(text, user, next(self._numbers)))

    def deliver(self, event: dict, signature: str = "valid") -> int:
        """Post an event to the webhook, signed as `SIGNATURES` says; gives the status of the answer."""
        if signature not in SIGNATURES:
            raise ValueError(f"signature is one of {', '.join(SIGNATURES)}, not {signature!r}.")
        body = json.dumps({"destination": BOT, "events": [event]}, ensure_ascii=False).encode()
        headers = {"content-type": "application/json; charset=utf-8", "user-agent": "LineBotWebhook/2.0"}
        if signature != "missing":
            key = self.secret if signature == "valid" else "a secret of somebody else's"
            headers["x-line-signature"] = sign(body, key)
        if signature == "valid" and "replyToken" in event:
            # A forger makes tokens up: LINE knows those alone that it gave out.
            self._reply_tokens.setdefault(event["replyToken"], event["source"]["userId"])
        with httpx2.Client(trust_env=False, timeout=_TIMEOUT_SECONDS) as client:
            return client.post(self.webhook_url, content=body, headers=headers).status_code

    def play(self, recorded: Iterable[dict] | None = None) -> list[dict]:
        """Deliver recorded events, or all; gives for each its number, signature, event_id, text and status."""
        played = []
        for number, record in enumerate(recorded_events() if recorded is None else recorded, start=1):
            event = record["event"]
            status = self.deliver(event, record["signature"])
            text = event.get("message", {}).get("text", "")
            played.append(
                {
                    "number": number,
                    "signature": record["signature"],
                    "event_id": event["webhookEventId"],
                    "text": text,
                    "status": status,
                }
            )
        return played

    # ---- the Messaging API ----------------------------------------------------------------------------------------

    async def _reply(self, request: Request) -> JSONResponse:
        body, refusal = await self._read(request)
        if refusal:
            return refusal
        used = self._reply_tokens.get(body.get("replyToken"), "")
        if not used:
            return _refuse(400, "Invalid reply token")
        self._reply_tokens[body["replyToken"]] = ""
        return self._accept(used, body["messages"], "reply")

    async def _push(self, request: Request) -> JSONResponse:
        body, refusal = await self._read(request)
        if refusal:
            return refusal
        if not body.get("to"):
            return _refuse(400, "The property, 'to', in the request body is invalid")
        return self._accept(body["to"], body["messages"], "push")

    async def _read(self, request: Request) -> tuple[dict, JSONResponse | None]:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.access_token}".encode()):
            return {}, _refuse(
                401,
                "Authentication failed. Confirm that the access token in the authorization header is valid.",
            )
        body = await request.json()
        messages = body.get("messages") or []
        if not 1 <= len(messages) <= 5:
            return {}, _refuse(400, "Size must be between 1 and 5")
        for message in messages:
            if not 1 <= len(message.get("text", "").encode("utf-16-le")) // 2 <= LONGEST_TEXT:
                return {}, _refuse(400, f"Length must be between 1 and {LONGEST_TEXT}")
        return body, None

    def _accept(self, user: str, messages: list[dict], way: str) -> JSONResponse:
        self.received += [{"user": user, "text": message["text"], "way": way} for message in messages]
        sent = [{"id": str(next(self._numbers)), "quoteToken": secrets.token_urlsafe(24)} for _ in messages]
        return JSONResponse({"sentMessages": sent})


def recorded_events() -> list[dict]:
    """The events of `data/line_events.jsonl`: signature ("valid", "forged" or "missing"), language, and event."""
    lines = data.path("line_events.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def message_event(text: str, user: str, number: int) -> dict:
    """A text message of a user as LINE puts it; `number` tells one event from another."""
    digest = hashlib.sha256(f"{user} {number}".encode()).hexdigest()
    return {
        "type": "message",
        "message": {"type": "text", "id": f"{number:018d}", "quoteToken": digest[:24], "text": text},
        "webhookEventId": digest[:26].upper(),
        "deliveryContext": {"isRedelivery": False},
        "timestamp": 1_795_000_000_000 + number,
        "source": {"type": "user", "userId": "U" + hashlib.md5(user.encode()).hexdigest()},
        "replyToken": digest[-32:],
        "mode": "active",
    }


def sign(body: bytes, secret: str) -> str:
    """The value of the header `x-line-signature`."""
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def _refuse(status: int, message: str) -> JSONResponse:
    return JSONResponse({"message": message}, status)
