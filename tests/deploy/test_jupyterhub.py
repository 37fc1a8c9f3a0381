"""A real JupyterHub on loopback, installed by the school's own recipe, and a class of ten who work on it."""

import asyncio
import json
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from datetime import date
from statistics import mean
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import yaml
from hub import PASSWORD, PLACE, RECIPE, ROOT, install, running
from hub_student import Student
from nbformat.v4 import new_code_cell, new_notebook
from pages import listen, run_all_cells
from tornado.httpclient import HTTPClientError
from traitlets.config.loader import PyFileConfigLoader

from course.publish import notebooks
from course.publish.lesson import Lesson

STUDENTS = ["mei", "tomas", "ana", "priya", "yuki", "omar", "lena", "joao", "ada", "ben"]
AT_ONCE = 4
FIRST = "/lab/tree/chat-or-api/notebooks/00_start.ipynb"
LESSON = Lesson(ROOT / "notebooks" / "source" / "02_billing.py")
LESSON_THERE = f"chat-or-api/notebooks/{LESSON.notebook.name}"
README = (RECIPE / "README.md").read_text("utf-8")
AS_TEXT = {"format": "text", "type": "file"}
# What a customer of the agency writes into the form of its website.
TRIP = {"name": "Ana Lima", "email": "ana@example.com", "destination": "Lisbon"}
TRIP |= {"start_date": "2027-05-12", "end_date": "2027-05-19", "adults": "2"}
PICTURES = ROOT / "build"  # for whoever wants to look
RECORD = ROOT / "build" / "jupyterhub.json"
MEASURED = ("start_seconds", "lesson_seconds", "processor_seconds", "server_mb", "kernel_mb")
PLANNED = (
    512  # MB for a student, by which jupyterhub_config.py says how many come in, and values.yaml what is reserved
)


@dataclass
class Visit:
    """What one student met. Seconds: from login to the first page, and for the lesson. Else see `Hub.taken`."""

    student: str
    arrived: str
    kernel: str
    handed_out: str
    findings: list[str]
    start_seconds: float
    lesson_seconds: float
    server_mb: float = 0
    kernel_mb: float = 0
    processor_seconds: float = 0


@pytest.fixture(scope="module")
def hub():
    with running(install(), STUDENTS) as started:
        yield started


@pytest.fixture(scope="module")
def visits(hub) -> list[Visit]:
    """All ten have logged in and run the lesson; their servers and kernels still run."""
    made = asyncio.run(_class(hub))
    for visit in made:
        vars(visit).update(hub.taken(visit.student))
    return made


async def _class(hub) -> list[Visit]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> Visit:
        async with places, Student(hub.url, name) as student:
            began = time.monotonic()
            await student.log_in()
            arrived = await student.start()
            started = time.monotonic()
            there = await student.jupyter(
                "GET", f"contents/{LESSON_THERE}", params={"format": "text", "type": "file"}
            )
            kernel = await student.open_notebook(LESSON_THERE)
            ran = await student.run(kernel, LESSON.read())
            ended = time.monotonic()
            findings = notebooks.findings(notebooks.finish(ran, LESSON), LESSON)
            handed_out = there.json()["content"]
            return Visit(name, arrived, kernel, handed_out, findings, started - began, ended - started)

    return await asyncio.gather(*(one(name) for name in STUDENTS))


def test_each_student_arrives_in_the_first_lesson(visits):
    assert {visit.student: visit.arrived for visit in visits} == {name: f"/user/{name}{FIRST}" for name in STUDENTS}


def test_each_student_gets_the_lesson_and_the_outputs_that_are_committed(visits):
    committed = LESSON.notebook.read_text("utf-8")
    assert [visit.student for visit in visits if visit.handed_out != committed] == []
    assert "\n".join(f"{visit.student}: {finding}" for visit in visits for finding in visit.findings) == ""


def test_a_student_takes_no_more_than_the_recipe_plans_for(visits, capsys):
    record = {
        "date": date.today().isoformat(),
        "students": len(visits),
        "at_once": AT_ONCE,
        **{what: round(mean(getattr(each, what) for each in visits), 1) for what in MEASURED},
        "largest_mb": round(max(each.server_mb + each.kernel_mb for each in visits), 1),
    }
    RECORD.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    with capsys.disabled():
        print("", *(f"{name}: {value}" for name, value in record.items()), sep="\n")
    assert record["server_mb"] > 20
    assert record["kernel_mb"] > 20
    assert record["largest_mb"] < PLANNED


def test_what_the_instructor_shares_is_there(hub, visits):
    (PLACE / "course" / "shared" / "reading list.txt").write_text("1. The bill", "utf-8")

    async def read() -> str:
        async with Student(hub.url, STUDENTS[0]) as student:
            await student.log_in()
            await student.visit(student.home)
            found = await student.jupyter("GET", "contents/chat-or-api/shared/reading list.txt", params=AS_TEXT)
            return found.json()["content"]

    assert asyncio.run(read()) == "1. The bill"


def test_a_student_cannot_reach_another(hub, visits):
    other = visits[1]

    async def try_all() -> list[int]:
        async with Student(hub.url, STUDENTS[0]) as curious:
            await curious.log_in()
            await curious.visit(curious.home)
            answers = [
                await curious.visit(f"/user/{other.student}/lab"),
                await curious.jupyter("GET", "contents/chat-or-api", whose=other.student),
                await curious.jupyter("GET", "sessions", whose=other.student),
                await curious.visit(f"/user/{other.student}/proxy/22/"),
            ]
            with pytest.raises(HTTPClientError) as refused:
                await curious.connect(other.kernel, whose=other.student)
            return [answer.status_code for answer in answers] + [refused.value.code]

    assert asyncio.run(try_all()) == [403] * 5


