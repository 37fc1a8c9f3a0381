"""Runs a command beside a PostgreSQL of its own, which goes away with it:

    python tests/gateway/postgresql.py python -m pytest tests/gateway

The command finds the server's address in COURSE_TEST_DATABASE. PostgreSQL must be installed; on Debian, as the
package `postgresql`. It refuses to run as root, so root runs it as the user `postgres`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# A test's database is gone after the test: nobody waits for the disk.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "log_min_messages": "fatal",
}


def program(name: str) -> str:
    """Debian keeps the server's programs out of the way."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(places[-1]) if places else None)
    if found is None:
        raise SystemExit(f"PostgreSQL's program {name} is not installed. Debian: apt-get install postgresql")
    return found


def as_owner(*command: str) -> None:
    """Run one of PostgreSQL's programs, not as root."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command = ("runuser", "-u", "postgres", "--", *command)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Server:
    """A server on loopback; `url` is that of a database on it."""

    def __init__(self, folder: str, settings: dict[str, str]):
        self._folder = folder
        self._data = f"{folder}/data"
        self._port = free_port()
        self._settings = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self._port}/postgres"
        as_owner(
            program("initdb"), "-D", self._data, "-U", "postgres", "-A", "trust", "-N", "--no-locale", "-E", "UTF8"
        )

    def start(self) -> None:
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -k {self._folder} {self._settings}"
        self._control("-w", "-l", f"{self._folder}/log", "-o", options, "start")

    def stop(self) -> None:
        """As if it were killed: whoever is connected is cut off."""
        self._control("-m", "immediate", "stop")

    def _control(self, *words: str) -> None:
        as_owner(program("pg_ctl"), "-D", self._data, *words)


@contextmanager
def running(**settings: str) -> Iterator[Server]:
    """A new server, with `SETTINGS` and others."""
    with tempfile.TemporaryDirectory(prefix="course-postgresql-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        server = Server(folder, {**SETTINGS, **settings})
        server.start()
        try:
            yield server
        finally:
            server.stop()


def main() -> int:
    with running() as server:
        return subprocess.run(sys.argv[1:], env={**os.environ, "COURSE_TEST_DATABASE": server.url}).returncode


if __name__ == "__main__":
    sys.exit(main())
