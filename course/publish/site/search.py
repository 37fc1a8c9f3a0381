"""What the search of the site looks through: each section of each lesson, and each term."""

import json
from pathlib import Path

from course.publish.site.article import Section, slug
from course.publish.site.files import ASSETS, write

INDEX = f"{ASSETS}/search_index.js"


def lesson_entries(title: str, page: str, sections: list[Section]) -> list[list[str]]:
    """`[place, heading, text, address]` for each section of a lesson."""
    opening = [title, title, "", page]
    return [opening, *([title, each.title, each.text, f"{page}#{each.id}"] for each in sections)]


def term_entries(terms: list[tuple[str, str]]) -> list[list[str]]:
    return [["Glossary", term, meaning, f"glossary.html#{slug(term)}"] for term, meaning in terms]


def write_index(entries: list[list[str]], site: Path) -> None:
    """Write the index as a script, which a page can load from a folder too."""
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in entries)
    write(site / INDEX, f"site.index([\n{lines}\n]);\n")
