"""The agency's website beside the notebook."""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import traitlets

from course.widgets.base import CourseWidget

_STATIC = Path(__file__).parent / "static"
#: The page `trip`, half filled in, on a screen 860 pixels wide.
_PICTURE = "data:image/png;base64," + base64.b64encode((_STATIC / "website.png").read_bytes()).decode("ascii")
_ALT = (
    "The website of Lantern Travel at its form “Plan a trip”. Filled in are a name, an e-mail address, Lisbon and "
    "two days. Above are links to a chat, and to the office: what the AI has done, requests, documents, LINE, "
    "contacts, approvals."
)


class AgencyWindow(CourseWidget):
    """A frame with the website, and a link that opens it in a tab of its own; without Python, a picture of it.

    Only the browser knows how it reaches this computer: directly, or through a proxy, as on Binder and JupyterHub.
    The address holds a secret, so it is told to the page that asks, and is not saved with the notebook.
    """

    _esm = (_STATIC / "window.js").read_text(encoding="utf-8")
    _css = (_STATIC / "window.css").read_text(encoding="utf-8")
    shown = ("page",)
    constants: ClassVar = {"picture": _PICTURE, "alt": _ALT}

    picture = traitlets.Unicode(_PICTURE, read_only=True, help="What is shown without Python.").tag(sync=True)
    alt = traitlets.Unicode(_ALT, read_only=True, help="The picture in words.").tag(sync=True)

    def __init__(self, url: str, page: str = ""):
        super().__init__()
        self.page = page
        address = urlsplit(url)
        self._where = {"port": address.port, "path": address.path, "page": page}
        self.on_msg(lambda _widget, message, _buffers: self._tell(message))

    def _tell(self, message: object) -> None:
        if message == "where":
            self.send(self._where)

    def twin(self) -> str:
        return (
            f'<figure style="margin:0"><img alt="{escape(self.alt)}" style="max-width:100%" src="{self.picture}">'
            "<figcaption>The website of Lantern Travel, an invented agency. It runs while the notebook runs: open "
            "the lesson and run this cell.</figcaption></figure>"
        )
