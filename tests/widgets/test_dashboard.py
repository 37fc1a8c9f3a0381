"""Platform dashboard: what Python tells of a real platform, and the page at every extreme, without a kernel."""

from __future__ import annotations

import json
import threading
import time
from itertools import pairwise

import openai
import pytest
from pages import violations

import course
from course import session
from course.gateway.gateway import environment
from course.widgets import PlatformDashboard, dashboard, dashboard_words, sampler

TEAM, BOT = "Website team", "Support bot"
CHANNEL = {"type": "email", "recipients": ["boss@agency.example"]}
MONTH = {"currency": "USD", "interval": "month"}


@pytest.fixture
def platform(monkeypatch):
    """A running platform, which leaves nothing in the environment."""
    for name in (*environment("", "", ""), *session._MISLEADING, "NO_PROXY", "no_proxy", "COURSE_MODE"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    session.stop()
    session._before.clear()
    session._ours.clear()
    course.start()
    yield session._session.gateway
    session.stop()


@pytest.fixture
def make(monkeypatch):
    """Makes dashboards that are closed afterwards, and that no other test has to do with."""
    monkeypatch.setattr(dashboard, "_sampler", sampler.Sampler(dashboard._look))
    made = []

    def make(recording=()):
        made.append(PlatformDashboard(recording))
        return made[-1]

    yield make
    for each in made:
        each.close()


class Agency:
    """Two projects with a key each, and their work, all through OpenAI's SDK."""

    def __init__(self, gateway):
        self.store = gateway.store
        self.admin = openai.OpenAI(max_retries=0).admin.organization.projects
        self.team, self.bot = (self.admin.create(name=name).id for name in (TEAM, BOT))
        self.team_key, self.bot_key = (
            self.admin.service_accounts.create(project, name="worker").api_key for project in (self.team, self.bot)
        )
        self.key_name = self.bot_key.name
        self.admin.spend_alerts.create(self.team, threshold_amount=1, notification_channel=CHANNEL, **MONTH)

    def call(self, key, model=None, words=10):
        with openai.OpenAI(api_key=key.value, max_retries=0) as client:
            content = f"Summarise: {'The harbour is quiet. ' * words}"
            chosen = model or course.model("openai", "large")
            return client.chat.completions.create(model=chosen, messages=[{"role": "user", "content": content}])

    def refused(self, error, key, model=None):
        with pytest.raises(error):
            self.call(key, model)

    def day(self):
        """Work, and each refusal: model, rate, budget, key."""
        for _ in range(3):
            self.call(self.team_key)
        self.call(self.bot_key, course.model("openai"))
        self.admin.model_permissions.update(self.bot, mode="allow_list", model_ids=[course.model("openai")])
        self.refused(openai.PermissionDeniedError, self.bot_key)
        self.admin.rate_limits.update_rate_limit(
            f"rl-{course.model('openai')}", project_id=self.bot, max_requests_per_1_minute=0
        )
        self.refused(openai.RateLimitError, self.bot_key, course.model("openai"))
        self.admin.spend_limit.update(self.team, threshold_amount=1, **MONTH)
        self.until_refused(self.team_key)
        self.admin.api_keys.delete(self.bot_key.id, project_id=self.bot)
        self.refused(openai.AuthenticationError, self.bot_key)

    def until_refused(self, key):
        for _ in range(300):
            try:
                self.call(key, words=60)
            except openai.RateLimitError:
                return
        raise AssertionError("the budget holds nothing back")


@pytest.fixture
def agency(platform):
    return Agency(platform)


def row_of(sections, name):
    return next(row for row in sections["rows"] if row["name"] == name)


def wait_for(condition, seconds=5):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.02)


# ---- what Python tells ------------------------------------------------------------------------------------------


