"""What a page in the browser asked for, and what it complained of."""


def listen(page):
    """Make a page keep the addresses that it `asked` for, and its `complaints`: errors and warnings."""
    page.asked, page.complaints = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda told: told.type in ("error", "warning") and page.complaints.append(told.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    return page
