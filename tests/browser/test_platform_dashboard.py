"""The platform dashboard in JupyterLab beside a workload, and its recorded run in a deck with the network off."""

import re
import shutil

import hands
import nbformat
import pytest
from pages import listen, run_all_cells, slide_fits, turn_to

from course.publish import notebooks, slides
from course.publish.lesson import Lesson

NAME = "91_dashboard"
SOURCE = """# %% [markdown] label="title" slideshow={"slide_type": "slide"}
# # Run the platform

# %% label="start" slideshow={"slide_type": "skip"}
import course

course.start()

# %% label="projects" slideshow={"slide_type": "skip"}
from openai import OpenAI, RateLimitError

from course.widgets import PlatformDashboard

client = OpenAI(max_retries=0)
projects = client.admin.organization.projects
team = projects.create(name="Website team")
key = projects.service_accounts.create(team.id, name="publisher").api_key.value
month = {"currency": "USD", "interval": "month"}
channel = {"type": "email", "recipients": ["boss@agency.example"]}
projects.spend_limit.update(team.id, threshold_amount=5, **month)
projects.spend_alerts.create(team.id, threshold_amount=3, notification_channel=channel, **month)
film = [PlatformDashboard.record("The budget is set")]

# %% label="work" slideshow={"slide_type": "skip"}
worker = OpenAI(api_key=key, max_retries=0)


def write(pages):
    for _ in range(pages):
        prompt = [{"role": "user", "content": "Summarise: " + "The harbour is quiet. " * 60}]
        worker.chat.completions.create(model=course.model("openai", "large"), messages=prompt)


write(4)
film.append(PlatformDashboard.record("Four pages are written"))
try:
    write(500)
except RateLimitError as refusal:
    print(refusal.code)
film.append(PlatformDashboard.record("The budget is spent"))

# %% [markdown] label="heading" slideshow={"slide_type": "slide"}
# ## What the platform saw

# %% label="dashboard" tags=["hide-input"]
dashboard = PlatformDashboard(recording=film)
dashboard

# %% label="busy" slideshow={"slide_type": "skip"}
pages = 0
"""
BUSY = """
import time

more = projects.create(name="Support bot")
worker = OpenAI(api_key=projects.service_accounts.create(more.id, name="bot").api_key.value, max_retries=0)
until = time.monotonic() + 6
while time.monotonic() < until:
    write(1)
"""


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    """A small lesson with a dashboard, executed."""
    folder = tmp_path_factory.mktemp("dashboard") / "notebooks" / "source"
    folder.mkdir(parents=True)
    (folder / f"{NAME}.py").write_text(SOURCE, encoding="utf-8")
    made = Lesson(folder / f"{NAME}.py")
    notebooks.build([made])
    return made


def test_the_lesson_reads_the_same_each_time_and_is_small(lesson):
    (again,) = notebooks.execute([lesson])
    assert notebooks.difference(nbformat.read(lesson.notebook, as_version=4), again) == ""
    assert lesson.notebook.stat().st_size < 60_000


# ---- in JupyterLab ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page(browser, jupyterlab, lesson):
    """The lesson in JupyterLab with all its cells run."""
    shutil.copy(lesson.notebook, jupyterlab.folder / "notebooks")
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = listen(context.new_page())
    page.goto(jupyterlab.lesson(NAME))
    run_all_cells(page)
    yield page
    context.close()


@pytest.fixture
def live(page):
    shown = page.locator(".dashboard")
    shown.scroll_into_view_if_needed()
    return shown


def calls(shown) -> int:
    return int(shown.locator("dd").nth(1).inner_text().replace(",", ""))


