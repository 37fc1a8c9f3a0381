"""The folder, the user and the limits of a session on mybinder.org, made with bubblewrap.

Inside, the user is jovyan (1000), without rights of root. The course lies in /home/jovyan, its packages in
/srv/conda/envs/notebook; nothing else of a person's own is there. Like Binder, the build may write in both, a session
in its home and /tmp alone.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
MEMORY = 2**30  # bytes: what mybinder.org promises to a session
HOME, PREFIX = "/home/jovyan", "/srv/conda/envs/notebook"
_PRIVATE = ("/tmp", "/home", "/root", "/srv", str(ROOT))  # none of it may help a session here
_FOR_INSTALLERS = ("PIP_", "UV_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
_ENVIRONMENT = {
    "HOME": HOME,
    "USER": "jovyan",
    "SHELL": "/bin/bash",
    "LANG": "C.UTF-8",
    "PATH": f"{PREFIX}/bin:/usr/local/bin:/usr/bin:/bin",
    "CONDA_DEFAULT_ENV": PREFIX,
    "PYTHONUNBUFFERED": "1",
}
_MISSING = "This test needs bubblewrap, to be a user who may write in one folder alone: apt install bubblewrap."


class Binder:
    """A home and a prefix in `folder`; `build` fills them, `start` runs a session in them."""

    def __init__(self, folder: Path):
        self.home, self.prefix = folder / "home", folder / "prefix"
        self.home.mkdir()
        self.prefix.mkdir()
        self._passwd = folder / "passwd"
        self._passwd.write_text(f"root:x:0:0::/root:/bin/sh\njovyan:x:1000:1000::{HOME}:/bin/bash\n", "utf-8")

    def install(self, uv: Path, *packages: str) -> None:
        """Install packages into the prefix, with bytecode, as pip does; made of the Python that runs this."""
        cache = subprocess.run([uv, "cache", "dir"], check=True, capture_output=True, text=True).stdout.strip()
        Path(cache).mkdir(parents=True, exist_ok=True)
        binds = ["--ro-bind", str(uv), "/tmp/uv", "--bind", cache, "/tmp/cache"]
        settings = {"UV_CACHE_DIR": "/tmp/cache", "UV_LINK_MODE": "copy", "UV_COMPILE_BYTECODE": "1"}
        if not (self.prefix / "bin").exists():
            python = f"{sys.base_prefix}/bin/python3"
            self._run(["/tmp/uv", "venv", "--seed", "--allow-existing", "--python", python, PREFIX], settings, *binds)
        self._run(["/tmp/uv", "pip", "install", "--python", PREFIX, *packages], settings, *binds)

    def build(self, *command: str) -> None:
        """Run a step of the image's build."""
        self._run(list(command), {})

    def _run(self, command: list[str], environment: dict[str, str], *binds: str) -> None:
        settings = {name: value for name, value in os.environ.items() if name.upper().startswith(_FOR_INSTALLERS)}
        walls = self._walls({**settings, **environment}, "--bind", str(self.prefix), PREFIX, *binds)
        done = subprocess.run([*walls, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            pytest.fail(f"{' '.join(command)[:200]} failed:\n{done.stdout}", pytrace=False)

    def start(self, *command: str, log: Path, **environment: str) -> subprocess.Popen:
        """Start a program as in a session. Each process has at most `MEMORY` of memory of its own."""
        with log.open("wb") as said:
            return subprocess.Popen(
                [*self._walls(environment, "--ro-bind", str(self.prefix), PREFIX), *command],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY)),
            )

    def _walls(self, environment: dict[str, str], *binds: str) -> list[str]:
        if not shutil.which("bwrap"):
            pytest.fail(_MISSING, pytrace=False)
        walls = ["bwrap", "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-user"]
        walls += ["--uid", "1000", "--gid", "1000", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
        walls += [part for place in _PRIVATE for part in ("--tmpfs", place)]
        walls += ["--ro-bind", sys.base_prefix, sys.base_prefix] if not sys.base_prefix.startswith("/usr") else []
        walls += ["--ro-bind", str(self._passwd), "/etc/passwd", "--bind", str(self.home), HOME, *binds]
        walls += ["--chdir", HOME, "--clearenv"]
        settings = {**_ENVIRONMENT, **environment}
        return walls + [part for name, value in settings.items() for part in ("--setenv", name, value)]


class MemoryWatch:
    """Adds up, twice a second, the memory of a process and of all that it started, and ends them above `MEMORY`.

    A page that several share counts once (the proportional set size). `peak` is the most that was seen, in bytes.
    """

    def __init__(self, process: subprocess.Popen):
        self.peak = 0
        self._root = psutil.Process(process.pid)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> MemoryWatch:
        self._thread.start()
        return self

    def __exit__(self, *_error) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(0.5):
            self.peak = max(self.peak, self._now())
            if self.peak > MEMORY:
                with suppress(psutil.NoSuchProcess):
                    self._root.kill()  # all inside end with it
                return

    def _now(self) -> int:
        total = 0
        with suppress(psutil.NoSuchProcess):
            for process in [self._root, *self._root.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                    total += process.memory_full_info().pss
        return total
