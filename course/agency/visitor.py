"""A visitor who is a program: it loads a page, fills in its form and sends it, as a browser does."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping

import httpx2

from .trip_form import EMPTY, FIELDS

_TOKEN = re.compile(r'name="token" value="([^"]+)"')
_CHAT = re.compile(r'action="\S*?chat/([\w-]+)"')
_PROBLEMS = re.compile(r'<div class="summary".*?</div>', re.DOTALL)
_PROBLEM = re.compile(r"<li>(.*?)</li>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


class NotAccepted(ValueError):
    """The website showed a form again; the message is what it said."""


class Visitor:
    """Each visitor has a conversation of its own."""

    def __init__(self, url: str, timeout: float = 60):
        self._client = httpx2.Client(base_url=url, trust_env=False, timeout=timeout, follow_redirects=False)
        self._conversation = ""
        self._token = ""

    def fill_in(self, form: Mapping[str, object]) -> str:
        """Send a form for a trip; gives the address of the page with the answer, below `Agency.url`.

        Fields are those of `trip_form.FIELDS`. Raises `NotAccepted`.
        """
        fields = EMPTY | {field: str(value) for field, value in form.items() if field in FIELDS}
        answer = self._client.post("trip", data={**fields, "token": self._load("trip", _TOKEN)})
        if answer.status_code != 303:
            raise NotAccepted(_problems(answer.text))
        return answer.headers["location"].lstrip("./")

    def drop(self, name: str, text: str) -> None:
        """Put a document into the inbox. Raises `NotAccepted`."""
        token = self._load("documents", _TOKEN)
        answer = self._client.post("documents", data={"token": token}, files={"files": (name, text.encode())})
        if answer.status_code != 303:
            raise NotAccepted(_problems(answer.text))

    def say(self, text: str) -> str:
        """Say something in the chat; gives the whole answer. Raises `NotAccepted`."""
        return "".join(self.listen(text))

    def listen(self, text: str) -> Iterator[str]:
        """Say something in the chat; gives the answer piece by piece as it comes. Raises `NotAccepted`."""
        if not self._conversation:
            page = self._client.get("chat").text
            self._conversation, self._token = _CHAT.search(page)[1], _TOKEN.search(page)[1]
        sent = {"message": text, "token": self._token}
        with self._client.stream(
            "POST", f"chat/{self._conversation}", data=sent, headers={"accept": "text/event-stream"}
        ) as answer:
            if answer.status_code != 200:
                answer.read()
                raise NotAccepted(_problems(answer.text))
            for line in answer.iter_lines():
                if not line.startswith("data: "):
                    continue
                data = json.loads(line.removeprefix("data: "))
                self._token = data.get("token", self._token)
                yield data.get("text") or data.get("notice", "")

    def _load(self, page: str, pattern: re.Pattern) -> str:
        return pattern.search(self._client.get(page).text)[1]


def _problems(page: str) -> str:
    found = _PROBLEMS.search(page)
    said = [html.unescape(_TAG.sub("", each)) for each in _PROBLEM.findall(found[0] if found else "")]
    return " ".join(said) or "The website did not accept this."
