"""The instructor's page and the slips in a browser: usable by keyboard and by a screen reader, printed whole."""

from __future__ import annotations

import pytest
from classmates import ANN, WEI
from pages import violations

from course.classroom import register, slips
from course.classroom.roster import Student


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_usable(browser, enrol, admin_key, serve, scheme):
    enrol(ANN, WEI)
    url = serve()
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{url}/classroom/")
    assert violations(page) == []
    page.get_by_label("Admin key").fill(admin_key)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="AI 1").wait_for()
    assert violations(page) == []
    page.get_by_role("link", name="This week, of budget").click()
    page.locator('th[aria-sort="descending"]', has_text="This week").wait_for()
    page.get_by_label("Amount to add, in US dollars").fill("1.25")
    page.get_by_role("button", name="Top up 陳偉").click()
    page.get_by_role("cell", name="$0.00 of $2.25").wait_for()
    page.get_by_role("button", name="Revoke the key of 陳偉").click()
    page.get_by_role("heading", name="Revoke the key of 陳偉?").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Revoke the key").click()
    page.get_by_role("row", name="陳偉").get_by_text("revoked").wait_for()
    assert all(address.startswith(url) for address in asked)
    assert admin_key not in " ".join(asked)
    context.close()


def test_no_slip_is_cut_by_the_end_of_a_page(browser, store, enrol, tmp_path):
    enrol(ANN)
    klass = register.find_class(store, None)
    many = [register.Issued(Student(f"Student {n}", f"s{n}@x.edu", ""), f"sk-practice-{n}") for n in range(12)]
    file = tmp_path / "slips.html"
    file.write_text(slips.page(klass, many), "utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    assert violations(page) == []
    page.emulate_media(media="print")
    assert page.locator(".slip").evaluate_all(
        "all => all.every(one => getComputedStyle(one).breakInside === 'avoid')"
    )
    assert not page.get_by_text("These are keys in the clear").is_visible()
    page.close()
