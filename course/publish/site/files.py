"""The files of the site that its pages share: pictures, programs of widgets, and a place for each."""

import base64
import hashlib
import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

from course.publish.lesson import Lesson, LessonError

TEMPLATES = Path(__file__).parent / "templates"
ASSETS = "assets"

_EMBEDDED = re.compile(r"data:image/(png|jpeg|svg\+xml|webp);base64,(.*)", re.DOTALL)
_ENDINGS = {"png": "png", "jpeg": "jpg", "svg+xml": "svg", "webp": "webp"}


class Pictures:
    """Keeps each picture of the lessons once, as a file in the site's assets."""

    def __init__(self, site: Path):
        self._folder = site / ASSETS / "pictures"
        self._folder.mkdir(parents=True, exist_ok=True)

    def extract(self, soup: BeautifulSoup, lesson: Lesson) -> None:
        """Let the pictures of a lesson's page come from files, in place. Raises LessonError when one is missing."""
        for image in soup.find_all("img"):
            content, ending = _picture(image["src"], lesson)
            image["src"] = f"../{ASSETS}/pictures/{self._keep(content, ending)}"
            image["loading"] = "lazy"
            if ending == "png":  # with its size, the text below stays where it is when the picture comes
                image["width"], image["height"] = (int.from_bytes(content[at : at + 4]) for at in (16, 20))

    def _keep(self, content: bytes, ending: str) -> str:
        name = f"{digest(content)}.{ending}"
        self._folder.joinpath(name).write_bytes(content)
        return name


def _picture(address: str, lesson: Lesson) -> tuple[bytes, str]:
    """A picture that is written into a page, or lies in a file near the notebook, with its file name's ending."""
    if found := _EMBEDDED.fullmatch(address):
        return base64.b64decode(found[2]), _ENDINGS[found[1]]
    file = lesson.folder / unquote(address)
    if urlsplit(address).scheme or not file.is_file():
        raise LessonError(
            f"{lesson.name} shows the picture {address}, which is no file near its notebook. "
            "Put one into notebooks/images, and name it as images/….png."
        )
    return file.read_bytes(), file.suffix[1:].lower()


def write_widgets(collected: dict, lesson: str, site: Path) -> list[str]:
    """Write what a lesson's widgets start from, and each program that they share with others once, into the assets.

    They are classic scripts: a browser loads no module and fetches no JSON from a folder. Returns a key for each
    widget, under which a browser may keep its state: another one as soon as the widget's data change.
    """
    assets = site / ASSETS
    widgets, keys = [], []
    for widget in collected["widgets"]:
        texts = {name: collected["texts"][widget[name]] for name in ("esm", "css")}
        program = digest(json.dumps(texts, sort_keys=True).encode())
        write(assets / f"widget-{program}.js", f"site.program({_literal(program)}, {_literal(texts)});\n")
        traits = _literal(widget["traits"])
        widgets.append(f"{{program: {_literal(program)}, traits: {traits}}}")
        keys.append(digest(traits.encode()))
    write(assets / f"widgets-{lesson}.js", f"site.widgets({_literal(lesson)}, [{', '.join(widgets)}]);\n")
    return keys


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def digest(content: bytes) -> str:
    """A short name for some content."""
    return hashlib.sha256(content).hexdigest()[:12]


def _literal(value: object) -> str:
    """A value as JavaScript writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
