import pytest

from course.publish.lesson import Lesson, LessonError, find_folder, find_lessons


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "notebooks" / "source").mkdir(parents=True)
    return tmp_path / "notebooks"


def write(folder, name, *cells) -> Lesson:
    path = folder / "source" / f"{name}.py"
    path.write_text("\n\n".join(cells) + "\n", encoding="utf-8")
    return Lesson(path)


def test_cell_ids_come_from_the_labels(folder):
    lesson = write(folder, "07_keys", '# %% [markdown] label="why"\n# Why', '# %% label="call"\n1 + 1')
    assert [cell.id for cell in lesson.read().cells] == ["07-why", "07-call"]


@pytest.mark.parametrize("header", ["# %%", '# %% label=""', '# %% label="Two Words"', "# %% label=7"])
def test_a_cell_without_a_good_label_is_named(folder, header):
    lesson = write(folder, "07_keys", '# %% label="fine"\n1', f"{header}\nprint('me')")
    with pytest.raises(LessonError, match=r"07_keys: cell 2 \(“print\('me'\)”\) has no good label"):
        lesson.read()


def test_a_label_is_used_once(folder):
    lesson = write(folder, "07_keys", '# %% label="same"\n1', '# %% label="same"\n2')
    with pytest.raises(LessonError, match="07_keys: two cells are labelled “same”"):
        lesson.read()


def test_header_metadata_is_kept(folder):
    header = '# %% label="try" slideshow={"slide_type": "slide"} claims=["C1"] tags=["hide-input"]'
    cell = write(folder, "07_keys", f"{header}\n1").read().cells[0]
    assert cell.metadata == {
        "label": "try",
        "slideshow": {"slide_type": "slide"},
        "claims": ["C1"],
        "tags": ["hide-input"],
    }


def test_lessons_come_in_order_and_once(folder):
    for name in ("02_b", "01_a"):
        write(folder, name, '# %% label="one"\n1')
    assert [lesson.name for lesson in find_lessons(folder)] == ["01_a", "02_b"]
    assert [lesson.name for lesson in find_lessons(folder, ("02_b", "02_b"))] == ["02_b"]


def test_an_unknown_lesson_gets_a_suggestion(folder):
    write(folder, "02_billing", '# %% label="one"\n1')
    with pytest.raises(LessonError, match=r"no lesson “billing”\. Did you mean 02_billing\? Lessons: 02_billing"):
        find_lessons(folder, ("billing",))


def test_the_folder_is_found_from_below_and_missed_elsewhere(folder, tmp_path_factory):
    assert find_folder(folder / "source") == folder
    with pytest.raises(LessonError, match="Run this command inside the course's folder"):
        find_folder(tmp_path_factory.mktemp("elsewhere"))
