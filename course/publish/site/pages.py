"""Writes the pages of the site by their templates, each with its way back to the root."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from course.publish.exporter import TEMPLATES as COURSE_TEMPLATES
from course.publish.site.addresses import Addresses
from course.publish.site.article import slug
from course.publish.site.files import ASSETS, TEMPLATES, digest, write

STYLE, PROGRAM = f"{ASSETS}/site.css", f"{ASSETS}/site.js"
_CODE = ("model.js", "site.js", "search.js")


class Pages:
    """`written` lists the pages in order, as paths below the site's folder."""

    def __init__(self, site: Path, addresses: Addresses, **shared: object):
        self._site, self.written = site, []
        loader = FileSystemLoader([TEMPLATES, COURSE_TEMPLATES / "course_deck"])
        self._templates = Environment(loader=loader, autoescape=True, trim_blocks=True, undefined=StrictUndefined)
        self._templates.filters["slug"] = slug
        versions = self._write_assets()
        self._templates.globals |= {"addresses": addresses, "versions": versions, **shared}

    def write(self, path: str, template: str, **values: object) -> None:
        """Write the page `path`, such as "lessons/02_billing.html"."""
        values = {"path": path, "root": "../" * path.count("/"), **values}
        html = self._templates.get_template(template).render(values)
        write(self._site / path, html + "\n")
        self.written.append(path)

    def _write_assets(self) -> dict[str, str]:
        """Write style, program and icon; returns what to add to an address so that a browser notices a change."""
        code = "\n".join(self._text(name) for name in _CODE)
        texts = {
            STYLE: self._text("site.css"),
            PROGRAM: f'"use strict";\n{{\n{code}}}\n',
            f"{ASSETS}/icon.svg": self._text("icon.svg"),
        }
        for path, text in texts.items():
            write(self._site / path, text)
        return {path: Markup(f"{path}?{digest(text.encode())[:6]}") for path, text in texts.items()}

    def _text(self, name: str) -> str:
        loader = self._templates.loader
        return loader.get_source(self._templates, name)[0]
