import pytest
from nbformat import v4

from course import catalog
from course.publish import shape
from course.publish.widget_state import STATE


def code(source="1", outputs=(), **metadata):
    metadata = {"label": "only", "slideshow": {"slide_type": "-"}, **metadata}
    return v4.new_code_cell(source, outputs=list(outputs), metadata=metadata)


def prose(source, label="words"):
    return v4.new_markdown_cell(source, metadata={"label": label, "slideshow": {"slide_type": "slide"}})


WIDGET = code(outputs=[v4.new_output("display_data", data={"text/plain": "W()"}, metadata={STATE: '{"n":1}'})])

THREE = "## Three things to remember\n\n1. One.\n2. Two.\n3. Three.\n"
EXERCISE = "[Exercise](../exercises/release/01_operator/01_operator.ipynb)."
WRAP_UP = prose(f"{THREE}\n**Your turn.** Try it. {EXERCISE}", label="remember")


def problems(*cells):
    return shape.problems(v4.new_notebook(cells=[WIDGET, *cells, WRAP_UP]))


def test_a_good_lesson_has_no_problem():
    escaped = prose(r"It costs 5 \$ or less, and \$ is a sign. A [page](https://example.org/?a=$b).")
    assert problems(prose("# Two words"), code("x = 1\n" * 15), escaped) == []


@pytest.mark.parametrize("id", [model.id for model in catalog.load().models])
def test_a_typed_model_id_is_found(id):
    (problem,) = problems(code(f'client.chat(model="{id}")'))
    assert problem == f"Cell “only”: the model ID {id} is typed in. Use course.model(vendor, tier) instead."
    assert problems(prose(f"Ask {id}."))


@pytest.mark.parametrize("text", ['print("$20 a month")', 'fee = "$ 5"'])
def test_a_typed_price_is_found(text):
    (problem,) = problems(code(text))
    assert "a price is typed in ($" in problem
    assert problems(prose(text))


@pytest.mark.parametrize("text", ["from $a to b$ it goes", "$$x^2$$", r"\\(x\\)", r"\begin{align}"])
def test_formulas_are_found(text):
    (problem,) = problems(prose(text))
    assert "would be set as a formula" in problem
    assert problems(code(f"text = {text!r}")) == []


def test_long_code_is_found_unless_it_is_folded():
    (problem,) = problems(code("x = 1\n" * 16))
    assert "it shows 16 lines of code; at most 15" in problem
    assert problems(code("x = 1\n" * 16, tags=["hide-input"])) == []


@pytest.mark.parametrize("slideshow", [{}, {"slide_type": "page"}, {"slide_type": ""}])
def test_each_cell_says_where_it_stands_in_the_deck(slideshow):
    (problem,) = problems(code(slideshow=slideshow))
    assert "its header has no slide type" in problem


def test_a_picture_needs_words():
    picture = {"data": {"image/png": "iVBOR"}}
    (problem,) = problems(code(outputs=[v4.new_output("display_data", **picture)]))
    assert "its picture has no text" in problem
    described = v4.new_output("display_data", **picture, metadata={"image/png": {"alt": "two bars"}})
    assert problems(code(outputs=[described])) == []


def test_a_warning_is_found():
    warning = v4.new_output("stream", name="stderr", text="a.py:1\nDeprecationWarning: old\n")
    (problem,) = problems(code(outputs=[warning]))
    assert "it prints a warning: DeprecationWarning: old" in problem


def test_the_first_interactive_comes_early():
    late = v4.new_notebook(cells=[*(prose("words") for _ in range(5)), WIDGET, WRAP_UP])
    assert shape.problems(late) == ["None of the first 5 cells is interactive. Move a widget up."]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "It has no wrap-up"),
        (THREE, "a paragraph on what to do next"),
        (f"{THREE}4. Four.\n\nTry it.", "a list from 1 to 3"),
        ("## Remember\n\n1. One.\n2. Two.\n\nTry it.", "a list from 1 to 3"),
        (THREE.replace("## Three things to remember\n\n", "") + "\nTry it.", "a heading"),
    ],
)
def test_a_lesson_ends_with_three_things_and_what_to_do_next(text, says):
    end = [] if text is None else [prose(text, label="remember")]
    (problem,) = shape.problems(v4.new_notebook(cells=[WIDGET, prose(EXERCISE), *end]))
    assert says in problem


def test_a_lesson_points_to_its_exercise():
    (problem,) = shape.problems(v4.new_notebook(cells=[WIDGET, prose(f"{THREE}\nTry it.", label="remember")]))
    assert problem.startswith("It points to no exercise.")


def test_a_lesson_is_short_and_small():
    assert "It has 36 cells; at most 35" in problems(*(prose("words") for _ in range(34)))[0]
    assert "at most 150,000" in problems(prose("long " * 30_000))[0]
