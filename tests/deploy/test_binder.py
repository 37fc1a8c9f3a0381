"""Binder: what repo2docker makes of the repository, and a session of it, replayed as an ordinary user.

No engine for images is needed: repo2docker renders the recipe of the image, and its steps run in `binder_session`.
What differs from mybinder.org: uv installs, in place of mamba and pip, and on the Python that runs the tests; and of
what repo2docker adds to the environment, only the parts that show in JupyterLab are there.
"""

import json
import re
import subprocess
import time
from importlib.metadata import distributions
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest
import yaml
from binder_session import MEMORY, Binder, MemoryWatch
from packaging.requirements import Requirement
from pages import listen, run_all_cells, save_notebook, widget
from servers import end

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("binder", "jupyter-repo2docker==2026.4.0", "py-rattler==0.28.0")
#: Of what repo2docker brings into the same environment, what a reader meets in JupyterLab.
ADDED = ("notebook", "jupyter-resource-usage", "jupyter-offlinenotebook")
#: The most that may be installed, bytecode included, in MB; on 2026-11-26 it was 581, with Python 3.11. More makes a
#: session wait longer for its first start: raise it for nothing but what students need.
LARGEST = 640
BASE = "/user/chat-or-api-x1y2z3/"  # as BinderHub makes one for each session
# To a browser, a name below localhost is this computer; to the pages it is another one, as Binder is.
HOST = "binder.localhost"
MB = 2**20


@pytest.fixture(scope="session")
def tools(install) -> Path:
    return install(*TOOLS)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory) -> Path:
    """The last commit, as Binder gets it."""
    folder = tmp_path_factory.mktemp("repository") / "course"
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)
    return folder


@pytest.fixture(scope="session")
def binder(tools, checkout, tmp_path_factory, report) -> Binder:
    """The first step of the image: the packages."""
    binder = Binder(tmp_path_factory.mktemp("binder"))
    pins = yaml.safe_load((checkout / "environment.yml").read_text("utf-8"))["dependencies"][-1]["pip"]
    began = time.monotonic()
    binder.install(tools / "uv", *pins)
    report(f"Binder: packages installed in {time.monotonic() - began:.0f} s")
    return binder


@pytest.fixture(scope="session")
def image(binder, tools, checkout, report) -> Binder:
    """The other steps: what repo2docker adds, the repository in the home of the user, postBuild."""
    (lock,) = tools.parent.glob("lib/*/site-packages/repo2docker/buildpacks/conda/environment.py-3.12-linux-64.lock")
    added = re.findall(rf"/({'|'.join(ADDED)})-([\d.]+)-", lock.read_text("utf-8"))
    assert len(added) == len(ADDED)
    binder.install(tools / "uv", "--no-deps", *(f"{name}=={version}" for name, version in added))
    subprocess.run(["cp", "--recursive", "--no-target-directory", checkout, binder.home], check=True)
    began = time.monotonic()
    binder.build("./postBuild")
    report(f"Binder: postBuild done in {time.monotonic() - began:.0f} s")
    return binder


@pytest.fixture
def session(image, tmp_path):
    """A session: JupyterLab behind a prefix, as BinderHub starts it, with no more memory than it promises."""
    command = ["jupyter", "lab", "--no-browser", "--ip=127.0.0.1", "--port=0", f"--ServerApp.base_url={BASE}"]
    process = image.start(
        *command,
        "--ServerApp.allow_remote_access=True",
        log=tmp_path / "log",
        BINDER_LAUNCH_HOST="https://mybinder.org/",
    )
    try:
        with MemoryWatch(process) as memory:
            yield SimpleNamespace(**_address(process, image.home, tmp_path / "log"), home=image.home, memory=memory)
        if memory.peak > MEMORY:
            pytest.fail(f"The session took {memory.peak / MB:.0f} MB of memory, and was ended.", pytrace=False)
    finally:
        if process.poll() is None:
            end(process)


