"""Check my set-up: is all there that the lessons need, does it work, and if not, what to do?

`course doctor` prints each check with what it found. In a lesson, `check()` says of what is well only the rule that
it keeps, so that the output is the same on every machine. Nothing here prints a key.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

from course import bootstrap, progress, session

OK, NOTE, WRONG = "ok", "note", "WRONG"
SDKS = {"openai": "3", "anthropic": "2", "google-genai": "3"}  # the oldest versions whose calls lessons show
PINS = bootstrap.LESSONS / bootstrap.STUDENT
INSTALL = (
    "Install the tested packages: in the course's folder, run `make lab`, or `python -m course lab`."
    if bootstrap.LESSONS == bootstrap.ROOT
    else f'Install the tested packages: `python -m pip install -r "{PINS}"`.'
)
_LOOPBACK = "127.0.0.1"
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `rule` is what should hold, `found` what is there, `advice` what to do when it is not."""

    state: str
    name: str
    rule: str
    found: str = ""
    advice: str = ""

    def line(self, details: bool = True) -> str:
        """One line, with what to do below it. Without `details`, what is well is told by its rule alone."""
        if self.state == OK and not details:
            return f"{OK:5}  {self.name}: {self.rule}"
        found = f"{self.rule} ({self.found})" if self.state == OK and self.found else self.found or self.rule
        advice = f"\n{'':7}→ {self.advice}" if self.advice else ""
        return f"{self.state:5}  {self.name}: {found}{advice}"


def check() -> None:
    """Print how this set-up stands: a line for each check, and at the end what that means."""
    findings = list(examine())
    for finding in findings:
        print(finding.line(details=False))
    print(verdict(findings))


def verdict(findings: list[Finding]) -> str:
    """The last line: can one go on?"""
    wrong = [finding.name for finding in findings if finding.state == WRONG]
    if wrong:
        return f"Not ready: {', '.join(wrong)}. Do what stands below it, restart the kernel, and check again."
    return f"Ready: you can do every lesson{' of this page' if session.IN_BROWSER else ''}."


def examine() -> Iterator[Finding]:
    """Each check in turn. A check that fails in a way of its own is a finding too, so that the others are made."""
    for name, look in CHECKS.items():
        try:
            state, rule, *rest = look()
            yield Finding(state, name, rule, *rest)
        except Exception as error:
            advice = f"{INSTALL} If that does not help, start from a new copy of the course."
            yield Finding(WRONG, name, "", f"{type(error).__name__}: {error}", advice)


# ---- the checks: each gives state, rule, found, advice ----------------------------------------------------------


def python() -> tuple[str, ...]:
    """Whether this Python is new enough for the lessons."""
    oldest, found = ".".join(map(str, bootstrap.OLDEST)), ".".join(map(str, sys.version_info[:3]))
    rule = f"{oldest} or newer"
    if sys.version_info >= bootstrap.OLDEST:
        return OK, rule, found
    return WRONG, rule, f"{found}, and the lessons need {rule}", f"Install Python {bootstrap.TESTED[0]}. {INSTALL}"


def packages() -> tuple[str, ...]:
    """Newer versions than the tested ones mostly work, so they are told and not complained of."""
    if session.IN_BROWSER:
        return _packages_in_page()
    rule = "none is missing or too old"
    tested = _tested()
    there = {name: _version(name) for name in {**tested, **_oldest()}}
    bad = [name for name, found in there.items() if found is None]
    bad += [
        f"{name} {there[name]}" for name, oldest in _oldest().items() if there[name] and _older(there[name], oldest)
    ]
    if bad:
        return WRONG, rule, f"missing or too old: {_some(sorted(bad))}", INSTALL
    other = [f"{name} {there[name]}" for name, version in tested.items() if there[name] != version]
    return OK, rule, f"all {len(there)}, {f'not as tested: {_some(other)}' if other else 'as tested'}"


def _packages_in_page() -> tuple[str, ...]:
    """A web page brings what its own lessons need, and no server of JupyterLab."""
    rule = "this web page brings them"
    missing = [name for name in ("numpy", "pandas", "matplotlib") if _version(name) is None]
    if not missing:
        return OK, rule
    found = f"{rule}, all but {', '.join(missing)}"
    return (
        NOTE,
        rule,
        found,
        "Lessons that need these are not in this page. Open them on Binder or your own computer.",
    )


def sdks() -> tuple[str, ...]:
    """The vendors' packages, named one by one: a lesson needs all three."""
    rule = "OpenAI's, Anthropic's and Google's are there"
    there = {name: _version(name) for name in SDKS}
    bad = [name for name, oldest in SDKS.items() if not there[name] or _older(there[name], oldest)]
    found = ", ".join(f"{name} {version or 'missing'}" for name, version in there.items())
    return (WRONG, rule, found, INSTALL) if bad else (OK, rule, found)


def data_files() -> tuple[str, ...]:
    """Reads what the lessons read; a file that is missing or damaged names itself."""
    from course import catalog, data, outline, quiz

    catalog.load()
    lessons = outline.lessons()
    sources = data.sources()
    quizzes = [quiz.load(file.stem) for file in sorted(data.path("quizzes").glob("*.json"))]
    found = f"{len(lessons)} lessons, {sum(map(len, quizzes))} questions, {len(sources)} sources"
    return OK, "all can be read", found


