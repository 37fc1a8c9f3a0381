"""What a page in the browser asked for, and what it complained of."""


def listen(page):
    """Make a page keep the addresses that it `asked` for, and its `complaints`: errors and warnings."""
    page.asked, page.complaints = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda told: told.type in ("error", "warning") and page.complaints.append(told.text))
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
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=120_000)