def test_a_day_at_the_agency_is_all_there(agency):
    agency.day()
    seen = PlatformDashboard.record("a day")
    team, bot = row_of(seen, TEAM), row_of(seen, BOT)
    assert team["reached"]
    assert 0.5 < team["share"] <= 1
    assert (team["limit"], team["refused"]) == ("$0.01 a month", "1")
    assert team["alerts"] == [{"text": "$0.01", "share": 1.0, "passed": False}]
    assert (bot["limit"], bot["share"], bot["reached"], bot["refused"]) == (None, None, False, "3")
    assert {each["reason"]: each["where"] for each in seen["refusals"]} == {
        "model not allowed": f"1 in {BOT}",
        "rate limit": f"1 in {BOT}",
        "budget": f"1 in {TEAM}",
        "key revoked or expired": f"1 in {BOT}",
    }
    assert seen["totals"]["calls"] == str(len(course.ledger()))
    assert seen["totals"]["refused"] == str(len(course.refusals())) == "4"
    assert {each["model"] for each in seen["models"]} == set(course.ledger()["model"])
    told = [(each["what"], each["change"]) for each in seen["audit"]]
    assert told[0] == (f"revoked API key “{agency.key_name}” in “{BOT}”", "")
    assert told[1] == (f"changed project “{TEAM}”", "spend limit: none → $0.01 a month")
    assert (
        f"changed rate limit “{course.model('openai')}” in “{BOT}”",
        "max requests per 1 minute: none → 0",
    ) in told
    assert all(each["who"] == "practice admin (key 0002)" for each in seen["audit"])


def test_no_secret_is_shown(agency, make):
    agency.admin.create(name=f"pasted {agency.team_key.value}")
    shown = make()
    said = [shown.get_state(), PlatformDashboard.record(), shown.twin(), repr(shown)]
    everything = json.dumps(said, ensure_ascii=False)
    assert "pasted sk-…" in everything
    for secret in (agency.team_key.value, session._session.gateway.key, session._session.gateway.admin_key):
        assert secret not in everything


def test_it_follows_a_workload_and_sends_only_what_changed(agency, make):
    shown, sent = make(), []
    shown.send_state = lambda key=None: key and sent.append((time.monotonic(), set(key)))
    time.sleep(3 * sampler.PAUSE)
    assert sent == [], "nothing has changed"
    for _ in range(12):
        agency.call(agency.team_key)
    wait_for(lambda: shown._totals["calls"] == "12")
    assert {name for _, names in sent for name in names} == {"_totals", "_rows", "_models"}
    times = [at for at, _ in sent]
    assert all(later - earlier > 0.8 * sampler.PAUSE for earlier, later in pairwise(times))
    agency.refused(openai.NotFoundError, agency.team_key, "gpt-99")
    wait_for(lambda: shown._refusals)


def test_the_work_is_not_held_up(agency, make):
    """The dashboard looks from a thread of its own while the kernel's thread works."""
    shown = make()
    seen = []
    shown.observe(lambda change: seen.append(threading.current_thread()), "_totals")
    until = time.monotonic() + 4 * sampler.PAUSE
    while time.monotonic() < until:
        agency.call(agency.team_key)
    assert len(seen) >= 2
    assert threading.main_thread() not in seen


def test_it_ends_with_the_last_dashboard(platform, make):
    before = threading.active_count()
    first, second = make(), make()
    assert threading.active_count() == before + 1
    first.close()
    assert dashboard._sampler.running
    second.close()
    wait_for(lambda: not dashboard._sampler.running, 1)


def test_it_says_when_nothing_runs_and_comes_back(platform, make):
    session.stop()
    shown = make()
    assert shown.message == "The practice platform is not running. Run course.start()."
    assert shown.message in shown.twin()
    with pytest.raises(RuntimeError):
        PlatformDashboard.record()
    course.start()
    wait_for(lambda: shown._rows)
    assert shown.message == ""


