"""A question's plain text as the HTML that learning platforms show."""

from html import escape

from course.quiz import Question


def paragraph(text: str) -> str:
    return f"<p>{escape(text, quote=False)}</p>"


def with_code(entry: dict, key: str) -> str:
    """The text under ``key``, then the entry's code, if any."""
    code = f"<pre><code>{escape(entry['code'], quote=False)}</code></pre>" if "code" in entry else ""
    return (paragraph(entry[key]) if key in entry else "") + code


def question(entry: Question) -> str:
    return with_code(entry, "question")


def named(name: str, text: str) -> str:
    """An item of a list: what it is about, then what is said of it."""
    return f"<li><b>{escape(name, quote=False)}</b>: {escape(text, quote=False)}</li>"
