"""The quiz widget: one question at a time, in JupyterLab and in a deck without a kernel."""

from __future__ import annotations

from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any

import traitlets

from course import data, progress, quiz
from course.widgets.base import FROM_PAGE, CourseWidget


class State(traitlets.TraitType):
    """Answers, tries and score. What does not fit the quiz is refused with a message; the old state stays."""

    def __init__(self):
        super().__init__({"answers": {}, "tries": {}, "score": 0})
        self.tag(**FROM_PAGE)

    def validate(self, widget, value):
        if isinstance(value, dict) and quiz.tidy(widget.questions, value) == value:
            widget.message = ""
            return value
        widget.message = "That state does not fit this quiz, so your answers stay as they were."
        return self.get(widget)


class Quiz(CourseWidget):
    """A quiz such as ``Quiz("02_billing")``, or one from a ``.json`` file of your own.

    ``state`` is ``{"answers": {id: answer}, "tries": {id: count}, "score": points}``. It is kept with
    the learner's progress at every answer and comes back after a kernel restart. ``score`` (points) can
    be followed with ``traitlets.dlink`` or ``observe``. Raises ``course.quiz.QuizError``.
    """

    module = "quiz"
    shown = ("name",)

    name = traitlets.Unicode(read_only=True)
    questions = traitlets.List(read_only=True).tag(sync=True)
    state = State()
    score = traitlets.Float(read_only=True)

    def __init__(self, name: str | Path, **kwargs):
        self.set_trait("name", Path(name).stem)
        self.set_trait("questions", _for_the_page(quiz.load(name)))
        saved, message = progress.load(self.name)
        super().__init__(state=quiz.tidy(self.questions, saved), **kwargs)
        self.set_trait("score", self.state["score"])
        self.message = message
        self.observe(self._keep, "state")

    def _keep(self, change):
        self.set_trait("score", change.new["score"])
        self.message = progress.save(self.name, change.new)

    def twin(self) -> str:
        """The questions in HTML, each with its answer folded away."""
        items = "".join(f"<li>{_question_html(question)}</li>" for question in self.questions)
        return (
            f"<p>Quiz with {len(self.questions)} questions. In JupyterLab and in the slides you can answer "
            f"them; here each answer is folded away.</p><ol>{items}</ol>"
        )


def _for_the_page(questions: list[quiz.Question]) -> list[quiz.Question]:
    """Questions as the page needs them: options in order, sources with title, page and date."""
    sources = {source.id: source for source in data.sources()}
    hidden = {"claims", "source", "keep_order", "input_width", "answer_cols"}
    return [
        {key: value for key, value in question.items() if key not in hidden}
        | {
            "order": quiz.order(question),
            "sources": [_link(sources[source]) for source in question.get("source", [])],
        }
        for question in questions
    ]


def _link(source: data.Source) -> dict[str, str]:
    facts = asdict(source)
    return {key: str(facts[key]) for key in ("publisher", "title", "url", "checked")}


def _question_html(question: quiz.Question) -> str:
    parts = [f"<p>{escape(question['question'])}</p>", _code_html(question)]
    if "choice" in question["type"]:
        options = (question["answers"][index] for index in question["order"])
        parts.append(f"<ul>{''.join(f'<li>{_option_html(option)}</li>' for option in options)}</ul>")
    right = [answer for answer in question["answers"] if answer.get("correct")]
    if "choice" not in question["type"]:
        right = right[:1]
    reasons = "".join(
        f"<p><b>{_option_html(answer)}</b>: {escape(answer.get('feedback', quiz.RIGHT))}</p>" for answer in right
    )
    parts.append(f"<details><summary>Answer</summary>{reasons}</details>")
    return "".join(parts)


def _option_html(answer: dict[str, Any]) -> str:
    """The text of an option, or the value that a typed answer should have."""
    if "value" in answer:
        return f"{answer['value']:,}"
    if "range" in answer:
        low, high = answer["range"]
        return f"from {low:,} to less than {high:,}"
    return escape(answer.get("answer", "")) + _code_html(answer)


def _code_html(entry: dict[str, Any]) -> str:
    return f"<pre><code>{escape(entry['code'])}</code></pre>" if "code" in entry else ""
