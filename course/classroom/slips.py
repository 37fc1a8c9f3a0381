"""New keys for those who get them: a page of slips to print and cut, or a CSV file for a mail merge."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from jinja2 import Environment, PackageLoader

from .invitation import GATEWAY, KEY
from .register import Class, Issued

_COLUMNS = ("name", "email", "number", "class", GATEWAY, KEY)
_templates = Environment(loader=PackageLoader("course.classroom"), autoescape=True, trim_blocks=True)


def page(klass: Class, issued: Sequence[Issued]) -> str:
    """An HTML page with a slip for each key."""
    template = _templates.get_template("slips.html.j2")
    weekly = f"{klass.terms.weekly_micros / 1_000_000:,.2f}"
    return template.render(klass=klass, issued=issued, weekly=weekly, gateway=GATEWAY, key=KEY)


def table(klass: Class, issued: Sequence[Issued]) -> str:
    """CSV with a line for each key."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(_COLUMNS)
    for each in issued:
        student = each.student
        writer.writerow((student.name, student.email, student.number, klass.name, klass.terms.url, each.secret))
    return written.getvalue()
