"""Starts the course gateway for this kernel and points the vendors' SDKs at it."""

from __future__ import annotations

import atexit
import os
import sys
import tempfile
import threading
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas
    from sqlalchemy import URL

    from course.classroom.invitation import Invitation
    from course.gateway.gateway import Gateway
    from course.gateway.server import ThreadedServer
    from course.in_process import InProcessServer

READY = "Practice platform ready: calls stay on this computer, no key, no network, no bill."
READY_IN_BROWSER = (
    "Practice platform ready: it runs inside this web page, with no server. "
    "Calls do not leave your browser, no key, no network, no bill."
)
# A web page (Pyodide, JupyterLite) has neither threads nor sockets nor processes.
IN_BROWSER = sys.platform == "emscripten"
_LOOPBACK = ("127.0.0.1", "localhost")
# By these an SDK would pass the platform by, or send it another key.
_MISLEADING = (
    "ANTHROPIC_AUTH_TOKEN",
    "GOOGLE_API_KEY",
    "GOOGLE_GENAI_USE_ENTERPRISE",
    "GOOGLE_GENAI_USE_VERTEXAI",
)
MODES = ("practice", "live", "classroom")
# What the platform has put into the environment, and what stood there before.
_ours: dict[str, str] = {}
_before: dict[str, str] = {}
_lock = threading.Lock()
_session: Session | None = None


@dataclass
class Session:
    """A running gateway with a database of its own, which goes away with it."""

    mode: str
    status: str
    gateway: Gateway
    server: ThreadedServer | InProcessServer
    directory: tempfile.TemporaryDirectory
    invitation: Invitation | None = None

    def stop(self) -> None:
        self.server.stop()
        self.gateway.close()
        self.directory.cleanup()


def start(mode: str | None = None, pace: float = 0) -> None:
    """Start the platform, once for each kernel, and say what it is: a server on loopback, or, where this Python runs
    in a web page, an application inside it.

    Sets the variables by which `OpenAI()`, `Anthropic()` and `genai.Client()` find the platform by themselves, see
    `course.gateway.gateway.environment`, and takes 127.0.0.1 out of any proxy's reach. Calling it again is harmless.

    `mode` is "practice", "live" or "classroom"; left out, it is what the environment variable COURSE_MODE says, else
    "classroom" where a class's COURSE_GATEWAY and COURSE_KEY are set, in the environment or in a `.env` file, else
    "practice". In classroom mode the class's gateway answers, see `course.classroom.student`; in live mode the
    vendors, for your own key, under a cap, see `course.gateway.live_settings`. `pace` is how many seconds pass
    between two pieces of a streamed practice answer: 0.05 is about as fast as one reads.

    Raises `ValueError` for another mode, or a pace below 0 or above 10, and `live_settings.LiveProblem` where live
    or classroom mode cannot begin.
    """
    global _session
    mode = mode or os.environ.get("COURSE_MODE") or ("classroom" if _is_invited() else "practice")
    if mode not in MODES:
        raise ValueError(f'mode {mode!r} does not exist. Use course.start() or course.start("live").')
    if not 0 <= pace <= 10:
        raise ValueError(f"pace is the number of seconds between two pieces, from 0 to 10, not {pace!r}.")
    invitation, welcome = _enter_class() if mode == "classroom" else (None, "")
    with _lock:
        wanted = (mode, invitation)
        if _session is not None and ((_session.mode, _session.invitation) != wanted or not _session.server.running):
            _close()
        if _session is None:
            _session = _open_classroom(invitation) if invitation else _OPEN[mode]()
            atexit.register(_session.stop)
        _session.status = welcome or _session.status
        _session.gateway.pipeline.pace = pace
        _set_environment(_session)
    print(_session.status)


def _close() -> None:
    global _session
    atexit.unregister(_session.stop)
    _session.stop()
    _session = None


def stop() -> None:
    """Stop the platform and forget its calls. The kernel's end does this too."""
    global _session
    with _lock:
        if _session is not None:
            _close()


def model(vendor: str, tier: str = "small") -> str:
    """The ID of a vendor's current model; `tier` is "small", "standard", "large" or "embedding"."""
    from course import catalog

    return catalog.load().pick(vendor, tier).id


def spent() -> Decimal:
    """What all calls of this session cost at list price, in US dollars. Raises `RuntimeError` before `start()`."""
    return Decimal(sum(row.cost_micros for row in running().gateway.store.ledger())).scaleb(-6)


