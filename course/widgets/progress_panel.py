"""Progress panel: what this learner has done, and the code that takes it to another machine."""

from __future__ import annotations

from html import escape

from traitlets import Dict, List

from course import outline, progress, progress_code, progress_report

from .base import CourseWidget

OFF = "Progress is switched off here (COURSE_PROGRESS=off): nothing is kept."


class ProgressPanel(CourseWidget):
    """The lessons with what is done of them: ticks of the learner's own, and the quizzes' points.

    `code` holds all of it; `restore(code)` adds what another machine's code holds. Both stay in the learner's folder,
    see `course.progress`; nothing is sent anywhere.
    """

    module = "progress_panel"

    lessons = List(read_only=True, help="The course: [{name, number, title, minutes}, …].").tag(sync=True)
    # The learner's own: what begins with `_` is not saved in a notebook or a deck.
    _state = Dict().tag(sync=True)

    def __init__(self):
        shown = ("name", "number", "title", "minutes")
        self.set_trait("lessons", [{name: getattr(each, name) for name in shown} for each in outline.lessons()])
        super().__init__()
        self._look()
        self.on_msg(self._hear)
        progress.watch(self._look)

    @property
    def code(self) -> str:
        """The code that restores this progress elsewhere."""
        return self._state["code"]

    def restore(self, code: str) -> None:
        """Add what a code holds to what is here. A code that cannot be used changes nothing; `message` says why."""
        try:
            brought, left_out = progress_code.read(code)
        except progress_code.CodeError as error:
            self.message = str(error)
            return
        if progress.file() is None:
            self.message = OFF
            return
        merged = progress_code.merge(progress.load_all()[0], brought)
        self.message = progress.change(lambda _saved: merged.progress)
        self._look(_said(merged, left_out))

    def tick(self, lesson: str, done: bool) -> None:
        """Mark a lesson as done, or as not done. Raises `ValueError` for a name that is no lesson's."""
        if lesson not in {each["name"] for each in self.lessons}:
            raise ValueError(f"There is no lesson {lesson!r}. There are: {', '.join(_names())}.")
        self.message = OFF if progress.file() is None else progress.tick(lesson, done)
        self._look()

    def twin(self) -> str:
        """The lessons as a table, with what is done of them."""
        rows = "".join(
            f"<tr><td>{lesson['number']}</td><td>{escape(lesson['title'])}</td><td>{lesson['minutes']}</td>"
            f"<td>{'done' if lesson['name'] in self._state['done'] else ''}</td>"
            f"<td>{escape(self._state['quizzes'].get(lesson['name'], ''))}</td></tr>"
            for lesson in self.lessons
        )
        heads = "".join(f'<th scope="col">{head}</th>' for head in ("Lesson", "Minutes", "Done", "Quiz"))
        return (
            f"<table><thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table>"
            f"<p>{escape(self._state['tests'])} In JupyterLab, you can tick lessons off here, and take your progress "
            "to another machine.</p>"
        )

    def _look(self, said: str = "") -> None:
        saved, message = progress.load_all()
        self.message = self.message or message
        self._state = {
            "done": [name for name in saved.done if name in _names()],
            "quizzes": {
                lesson.name: _points(progress_report.standing(lesson.quiz, saved.quizzes.get(lesson.quiz)))
                for lesson in outline.lessons()
                if progress_report.has_quiz(lesson.quiz)
            },
            "tests": progress_report.before_and_after(saved),
            "code": progress_code.write(saved),
            "said": said,
            "forgetful": progress.forgetful_place(),
        }

    def _hear(self, _widget, content, _buffers) -> None:
        """The page wants to see what is new, ticks a lesson, or brings a code."""
        self.message = ""
        if content["kind"] == "tick":
            self.tick(content["lesson"], content["done"])
        elif content["kind"] == "restore":
            self.restore(content["code"])
        else:
            self._look()
        self.send({"kind": "heard"})


def _names() -> list[str]:
    return [lesson.name for lesson in outline.lessons()]


def _points(standing: progress_report.Standing) -> str:
    return f"{standing.right} of {standing.questions} right" if standing.answered else "not begun"


def _said(merged: progress_code.Merged, left_out: tuple[str, ...]) -> str:
    """What a code has brought."""
    answers, lessons = _count(merged.answers, "answer"), _count(merged.lessons, "finished lesson")
    said = f"The code brought {answers} and {lessons} that were not here. Nothing of yours was changed."
    if left_out:
        said += (
            f" These quizzes are different in this version of the course, and were left out: {', '.join(left_out)}."
        )
    if merged.answers:
        said += " To see the answers in a quiz, run its cell again."
    return said


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