def test_a_recording_has_what_changed_and_no_time_of_day(agency, make):
    before = PlatformDashboard.record("Budgets are set")
    agency.call(agency.team_key)
    agency.admin.create(name="Late")
    shown = make([before, PlatformDashboard.record("One call"), PlatformDashboard.record()])
    _, second, third = shown.recording
    assert second.keys() == {"caption", "totals", "rows", "models", "audit"}
    assert third.keys() == {"caption"}
    assert [each["when"] for each in second["audit"]][:2] == ["step 2", "step 1"]
    assert repr(shown) == "PlatformDashboard(steps=3)"
    twin = shown.twin()
    assert "Late" in twin
    assert twin == make([before, *[PlatformDashboard.record()] * 2]).twin()
    for wrong in ([{}], ["a"], [second]):
        with pytest.raises(ValueError, match=r"PlatformDashboard\.record"):
            make(wrong)


@pytest.mark.parametrize(
    ("micros", "said"),
    [
        (0, "$0"),
        (1, "$0.000001"),
        (12_345, "$0.0123"),
        (10_000, "$0.01"),
        (1_234_567, "$1.23"),
        (5 * 10**9, "$5,000.00"),
    ],
)
def test_small_amounts_keep_their_digits(micros, said):
    assert dashboard_words.dollars(micros) == said


def test_entries_are_told_in_words():
    def told(action, before, after, target="x", project=None):
        entry = {"number": 1, "at": 0, "actor": None, "action": action, "project": project, "target": target}
        shown = dashboard_words._entry({**entry, "before": before, "after": after})
        assert shown["who"] == "the platform"
        return shown["what"], shown["change"]

    limit = {"spend_limit": {"threshold_amount": 500, "currency": "USD", "interval": "month"}}
    assert told("organization.updated", limit, {"spend_limit": None}) == (
        "changed the organization",
        "spend limit: $5.00 a month → none",
    )
    assert told(
        "rate_limit.updated", {"max_tokens_per_1_minute": 2**31 - 1}, {"max_tokens_per_1_minute": 60_000}
    ) == (
        "changed rate limit “x”",
        "max tokens per 1 minute: none → 60,000",
    )
    alert = {"spend_alert": {"id": "alert_1", "threshold_amount": 400, "triggered": False}}
    passed = {"spend_alert": {"id": "alert_1", "threshold_amount": 400, "triggered": True, "spent": 400.5}}
    assert told("project.updated", alert, passed, project="Team") == (
        "changed project “Team”",
        "spend alert triggered: no → yes; spend alert spent: none → $4.00",
    )
    assert told("user.added", None, {"role": "owner", "email": "a@b.example"}, project="Team") == (
        "added user “a@b.example” in “Team”",
        "role: none → owner",
    )
    assert told("project.updated", {"name": "Old"}, {"name": "New"}, project="New")[1] == "name: Old → New"


# ---- the page ---------------------------------------------------------------------------------------------------


def overview(projects=3, long=""):
    """What a platform might say: project 0 is at its limit, 1 has no budget, the others are on their way."""
    rows = [
        {
            "name": f"Project {number}{long}",
            "archived": number == 2,
            "calls": 1000 * number,
            "refused": number,
            "month_micros": 40_000 * number,
            "alerts": [20_000, 90_000 * (1 + number)],
            "budget": None
            if number == 1
            else {
                "period": "month",
                "limit_micros": 50_000 * (1 + number),
                "spent_micros": 49_900 if number == 0 else 40_000 * number,
                "reserved_micros": 100 * number,
                "reached": number == 0,
            },
        }
        for number in range(projects)
    ]
    entry = {
        "actor": f"boss{long} (key 0001)",
        "action": "project.updated",
        "target": "x",
        "project": "Project 0",
    }
    change = {"before": {"spend_limit": None}, "after": {"spend_limit": {"threshold_amount": 500}}}
    return {
        "organization": {**rows[0], "budget": None, "alerts": [], "calls": 10**6, "refused": 12},
        "projects": rows,
        "models": [
            {"model": f"model-{n}{long}", "calls": n, "input": 10**n, "output": 9**n, "cost_micros": 7**n}
            for n in range(1, 10)
        ],
        "refusals": [
            {"project": row["name"], "reason": reason, "count": number}
            for number, row in enumerate(rows)
            for reason in dashboard_words.REASONS
        ],
        "audit": [{"number": n, "at": 10**15 + n, **entry, **change} for n in range(12, 0, -1)],
    }