def ledger() -> pandas.DataFrame:
    """Every call of this session, oldest first, one row each.

    Columns: call, project, key (its last four characters), model, input, cached_input, cache_write, output,
    reasoning (tokens; cached_input and cache_write are parts of input, reasoning of output), cost_usd (an
    exact `Decimal`) and status: "ok", "cut" when the caller hung up, "error" when there was no answer, "lost"
    when the platform died under way, "estimated" where a vendor did not say what it had used. Raises
    `RuntimeError` before `start()`.
    """
    import pandas

    rows = [row._asdict() for row in running().gateway.store.ledger()]
    for row in rows:
        row["cost_usd"] = Decimal(row.pop("cost_micros")).scaleb(-6)
    columns = [
        "call",
        "project",
        "key",
        "model",
        "input",
        "cached_input",
        "cache_write",
        "output",
        "reasoning",
    ]
    return pandas.DataFrame(rows, columns=[*columns, "cost_usd", "status"])


def refusals() -> pandas.DataFrame:
    """Every call of this session that was refused, oldest first, one row each.

    Columns: refusal, project, key (its last four characters), model (empty where the key itself was refused) and
    reason, a kind of `course.gateway.types.Fault`, such as "model_forbidden", "rate_limited", "budget_exceeded", or
    "invalid_key" for a key that was revoked. Raises `RuntimeError` before `start()`.
    """
    import pandas

    rows = [row._asdict() for row in running().gateway.store.refusals()]
    return pandas.DataFrame(rows, columns=["refusal", "project", "key", "model", "reason"])


def overview() -> dict:
    """What is going on on the platform now; see `course.gateway.store.overview`. Raises `RuntimeError` before
    `start()`.
    """
    gateway = running().gateway
    return gateway.store.overview(gateway.pipeline.clock())


def personal_key(email: str, project_id: str) -> str:
    """The secret of a key that a person makes for herself in the platform's console; she joins the project first.

    It stands for that person's clicks: no vendor lets a program make a key in somebody else's name. Raises
    `LookupError` for an unknown project, and `RuntimeError` before `start()`.
    """
    from course.gateway.admin import people

    gateway = running().gateway
    store, now = gateway.store, gateway.pipeline.clock()
    project = next((row.id for row in store.projects() if row.public_id == project_id), None)
    if project is None:
        raise LookupError(f"There is no project {project_id!r}. List them with projects.list().")
    user = next((each for each in people.users(store) if each["email"] == email), None)
    user = user or people.add_user(store, email, "reader", {}, now)
    return people.make_key(store, people.join(store, user, project, "member", now), project, now)


def faults(kind: str | None = None, calls: int | None = None, share: float | None = None, seconds: float = 2) -> None:
    """Let calls fail on purpose, to see what a program makes of it.

    `kind` is "rate_limit", "overload", "server_error", "timeout", "slow", "cut" or "malformed"; it strikes the next
    `calls` calls or a `share` of all, such as 0.25. Without a kind, all faults end. Raises `ValueError` for what is
    no fault, and `RuntimeError` before `start()`.
    """
    from course.gateway.faults import KINDS, Rule

    rules = running().gateway.pipeline.faults
    if kind is None:
        rules.clear()
        print("No faults: every call is answered as well as it can be.")
        return
    rules.add(Rule(kind, calls, share, seconds=seconds))
    which = f"{share:.0%} of all calls" if share else "the next call" if calls == 1 else f"the next {calls} calls"
    print(f"Fault set for {which}: {KINDS[kind].replace('`seconds`', f'{seconds:g} s')}.")


def mode() -> str | None:
    """ "practice", "live" or "classroom"; `None` before `start()`."""
    return _session.mode if _session else None


def own_vendors() -> list[str]:
    """The vendors that live mode could call, by name: those with a key, or a server, of the learner's own. Empty
    where live mode could not begin.
    """
    from course.gateway.live_settings import NAMES, LiveProblem, read_upstreams

    try:
        return [NAMES[vendor] for vendor in read_upstreams(_learners_environment())]
    except LiveProblem:
        return []


def running() -> Session:
    """The platform of this kernel. Raises `RuntimeError` before `start()`."""
    if _session is None:
        raise RuntimeError("There is nothing to show yet: the practice platform is not running. Run course.start().")
    return _session


