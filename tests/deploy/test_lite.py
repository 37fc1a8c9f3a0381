"""The JupyterLite is built from the registries, and its lesson runs from top to bottom in Chromium, with no server
behind it and no other host in reach. It takes npm, and Chromium, Chrome or Edge.
"""

from __future__ import annotations

import re
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import nbformat
import pytest
from pages import listen

from course import session
from course.bootstrap import ROOT
from course.publish import lite
from course.publish.lesson import find_lessons
from course.publish.lite import tools

NOTEBOOKS = ROOT / "notebooks"
LESSON = "00_start"
NO_OTHER_HOST = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
A_LONG_TIME = 600  # seconds; a quiet machine needs 30, one that does much else ten times as long

CODE_CELLS = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells
    .filter(cell => cell.cell_type === "code")
    .map(cell => ({label: cell.metadata.label, ran: cell.execution_count, outputs: cell.outputs}))"""

IDLE = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"

KEPT = """() => window.jupyterapp.serviceManager.contents.get(".course/progress.json", {content: true})
    .then(file => file.format === "base64" ? atob(file.content) : JSON.stringify(file.content)).catch(String)"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the site, and why a lesson is not in it, by name."""
    site = tmp_path_factory.mktemp("site")
    return site, lite.build(NOTEBOOKS, site / "lite")


@pytest.fixture(scope="module")
def address(built):
    """Where a plain web server of files shows the site."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=built[0])) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def page(launch, address):
    """The lesson, all its cells run."""
    browser = launch(NO_OTHER_HOST)
    page = listen(browser.new_page(viewport={"width": 1280, "height": 900}))
    page.goto(f"{address}/lite/lab/index.html?path={LESSON}.ipynb")
    page.locator(".jp-NotebookPanel").wait_for(timeout=A_LONG_TIME * 1000)
    page.wait_for_function(IDLE, timeout=A_LONG_TIME * 1000)  # what is asked of Python before may get lost
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    deadline = time.monotonic() + A_LONG_TIME
    while not all(cell["ran"] for cell in page.evaluate(CODE_CELLS)):
        assert time.monotonic() < deadline, _told(page)
        page.wait_for_timeout(500)
    yield page
    browser.close()


def test_the_site_holds_the_lessons_that_run_and_says_why_others_do_not(built):
    site, excluded = built
    assert list(excluded) == [lesson.name for lesson in find_lessons(NOTEBOOKS)]
    there = sorted(file.stem for file in (site / "lite" / "files").glob("*.ipynb"))
    assert there == [name for name, why in excluded.items() if not why] == [LESSON]
    assert excluded["02_billing"] == "it needs numpy, pandas, matplotlib"
    assert "threads" in excluded["03_integration"]


def test_pyodide_is_the_one_that_the_kernel_is_made_for(built):
    constants = lite.WORKSHOP / "tools" / "jupyterlite_pyodide_kernel" / "constants.py"
    assert f'PYODIDE_VERSION = "{tools.PYODIDE}"' in constants.read_text("utf-8")


def test_the_lesson_runs_from_top_to_bottom_and_says_what_runs(page):
    cells = _told(page)
    errors = {label: said for label, said in cells.items() if "error:" in said}
    assert not errors
    assert cells["start"] == f"{session.READY_IN_BROWSER}\n"
    assert "Ready: you can do every lesson of this page." in cells["doctor"]


def test_what_the_calls_gave_is_what_they_give_elsewhere(page):
    saved = {
        cell.metadata.label: "".join(output.text for output in cell.outputs if output.output_type == "stream")
        for cell in nbformat.read(NOTEBOOKS / f"{LESSON}.ipynb", as_version=4).cells
        if cell.cell_type == "code"
    }
    cells = _told(page)
    for label in ("panel", "urgent"):
        assert saved[label] == cells[label]
    assert re.search(r"50 answers.* 0\.\d+ US dollars", cells["urgent"])


def test_the_widgets_are_live(page):
    panel = page.locator(".course-widget").filter(has=page.locator("textarea")).first
    panel.scroll_into_view_if_needed()
    panel.locator("textarea").first.fill("What is a token?")
    panel.locator("textarea").first.press("Enter")
    panel.get_by_text("A token is a piece of text").wait_for(timeout=A_LONG_TIME * 1000)


def test_what_a_learner_did_is_kept_in_the_browser(page):
    page.evaluate(
        """() => { const notebook = window.jupyterapp.shell.currentWidget.content;
            return notebook.scrollToItem(notebook.widgets.findIndex(
                cell => cell.model.sharedModel.source.includes("ProgressPanel()")), "start"); }"""
    )
    done = page.locator(".course-widget").filter(has_text="Minutes").get_by_role("checkbox").first
    done.click(timeout=A_LONG_TIME * 1000)
    deadline = time.monotonic() + A_LONG_TIME
    while LESSON not in (told := page.evaluate(KEPT)):
        assert time.monotonic() < deadline, told
        page.wait_for_timeout(200)


def test_nobody_else_was_asked(page, address):
    here = urlsplit(address).netloc
    web = [url for url in page.asked if urlsplit(url).scheme in ("http", "https", "ws", "wss")]
    assert len(web) > 100
    assert [url for url in web if urlsplit(url).netloc != here] == []


def _told(page) -> dict[str, str]:
    """What each code cell printed, by its label; what it raised begins with "error:"."""
    return {cell["label"]: "".join(map(_text, cell["outputs"])) for cell in page.evaluate(CODE_CELLS)}


def _text(output: dict) -> str:
    if output["output_type"] == "error":
        return f"error: {output['ename']}: {output['evalue']}"
    return "".join(output.get("text", ""))
