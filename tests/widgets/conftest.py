"""A page that shows one widget without a kernel."""

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
window.remount = async () => { close(); close = await widget.render({ model: M, el }); };
document.body.dataset.ready = "";
</script>"""
DARK = (
    "--jp-layout-color1:#111;--jp-layout-color2:#222;--jp-border-color1:#555;"
    "--jp-ui-font-color0:#fff;--jp-ui-font-color1:#ddd;"
)


@pytest.fixture
def mount(browser, tmp_path):
    """Shows a widget on a page of its own, offline; afterwards nothing may have been asked for or complained of."""
    contexts, asked, complaints = [], [], []

    def mount(widget, theme="light", width=1200, clock=None):
        state = {name: value for name, value in widget.get_state().items() if name != "layout"}
        file = tmp_path / f"{len(contexts)}.html"
        page_html = (
            PAGE.replace("LIGHT", str(theme == "light").lower())
            .replace("PAPER", "#fff" if theme == "light" else "#111;color:#fff")
            .replace("DARK", "" if theme == "light" else DARK)
            .replace("STATE", json.dumps(state).replace("<", "\\u003c"))
        )
        file.write_text(page_html, encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": 800}, offline=True, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        if clock:
            page.clock.set_fixed_time(clock)
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(file.as_uri())
        page.wait_for_selector("body[data-ready]")
        return page

    yield mount
    for context in contexts:
        context.close()
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
    assert complaints == []
