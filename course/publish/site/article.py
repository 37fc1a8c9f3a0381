"""A lesson as an article of the site: what stands in it, and what its page needs beside it."""

import json
import re
from dataclasses import dataclass
from posixpath import normpath

from bs4 import BeautifulSoup, Tag
from markupsafe import Markup
from traitlets import default

from course.publish import glossary
from course.publish.exporter import CourseExporter
from course.publish.lesson import Lesson
from course.publish.site.addresses import Addresses
from course.publish.site.files import TEMPLATES, Pictures

NEEDS_PYTHON = "ProgressPanel"  # a widget that has nothing to show where no Python runs
IN_ITS_PLACE = (
    "In JupyterLab, a panel stands here that keeps your progress. "
    "On this site your answers to the quizzes stay in this browser; nothing is sent anywhere."
)
_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?( ?%)?")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of level 2 or 3 with its `id`, and the words below it."""

    id: str
    title: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Quiz:
    """A quiz of a lesson: its place among the lesson's widgets, the id of its cell, and the heading above it."""

    widget: int
    cell: str
    title: str
    questions: int


@dataclass(frozen=True, slots=True)
class Article:
    """`html` is all below the first heading, which is `title`; `terms` are those of the glossary in it.

    `widgets` is as `course.publish.slides.collect_widgets` gives it.
    """

    title: str
    html: Markup
    sections: list[Section]
    quizzes: list[Quiz]
    widgets: dict
    terms: list[str]


class ArticleExporter(CourseExporter):
    """Exports a lesson's cells as HTML without a page around them."""

    @default("template_name")
    def _template_name_default(self) -> str:
        return "course_site"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES), *super()._extra_template_basedirs_default()]


def read(lesson: Lesson, exporter: ArticleExporter, pictures: Pictures, addresses: Addresses) -> Article:
    """The article of a lesson's saved notebook, with its pictures put into files. Raises LessonError."""
    html, resources = exporter.convert(lesson)
    widgets = json.loads(resources["widgets"])
    soup = BeautifulSoup(html, "html.parser")
    _replace_what_needs_python(soup)
    _calm_outputs(soup)
    _lead_links(soup, addresses)
    terms = _lead_terms(soup)
    pictures.extract(soup, lesson)
    title = soup.h1.extract().get_text() if soup.h1 else lesson.name
    sections = _sections(soup)
    return Article(title, Markup(soup), sections, _quizzes(soup, widgets["widgets"]), widgets, terms)


def slug(words: str) -> str:
    """Words as they stand in an address: "API key" becomes "api-key"."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def _replace_what_needs_python(soup: BeautifulSoup) -> None:
    for host in soup.select(".output[data-widget]"):
        if NEEDS_PYTHON in host.find_parent(class_="cell").get_text():
            note = soup.new_tag("p", attrs={"class": "aside"})
            note.string = IN_ITS_PLACE
            host.replace_with(note)


def _calm_outputs(soup: BeautifulSoup) -> None:
    """What a cell shows keeps to the page's own look, its outline, and its width."""
    for style in soup.find_all("style"):
        style.decompose()
    for heading in soup.select(".output :is(h1, h2, h3, h4, h5)"):
        heading.name, heading["class"] = "p", "heading"
    for header in soup.find_all("th"):
        if not header.get_text(strip=True):
            header.name = "td"  # it heads nothing
            header.attrs.pop("scope", None)
    for table in soup.find_all("table"):
        _align_numbers(table)
        table.wrap(soup.new_tag("div", attrs={"class": "scroll"}))
    for figure in soup.find_all(["figure", "img"]):
        figure.attrs.pop("style", None)


def _align_numbers(table: Tag) -> None:
    """Mark the cells of each column that holds numbers alone."""
    rows = [row.find_all(["td", "th"], recursive=False) for row in table.find_all("tr")]
    body = [row for row in rows if row and row[0].find_parent("tbody")]
    for column in zip(*rows, strict=True) if len(set(map(len, rows))) == 1 and body else ():
        if all(_NUMBER.fullmatch(cell.get_text(strip=True)) for cell in column[-len(body) :]):
            for cell in column:
                cell["class"] = "number"


def _lead_links(soup: BeautifulSoup, addresses: Addresses) -> None:
    """Links between notebooks become links between pages of the site; to other files, they lead to the repository."""
    for link in soup.find_all("a", href=True):
        if found := re.fullmatch(r"(\w+)\.ipynb(#.*)?", link["href"]):
            link["href"] = f"{found[1]}.html{found[2] or ''}"
        elif link["href"] == glossary.PAGE:
            link["href"] = "../glossary.html"
        elif found := re.fullmatch(r"\.\./exercises/release/\w+/(\w+\.ipynb)", link["href"]):
            link["href"] = f"../downloads/exercises/{found[1]}"
        elif not re.match(r"[a-z]+:|#|//", link["href"]):
            link["href"] = addresses.file(normpath(f"notebooks/{link['href']}"))


def _lead_terms(soup: BeautifulSoup) -> list[str]:
    """Make each marked term a link to the glossary that also says what it means; returns the terms."""
    found = []
    for mark in soup.select("abbr[title]"):
        term = glossary.term_of(mark.get_text())
        link = soup.new_tag("a", href=f"../glossary.html#{slug(term)}")
        link["class"], link["data-means"] = "term", mark["title"]
        link.extend(list(mark.contents))
        mark.replace_with(link)
        found.append(term)
    return found


def _sections(soup: BeautifulSoup) -> list[Section]:
    """The headings, each with an id of its own, and the prose that follows until the next one."""
    sections, seen = [], {element["id"] for element in soup.select(".cell[id]")}
    for heading in soup.find_all(["h2", "h3"]):
        base = slug(heading.get_text())
        heading["id"] = next(name for n in range(1, 99) if (name := f"{base}-{n}" if n > 1 else base) not in seen)
        seen.add(heading["id"])
        sections.append(Section(heading["id"], heading.get_text(), int(heading.name[1]), _below(heading)))
    return sections


def _below(heading: Tag) -> str:
    """The prose between a heading and the next; what cells show is left out."""
    words = []
    for element in heading.find_all_next(["h2", "h3", "p", "li", "td", "th"]):
        if element.name in ("h2", "h3"):
            break
        if not element.find_parent(class_="output") and not element.find_parent(["p", "li"]):
            words.append(element.get_text())
    return " ".join(" ".join(words).split())


def _quizzes(soup: BeautifulSoup, widgets: list[dict]) -> list[Quiz]:
    found = []
    for host in soup.select(".output[data-widget]"):
        place = int(host["data-widget"])
        if questions := widgets[place]["traits"].get("questions"):
            heading = host.find_previous(["h2", "h3"])
            cell = host.find_parent(class_="cell")["id"]
            found.append(Quiz(place, cell, heading.get_text() if heading else "Quiz", len(questions)))
    return found
