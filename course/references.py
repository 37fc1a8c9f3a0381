"""The pages that a lesson states facts from, as a list to click on."""

from __future__ import annotations

from html import escape

from . import data


class References:
    """What `course.sources` shows at the end of a lesson such as "02_billing"."""

    def __init__(self, lesson: str):
        self._sources = data.sources(lesson)
        if not self._sources:
            raise LookupError(f"There is no lesson {lesson!r} in data/sources.csv.")

    def __repr__(self) -> str:
        return "\n".join(
            f"{page.publisher}: {page.title}, read {page.checked:%Y-%m-%d}, {page.url}" for page in self._sources
        )

    def _repr_mimebundle_(self, **_kwargs) -> dict[str, str]:
        """The list, and beside it one line only: a notebook would else carry each page twice."""
        days = f"{min(page.checked for page in self._sources):%Y-%m-%d}"
        return {"text/html": self._repr_html_(), "text/plain": f"{len(self._sources)} pages, read from {days} on"}

    def _repr_html_(self) -> str:
        lines = (
            f'<li>{escape(page.publisher)}: <a href="{escape(page.url)}">{escape(page.title)}</a>, '
            f"read {page.checked:%Y-%m-%d}</li>"
            for page in self._sources
        )
        return f"<ul>{''.join(lines)}</ul>"
