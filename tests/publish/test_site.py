"""The site as files: where its links lead, what it weighs, what it asks of others. A browser uses it elsewhere."""

import json
import re
import tomllib
import zipfile
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from nbformat import v4
from site_once import ADDRESS, REPOSITORY, built_site  # noqa: F401

import course
from course import cli, data, outline, quiz
from course.publish import glossary, site
from course.publish.lesson import LessonError, find_folder, find_lessons
from course.publish.widget_state import STATE

LESSONS = [lesson.name for lesson in outline.lessons()]
PAGES = ["index.html", *(f"lessons/{name}.html" for name in LESSONS), "quizzes.html", "glossary.html", "decks.html"]
PAGES += ["downloads.html", "sources.html", "404.html"]
FIRST_PAGE, LESSON_TEXT, LESSON_IN_ALL, OTHER = 300_000, 130_000, 370_000, 70_000  # bytes, before a server packs them
SUBRESOURCES = {"script": "src", "img": "src", "iframe": "src", "source": "src", "audio": "src", "video": "src"}


@pytest.fixture(scope="module")
def pages(built_site) -> dict[str, BeautifulSoup]:  # noqa: F811
    """Each page as a soup, by its path."""
    paths = [*built_site.glob("*.html"), *built_site.glob("lessons/*.html"), *built_site.glob("slides/index.html")]
    return {
        path.relative_to(built_site).as_posix(): BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for path in paths
    }


@pytest.fixture(scope="module")
def own(pages):
    """The pages that are the site's own; the decks' index is the decks'."""
    return {path: soup for path, soup in pages.items() if path != "slides/index.html"}


def target(page: str, link: str) -> str:
    """Where a link of a page leads, as a path below the site's folder."""
    path = unquote(urlsplit(link).path)
    if path.startswith("/"):  # the page for missing addresses, which is shown at any depth
        assert page == "404.html"
        return path.removeprefix(urlsplit(ADDRESS).path)
    parts = [*page.split("/")[:-1], *path.split("/")] if path else page.split("/")
    found: list[str] = []
    for part in parts:
        if part == "..":
            found.pop()
        elif part:
            found.append(part)
    return "/".join(found)


def weight(folder: Path, *paths: str) -> int:
    return sum((folder / path).stat().st_size for path in set(paths))


def loaded(page: str, soup: BeautifulSoup) -> list[str]:
    """What a browser loads with a page before anything is used."""
    links = [link["href"] for link in soup.select("link[rel=icon], link[rel=stylesheet]")]
    links += [element["src"] for element in soup.select("script[src], img[src]")]
    return [page, *(target(page, link) for link in links)]


def widget_files(folder: Path, lesson: str) -> list[str]:
    """The scripts of a lesson's widgets: what they start from, and their programs."""
    start = f"assets/widgets-{lesson}.js"
    programs = re.findall(r'\{program: "(\w+)"', (folder / start).read_text("utf-8"))
    return [start, *(f"assets/widget-{program}.js" for program in programs)]


def test_every_page_is_there(own):
    assert sorted(own) == sorted(PAGES)


def test_every_link_leads_to_something_in_the_folder(built_site, pages):  # noqa: F811
    ids = {page: {element["id"] for element in soup.select("[id]")} for page, soup in pages.items()}
    checked = 0
    for page, soup in pages.items():
        for element in soup.select("a[href], link[href]"):
            link = element["href"]
            if urlsplit(link).scheme in ("http", "https", "data", "mailto"):
                continue
            path = target(page, link)
            assert (built_site / path).is_file(), (page, link)
            if fragment := urlsplit(link).fragment:
                assert unquote(fragment) in ids[path], (page, link)
            checked += 1
    assert checked > 500


def test_links_between_decks_stay_in_the_folder(built_site):  # noqa: F811
    for deck in built_site.glob("slides/*.slides.html"):
        for link in re.findall(r'<a href="([^":#]+\.html)[#"]', deck.read_text("utf-8")):
            assert (deck.parent / link).is_file(), (deck.name, link)


