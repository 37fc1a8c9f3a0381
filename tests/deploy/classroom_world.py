"""A class as a university runs it: PostgreSQL, two workers of `course classroom serve`, and a stand-in vendor."""

from __future__ import annotations

import contextlib
import csv
import os
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import psutil
from sqlalchemy import Row, select

from course import catalog
from course.gateway.store import Store
from course.gateway.store.schema import budgets, calls, keys

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "gateway"))

import postgresql  # noqa: E402

MODEL = catalog.load().pick("openai").id
WORKERS = 2


@dataclass
class World:
    """`url` is the gateway's; `keys` has each student's by email address."""

    database: postgresql.Server
    store: Store
    url: str
    vendor_url: str
    keys: dict[str, str] = field(repr=False)
    gateway: subprocess.Popen

    def workers(self) -> list[psutil.Process]:
        """Those that are ready for calls."""
        return [each for each in psutil.Process(self.gateway.pid).children() if _listens(each)]

    def connections(self, worker: psutil.Process) -> list:
        """Those of students."""
        port = urlsplit(self.url).port
        return [
            each
            for each in worker.net_connections()
            if each.laddr.port == port and each.status == psutil.CONN_ESTABLISHED
        ]

    def served(self) -> dict[str, Counter]:
        """What the vendor did for each student: how often it used so many tokens, in and out."""
        found = defaultdict(Counter)
        for student, *tokens in httpx2.get(self.vendor_url, timeout=60, trust_env=False).json():
            found[student][tuple(tokens)] += 1
        return found

    def ledger(self) -> list[Row]:
        """Each call's line, with the name of its student."""
        with self.store._engine.connect() as connection:
            return connection.execute(
                select(calls, keys.c.name.label("student")).join_from(calls, keys, calls.c.key_id == keys.c.id)
            ).all()

    def budgets(self) -> list[Row]:
        with self.store._engine.connect() as connection:
            return connection.execute(select(budgets)).all()


def _listens(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return any(each.status == psutil.CONN_LISTEN for each in process.net_connections())
    return False  # it has ended


@contextmanager
def world(students: list[str], folder: Path, *terms: str, **settings: str) -> Iterator[World]:
    """A class of these email addresses, under the `terms` of `course classroom init`."""
    with postgresql.running(synchronous_commit="on", **settings) as database:
        keys = make_class(students, folder, database.url, terms)
        with vendor() as vendor_url, gateway(folder, database.url, vendor_url) as (process, url):
            store = Store(database.url)
            running = World(database, store, url, vendor_url, keys, process)
            wait_until(lambda: len(running.workers()) == WORKERS)
            yield running
            store.close()


def make_class(students: list[str], folder: Path, database: str, terms: tuple[str, ...]) -> dict[str, str]:
    roster = folder / "class.csv"
    roster.write_text("email\n" + "".join(f"{student}\n" for student in students), encoding="utf-8")
    command = ["init", str(roster), "--url", "http://127.0.0.1:8791", "--csv", "--output", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "course.cli", "classroom", *command, "--database", database, *terms],
        capture_output=True, text=True, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (table,) = folder.glob("keys*.csv")
    with table.open(encoding="utf-8", newline="") as file:
        return {row["email"]: row["COURSE_KEY"] for row in csv.DictReader(file)}


@contextmanager
def vendor() -> Iterator[str]:
    """The stand-in's address."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "classroom_vendor.py")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        yield process.stdout.readline().strip()
        process.stdin.close()


@contextmanager
def gateway(folder: Path, database: str, vendor_url: str) -> Iterator[tuple[subprocess.Popen, str]]:
    """`course classroom serve`, and its address."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.endswith(("_API_KEY", "_BASE_URL"))},
        "COURSE_OPENAI_URL": f"{vendor_url}/v1",
        "COURSE_OPENAI_KEY": "sk-the-instructors-own",
    }
    command = ["serve", "--mode", "live", "--port", "0", "--workers", str(WORKERS), "--database", database]
    log = folder / "gateway.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "course.cli", "classroom", *command],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=folder, env=environment,
        )  # fmt: skip
    try:
        wait_until(lambda: "listens at" in log.read_text() or process.poll() is not None)
        found = re.search(r"listens at (http://[\d.:]+\d)", log.read_text())
        assert found, log.read_text()
        yield process, found[1]
    finally:
        end(process)


def end(process: subprocess.Popen) -> None:
    """Stop a process and those that it started."""
    if process.poll() is None:
        family = [*psutil.Process(process.pid).children(), process]
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
        for each in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        process.wait()


def wait_until(condition: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