def showing(make, seen, recording=()):
    shown = make(recording)
    shown._show(dashboard_words.sections(seen))
    return shown


@pytest.fixture
def still(make, monkeypatch):
    """Nobody looks at the platform meanwhile."""
    monkeypatch.setattr(dashboard._sampler, "add", lambda listener: None)


@pytest.fixture
def page(mount, make, still):
    return mount(showing(make, overview()))


def settled(page):
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def box(page, selector):
    return page.locator(selector).bounding_box()


def test_bars_say_and_show_the_same(page):
    meters = page.get_by_role("meter")
    assert meters.evaluate_all("all => all.map((each) => each.ariaValueNow)") == ["99", "53"]
    assert meters.first.get_attribute("aria-valuetext") == "$0.0499 of $0.05 a month (99%), budget reached"
    first = page.locator(".dash-list > li").first
    assert first.get_by_text("■ Budget reached: calls are refused").is_visible()
    assert page.get_by_text("■ Budget reached").count() == 3
    assert page.get_by_text("■ Budget reached").filter(visible=True).count() == 1
    assert page.get_by_text("no budget").is_visible()
    assert page.get_by_text("archived").filter(visible=True).count() == 1
    track, fill, limit = (first.locator(each).bounding_box() for each in (".dash-track", ".dash-fill", ".dash-limit"))
    # The alert at $0.09 lies beyond the budget of $0.05.
    assert fill["width"] / track["width"] == pytest.approx(0.998 / 1.8, abs=0.02)
    assert (limit["x"] - track["x"]) / track["width"] == pytest.approx(1 / 1.8, abs=0.02)
    marks = [mark.bounding_box()["x"] for mark in first.locator(".dash-alert").all()]
    assert [(x - track["x"]) / track["width"] for x in marks] == pytest.approx([0.4 / 1.8, 1.0], abs=0.02)
    assert page.get_by_text("▲ Alert at $0.02: passed").count() == 2


def test_it_speaks_of_a_budget_that_is_reached_and_of_nothing_else(page):
    status = page.get_by_role("status")
    assert status.text_content() == ""
    page.evaluate("M.set('_totals', { spent: '$1', calls: '2', refused: '3' })")
    settled(page)
    assert (page.locator("dd").all_inner_texts(), status.text_content()) == (["$1", "2", "3"], "")
    page.evaluate("M.set('_rows', M.get('_rows').map((row, n) => ({ ...row, reached: n !== 1 })))")
    settled(page)
    assert status.text_content() == "Budget reached: Project 2."
    assert page.locator("[aria-live]").count() == 1


def test_tables_have_what_there_is(page):
    assert page.locator(".dash-refusals tbody tr").count() == len(dashboard_words.REASONS)
    assert page.locator(".dash-models tbody tr").count() == 9
    first = page.locator(".dash-audit tbody tr").first
    assert first.locator("td").all_inner_texts() == [
        "2001-09-09 01:46:40",
        "boss (key 0001)",
        "changed project “Project 0”",
        "spend limit: none → $5.00 a month",
    ]
    page.evaluate("M.set('_refusals', [])")
    settled(page)
    assert page.get_by_text("No call was refused.").is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("recorded", [False, True])