def test_nothing_is_asked_of_another_host(built_site, own):  # noqa: F811
    for page, soup in own.items():
        for name, attribute in SUBRESOURCES.items():
            for element in soup.find_all(name):
                assert urlsplit(element.get(attribute, "")).scheme == "", (page, element)
        for link in soup.select("link:not([rel=canonical])"):
            assert urlsplit(link["href"]).scheme == "", (page, link)
        assert not soup.select("form[action], object, embed, base, [srcset], style"), page
    style = (built_site / "assets" / "site.css").read_text("utf-8")
    assert not re.search(r"@import|url\(", style)
    for script in built_site.glob("assets/site.js"):
        assert not re.search(r"https?://|fetch\(|XMLHttpRequest|sendBeacon|WebSocket", script.read_text("utf-8"))


def test_the_first_page_and_its_widget_are_light(built_site, own):  # noqa: F811
    (host,) = own["index.html"].select("[data-widget]")
    start, *_ = files = widget_files(built_site, host["data-lesson"])
    program = files[1 + int(host["data-widget"])]
    assert weight(built_site, *loaded("index.html", own["index.html"]), start, program) < FIRST_PAGE


def test_the_other_pages_are_light(built_site, own):  # noqa: F811
    for page, soup in own.items():
        if page.startswith("lessons/"):
            assert weight(built_site, page) < LESSON_TEXT, page
            files = widget_files(built_site, Path(page).stem)
            assert weight(built_site, *loaded(page, soup), *files) < LESSON_IN_ALL, page
        else:
            assert weight(built_site, *loaded(page, soup)) < OTHER or page == "index.html", page


def test_pictures_are_files_with_words_and_a_size(built_site, own):  # noqa: F811
    shown = set()
    for page, soup in own.items():
        for image in soup.find_all("img"):
            assert image["alt"], (page, image)
            assert int(image["width"]) > 0 < int(image["height"])
            shown.add(target(page, image["src"]))
    kept = {path.relative_to(built_site).as_posix() for path in built_site.glob("assets/pictures/*")}
    assert shown == kept
    assert len(kept) > 5


def test_each_page_says_what_it_is_and_where_its_parts_are(own):
    titles = [soup.title.text for soup in own.values()]
    assert len(set(titles)) == len(titles)
    for page, soup in own.items():
        assert soup.html["lang"] == "en"
        assert soup.find("meta", attrs={"name": "description"})["content"], page
        assert len(soup.find_all("h1")) == len(soup.find_all("main")) == len(soup.select("body > footer")) == 1, page
        assert len(soup.select("body > header")) == 1
        assert soup.select_one("body > a.skip")["href"] == f"#{soup.main['id']}"
        names = [nav.get("aria-label") for nav in soup.find_all("nav")]
        assert all(names), page
        assert len(set(names)) == len(names), page
        ids = [element["id"] for element in soup.select("[id]")]
        assert len(set(ids)) == len(ids), page


def test_headings_go_down_one_step_at_a_time(own):
    for page, soup in own.items():
        levels = [int(heading.name[1]) for heading in soup.select("h1, h2, h3, h4, h5, h6")]
        assert levels[0] == 1, page
        assert all(below <= above + 1 for above, below in pairwise(levels)), page


def test_a_lesson_leads_to_its_neighbours_its_deck_its_notebook_and_binder(own):
    for place, name in enumerate(LESSONS):
        soup = own[f"lessons/{name}.html"]
        near = {link["rel"][0]: link["href"] for link in soup.select("a[rel]") if link["rel"][0] in ("prev", "next")}
        expected = {"prev": place - 1, "next": place + 1}
        assert near == {way: f"{LESSONS[at]}.html" for way, at in expected.items() if 0 <= at < len(LESSONS)}
        links = {link.text: link["href"] for link in soup.select(".ways a")}
        path = f"lab/tree/notebooks/{name}.ipynb"
        assert links == {
            "Run it on Binder": f"https://mybinder.org/v2/gh/{REPOSITORY}/v{course.__version__}?urlpath={path}",
            "Slides": f"../slides/{name}.slides.html",
            "Notebook": f"../downloads/notebooks/{name}.ipynb",
        }