def own_folder() -> tuple[str, ...]:
    """Where answers are kept."""
    rule = "your answers can be kept"
    if (place := progress.file()) is None:
        return OK, rule, "switched off by COURSE_PROGRESS=off"
    folder = next(each for each in (place.parent, *place.absolute().parents) if each.is_dir())
    if os.access(folder, os.W_OK):
        return OK, rule, f"in {place}"
    return (
        NOTE,
        rule,
        f"{place} cannot be written",
        "Lessons work, but forget. Copy the course into a folder of yours.",
    )


def database() -> tuple[str, ...]:
    """A new one, as `course.start()` makes it."""
    from sqlalchemy import URL

    from course.gateway.store import Store

    with tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True) as folder:
        store = Store(URL.create("sqlite", database=str(Path(folder, "doctor.sqlite"))))
        try:
            store.add_project("Doctor", 0)
        finally:
            store.close()
    return OK, "can be written", f"SQLite in {tempfile.gettempdir()}"


def gateway() -> tuple[str, ...]:
    """A practice platform of its own, on a free port, asked in each vendor's way; yours goes on untouched."""
    from sqlalchemy import URL

    from course import catalog, tokens
    from course.gateway import gateway

    with tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True) as folder:
        opened = gateway.practice(
            URL.create("sqlite", database=str(Path(folder, "doctor.sqlite"))), catalog.load(), tokens.number
        )
        server = session.make_server(opened.app)
        server.start()
        try:
            for path, headers, body in _questions(opened.key):
                _ask(server.url + path, headers, body)
        finally:
            server.stop()
            opened.close()
    return OK, "answers in three vendors' ways", f"at {server.url} for this check"


def proxy() -> tuple[str, ...]:
    """`course.start()` names 127.0.0.1 in NO_PROXY; programs of one's own must do that too."""
    rule = f"none stands before {_LOOPBACK}"
    set_ = [name for name in _PROXIES if os.environ.get(name) or os.environ.get(name.lower())]
    past = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    if not set_:
        return OK, rule, "no proxy is set"
    if past.strip() == "*" or _LOOPBACK in [host.strip() for host in past.split(",")]:
        return OK, rule, f"{', '.join(set_)} set, and NO_PROXY names {_LOOPBACK}"
    return (
        NOTE,
        rule,
        f"{', '.join(set_)} set, and NO_PROXY does not name {_LOOPBACK}",
        "Nothing to do for the lessons: course.start() adds it. For programs of your own, add it yourself.",
    )


def live_mode() -> tuple[str, ...]:
    """Whose keys are there; never a key."""
    rule = 'off until you ask for it with course.start("live")'
    if session.mode() == "live":
        return NOTE, rule, "on: calls go to vendors, and you pay for them", 'To end it: course.start("practice").'
    if session.mode() is None and os.environ.get("COURSE_MODE") == "live":
        return (
            NOTE,
            rule,
            "COURSE_MODE=live: lessons will call vendors, and you pay",
            "To end it: remove COURSE_MODE.",
        )
    vendors = session.own_vendors()
    if not vendors:
        return OK, rule, "no usable key of your own is there, and none is needed"
    return OK, rule, f"there are keys or servers of your own for {', '.join(vendors)}; none is used"


CHECKS: Mapping[str, Callable[[], tuple[str, ...]]] = {
    "Python": python,
    "Packages": packages,
    "Vendors' packages": sdks,
    "Data files": data_files,
    "Your folder": own_folder,
    "Database": database,
    "Practice platform": gateway,
    "Proxy": proxy,
    "Live mode": live_mode,
}


# ---- what the checks need ---------------------------------------------------------------------------------------


def _tested() -> dict[str, str]:
    """The versions that the course was tested with on such a machine; empty where the list is not at hand."""
    return {pin.name: str(pin.specifier).removeprefix("==") for pin in _needed(_lines(PINS))}


def _oldest() -> dict[str, str]:
    """The oldest version of each package that the course itself asks for."""
    needed = _needed(metadata.requires("course") or [])
    return {each.name: limit.version for each in needed for limit in each.specifier if limit.operator == ">="}


def _needed(lines: Iterable[str]) -> Iterator[Requirement]:
    """Those that hold on this machine, without extras."""
    for line in lines:
        need = Requirement(line)
        if need.marker is None or need.marker.evaluate({"extra": ""}):
            yield need


def _lines(file: Path) -> list[str]:
    return file.read_text("utf-8").splitlines() if file.is_file() else []


def _older(version: str, than: str) -> bool:
    return Version(version) < Version(than)


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _questions(key: str) -> list[tuple[str, dict[str, str], dict]]:
    """(path, headers, body) of one small call in each vendor's way."""
    from course import catalog

    openai, anthropic, google = (
        catalog.load().pick(vendor, "small").id for vendor in ("openai", "anthropic", "google")
    )
    said = [{"role": "user", "content": "Hello"}]
    bearer = {"Authorization": f"Bearer {key}"}
    return [
        ("/openai/v1/chat/completions", bearer, {"model": openai, "messages": said}),
        ("/anthropic/v1/messages", {**bearer, "anthropic-version": "2023-06-01"},
         {"model": anthropic, "messages": said, "max_tokens": 100}),
        (f"/google/v1/models/{google}:generateContent", {"x-goog-api-key": key},
         {"contents": [{"parts": [{"text": "Hello"}]}]}),
    ]  # fmt: skip


def _ask(url: str, headers: dict[str, str], body: dict) -> None:
    """Raises `httpx2.HTTPError` when there is no answer, past any proxy."""
    import httpx2

    httpx2.post(url, headers=headers, json=body, trust_env=False, timeout=30).raise_for_status().json()
