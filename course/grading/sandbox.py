"""The judge's side of the sandbox: starts the forkserver inside bubblewrap, and opens students in it one by one."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import course
from course import data
from course.grading.isolation import HOME
from course.grading.limits import Limits
from course.grading.problem import GradingProblem
from course.grading.student import Student
from course.grading.wire import Channel, Closed, Late

# What a program needs of the system, and nothing of anyone's own.
_SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin", "/nix/store")
_SETTINGS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "hosts", "localtime")
_SETTINGS += ("nsswitch.conf", "passwd", "group", "ssl/certs", "mime.types")
_ROOT_NEEDS = ("CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_SYS_CHROOT")
_START_SECONDS = 120

MISSING = (
    "Students' code cannot be shut in on this computer: bubblewrap is missing. Install it and try again: "
    "`sudo apt-get install bubblewrap` (Debian, Ubuntu), `sudo dnf install bubblewrap` (Fedora). "
    "It needs Linux; on macOS or Windows grade in a Linux container, or in WSL 2. "
    "If you trust every line that was handed in, `--no-sandbox` runs it unprotected: it can then read your files and "
    "use your network. Nothing was graded."
)


class Sandbox:
    """A forkserver behind walls, or without them where the instructor said so. Raises `GradingProblem`."""

    def __init__(self, sandboxed: bool = True):
        self._sandboxed = sandboxed
        self._opened = 0
        ours, theirs = socket.socketpair()
        self._control = Channel(ours)
        command = [sys.executable, "-P", "-m", "course.grading.forkserver", str(theirs.fileno())]
        command.append("sandboxed" if sandboxed else "open")
        if sandboxed:
            command = [*_walls(), *command]
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the sandbox
        self._process = subprocess.Popen(
            command,
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=self._said,
            env=_environment(),
        )
        theirs.close()

    def preload(self, modules: list[str]) -> None:
        """Import modules once for all students. Raises `GradingProblem` where the sandbox does not stand."""
        self._ask({"do": "import", "modules": modules})

    @contextlib.contextmanager
    def open(self, limits: Limits):
        """A new `Student`, who is gone with all that it started when the block ends."""
        ours, theirs = socket.socketpair()
        self._opened += 1
        with tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True) as folder:
            request = {
                "do": "open",
                "limits": dataclasses.asdict(limits),
                "number": (os.getpid() % 4096) << 16 | self._opened % 65536,
                "folder": folder,
            }
            self._control.send(request)
            socket.send_fds(self._control.socket, [b"\0"], [theirs.fileno()])
            theirs.close()
            student = Student(Channel(ours), limits, self._process.pid)
            try:
                yield student
            finally:
                student.close()
                if not self._sandboxed:
                    _kill_session(self._process.pid)
                self._ask({"do": "close"})

    def close(self) -> None:
        self._control.close()
        self._process.kill()
        self._process.wait()
        self._said.close()

    def _ask(self, request: dict) -> dict:
        try:
            self._control.send(request)
            return self._control.receive(_START_SECONDS)
        except (Closed, Late) as error:
            self._process.kill()
            self._process.wait()
            self._said.seek(0)
            said = self._said.read()[-2000:].decode("utf-8", "replace").strip()
            raise GradingProblem(why_not(said)) from error


def require() -> None:
    """Raises `GradingProblem`, with what to install, where nothing can shut in students' code."""
    if not sys.platform.startswith("linux") or not shutil.which("bwrap"):
        raise GradingProblem(MISSING)


def why_not(said: str) -> str:
    """What to do where the walls do not stand; `said` is what failed."""
    return (
        f"The sandbox for students' code does not stand: {said or 'it ended without a word'}. Most often the system "
        "forbids user namespaces to ordinary users. On Ubuntu allow them with "
        "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`, elsewhere with "
        "`sudo sysctl user.max_user_namespaces=15000`; or grade as root, for example in a container. "
        "If you trust every line that was handed in, `--no-sandbox` runs it unprotected."
    )


def _walls() -> list[str]:
    """The command of bubblewrap: the system and Python to read, nothing to write, no network, no other process."""
    command = ["bwrap", "--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    command += ["--die-with-parent", "--new-session"]
    if os.geteuid() == 0:
        command += [word for capability in _ROOT_NEEDS for word in ("--cap-add", capability)]
    else:
        command += ["--unshare-user"]
    for path in _SYSTEM:
        command += ["--symlink", os.readlink(path), path] if os.path.islink(path) else ["--ro-bind-try", path, path]
    for folder in ("/etc", "/etc/ssl"):
        command += ["--perms", "0755", "--dir", folder]
    for name in _SETTINGS:
        command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    ours = _python()
    for folder in sorted({parent for path in ours for parent in path.parents} - {Path("/")}):
        command += ["--perms", "0755", "--dir", str(folder)]
    for path in ours:
        command += ["--ro-bind", str(path), str(path)]
    if not any(path.is_relative_to("/tmp") for path in ours):
        command += ["--symlink", HOME, "/tmp"]
    command += ["--perms", "1777", "--size", "64000000", "--tmpfs", HOME, "--proc", "/proc", "--dev", "/dev"]
    return [*command, "--chdir", "/", "--remount-ro", "/dev", "--remount-ro", "/", "--"]


def _python() -> list[Path]:
    """The folders of this Python, its packages, the course's own package and its facts. No exercise is there."""
    package = Path(course.__file__).resolve().parent
    folders = {Path(sys.base_prefix), Path(sys.prefix), Path(sys.executable).resolve().parent.parent}
    folders |= {package, data.FOLDER}
    outside = (folder for folder in folders if not any(folder.is_relative_to(path) for path in _SYSTEM))
    return sorted(outside)  # an outer folder before those inside it


def _environment() -> dict[str, str]:
    """Nothing of the instructor's: no key, no proxy, no home."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "COURSE_MODE": "practice",
        "HOME": HOME,
        "TMPDIR": HOME,
        "LANG": "C.UTF-8",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": HOME,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(Path(course.__file__).resolve().parent.parent),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def _kill_session(forkserver: int) -> None:
    """Without walls: end what a student left running, as far as it can be found."""
    import psutil

    with contextlib.suppress(psutil.Error):
        for process in psutil.Process(forkserver).children(recursive=True):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