def _open_practice() -> Session:
    from course import catalog, tokens
    from course.gateway import gateway

    ready = READY_IN_BROWSER if IN_BROWSER else READY
    return _serve("practice", ready, lambda database: gateway.practice(database, catalog.load(), tokens.number))


def _open_live() -> Session:
    from course import catalog, tokens
    from course.gateway import gateway, live_settings

    if IN_BROWSER:
        raise live_settings.LiveProblem(
            "Live mode does not run in a web page. Open the course on your own computer (`make lab`) for it."
        )
    upstreams = live_settings.read_upstreams(_learners_environment())
    status = live_settings.announcement(upstreams)
    if planned := _planned_calls():
        from course.gateway.engines.live_prices import worst_case

        status += f"\n{worst_case(planned)}"
    facts = catalog.load()
    return _serve("live", status, lambda database: gateway.live(database, facts, tokens.number, upstreams))


_OPEN = {"practice": _open_practice, "live": _open_live}


def _is_invited() -> bool:
    """Whether the learner has a key to a class's gateway."""
    if IN_BROWSER:
        return False
    from course.classroom.invitation import is_invited
    from course.gateway.live_settings import LiveProblem

    try:
        return is_invited(_learners_environment())
    except LiveProblem:  # a `.env` file that cannot be read is no reason not to practise
        return False


def _enter_class() -> tuple[Invitation, str]:
    """The learner's key to a class's gateway, and what that says to it. Raises `LiveProblem`."""
    from course.classroom import invitation, student

    found = invitation.read(_learners_environment())
    return found, student.enter(found)


def _open_classroom(invitation: Invitation) -> Session:
    """The class's gateway keeps the budget: there is no cap of the session's own."""
    from course import catalog, tokens
    from course.classroom.student import upstreams
    from course.gateway import gateway

    facts, vendors = catalog.load(), upstreams(invitation)
    session = _serve(
        "classroom", "", lambda database: gateway.live(database, facts, tokens.number, vendors, capped=False)
    )
    session.invitation = invitation
    return session


def _serve(mode: str, status: str, open_gateway: Callable[[URL], Gateway]) -> Session:
    from sqlalchemy import URL

    directory = tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True)
    opened = open_gateway(URL.create("sqlite", database=str(Path(directory.name, "gateway.sqlite"))))
    server = make_server(opened.app)
    server.start()
    return Session(mode, status, opened, server, directory)


def make_server(app) -> ThreadedServer | InProcessServer:
    """What serves an ASGI app to this process, not yet started."""
    if IN_BROWSER:
        from course.in_process import InProcessServer

        return InProcessServer(app)
    from course.gateway.server import ThreadedServer

    return ThreadedServer(app)


def _learners_environment() -> dict[str, str]:
    """The environment as it would be without this platform, and a `.env` file of the learner's."""
    from course.gateway.live_settings import read_environment

    kept = {name: value for name, value in os.environ.items() if _ours.get(name) != value}
    return read_environment({**_before, **kept}, Path.cwd())


def _planned_calls() -> list[tuple[str, int, int, int]]:
    """What the lesson that runs in this kernel calls: (model ID, prompt tokens, most output tokens, calls).

    JupyterLab names the notebook of a kernel in its environment; elsewhere nothing is known.
    """
    from course import data

    lesson = Path(os.environ.get("JPY_SESSION_NAME", "")).stem
    columns = ("lesson", "vendor", "tier", "prompt_tokens", "output_tokens", "calls")
    return [
        (model(row.text("vendor"), row.text("tier")), *(row.integer(name) for name in columns[3:]))
        for row in data.rows("lesson_calls.csv", columns)
        if row.text("lesson") == lesson
    ]


def _set_environment(session: Session) -> None:
    from course.gateway.gateway import environment

    ours = environment(session.server.url, session.gateway.key, session.gateway.admin_key)
    for name in (*_MISLEADING, *ours):
        if name in os.environ and os.environ[name] != _ours.get(name):
            _before[name] = os.environ[name]
        os.environ.pop(name, None)
    _ours.clear()
    _ours.update(ours)
    os.environ.update(ours)
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [host.strip() for host in os.environ.get(name, "").split(",") if host.strip()]
        os.environ[name] = ",".join([*hosts, *(host for host in _LOOPBACK if host not in hosts)])
