"""Notebooks → one PDF of the whole course for paper, with bookmarks and page numbers, printed by a browser."""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from traitlets import default

from course.publish import glossary
from course.publish.exporter import TEMPLATES, CourseExporter
from course.publish.lesson import Lesson, LessonError

NAME = "chat_or_api.pdf"
TIMEOUT = 300  # seconds
FOLDED, AT_THE_END = "here each answer is folded away", "here the answers are at the end of the chapter"
_ON_PATH = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "chromium-headless-shell",
)
_ELSEWHERE = (  # where Chrome and Edge install themselves without being on the path
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the handout. `page` names its kind of page in CSS, which carries the title in its margin."""

    id: str
    title: str
    html: Markup

    @property
    def page(self) -> str:
        return f"page-{self.id}"


def export(lessons: list[Lesson], folder: Path) -> Path:
    """Print the saved notebooks of `lessons` and the glossary into one PDF in `folder`; return its path.

    Raises LessonError when a lesson has no notebook yet, or when there is no browser that could print.
    """
    browser = find_browser()
    folder.mkdir(parents=True, exist_ok=True)
    target = (folder / NAME).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        page = Path(scratch) / "handout.html"
        page.write_text(html(lessons), encoding="utf-8")
        _print(browser, page, target)
    return target


def html(lessons: list[Lesson]) -> str:
    """The whole course as one HTML page that needs no other file. Raises LessonError."""
    chapters = [*map(_chapter, lessons), Chapter("glossary", "Glossary", _terms())]
    environment = Environment(loader=FileSystemLoader(TEMPLATES / "course_handout"), autoescape=True)
    environment.filters["css_text"] = _css_text
    return environment.get_template("handout.html.j2").render(chapters=chapters)


def find_browser() -> str:
    """The program of Chromium, Chrome or Edge; COURSE_BROWSER names another. Raises LessonError without one."""
    found = os.environ.get("COURSE_BROWSER") or next(filter(None, map(shutil.which, (*_ON_PATH, *_ELSEWHERE))), None)
    if not found:
        raise LessonError(
            "Chromium, Chrome or Edge prints the handout, and none was found. Install one "
            "(Debian: sudo apt install chromium), or put the path of its program into COURSE_BROWSER."
        )
    return found


class ChapterExporter(CourseExporter):
    """Exports a lesson as a piece of HTML: no page around it."""

    @default("template_name")
    def _template_name_default(self) -> str:
        return "course_handout"


def _chapter(lesson: Lesson) -> Chapter:
    soup = _for_paper(ChapterExporter().read(lesson))
    return Chapter(lesson.name, soup.h1.text if soup.h1 else lesson.name, Markup(soup))


def _for_paper(exported: str) -> BeautifulSoup:
    """A chapter with its folded tables open, the answers of its quizzes at its end, and no scripts."""
    soup = BeautifulSoup(exported.replace(FOLDED, AT_THE_END), "html.parser")
    _move_answers(soup)
    for details in soup.find_all("details"):
        details["open"] = ""
    for heading in soup.select(".output :is(h1, h2)"):
        heading.name = "h3"  # the headings of something shown are not chapters
    for link in soup.find_all("a", href=re.compile(r"^\w+\.(ipynb|md)$")):
        link["href"] = f"#{Path(link['href']).stem}"  # another lesson, or the glossary: a chapter
    for link in soup.find_all("a", href=re.compile(r"^\.\./exercises/")):
        link.unwrap()  # an exercise is not printed
    for element in soup(["script", "style"]):
        element.decompose()
    return soup


def _move_answers(soup: BeautifulSoup) -> None:
    """Take the folded answer out of each question, and list them at the end, under the heading of their quiz."""
    ends = []
    for quiz in soup.find_all("ol"):
        answers = soup.new_tag("ol", attrs={"class": "answers"})
        for number, question in enumerate(quiz.find_all("li", recursive=False), start=1):
            answer = question.find("details", recursive=False)
            if answer and answer.summary.text == "Answer":
                answer.extract().summary.decompose()
                answer.name, answer["value"] = "li", number
                answers.append(answer)
        if answers.contents:
            heading = soup.new_tag("h3")
            heading.string = quiz.find_previous("h2").text if quiz.find_previous("h2") else "Quiz"
            ends += [heading, answers]
    if ends:
        title = soup.new_tag("h2")
        title.string = "Answers"
        soup.extend([title, *ends])


def _terms() -> Markup:
    entries = (Markup("<dt>{}</dt><dd>{}</dd>").format(*entry) for entry in glossary.alphabetical())
    return Markup("<h1>Glossary</h1><dl>{}</dl>").format(Markup("\n").join(entries))


def _css_text(text: str) -> Markup:
    """A text as CSS writes it, safe inside a style element."""
    escaped = "".join(char if char.isalnum() or char in " ,.?'" else f"\\{ord(char):x} " for char in text)
    return Markup(f'"{escaped}"')


def _print(browser: str, page: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    options = ["--headless", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer"]
    options += ["--generate-pdf-document-outline", f"--print-to-pdf={target}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--no-sandbox")  # Chromium refuses root otherwise; the page is our own
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [browser, *options, f"--user-data-dir={profile}", page.as_uri()]
        try:
            said = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT).stderr.strip()
        except (OSError, subprocess.TimeoutExpired) as error:
            said = str(error)
    if not target.exists():
        raise LessonError(
            f"{browser} printed no handout. Put another browser's program into COURSE_BROWSER. "
            f"It said:\n{said[-500:]}"
        )
