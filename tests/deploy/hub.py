"""Installs the course's JupyterHub as a school would, and runs it on loopback."""

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from servers import end

ROOT = Path(__file__).resolve().parents[2]
RECIPE = ROOT / "deploy" / "jupyterhub"
PLACE = ROOT / "build" / "a school"  # a space in the path, as on many a teacher's computer
PASSWORD = "only for this test"
# What the test has in place of a school's own settings: nobody's account on this machine is used.
SCHOOL = """\
import os

c = get_config()
public, hub, proxy = {ports}
c.JupyterHub.bind_url = f"http://127.0.0.1:{{public}}"
c.JupyterHub.hub_port = hub
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{{proxy}}"
c.JupyterHub.cleanup_servers = True
c.JupyterHub.active_server_limit = 20
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = {password!r}
c.Authenticator.allowed_users = set({students!r})
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.Spawner.environment["JUPYTER_RUNTIME_DIR"] = lambda spawner: os.path.join({sockets!r}, spawner.user.name)
c.Spawner.args = ["--allow-root"] if os.geteuid() == 0 else []
"""


@dataclass(frozen=True)
class Hub:
    """A running hub. `slips` is where it looks for keys of a classroom gateway."""

    url: str
    slips: Path
    process: subprocess.Popen

    def taken(self, student: str) -> dict[str, float]:
        """What a student's server and kernel take: megabytes now (pages that are shared counted in parts), and
        seconds of a processor so far.
        """
        taken = dict.fromkeys(("server_mb", "kernel_mb", "processor_seconds"), 0.0)
        for each in psutil.Process(self.process.pid).children(recursive=True):
            if each.environ().get("JUPYTERHUB_USER") == student:
                part = "kernel_mb" if "ipykernel_launcher" in each.cmdline() else "server_mb"
                taken[part] += each.memory_full_info().pss / 1e6
                taken["processor_seconds"] += sum(each.cpu_times()[:2])
        return taken


def install() -> Path:
    """Run the recipe's own installer; gives the folder that it filled."""
    target = PLACE / "course"
    ran = subprocess.run(
        [RECIPE / "install.sh", target],
        env=_environment() | {"PYTHON": sys.executable},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if ran.returncode:
        pytest.fail(f"deploy/jupyterhub/install.sh failed:\n{ran.stdout}", pytrace=False)
    return target


@contextmanager
def running(course: Path, students: list[str]) -> Iterator[Hub]:
    """The hub, with the shipped configuration, for these students; everything that it started ends with it."""
    folder = PLACE / "hub"
    shutil.rmtree(folder, ignore_errors=True)
    homes = folder / "home"
    homes.mkdir(parents=True)
    ports = _free_ports(3)
    with tempfile.TemporaryDirectory(prefix="hub") as sockets, (folder / "log").open("wb") as log:
        settings = {"ports": ports, "students": students, "homes": str(homes), "sockets": sockets}
        (folder / "school.py").write_text(SCHOOL.format(password=PASSWORD, **settings), "utf-8")
        process = subprocess.Popen(
            [course / "env" / "bin" / "jupyterhub", "--config", course / "jupyterhub_config.py"],
            cwd=folder,
            env=_environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://127.0.0.1:{ports[0]}"
            _wait(process, url, folder / "log")
            yield Hub(url, folder / "keys.csv", process)
        finally:
            if process.poll() is None:
                end(process)
            _end_orphans()


def _end_orphans() -> None:
    """Kill what the hub left behind, as it does where it fell: students' servers and kernels, and its proxy."""
    for each in psutil.process_iter(["cmdline"]):
        if any(part.startswith(str(PLACE)) for part in each.info["cmdline"] or ()):
            with suppress(psutil.NoSuchProcess):
                each.kill()


def _environment() -> dict[str, str]:
    """The environment without settings of this user that would reach the hub or its students."""
    foreign = ("COURSE_", "JUPYTER", "CONFIGPROXY", "PYTHON", "VIRTUAL_ENV", "PYTEST")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def _free_ports(number: int) -> list[int]:
    """Ports of loopback that the system does not give out by itself, so that nothing takes them before the hub."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    found = set()
    while len(found) < number:
        port = random.randrange(lowest // 2, lowest)
        with socket.socket() as trial, suppress(OSError):
            trial.bind(("127.0.0.1", port))
            found.add(port)
    return sorted(found)


def _wait(process: subprocess.Popen, url: str, log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < until:
        try:
            with opener.open(f"{url}/hub/api/", timeout=5) as answer:
                json.load(answer)
                return
        except OSError:  # the proxy is up before the hub is
            time.sleep(0.1)
    pytest.fail(f"The hub did not start:\n{log.read_text('utf-8')}", pytrace=False)
