"""The glossary in the lessons: a term explains itself where a lesson first uses it, and all stand on one page."""

import re
from functools import cache
from html import escape

from nbformat import NotebookNode

from course import data
from course.publish.shape import WRAP_UP

PAGE = "glossary.md"
POINTER = f"Words with a dotted line are terms: point at one, or look it up in the [glossary]({PAGE})."

# What is not running text: code, a heading, a link or a picture, HTML. And bold: there the text itself explains.
_KEPT = re.compile(r"```[\s\S]*?```|`[^`\n]*`|^#[^\n]*|!?\[[^\]\n]*\]\([^)\n]*\)|<[^>\n]*>|\*\*[^*\n]*\*\*", re.M)


@cache
def terms() -> dict[str, str]:
    """Each term with its definition, in the order of the file. Raises DataError."""
    return {row.text("term"): row.text("definition") for row in data.rows("glossary.csv", ("term", "definition"))}


def mark(notebook: NotebookNode) -> NotebookNode:
    """Give each term its first sentence of explanation where the notebook's prose first uses it; returns it.

    `<abbr title="…">` is what JupyterLab, GitHub and a deck all keep. The wrap-up leads to the page of all terms, for
    those who do not point with a mouse.
    """
    waiting = dict(terms())
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.metadata.get("slideshow", {}).get("slide_type") != "notes":
            cell.source = _mark(cell.source, waiting)
        if cell.metadata.get("label") == WRAP_UP:
            cell.source += f"\n\n{POINTER}"
    return notebook


def alphabetical() -> list[tuple[str, str]]:
    """The terms with their definitions, as a reader looks them up."""
    return sorted(terms().items(), key=lambda entry: entry[0].casefold())


def page() -> str:
    """All terms and their definitions as one Markdown page, in the order of the alphabet."""
    head = "# Glossary\n\nThe terms of the course in plain words. In a lesson, point at a word with a dotted line.\n"
    return head + "".join(f"\n**{term}**: {definition}\n" for term, definition in alphabetical())


def _mark(text: str, waiting: dict[str, str]) -> str:
    """`text` with the terms in `waiting` marked at their first use, and taken out of `waiting`."""
    pieces, end = [], 0
    for kept in _KEPT.finditer(text):
        pieces += [_mark_words(text[end : kept.start()], waiting), kept[0]]
        end = kept.end()
    return "".join([*pieces, _mark_words(text[end:], waiting)])


def _mark_words(text: str, waiting: dict[str, str]) -> str:
    def explain(found: re.Match) -> str:
        term = term_of(found[0])
        if term not in waiting:
            return found[0]
        first_sentence = re.split(r"(?<=\.) ", waiting.pop(term), maxsplit=1)[0]
        return f'<abbr title="{escape(first_sentence)}">{found[0]}</abbr>'

    return _any_term().sub(explain, text)


@cache
def _any_term() -> re.Pattern:
    """Finds a term, also in the plural; the longest, so that "API key" is not taken for "API"."""
    longest_first = sorted(terms(), key=len, reverse=True)
    return re.compile(r"(?<![\w-])(?:" + "|".join(map(_forms, longest_first)) + r")(?![\w-])")


def _forms(term: str) -> str:
    """A term as it may stand in a sentence. Capitals are part of one such as API; others may begin a sentence."""
    stem, plural = (term[:-1], "(?:y|ies)") if re.search(r"[^aeiou]y$", term) else (term, "s?")
    first = stem[0] if stem[:2].isupper() else f"[{stem[0].upper()}{stem[0].lower()}]"
    return first + re.escape(stem[1:]) + plural


@cache
def term_of(words: str) -> str:
    """The term that words of a text stand for, such as "token" for "Tokens"."""
    return next(term for term in terms() if re.fullmatch(_forms(term), words))
