"""A page that shows one widget without a kernel, and then the next."""

import itertools
import json

import pytest

PAGE = """<!doctype html><html lang="en"><title>One widget</title>
<meta name="viewport" content="width=device-width">
<body data-jp-theme-light="LIGHT" style="margin:8px;background:PAPER;DARK"><main>
<h1 style="font-size:1rem">One widget</h1><div id="widget"></div></main>
<script type="module">
const state = STATE, listeners = new Map();
const call = (event) => (listeners.get(event) ?? []).forEach((each) => each());
window.M = {
  get: (name) => state[name],
  set(name, value) {
    if (state[name] === value) return;
    state[name] = value;
    call(`change:${name}`);
    call("change");
  },
  save_changes() {},
  on(event, each) { listeners.set(event, [...(listeners.get(event) ?? []), each]); },
  off(event, each) { listeners.set(event, (listeners.get(event) ?? []).filter((other) => other !== each)); },
};
const style = document.createElement("style");
style.textContent = state._css;
document.head.append(style);
const el = document.getElementById("widget");
const { default: widget } = await import(URL.createObjectURL(new Blob([state._esm], { type: "text/javascript" })));
let close = await widget.render({ model: M, el });
window.unmount = () => close();
window.remount = async () => { close(); close = await widget.render({ model: M, el }); };
document.body.dataset.ready = "";
</script>"""
DARK = (
    "--jp-layout-color1:#111;--jp-layout-color2:#222;--jp-border-color1:#555;"
    "--jp-ui-font-color0:#fff;--jp-ui-font-color1:#ddd;"
)


@pytest.fixture(scope="module")
def open_page(browser):
    """Opens a page that is offline, and keeps what it `asked` for and all that is told in its console."""

    def open_page():
        context = browser.new_context(viewport=size(1200), offline=True, reduced_motion="reduce")
        page = context.new_page()
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        return page

    return open_page


@pytest.fixture(scope="module")
def stage(open_page):
    """The one page of a file of tests: to open another takes a process, and longer than most tests."""
    page = open_page()
    yield page
    page.context.close()


@pytest.fixture
def mount(stage, open_page, tmp_path):
    """Goes to a document that shows a widget, offline; afterwards nothing may have been asked for or complained of.

    A page `alone` is for what would last longer than the document: a clock of the test's own, other media.
    """
    pages, documents = [stage], itertools.count()

    def mount(widget, theme="light", width=1200, alone=False):
        if alone:
            pages.append(open_page())
        page = pages[-1] if alone else stage
        if page.viewport_size != size(width):
            page.set_viewport_size(size(width))
        page.mouse.move(0, 0)
        file = tmp_path / f"{next(documents)}.html"
        file.write_text(html(widget, theme), encoding="utf-8")
        page.goto(file.as_uri())
        page.wait_for_selector("body[data-ready]")
        return page

    yield mount
    for page in pages:
        page.evaluate("0")  # what it had to tell has come before the answer
    for page in pages[1:]:
        page.context.close()
    asked = [url for page in pages for url in page.asked if not url.startswith(("file:", "blob:"))]
    complaints = [told for page in pages for told in page.complaints]
    stage.asked, stage.complaints = [], []
    assert asked == []
    assert complaints == []


def size(width: int) -> dict:
    return {"width": width, "height": 800}


def html(widget, theme: str) -> str:
    state = {name: value for name, value in widget.get_state().items() if name != "layout"}
    return (
        PAGE.replace("LIGHT", str(theme == "light").lower())
        .replace("PAPER", "#fff" if theme == "light" else "#111;color:#fff")
        .replace("DARK", "" if theme == "light" else DARK)
        .replace("STATE", json.dumps(state).replace("<", "\\u003c"))
    )
