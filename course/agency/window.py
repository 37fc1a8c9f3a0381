"""The agency's website beside the notebook."""

from __future__ import annotations

from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from course.widgets.base import CourseWidget

_SOURCE = Path(__file__).parent / "static" / "window.js"
_STYLE = Path(__file__).parent / "static" / "window.css"


class AgencyWindow(CourseWidget):
    """A frame with the website, and a link that opens it in a tab of its own.

    Only the browser knows how it reaches this computer: directly, or through a proxy, as on Binder and JupyterHub.
    The address holds a secret, so it is told to the page that asks, and is not saved with the notebook.
    """

    _esm = _SOURCE.read_text(encoding="utf-8")
    _css = _STYLE.read_text(encoding="utf-8")
    shown = ("page",)

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
            "<p>Here opens the website of Lantern Travel, an invented agency, at the page “"
            f"{escape(self.page or 'home')}”. It runs while the notebook runs: open the lesson and run this cell.</p>"
        )