def test_a_lesson_says_what_is_not_real_and_when_its_facts_were_checked(own):
    for name in LESSONS:
        soup = own[f"lessons/{name}.html"]
        assert "practice model" in soup.select_one("aside.note").text
        days = {str(source.checked) for source in data.sources(name)}
        assert {time["datetime"] for time in soup.select("header time")} == {min(days), max(days)}


def test_the_contents_of_a_lesson_name_its_headings(own):
    for name in LESSONS:
        soup = own[f"lessons/{name}.html"]
        listed = [(link["href"][1:], link.text) for link in soup.select(".contents a")]
        assert listed == [(heading["id"], heading.text) for heading in soup.article.find_all(["h2", "h3"])]
        assert len(listed) > 8


def test_each_widget_can_come_to_life_and_has_a_twin_until_then(built_site, own):  # noqa: F811
    for name in LESSONS:
        article = own[f"lessons/{name}.html"].article
        text = (built_site / f"assets/widgets-{name}.js").read_text("utf-8")
        programs = re.findall(r'\{program: "(\w+)"', text)
        assert article["data-lesson"] == name
        assert len(article["data-keys"].split()) == len(programs)
        for host in article.select("[data-widget]"):
            assert host.select_one(".twin").get_text(strip=True) or host.img
            program = (built_site / f"assets/widget-{programs[int(host['data-widget'])]}.js").read_text("utf-8")
            stored = json.loads(re.fullmatch(r'site\.program\("\w+", (\{.*\})\);\n', program)[1])
            assert "export default" in stored["esm"]


def test_all_quizzes_stand_on_one_page_too_and_share_their_answers_with_the_lesson(own):
    listed = own["quizzes.html"].select("[data-widget]")
    asked = []
    for host in listed:
        lesson = own[f"lessons/{host['data-lesson']}.html"]
        cell = lesson.select_one(f'[data-widget="{host["data-widget"]}"]').find_parent(class_="cell")["id"]
        key = lesson.article["data-keys"].split()[int(host["data-widget"])]
        assert host["data-key"] == f"{cell}-{key}"
        asked.append(int(re.search(r"(\d+) questions", host.find_parent("details").summary.text)[1]))
    files = sorted(path.stem for path in (data.FOLDER / "quizzes").glob("*.json") if path.stem[:2] < "07")
    assert sorted(asked) == sorted(len(quiz.load(name)) for name in files)


def test_terms_lead_to_the_glossary_and_back(own):
    page = own["glossary.html"]
    assert [term.text for term in page.select("dl.terms dt")] == [term for term, _ in glossary.alphabetical()]
    back = {(link.find_parent("dd").find_previous("dt")["id"], link["href"]) for link in page.select("dd a")}
    for name in LESSONS:
        lesson = own[f"lessons/{name}.html"]
        assert not lesson.find("abbr")
        terms = lesson.select("a.term")
        assert len(terms) > 3
        for term in terms:
            assert term["data-means"].endswith(".")
            assert (urlsplit(term["href"]).fragment, f"lessons/{name}.html") in back


def test_the_search_knows_each_heading_and_each_term(built_site, own):  # noqa: F811
    script = (built_site / "assets" / "search_index.js").read_text("utf-8")
    entries = json.loads(re.fullmatch(r"site\.index\((.*)\);\n", script, re.DOTALL)[1])
    for place, heading, _text, address in entries:
        page, _, fragment = address.partition("#")
        found = own[page].find(id=fragment) if fragment else own[page].h1
        assert place == "Glossary" or heading == found.text or not fragment, address
    headings = sum(len(own[f"lessons/{name}.html"].article.find_all(["h2", "h3"])) for name in LESSONS)
    assert len(entries) == len(LESSONS) + headings + len(glossary.terms())
    assert not any("search_index" in str(soup) for soup in own.values())  # it is loaded when somebody searches


