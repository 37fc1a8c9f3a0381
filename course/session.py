"""Starts the course gateway for this kernel and points the vendors' SDKs at it."""

from __future__ import annotations

import atexit
import os
import tempfile
import threading
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas

    from course.gateway.server import ThreadedServer
    from course.gateway.store import Store

READY = "Practice platform ready: calls stay on this computer, no key, no network, no bill."
_LOOPBACK = ("127.0.0.1", "localhost")
_lock = threading.Lock()
_session: Session | None = None


@dataclass
class Session:
    """A running gateway with a database of its own, which goes away with it."""

    server: ThreadedServer
    store: Store
    directory: tempfile.TemporaryDirectory
    key: str

    def stop(self) -> None:
        self.server.stop()
        self.store.close()
        self.directory.cleanup()


def start(mode: str | None = None) -> None:
    """Start the practice platform, once for each kernel, and say so in one line.

    Sets OPENAI_BASE_URL and OPENAI_API_KEY, so that `OpenAI()` finds the platform by itself, and takes
    127.0.0.1 out of any proxy's reach. Calling it again is harmless. `mode` is "practice"; left out, it is
    what the environment variable COURSE_MODE says, else "practice". Raises `ValueError` for another mode.
    """
    global _session
    mode = mode or os.environ.get("COURSE_MODE") or "practice"
    if mode != "practice":
        raise ValueError(f'mode {mode!r} does not exist. Use course.start() or course.start("practice").')
    with _lock:
        if _session is not None and not _session.server.running:
            _session.stop()
            _session = None
        if _session is None:
            _session = _open_session()
            atexit.register(_session.stop)
        _set_environment(_session)
    print(READY)


def stop() -> None:
    """Stop the platform and forget its calls. The kernel's end does this too."""
    global _session
    with _lock:
        if _session is not None:
            atexit.unregister(_session.stop)
            _session.stop()
            _session = None


def model(vendor: str, tier: str = "small") -> str:
    """The ID of a vendor's current model; `tier` is "small", "standard" or "large"."""
    from course import catalog

    return catalog.load().pick(vendor, tier).id


def ledger() -> pandas.DataFrame:
    """Every call of this session, oldest first, one row each.

    Columns: call, project, key (its last four characters), model, input, cached_input, cache_write, output,
    reasoning (tokens; cached_input and cache_write are parts of input, reasoning of output), cost_usd (an
    exact `Decimal`) and status ("ok", or "cut" when the caller hung up). Raises `RuntimeError` before
    `start()`.
    """
    import pandas

    if _session is None:
        raise RuntimeError(
            "There is no ledger yet, because the practice platform is not running. Run course.start()."
        )
    rows = [row._asdict() for row in _session.store.ledger()]
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


def _open_session() -> Session:
    from sqlalchemy import URL

    from course import catalog, tokens
    from course.gateway.app import create_app
    from course.gateway.engines.practice import PracticeEngine
    from course.gateway.pipeline import Pipeline, utc_micros
    from course.gateway.server import ThreadedServer
    from course.gateway.store import Store

    def count_tokens(text: str, model_id: str) -> int:
        return tokens.count(text, model_id).tokens

    directory = tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True)
    store = Store(URL.create("sqlite", database=str(Path(directory.name, "gateway.sqlite"))))
    project = store.add_project("Default project", utc_micros())
    _, key = store.add_key(project, "practice", utc_micros())
    pipeline = Pipeline(store, PracticeEngine(count_tokens), catalog.load(), count_tokens)
    server = ThreadedServer(create_app(pipeline))
    server.start()
    return Session(server, store, directory, key)


def _set_environment(session: Session) -> None:
    os.environ["OPENAI_BASE_URL"] = f"{session.server.url}/openai/v1"
    os.environ["OPENAI_API_KEY"] = session.key
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [host.strip() for host in os.environ.get(name, "").split(",") if host.strip()]
        os.environ[name] = ",".join([*hosts, *(host for host in _LOOPBACK if host not in hosts)])
