import base64
import io
from pathlib import Path

import pytest
from nbformat import v4
from PIL import Image, ImageChops

from course.publish.lesson import Lesson, LessonError
from course.publish.normalise import dumps, normalise
from course.publish.widget_state import STATE, VIEW

LESSON = Lesson(Path("checkout/notebooks/source/91_small.py"))


def notebook_with(*outputs, source="1", **metadata):
    cell = v4.new_code_cell(source, outputs=list(outputs), metadata={"label": "only", **metadata})
    return v4.new_notebook(cells=[cell])


def printed(text):
    return v4.new_output("stream", text=text)


def shown(**data):
    return v4.new_output("display_data", data={key.replace("_", "/"): value for key, value in data.items()})


def png() -> str:
    """A gradient as matplotlib would save it: with an alpha channel, in base64."""
    drawn = io.BytesIO()
    Image.linear_gradient("L").convert("RGBA").save(drawn, "PNG")
    return base64.b64encode(drawn.getvalue()).decode()


PICTURE = png()
KEY = "sk-" + "a" * 24
PRACTICE_KEYS = [KEY, "sk-ant-" + "b" * 30, "AIza" + "c" * 35]


@pytest.mark.parametrize("key", PRACTICE_KEYS)
def test_a_key_is_refused_wherever_it_stands(key):
    leaks = [
        notebook_with(printed(f"my key is {key}\n")),
        notebook_with(shown(text_html=f"<td>{key}</td>", text_plain="table")),
        notebook_with(source=f"client = OpenAI(api_key='{key}')"),
    ]
    for leak in leaks:
        with pytest.raises(LessonError, match="91_small, cell “only”: it would save what looks like a secret key"):
            normalise(leak, LESSON)


def test_a_key_in_a_widget_is_refused():
    view = v4.new_output("display_data", data={VIEW: {"model_id": "m"}, "text/plain": "Key()"})
    leak = notebook_with(view)
    leak.metadata.widgets = {
        STATE: {"state": {"m": {"model_module": "anywidget", "state": {"rows": [{"key": KEY}], "_esm": ""}}}}
    }
    with pytest.raises(LessonError, match="secret key"):
        normalise(leak, LESSON)


@pytest.mark.parametrize(
    "text",
    [
        "/home/ana/notes.txt",
        "see /tmp/thing",
        "/Users/ana/x",
        "/root/.cache",
        r"C:\Users\ana",
        "File '/home/x'",
    ],
)
def test_a_path_of_the_machine_is_refused(text):
    with pytest.raises(LessonError, match="it would save a path of this machine"):
        normalise(notebook_with(printed(text)), LESSON)


def test_the_folder_of_the_course_and_of_python_are_such_paths():
    import sys

    for folder in (sys.prefix, str(Path("checkout").resolve())):
        with pytest.raises(LessonError, match="a path of this machine"):
            normalise(notebook_with(printed(f"from {folder}/x")), LESSON)


def test_a_memory_address_is_refused():
    with pytest.raises(LessonError, match="a memory address, which changes with every run: 'at 0x7f"):
        normalise(notebook_with(printed("<object at 0x7f01c0ffee>")), LESSON)


@pytest.mark.parametrize("text", ["https://example.org/home/ana", "50/tmp", "sk-…", "at 0x1F", "~/home/x", "a/root"])
def test_what_only_resembles_these_is_kept(text):
    assert normalise(notebook_with(printed(text)), LESSON).cells[0].outputs[0].text == text


def test_pictures_are_not_searched():
    picture = "data:image/png;base64,iVBORw0KGgo/tmp/sk" + "A" * 30
    normalise(notebook_with(shown(text_html=f'<img src="{picture}">')), LESSON)


def test_an_error_needs_the_tag():
    error = v4.new_output("error", ename="KeyError", evalue="'x'", traceback=["File /home/ana/a.py", "KeyError"])
    with pytest.raises(LessonError, match=r"it stopped with KeyError: 'x'\. Mend the cell"):
        normalise(notebook_with(error), LESSON)
    kept = normalise(notebook_with(error, tags=["raises-exception"]), LESSON)
    assert kept.cells[0].outputs[0].traceback == ["KeyError: 'x'"]


def test_alt_text_of_the_header_goes_to_the_picture_and_yields_to_its_own():
    plain = normalise(notebook_with(shown(image_png=PICTURE), alt="two bars"), LESSON)
    assert plain.cells[0].outputs[0].metadata["image/png"]["alt"] == "two bars"
    own = shown(image_png=PICTURE)
    own.metadata["image/png"] = {"alt": "its own"}
    assert (
        normalise(notebook_with(own, alt="two bars"), LESSON).cells[0].outputs[0].metadata["image/png"]["alt"]
        == "its own"
    )


def test_the_saved_bytes_end_with_one_newline_and_use_no_carriage_return():
    saved = dumps(normalise(notebook_with(), LESSON))
    assert saved.endswith(b"}\n")
    assert b"\r" not in saved


def test_a_bare_picture_gets_lighter_and_looks_the_same():
    saved = normalise(notebook_with(shown(image_png=PICTURE)), LESSON).cells[0].outputs[0].data["image/png"]
    before, now = (Image.open(io.BytesIO(base64.b64decode(each))).convert("RGB") for each in (PICTURE, saved))
    assert before.size == now.size
    assert max(high for _, high in ImageChops.difference(before, now).getextrema()) <= 4
    assert Image.open(io.BytesIO(base64.b64decode(saved))).mode == "P"
