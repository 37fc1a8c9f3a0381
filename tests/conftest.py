"""What tests of several rooms share: a browser, a page without a network, and a running JupyterLab."""

import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pages import listen
from servers import end

ROOT = Path(__file__).resolve().parent.parent
# The first is Chromium without what only a person at its window needs: a third less work.
ON_PATH = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
)
CHANNELS = ("chrome", "msedge", None)  # where Chrome and Edge install themselves, then Playwright's own browser
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
GRADER_PARTS = ("assignment_list", "course_list", "formgrader", "validate_assignment")
NO_BROWSER = (
    "These tests need Chromium, Chrome or Edge, and none was found. Install one (Debian: sudo apt install chromium; "
    "or: .venv/bin/python -m playwright install chromium), or give the program's path in COURSE_BROWSER."
)


def pytest_configure(config):
    config.option.loadscopereorder = False  # pytest-xdist hands the files out in the order below


def pytest_collection_modifyitems(items):
    """What takes long comes first, so that at the end small files keep all processes at work: files with a browser,
    then lessons, then the rest. In a file, tests with a browser come last: while Playwright runs, asyncio.run refuses
    to start a loop of its own.
    """
    place = {path: number for number, path in enumerate(dict.fromkeys(item.path for item in items))}
    browser = {item.path for item in items if _takes_browser(item)}

    def order(item):
        long = 0 if item.path in browser else 1 if item.path.suffix == ".ipynb" else 2
        return long, place[item.path], _takes_browser(item)

    items.sort(key=order)


def _takes_browser(item) -> bool:
    return "launch" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="module")
def launch():
    """Starts the browser that COURSE_BROWSER names, or one of this machine, with more flags if given some.

    It ends with the file of tests, because a worker may get another file next, without a browser.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield lambda *flags: _launch(playwright.chromium, [*CHROMIUM_FLAGS, *flags])


@pytest.fixture(scope="module")
def browser(launch):
    """One browser for all tests of a file."""
    chromium = launch()
    yield chromium
    chromium.close()


@pytest.fixture
def offline_page(browser):
    """A page of 1280 by 720 without a network, which keeps what it `asked` for and its `complaints`."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    yield listen(context.new_page())
    context.close()


@dataclass
class JupyterLab:
    """A running JupyterLab. `folder` holds its own copy of the notebooks."""

    url: str
    token: str
    folder: Path
    _workspaces: itertools.count = field(default_factory=itertools.count)

    def lesson(self, name: str) -> str:
        """The address of a lesson, such as "02_billing", alone in a workspace of its own."""
        return self.start(f"/tree/notebooks/{name}.ipynb")

    def start(self, shows: str = "") -> str:
        """The address of an empty workspace."""
        return f"{self.url}lab/workspaces/test-{next(self._workspaces)}{shows}?token={self.token}"


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory):
    """JupyterLab on a copy of the notebooks, which knows no setting, kernel or answer of this user."""
    folder = tmp_path_factory.mktemp("a course")
    ignored = shutil.ignore_patterns(".*", "source")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=ignored)
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    places += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    own = tmp_path_factory.mktemp("jupyter")
    environment = os.environ | {place: str(own / place.lower()) for place in places}
    environment.pop("COURSE_PROGRESS", None)
    _without_grader(own / "jupyter_config_dir")
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.port=0"]
    with (own / "log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={folder}"],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        told = _wait_for_server(server, own / "jupyter_runtime_dir", own / "log")
        yield JupyterLab(told["url"], told["token"], folder)
    finally:
        end(server)


def _launch(chromium, flags: list[str]):
    from playwright.sync_api import Error

    named = os.environ.get("COURSE_BROWSER") or next(filter(None, map(shutil.which, ON_PATH)), None)
    if named:
        return chromium.launch(executable_path=named, args=flags)
    for channel in CHANNELS:
        try:
            return chromium.launch(channel=channel, args=flags)
        except Error:
            continue
    pytest.fail(NO_BROWSER, pytrace=False)


def _without_grader(configuration: Path) -> None:
    """Students do not have nbgrader, nor what comes with it; its server parts take seconds to load."""
    parts = [f"nbgrader.server_extensions.{part}" for part in GRADER_PARTS]
    server = {"ServerApp": {"jpserver_extensions": dict.fromkeys([*parts, "notebook"], False)}}
    page = {"disabledExtensions": {"@jupyter/nbgrader": True, "@jupyter-notebook/lab-extension": True}}
    configuration.joinpath("labconfig").mkdir(parents=True)
    configuration.joinpath("jupyter_server_config.json").write_text(json.dumps(server), encoding="utf-8")
    configuration.joinpath("labconfig", "page_config.json").write_text(json.dumps(page), encoding="utf-8")


def _wait_for_server(server: subprocess.Popen, folder: Path, log: Path) -> dict:
    """What JupyterLab writes down about itself once it listens."""
    for _ in range(600):
        for file in folder.glob("jpserver-*.json"):
            if text := file.read_text(encoding="utf-8"):
                return json.loads(text)
        if server.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')}", pytrace=False)