def test_it_follows_while_the_kernel_works(page, live):
    assert live.get_by_text("Live", exact=True).is_visible()
    assert live.get_by_text("Budget reached: calls are refused").filter(visible=True).count() == 1
    before = str(calls(live))
    page.locator(".jp-CodeCell").filter(has_text="pages = 0").locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(BUSY)
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_function(
        "before => Number(document.querySelectorAll('.dashboard dd')[1].textContent.replace(',', '')) > before",
        arg=before,
    )
    kernel = page.locator(".jp-Notebook-ExecutionIndicator")
    assert kernel.get_attribute("data-status") == "busy", "the cell that makes the calls still runs"
    live.get_by_role("button", name="Pause").click()
    still = calls(live)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=30_000)
    assert calls(live) == still
    live.get_by_role("button", name="Pause").click()
    assert calls(live) > still
    assert live.get_by_text("created project “Support bot”").is_visible()


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_nothing_serious_for_assistive_technology(page, live, theme):
    page.locator(".jp-InputPrompt").last.click()
    page.keyboard.press("ControlOrMeta+Shift+c")
    page.keyboard.type(f"Use Theme: JupyterLab {theme}")
    page.locator(".lm-CommandPalette-item.lm-mod-active", has_text=f"Use Theme: JupyterLab {theme}").wait_for()
    page.keyboard.press("Enter")
    page.locator(f"body[data-jp-theme-name='JupyterLab {theme}']").wait_for(state="attached")
    assert hands.serious_findings(page, ".dashboard") == {}


def test_no_key_is_taken_for_a_command(page, live):
    cells = page.locator(".jp-CodeCell").count()
    live.get_by_role("button", name="Pause").focus()
    for key in "ddab":
        page.keyboard.press(key)
    assert page.locator(".jp-CodeCell").count() == cells


def test_the_console_stayed_quiet(page):
    slow = "to activate."  # JupyterLab's own plugins, on a machine with much to do
    assert [complaint for complaint in page.complaints if not complaint.endswith(slow)] == []
    assert [url for url in page.asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))] == []


# ---- in a deck --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def deck(lesson, tmp_path_factory):
    return slides.export(lesson, tmp_path_factory.mktemp("slides"))


@pytest.fixture
def slide(offline_page, deck):
    """The dashboard on its slide."""
    offline_page.goto(deck.as_uri())
    offline_page.wait_for_function("Reveal.isReady()")
    turn_to(offline_page, "91-dashboard")
    shown = offline_page.locator("[id='91-dashboard'] [data-widget]")
    shown.locator("button").first.wait_for()
    yield shown
    assert [url for url in offline_page.asked if not url.startswith(("file:", "blob:"))] == []
    assert offline_page.complaints == []


def test_the_deck_plays_the_recorded_run(offline_page, slide):
    before = offline_page.evaluate("Reveal.getIndices()")
    assert slide.get_by_text("Step 1 of 3: The budget is set").is_visible()
    assert calls(slide) == 0
    slide.get_by_role("button", name="Next").focus()
    offline_page.keyboard.press("Enter")
    assert calls(slide) == 4
    assert slide_fits(offline_page)
    slide.get_by_role("button", name="Play").click()
    assert slide.get_by_text("Step 3 of 3: The budget is spent").is_visible()
    assert slide.get_by_text("Budget reached: calls are refused").filter(visible=True).count() == 1
    assert slide.get_by_role("status").text_content() == "Budget reached: Website team."
    assert slide.get_by_role("row", name=re.compile("budget 1 1 in Website team")).is_visible()
    assert slide_fits(offline_page)
    assert hands.serious_findings(offline_page) == {}
    scale = offline_page.evaluate(
        "getComputedStyle(Reveal.getCurrentSlide().querySelector('.page')).getPropertyValue('--scale')"
    )
    assert float(scale or 1) > 0.7, "it can be read from the last row"
    slide.get_by_role("slider", name="Step").focus()
    for key in ("ArrowLeft", "n", "Home"):
        offline_page.keyboard.press(key)
    assert calls(slide) == 0
    assert offline_page.evaluate("Reveal.getIndices()") == before, "no key turns the page"


def test_without_javascript_the_run_is_there_to_read(browser, deck):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(deck.as_uri())
    read = page.locator("[id='91-dashboard']").locator(".output.text").inner_text()
    for said in (
        "Spent this month: $0.0",
        "Refused calls: 1.",
        "1 in Website team",
        "created project “Website team”",
    ):
        assert said in read
    context.close()
