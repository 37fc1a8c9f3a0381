"""Where things lie outside of the site: the repository, Binder, the site's own public address."""

import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from urllib.parse import quote, urlsplit

import course
from course.publish.lesson import LessonError

PLACEHOLDER = "OWNER/REPO"  # until the course is published


def _repository() -> str:
    """The repository that pyproject.toml names, as the installed package knows it."""
    try:
        named = metadata("course").get_all("Project-URL", [])
    except PackageNotFoundError:
        return PLACEHOLDER
    addresses = dict(line.split(", ", 1) for line in named)
    return urlsplit(addresses.get("Repository", PLACEHOLDER)).path.strip("/")


REPOSITORY = _repository()


@dataclass(frozen=True, slots=True)
class Addresses:
    """`repository` is one of GitHub, `site` the address under which the pages will lie, or empty when not known.

    Raises LessonError for a value that is neither.
    """

    repository: str = REPOSITORY
    site: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", self.repository):
            raise LessonError(f"{self.repository!r} is no repository of GitHub. Write it as owner/name.")
        parts = urlsplit(self.site)
        if self.site and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment):
            raise LessonError(f"{self.site!r} is no address of a site. Write it as https://owner.github.io/name/.")

    @property
    def code(self) -> str:
        return f"https://github.com/{self.repository}"

    @property
    def folder(self) -> str:
        """The path of the site on its host; empty when not known."""
        return urlsplit(self.of("")).path

    def binder(self, notebook: str) -> str:
        """Opens a file of the repository, such as "notebooks/02_billing.ipynb", in JupyterLab on Binder.

        It is the file of this version's release, for which Binder builds an image once.
        """
        release = f"v{course.__version__}"
        return f"https://mybinder.org/v2/gh/{self.repository}/{release}?urlpath=lab/tree/{quote(notebook)}"

    def file(self, path: str) -> str:
        return f"{self.code}/blob/HEAD/{path}"

    def of(self, page: str) -> str:
        """The public address of a page; empty when the site's is not known."""
        return f"{self.site.rstrip('/')}/{'' if page == 'index.html' else page}" if self.site else ""
