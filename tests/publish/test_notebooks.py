import json

import nbformat
import pytest

from course.publish import notebooks
from course.publish.lesson import Lesson, LessonError
from course.publish.widget_state import STATE, VIEW


def cell(notebook, label):
    return next(each for each in notebook.cells if each.metadata.label == label)


@pytest.fixture(scope="module")
def saved(lesson):
    return nbformat.read(lesson.notebook, as_version=4)


@pytest.fixture(scope="module")
def again(lesson):
    """The lesson, executed a second time."""
    return notebooks.execute([lesson])[0]


@pytest.fixture
def make(tmp_path):
    """Writes a lesson of the given cells."""
    (tmp_path / "notebooks" / "source").mkdir(parents=True)

    def make(*cells: str, name: str = "91_small") -> Lesson:
        path = tmp_path / "notebooks" / "source" / f"{name}.py"
        path.write_text("\n\n".join(cells) + "\n", encoding="utf-8")
        return Lesson(path)

    return make


def test_the_saved_notebook_is_valid_and_has_only_lasting_metadata(saved):
    nbformat.validate(saved)
    assert saved.metadata == {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "title": "A lesson with dials",
    }
    assert {key for each in saved.cells for key in each.metadata} == {
        "label",
        "slideshow",
        "tags",
        "claims",
        "alt",
    }
    codes = [each for each in saved.cells if each.cell_type == "code"]
    assert [each.execution_count for each in codes] == list(range(1, len(codes) + 1))


def test_a_widget_keeps_its_twin_and_its_own_traits_only(saved):
    (output,) = cell(saved, "dial").outputs
    assert set(output.data) == {"text/html", "text/plain"}
    traits = json.loads(output.metadata[STATE])
    assert set(traits) == {"_esm", "_css", "value"}
    assert traits["value"] == 3


def test_an_interact_keeps_what_it_showed(saved):
    (output,) = cell(saved, "classic").outputs
    assert VIEW not in output.data
    assert output.data["image/png"].startswith("iVBOR")
    assert output.metadata["image/png"]["alt"] == "One bar, three long"
    assert output.data["text/plain"].startswith("interactive(")


def test_an_error_that_is_meant_keeps_its_last_line(saved):
    (output,) = cell(saved, "error").outputs
    assert output.traceback == ["KeyError: 'no such key'"]


def test_executed_twice_it_is_the_same_to_the_byte(lesson, again):
    assert notebooks.dumps(again) == lesson.notebook.read_bytes()


def test_a_failure_names_lesson_cell_and_error_for_each(make):
    first = make('# %% label="fine"\n1', '# %% label="bad"\n1 / 0', name="91_first")
    second = make('# %% label="worse"\nundefined', name="92_second")
    seen = []
    with pytest.raises(LessonError) as caught:
        notebooks.build([first, second], lambda: seen.append(1))
    assert "91_first stopped in cell “bad”: ZeroDivisionError: division by zero" in str(caught.value)
    assert "92_second stopped in cell “worse”: NameError: name 'undefined' is not defined" in str(caught.value)
    assert len(seen) == 3
    assert not first.notebook.exists()


def test_a_cell_that_hangs_is_named(make, monkeypatch):
    monkeypatch.setattr(notebooks, "CELL_TIMEOUT", 1)
    with pytest.raises(LessonError, match="stopped in cell “slow”: it ran for more than 1 seconds"):
        notebooks.execute([make('# %% label="slow"\nimport time; time.sleep(60)')])


def test_the_kernel_is_a_fresh_one_in_the_notebooks_folder(make, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "the author's own")
    monkeypatch.setenv("MPLBACKEND", "agg")
    lesson = make(
        '# %% label="look"\nimport os\n'
        "print(os.path.basename(os.getcwd()), os.environ.get('OPENAI_API_KEY'))\n"
        "print(os.environ['COURSE_PROGRESS'], hash('a'))"
    )
    first, second = (notebooks.execute([lesson])[0].cells[0].outputs[0].text for _ in range(2))
    assert first.startswith("notebooks None\noff ")
    assert first == second


def test_check_is_silent_only_while_nothing_drifts(lesson, again, monkeypatch):
    monkeypatch.setattr(notebooks.shape, "problems", lambda notebook: [])
    monkeypatch.setattr(notebooks, "execute", lambda lessons, advance: [again])
    notebooks.check([lesson])
    text = lesson.notebook.read_text("utf-8")
    try:
        lesson.notebook.write_text(text.replace("A line that is printed.", "Another line."), encoding="utf-8")
        with pytest.raises(LessonError) as caught:
            notebooks.check([lesson])
    finally:
        lesson.notebook.write_text(text, encoding="utf-8", newline="\n")
    message = str(caught.value)
    assert "90_dials: the saved notebook is not what its source gives now" in message
    assert "Run: course notebooks 90_dials" in message
    assert "-output.text: Another line.\n+output.text: A line that is printed." in message


def test_check_names_a_missing_notebook_and_a_broken_shape(make, monkeypatch):
    monkeypatch.setattr(notebooks.shape, "problems", lambda notebook: ["It is too long."])
    with pytest.raises(LessonError) as caught:
        notebooks.check([make('# %% label="one"\n1')])
    assert "91_small has no notebook yet. Run: course notebooks 91_small" in str(caught.value)
    assert "91_small: It is too long." in str(caught.value)


def test_a_picture_drifts_when_it_looks_different_not_when_its_bytes_do(saved):
    import base64
    import io

    from PIL import Image

    def saved_with(change):
        other = nbformat.from_dict(json.loads(json.dumps(saved)))
        output = cell(other, "figure").outputs[1]
        picture = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))).convert("RGB")
        change(picture)
        buffer = io.BytesIO()
        picture.save(buffer, "png", compress_level=1)
        output.data["image/png"] = base64.b64encode(buffer.getvalue()).decode() + "\n"
        return other

    assert notebooks.difference(saved, saved_with(lambda picture: None)) == ""
    painted = saved_with(lambda picture: picture.paste((200, 0, 0), (0, 0, 200, 100)))
    assert notebooks.difference(saved, painted) == "picture 1 of 2 looks different"