def test_a_wrong_password_and_a_stranger_stay_outside(hub):
    async def try_to_enter(name: str, **password) -> int:
        async with Student(hub.url, name) as student:
            await student.log_in(**password)
            return (await student.visit("/hub/spawn")).url.path

    assert asyncio.run(try_to_enter("mei", password="guess")) == "/hub/login"
    assert asyncio.run(try_to_enter("a stranger")) == "/hub/login"


def test_work_is_there_after_the_server_was_stopped_and_a_slip_has_come(hub, visits):
    """The slip is that of the classroom gateway; its two lines reach this student's programs and nobody else's."""
    name, other = STUDENTS[2:4]
    slip = f"{name}@school.example,https://ai.school.example,key-of-{name}"
    hub.slips.write_text(f"email,COURSE_GATEWAY,COURSE_KEY\n{slip}\n", "utf-8")

    async def come_back(name: str) -> tuple[str, str]:
        async with Student(hub.url, name) as student:
            await student.log_in()
            await student.visit(student.home)
            mine = {"type": "file", "format": "text", "content": "my own"}
            (await student.jupyter("PUT", f"contents/{LESSON_THERE}", json=mine)).raise_for_status()
            await student.stop()
            await student.start()
            kept = await student.jupyter("GET", f"contents/{LESSON_THERE}", params=AS_TEXT)
            look = new_notebook(cells=[new_code_cell("import os; print(os.environ.get('COURSE_KEY'))")])
            ran = await student.run(await student.open_notebook("look.ipynb"), look)
            return kept.json()["content"], ran.cells[0].outputs[0].text

    async def both() -> list[tuple[str, str]]:
        return await asyncio.gather(come_back(name), come_back(other))

    assert asyncio.run(both()) == [("my own", f"key-of-{name}\n"), ("my own", "None\n")]


def test_the_link_of_the_readme_brings_a_repository(hub, visits, tmp_path):
    """The link as it stands there, with a repository on this computer in the place of OWNER/REPO."""
    (documented,) = re.findall(r"https://hub\.school\.example(/hub/user-redirect/git-pull\S+)", README)
    asked = dict(parse_qsl(urlsplit(documented).query))
    repository = tmp_path / "REPO"
    lesson = repository / "notebooks" / "00_start.ipynb"
    lesson.parent.mkdir(parents=True)
    lesson.write_text("from the repository", "utf-8")
    commit = ("-c", "user.name=Kim", "-c", "user.email=kim@school.example", "commit", "--quiet", "--message=Lesson")
    for command in (("init", "--quiet", "--initial-branch=main"), ("add", "."), commit):
        subprocess.run(["git", "-C", repository, *command], check=True)
    asked["repo"] = repository.as_uri()

    async def follow() -> tuple[str, str]:
        async with Student(hub.url, STUDENTS[4]) as student:
            await student.log_in()
            page = await student.visit(f"{urlsplit(documented).path}?{urlencode(asked)}")
            pulled = await student.call("GET", f"{student.home}git-pull/api", params=asked)
            assert '"phase": "finished"' in pulled.text, pulled.text
            path = asked["urlpath"].removeprefix("lab/tree/")
            brought = await student.jupyter("GET", f"contents/{path}", params=AS_TEXT)
            return page.url.path, brought.json()["content"]

    assert asyncio.run(follow()) == (f"/user/{STUDENTS[4]}/git-pull", "from the repository")


def test_one_server_and_a_cluster_promise_the_same(tmp_path, monkeypatch):
    """Read as they are shipped: jupyterhub_config.py with its school.py, and values.yaml."""
    shutil.copy(RECIPE / "school.py", tmp_path)
    monkeypatch.chdir(tmp_path)
    server = PyFileConfigLoader("jupyterhub_config.py", path=str(RECIPE)).load_config()
    cluster = yaml.safe_load((RECIPE / "values.yaml").read_text("utf-8"))
    student = cluster["singleuser"]
    assert server.Spawner.default_url == student["defaultUrl"] == FIRST
    assert server.Spawner.environment == student["extraEnv"]
    assert (server.Spawner.mem_limit, "512M") == (student["memory"]["limit"], student["memory"]["guarantee"])
    assert server.JupyterHub.services[0]["command"][-1] == f"--timeout={cluster['cull']['timeout']}"
    assert server.PAMAuthenticator.allowed_groups == {"students", "instructors"}


def test_in_a_browser_from_the_password_to_the_website_of_lesson_03(hub, launch):
    """As from another computer: the agency's website can be reached through the hub alone."""
    browser = launch("--host-resolver-rules=MAP hub.school.example 127.0.0.1")
    page = listen(browser.new_page(viewport={"width": 1600, "height": 900}))
    page.goto(hub.url.replace("127.0.0.1", "hub.school.example"))
    page.get_by_label("Username").fill(STUDENTS[5])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/user/{STUDENTS[5]}{FIRST}", timeout=120_000)
    page.get_by_role("heading", name="Start here").wait_for()
    page.screenshot(path=PICTURES / "jupyterhub-arrived.png")
    page.goto(page.url.replace("/lab/tree/", "/lab/workspaces/other/tree/").replace("00_start", "03_integration"))
    run_all_cells(page)
    website = page.locator("iframe[title='Lantern Travel: website and office']")
    website.scroll_into_view_if_needed()
    assert f"/user/{STUDENTS[5]}/proxy/" in website.get_attribute("src")
    form = website.content_frame
    for field, text in TRIP.items():
        form.locator(f"#{field}").fill(text)
    form.get_by_role("button", name="Send my request").click()
    form.get_by_role("heading", name="Our proposal").wait_for()
    page.screenshot(path=PICTURES / "jupyterhub-lesson-03.png")
    browser.close()
