"""What tests do with a page in the browser: a lesson in JupyterLab, or a deck."""

import re
from contextlib import contextmanager

from axe_playwright_python.base import AXE_SCRIPT

# JupyterLab, of itself, where the machine is busy.
SLOW_START = re.compile(r"Plugin \S+ (is taking too long|(\(with \d+ dependants?\) )?took [\d.]+ms) to activate\.")


def listen(page):
    """Make a page keep the addresses that it `asked` for, and its `complaints`: errors and warnings."""
    page.asked, page.complaints = [], []

    def hear(told):
        if told.type in ("error", "warning") and not SLOW_START.fullmatch(told.text):
            page.complaints.append(told.text)

    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", hear)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    return page


def run_all_cells(page, command: str = "Run All Cells") -> None:
    """Run a lesson that is open in JupyterLab, with an entry of its menu Run, and wait until all cells have run."""
    # The status bar knows when there is a kernel; the notebook's own indicator says idle before that.
    ready = page.locator("#jp-main-statusbar").get_by_text("| Idle")
    ready.wait_for(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=command, exact=True).click()
    if command.startswith("Restart"):
        page.get_by_role("button", name="Confirm Kernel Restart").click()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=busy]").wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=240_000)


@contextmanager
def lesson_in_jupyterlab(browser, jupyterlab, name: str, height: int = 900):
    """A page with a lesson such as "02_billing" in JupyterLab, all its cells run."""
    page = listen(browser.new_page())
    page.set_viewport_size({"width": 1280, "height": height})
    page.goto(jupyterlab.lesson(name))
    run_all_cells(page)
    yield page
    page.close()


@contextmanager
def next_lesson(page, name: str):
    """A lesson in a page in which JupyterLab shows no other one, all its cells run. The page complains of this lesson
    alone: to go on in one page takes a third of what it takes to open JupyterLab again.
    """
    page.asked, page.complaints = [], []
    _from_menu_file(page, "Open from Path…")
    page.get_by_role("dialog").get_by_role("textbox").fill(f"notebooks/{name}.ipynb")
    page.keyboard.press("Enter")
    run_all_cells(page)
    yield page
    save_notebook(page)
    _from_menu_file(page, "Close and Shut Down Notebook")
    page.get_by_role("dialog").get_by_role("button", name="Ok").click()
    page.locator(".jp-NotebookPanel").wait_for(state="detached")


def _from_menu_file(page, entry) -> None:
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.get_by_role("menuitem", name=entry).click()


def widget(page, contains: str):
    """The first widget that has something in it, brought into view: JupyterLab draws what is seen."""
    found = page.locator(".course-widget").filter(has=page.locator(contains)).first
    found.scroll_into_view_if_needed()
    return found


def use_theme(page, theme: str) -> None:
    """Have JupyterLab use its theme "Light" or "Dark"."""
    page.locator(".jp-Notebook .jp-Cell").last.locator(".jp-InputPrompt").click()
    page.keyboard.press("ControlOrMeta+Shift+c")
    page.keyboard.type(f"Use Theme: JupyterLab {theme}")
    page.locator(".lm-CommandPalette-item.lm-mod-active", has_text=f"Use Theme: JupyterLab {theme}").wait_for()
    page.keyboard.press("Enter")
    page.locator(f"body[data-jp-theme-name='JupyterLab {theme}']").wait_for(state="attached")


def save_notebook(page) -> None:
    _from_menu_file(page, re.compile("^Save Notebook(?! As)"))
    page.locator(".lm-TabBar-tab.jp-mod-current.jp-mod-dirty").wait_for(state="detached")


def violations(page, part=None, rules: dict | None = None) -> list[dict]:
    """What axe-core finds wrong: on a page, or a part of it (a selector or a handle)."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(
        """([part, rules]) => axe.run(part ?? document, { resultTypes: ["violations"], preload: false, rules })
          .then(({ violations }) => violations)""",
        [part, rules or {}],
    )


def turn_to(page, cell_id: str) -> None:
    """Show the slide of a deck that holds a cell."""
    page.evaluate(
        """id => {
          const { h, v } = Reveal.getIndices(document.getElementById(id).closest("section"));
          Reveal.slide(h, v);
        }""",
        cell_id,
    )


def lay_out_slides(page) -> None:
    """Show all slides of a deck below each other, each in its own size: axe-core can look at all of them at once.

    Reveal.js holds a transparent layer behind the slides, because of which axe-core would not judge any contrast.
    """
    page.evaluate(
        """() => {
          const style = document.createElement("style");
          style.textContent = `
            html, body, .reveal, .reveal .slides { height: auto !important; overflow: visible !important; }
            .reveal .slides { position: static !important; transform: none !important; zoom: 1 !important; }
            .reveal .slides section { position: relative !important; inset: auto !important; }
            .reveal .slides section { transform: none !important; }
            .reveal .slides section:not(.stack) { width: 1280px !important; height: 720px !important; }`;
          document.head.append(style);
          document.querySelector(".backgrounds").remove();
          for (const slide of document.querySelectorAll(".slides section")) {
            slide.removeAttribute("hidden");
            slide.removeAttribute("aria-hidden");
            slide.style.display = "block";
            slide.style.top = "";
            slide.classList.remove("past", "future");
            slide.classList.add("present");
          }
        }"""
    )


def slide_fits(page) -> bool:
    """Whether all that the slide shows lies within it, and the slide within the window."""
    page.wait_for_function("[...Reveal.getCurrentSlide().querySelectorAll('[data-widget]')].every(w => w.shadowRoot)")
    return page.evaluate(
        """() => {
          const page = Reveal.getCurrentSlide().querySelector(".page");
          const frame = page.getBoundingClientRect();
          const inside = (box) => box.right <= frame.right + 1 && box.bottom <= frame.bottom + 1;
          return page.scrollHeight <= page.clientHeight + 1 && page.scrollWidth <= page.clientWidth + 1 &&
            frame.right <= innerWidth + 1 && frame.bottom <= innerHeight + 1 &&
            [...page.querySelectorAll("*")].filter((el) => el.checkVisibility())
              .every((el) => inside(el.getBoundingClientRect())) &&
            [...page.querySelectorAll("pre, .output, .text")].every((el) => el.scrollWidth <= el.clientWidth + 1);
        }"""
    )