def test_it_is_accessible(mount, make, still, theme, recorded):
    steps = [{"caption": f"Step {n}", **dashboard_words.sections(overview(3))} for n in range(2)] if recorded else []
    page = mount(showing(make, overview(), steps), theme)
    assert violations(page, rules={"region": {"enabled": False}}) == []


@pytest.mark.parametrize("long", ["", " and a name that is long" * 8, "x" * 300, " שלום עולם" * 20])
def test_nothing_sticks_out_with_twenty_projects(mount, make, still, long):
    page = mount(showing(make, overview(20, long)))
    for width in (1280, 700, 375):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        bars = page.locator(".dash-track").evaluate_all("all => all.map((bar) => bar.getBoundingClientRect().width)")
        assert min(bars) > 200


def test_names_are_texts(mount, make, still):
    page = mount(showing(make, overview(2, "<img src=x onerror=alert(1)>")))
    assert page.locator(".dashboard img").count() == 0


def test_nothing_at_all(mount, make, still):
    page = mount(make())
    page.evaluate(
        "['message', '_totals', '_rows', '_refusals', '_models', '_audit'].forEach((n) => M.set(n, undefined))"
    )
    page.evaluate("remount()")
    assert page.get_by_role("alert").inner_text().startswith("No Python runs here, and no run was recorded.")
    assert "undefined" not in page.inner_text(".dashboard")


# ---- a recording ------------------------------------------------------------------------------------------------


@pytest.fixture
def recording():
    """Four steps; the second brings a project that reaches its budget."""
    steps = []
    for number in range(4):
        seen = overview(3)
        seen["projects"][0]["budget"]["reached"] = number >= 1
        seen["organization"]["calls"] = number
        steps.append({"caption": f"Act {number + 1}", **dashboard_words.sections(seen)})
    return steps


@pytest.fixture
def film(mount, make, still, recording):
    return mount(make(recording))


@pytest.fixture
def timed(mount, make, still, recording):
    """The same, where no time passes by itself."""
    page = mount(make(recording), alone=True)
    page.clock.install()
    page.evaluate("remount()")
    return page


def at(page):
    return page.locator(".dash-caption").inner_text(), page.locator("dd").nth(1).inner_text()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_a_recording_is_stepped_through(film):
    assert at(film) == ("Step 1 of 4: Act 1", "0")
    press(film, "Next")
    assert at(film) == ("Step 2 of 4: Act 2", "1")
    assert film.get_by_role("status").text_content() == "Budget reached: Project 0."
    press(film, "Back")
    film.keyboard.press("Enter")  # it keeps the focus where there is nothing before
    assert at(film) == ("Step 1 of 4: Act 1", "0")
    film.get_by_role("slider", name="Step").focus()
    film.keyboard.press("End")
    assert at(film) == ("Step 4 of 4: Act 4", "3")
    film.keyboard.press("ArrowLeft")
    assert at(film) == ("Step 3 of 4: Act 3", "2")
    assert film.get_by_role("slider").get_attribute("aria-valuetext") == "Step 3 of 4: Act 3"


def test_a_recording_plays_to_its_end_and_again(timed):
    timed.get_by_role("button", name="Play", exact=True).focus()
    timed.keyboard.press("Enter")
    assert at(timed)[1] == "1"
    timed.clock.run_for(2100)
    assert at(timed)[1] == "2"
    timed.keyboard.press("Space")
    timed.clock.run_for(9000)
    assert at(timed)[1] == "2", "it is paused"
    timed.keyboard.press("Enter")
    timed.clock.run_for(9000)
    assert at(timed)[1] == "3"
    press(timed, "Play again")
    assert at(timed)[1] == "0"
    press(timed, "Pause")
    assert timed.locator(".dash-fill").first.evaluate("fill => getComputedStyle(fill).transitionDuration") == "0s"


def test_a_closed_recording_stands_still(timed):
    press(timed, "Play")
    timed.evaluate("remount()")
    timed.clock.run_for(9000)
    assert at(timed)[1] == "0"