def test_notebooks_and_exercises_can_be_taken_along_and_no_solution_with_them(built_site):  # noqa: F811
    root = find_folder(Path(__file__).parent).parent
    with zipfile.ZipFile(built_site / "downloads" / "lessons.zip") as packed:
        assert packed.namelist() == [f"lessons/{name}.ipynb" for name in LESSONS]
        assert packed.read(f"lessons/{LESSONS[0]}.ipynb") == (root / f"notebooks/{LESSONS[0]}.ipynb").read_bytes()
    released = sorted(root.glob("exercises/release/*/*.ipynb"))
    with zipfile.ZipFile(built_site / "downloads" / "exercises.zip") as packed:
        assert [packed.read(name) for name in packed.namelist()] == [path.read_bytes() for path in released]
        assert not any("BEGIN SOLUTION" in packed.read(name).decode() for name in packed.namelist())


def test_search_engines_are_told_each_page_under_its_own_address(built_site, own):  # noqa: F811
    tree = ElementTree.parse(built_site / "sitemap.xml")
    listed = [element.text for element in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert listed == [ADDRESS, *(f"{ADDRESS}{page}" for page in PAGES[1:] if page != "404.html")]
    canonical = {page: soup.find("link", rel="canonical") for page, soup in own.items()}
    assert [canonical[page]["href"] for page in PAGES if page != "404.html"] == listed
    assert canonical["404.html"] is None
    assert (built_site / "robots.txt").read_text().splitlines() == [
        "User-agent: *",
        "Allow: /",
        f"Sitemap: {ADDRESS}sitemap.xml",
    ]
    assert (built_site / ".nojekyll").exists()


def test_a_missing_address_shows_its_page_at_any_depth(own):
    folder = urlsplit(ADDRESS).path
    for element in own["404.html"].select("a[href], link[href], script[src]"):
        link = element.get("href") or element["src"]
        assert link.startswith((folder, "#", "https://")), link


def test_pages_name_the_repository_that_is_given_and_else_that_of_the_project(own):
    project = tomllib.loads((find_folder(Path(__file__).parent).parent / "pyproject.toml").read_text("utf-8"))[
        "project"
    ]
    assert f"https://github.com/{site.REPOSITORY}" == project["urls"]["Repository"]
    assert not any(site.PLACEHOLDER in str(soup) for soup in own.values())


# ---- a small course of our own, for what is slow to try on all of it -----------------------------------------------


@pytest.fixture
def notebooks(tmp_path) -> Path:
    """A course of one lesson, `90_dials`, with a widget, a picture of it and a table."""
    folder = tmp_path / "a course" / "notebooks"
    folder.joinpath("source").mkdir(parents=True)
    folder.joinpath("source", "90_dials.py").write_text("")
    traits = json.dumps({"_esm": "export default {render() {}}", "_css": "</script><!--", "text": "</script>"})
    table = "<table class='dataframe'><thead><tr><th></th><th>fee</th><th>name</th></tr></thead>"
    table += "<tbody><tr><th>0</th><td>1,000.5</td><td>plan 1</td></tr></tbody></table>"
    outputs = [
        v4.new_output("display_data", data={"text/html": "<p>twin</p>"}, metadata={STATE: traits}),
        v4.new_output("display_data", data={"text/html": f"<style>h1 {{}}</style><h1>loud</h1>{table}"}),
    ]
    cells = [
        v4.new_markdown_cell("# Dials & more\n\n**After it you turn dials.**\n\nWords.", id="90-title"),
        v4.new_markdown_cell(
            "## Twice\n\n[terms](glossary.md), [far](https://example.org/a.ipynb), [rows](../data/x.csv)",
            id="90-first",
        ),
        v4.new_code_cell("Dial()", outputs=outputs, id="90-dial"),
        v4.new_markdown_cell("## Twice\n\nAgain.", id="twice-2"),
        v4.new_markdown_cell("For the teacher.", metadata={"slideshow": {"slide_type": "notes"}}, id="90-notes"),
    ]
    _save(folder, cells)
    return folder


def _save(folder: Path, cells: list) -> None:
    notebook = v4.new_notebook(cells=cells, metadata={"title": "Dials & more"})
    folder.joinpath("90_dials.ipynb").write_text(v4.writes(notebook), "utf-8")


def read(site_folder: Path, page: str = "lessons/90_dials.html") -> BeautifulSoup:
    return BeautifulSoup((site_folder / page).read_text("utf-8"), "html.parser")


def test_a_lesson_of_ones_own_becomes_a_page(notebooks, tmp_path):
    soup = read(site.build(notebooks, tmp_path / "site").parent)
    assert soup.title.text == "Dials & more · Chat or API?"
    assert [heading["id"] for heading in soup.article.find_all("h2")] == ["twice", "twice-3"]  # a cell has the other
    assert "teacher" not in soup.text
    assert [link["href"] for link in soup.article.find_all("a")] == [
        "../glossary.html",
        "https://example.org/a.ipynb",
        f"https://github.com/{site.REPOSITORY}/blob/HEAD/data/x.csv",
    ]
    shown = soup.find(id="90-dial")
    assert not shown.find(["style", "h1"])
    assert shown.find(class_="heading").text == "loud"
    assert [cell.text for cell in shown.select(".number")] == ["", "fee", "0", "1,000.5"]
    assert not [header for header in shown.find_all("th") if not header.text]


def test_a_picture_in_a_file_comes_along_and_a_missing_one_is_told(notebooks, tmp_path):
    _save(notebooks, [v4.new_markdown_cell("# Look\n\n![A dot](images/a%20dot.svg)", id="90-look")])
    with pytest.raises(LessonError, match=r"90_dials shows the picture images/a%20dot.svg, which is no file"):
        site.build(notebooks, tmp_path / "site")
    notebooks.joinpath("images").mkdir()
    notebooks.joinpath("images", "a dot.svg").write_text("<svg/>")
    folder = site.build(notebooks, tmp_path / "site").parent
    image = read(folder).find("img")
    assert (image["alt"], (folder / "lessons" / image["src"]).read_text()) == ("A dot", "<svg/>")


def test_without_an_address_no_host_is_made_up(notebooks, tmp_path):
    folder = site.build(notebooks, tmp_path / "site").parent
    assert not (folder / "sitemap.xml").exists()
    assert "Sitemap" not in (folder / "robots.txt").read_text()
    assert not read(folder).find("link", rel="canonical")
    assert read(folder, "404.html").find("script")["src"].startswith("assets/site.js")


def test_a_lesson_that_jupyterlite_holds_leads_there(notebooks, tmp_path):
    folder = tmp_path / "site"
    assert "lite/" not in str(read(site.build(notebooks, folder).parent))
    files = folder / "lite" / "files"
    files.mkdir(parents=True)
    files.joinpath("90_dials.ipynb").write_text("{}")
    (link,) = read(site.build(notebooks, folder).parent).find_all("a", string="Run it in this browser")
    assert link["href"] == "../lite/lab/index.html?path=90_dials.ipynb"
    assert (files / "90_dials.ipynb").exists()


def test_what_was_built_beside_the_lessons_is_offered(notebooks, tmp_path):
    assert len(read(site.build(notebooks, tmp_path / "site").parent, "downloads.html").select(".files dt")) == 1
    made = notebooks.parent / "dist"
    made.mkdir()
    for name in ("chat_or_api.pdf", "course-1.0-py3-none-any.whl"):
        made.joinpath(name).write_bytes(b"x" * 1_250_000)
    soup = read(site.build(notebooks, tmp_path / "site").parent, "downloads.html")
    assert [link.text for link in soup.select(".files dt a")] == ["All lessons", "Handout", "Python package"]
    assert [size.text for size in soup.select(".files dt .aside")][1:] == ["1.2 MB", "1.2 MB"]


def test_the_same_lessons_give_the_same_bytes_and_nothing_old_stays(notebooks, tmp_path):
    first, second = (site.build(notebooks, tmp_path / name).parent for name in ("one", "two"))
    (first / "lessons" / "80_gone.html").write_text("of an earlier run")
    site.build(notebooks, first)
    files = [sorted(path.relative_to(folder) for path in folder.rglob("*")) for folder in (first, second)]
    assert files[0] == files[1]
    for path in files[0]:
        assert (first / path).is_dir() or (first / path).read_bytes() == (second / path).read_bytes(), path


def test_a_quiz_that_changed_begins_anew(notebooks, tmp_path):
    """Answers are kept under a key that is another one when the widget's data are."""
    keys = [read(site.build(notebooks, tmp_path / "site").parent).article["data-keys"]]
    saved = notebooks / "90_dials.ipynb"
    saved.write_text(saved.read_text("utf-8").replace(r"\"text\": \"", r"\"text\": \"new "), "utf-8")
    keys.append(read(site.build(notebooks, tmp_path / "site").parent).article["data-keys"])
    assert keys[0] != keys[1]


@pytest.mark.parametrize(
    ("repository", "address", "said"),
    [
        ("lantern", "", "'lantern' is no repository of GitHub. Write it as owner/name."),
        ("a/b?c=d", "", "is no repository of GitHub"),
        ("a/b", "example.org", "'example.org' is no address of a site. Write it as https://"),
        ("a/b", "https://example.org/?page=1", "is no address of a site"),
    ],
)
def test_an_address_that_is_none_is_refused(notebooks, tmp_path, repository, address, said):
    with pytest.raises(LessonError, match=re.escape(said)):
        site.build(notebooks, tmp_path / "site", repository, address)
    assert not (tmp_path / "site").exists()


def test_somebody_elses_folder_is_left_alone(notebooks, tmp_path):
    mine = tmp_path / "thesis"
    mine.mkdir()
    (mine / "index.html").write_text("mine")
    (mine / ".nojekyll").write_text("")
    with pytest.raises(LessonError, match="holds something that is no earlier site"):
        site.build(notebooks, mine)
    assert sorted(path.name for path in mine.iterdir()) == [".nojekyll", "index.html"]
    with pytest.raises(LessonError, match="is a file"):
        site.build(notebooks, mine / "index.html")


def test_the_command_says_what_is_still_missing(notebooks, tmp_path, monkeypatch):
    monkeypatch.chdir(notebooks.parent)
    monkeypatch.setattr(site, "REPOSITORY", site.PLACEHOLDER)
    result = CliRunner().invoke(cli.main, ["site"])
    assert result.exit_code == 0, result.output
    assert str(Path("build/site/index.html")) in result.output
    assert "The Binder buttons name OWNER/REPO. Say --repository" in result.output
    assert "No sitemap was written" in result.output
    named = ["--repository", "a/b", "--address", "https://a.example/b"]
    result = CliRunner().invoke(cli.main, ["site", *named])
    assert "OWNER" not in result.output
    assert "sitemap" not in result.output
    (notebooks / "90_dials.ipynb").unlink()
    result = CliRunner().invoke(cli.main, ["site"])
    assert "90_dials has no notebook yet. First run: course notebooks 90_dials" in result.output


def test_the_progress_bar_goes_to_its_end(notebooks, tmp_path):
    steps = []
    site.build(notebooks, tmp_path / "site", advance=lambda: steps.append(1))
    assert len(steps) == site.steps(len(find_lessons(notebooks)))
