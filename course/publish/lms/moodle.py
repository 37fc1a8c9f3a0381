"""Quizzes as Moodle XML: one category of the question bank for each quiz.

Written by the rules of Moodle's importer (question/format/xml, https://docs.moodle.org/en/Moodle_XML_format, read
2026-11-26). Two things differ there. Where a question has several right options, Moodle gives a part of
the points for a part of them, and none as soon as a wrong one is chosen. And a typed word must be spelt as
listed, since Moodle knows no near match.
"""

from pathlib import Path
from xml.etree import ElementTree as xml

from course.outline import quiz_title
from course.publish.lms import html_text, numbers
from course.quiz import Question, order

#: The quizzes' place in the question bank.
CATEGORY = "$course$/top/Chat or API"


def write(quizzes: dict[str, list[Question]], path: Path) -> Path:
    root = xml.Element("quiz")
    for name, questions in quizzes.items():
        _category(root, f"{CATEGORY}/{name} {quiz_title(name)}")
        for question in questions:
            _question(root, question)
    xml.indent(root)
    path.write_bytes(xml.tostring(root, "utf-8", xml_declaration=True) + b"\n")
    return path


def _category(root: xml.Element, name: str) -> None:
    _text(xml.SubElement(root, "question", type="category"), "category", name)


def _question(root: xml.Element, question: Question) -> None:
    kind, answers = _KINDS[question["type"]]
    element = xml.SubElement(root, "question", type=kind)
    _text(element, "name", f"{question['id']} {question.get('topic', '')}".strip())
    _text(element, "questiontext", html_text.question(question), "html")
    _leaf(element, "defaultgrade", numbers.text(question["points"]))
    _leaf(element, "idnumber", question["id"])
    answers(element, question)
    if "hint" in question:
        _text(element, "hint", html_text.paragraph(question["hint"]), "html")
    tags = xml.SubElement(element, "tags")
    for claim in question.get("claims", []):
        _text(tags, "tag", claim)


def _options(element: xml.Element, question: Question) -> None:
    right = sum(answer["correct"] for answer in question["answers"])
    many = question["type"] == "many_choice"
    _leaf(element, "single", "false" if many else "true")
    _leaf(element, "shuffleanswers", "false" if question.get("keep_order") else "true")
    _leaf(element, "answernumbering", "none")
    for index in order(question):
        answer = question["answers"][index]
        # Moodle's own list of fractions has five decimals: 33.33333.
        fraction = round(100 / right, 5) if answer["correct"] else -100 if many else 0
        _answer(element, html_text.with_code(answer, "answer"), fraction, answer.get("feedback", ""), "html")


def _words(element: xml.Element, question: Question) -> None:
    _leaf(element, "usecase", str(int(any(answer.get("match_case") for answer in question["answers"]))))
    for answer in question["answers"]:
        # A star stands for any text there, and is itself written \*.
        text = "*" if answer.get("type") == "default" else answer["answer"].replace("*", r"\*")
        _answer(element, text, 100 if answer.get("correct") else 0, answer.get("feedback", ""))


def _numbers(element: xml.Element, question: Question) -> None:
    for answer in question["answers"]:
        fraction = 100 if answer.get("correct") else 0
        if answer.get("type") == "default":
            _answer(element, "*", 0, answer["feedback"])
            continue
        middle, margin = numbers.accepted(question, answer)
        added = _answer(element, numbers.text(middle), fraction, answer.get("feedback", ""))
        _leaf(added, "tolerance", numbers.text(margin))


_KINDS = {
    "multiple_choice": ("multichoice", _options),
    "many_choice": ("multichoice", _options),
    "string": ("shortanswer", _words),
    "numeric": ("numerical", _numbers),
}


def _answer(element: xml.Element, text: str, fraction: float, feedback: str, form: str = "plain_text") -> xml.Element:
    answer = xml.SubElement(element, "answer", fraction=numbers.text(fraction), format=form)
    _leaf(answer, "text", text)
    _text(answer, "feedback", html_text.paragraph(feedback), "html")
    return answer


def _text(parent: xml.Element, tag: str, text: str, form: str | None = None) -> None:
    _leaf(xml.SubElement(parent, tag, {"format": form} if form else {}), "text", text)


def _leaf(parent: xml.Element, tag: str, text: str) -> None:
    xml.SubElement(parent, tag).text = text