def test_repo2docker_keeps_the_packages_apart_from_the_course(tools, checkout):
    """They are in a layer of their own, which stays cached as long as environment.yml stays as it is."""
    user = ["--user-id=1000", "--user-name=jovyan"]
    rendered = subprocess.run(
        [tools / "jupyter-repo2docker", "--no-build", "--debug", *user, checkout],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "conda environment for python=3.12" in rendered.stderr
    steps = [
        r"COPY --chown=1000:1000 src/environment\.yml ",
        r'env update -p \$\{NB_PYTHON_PREFIX\} --file "environment\.yml"',
        r"COPY --chown=1000:1000 src/ \$\{REPO_DIR\}/",
        r"USER \$\{NB_USER\}\s+# Make sure that postBuild",
        r"RUN \./postBuild",
    ]
    found = [re.search(step, rendered.stdout) for step in steps]
    assert None not in found, rendered.stdout
    assert [step.start() for step in found] == sorted(step.start() for step in found)


def test_conda_reads_its_part_as_it_is_meant(tools, checkout):
    """Only read: conda's own packages cannot be had here."""
    *specs, _pip = yaml.safe_load((checkout / "environment.yml").read_text("utf-8"))["dependencies"]
    code = "import json, sys; from rattler import MatchSpec; "
    code += "print(json.dumps([[m.name.normalized, str(m.version)] for m in map(MatchSpec, sys.argv[1:])]))"
    read = subprocess.run([tools / "python", "-c", code, *specs], check=True, capture_output=True, text=True)
    assert json.loads(read.stdout) == [["python", "3.12.*"], ["pip", "None"]]


def test_each_pin_has_a_wheel_for_binders_python(tools, checkout):
    """Which is newer than the Python of some machines that run these tests: so it is solved for, not installed."""
    python, *_, packages = yaml.safe_load((checkout / "environment.yml").read_text("utf-8"))["dependencies"]
    pins = [Requirement(pin) for pin in packages["pip"]]
    command = [tools / "uv", "pip", "compile", "--no-header", "--no-annotate", "--only-binary=:all:", "-"]
    solved = subprocess.run(
        [*command, f"--python-version={python.partition('=')[2]}", "--python-platform=x86_64-manylinux_2_28"],
        input="\n".join(packages["pip"]),
        capture_output=True,
        text=True,
    )
    assert solved.returncode == 0, solved.stderr
    found = set(solved.stdout.split())
    assert found <= {f"{pin.name}{pin.specifier}" for pin in pins}
    assert {f"{pin.name}{pin.specifier}" for pin in pins if pin.marker is None} <= found


def test_the_pins_are_all_that_is_installed_and_it_has_not_grown(binder, checkout, report):
    (packages,) = binder.prefix.glob("lib/python3*/site-packages")
    named = {dist.name for dist in distributions(path=[str(packages)])}
    installed = {re.sub(r"[-_.]+", "-", name).lower() for name in named} - {"pip", "setuptools", "wheel"}
    pins = (checkout / "requirements.txt").read_text("utf-8")
    assert installed <= set(re.findall(r"^[\w-]+", pins, re.M))
    size = sum(file.lstat().st_size for file in binder.prefix.rglob("*") if not file.is_dir()) / MB
    report(f"Binder: {size:.0f} MB installed, of at most {LARGEST}")
    assert size <= LARGEST


def test_a_reader_does_the_first_lesson_and_sees_the_agency(session, browser, report):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = listen(context.new_page())
    began = time.monotonic()
    page.goto(f"{session.url}{_opened_by_the_badge()}?token={session.token}")
    run_all_cells(page)
    report(f"Binder: lesson 00 open and run {time.monotonic() - began:.0f} s after the click")
    assert page.locator(".Toastify__toast, .jp-Dialog").count() == 0
    save_notebook(page)
    _ran_to_its_end(session.home / "notebooks" / "00_start.ipynb")

    panel = widget(page, ".progress-travel")
    panel.get_by_text("You are on Binder.").wait_for()
    assert panel.get_by_label("The code of what you have done").input_value().startswith("CHAT1.")

    page.goto(f"{session.url}lab/workspaces/second/tree/notebooks/03_integration.ipynb")
    run_all_cells(page)
    save_notebook(page)
    _ran_to_its_end(session.home / "notebooks" / "03_integration.ipynb")
    assert [url for url in page.asked if not url.startswith((session.url, "data:", "blob:"))] == []
    frame = page.locator("iframe[title='Lantern Travel: website and office']").first
    frame.scroll_into_view_if_needed()
    assert frame.get_attribute("src").startswith(f"{BASE}proxy/")
    context.close()
    report(
        f"Binder: {session.memory.peak / MB:.0f} MB of memory at most, with two lessons open, of {MEMORY / MB:.0f}"
    )
    assert session.memory.peak > 0  # what is above the limit ends the session


def _opened_by_the_badge() -> str:
    (badge,) = re.findall(r"https://mybinder\.org/v2/[^)\s]+", (ROOT / "README.md").read_text("utf-8"))
    return parse_qs(urlsplit(badge).query)["urlpath"][0]


def _address(process: subprocess.Popen, home: Path, log: Path) -> dict:
    """Where the browser finds JupyterLab, which writes it into the home of the user."""
    until = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < until:
        for file in (home / ".local/share/jupyter/runtime").glob("jpserver-*.json"):
            if text := file.read_text("utf-8"):
                told = json.loads(text)
                return {"url": f"http://{HOST}:{told['port']}{BASE}", "token": told["token"]}
        time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text('utf-8')}", pytrace=False)


def _ran_to_its_end(lesson: Path) -> None:
    code = [cell for cell in nbformat.read(lesson, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1)), lesson.name
    assert [output for cell in code for output in cell.outputs if output.output_type == "error"] == []
