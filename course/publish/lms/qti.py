"""Quizzes as a QTI 1.2 package, which Canvas and many other platforms import: one quiz each.

Each quiz holds to 1EdTech's schema of QTI 1.2 (ims_qtiasiv1p2.xsd). Its metadata are those that Canvas's importer
reads (gems/plugins/qti_exporter in https://github.com/instructure/canvas-lms, read 2026-11-26). That importer has no
place for hints, so they are left out. It takes every word that a condition names as a right answer, so mistakes
that people make are no conditions here: the feedback on any other answer lists them. A word must be spelt as listed.
"""

import zipfile
from pathlib import Path
from xml.etree import ElementTree as xml

from course.outline import quiz_title
from course.publish.lms import html_text, numbers
from course.quiz import Question, order

QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
PACKAGE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
#: The same questions give the same bytes on every day.
_DAY = (1980, 1, 1, 0, 0, 0)
_RESPONSE = "response1"


def write(quizzes: dict[str, list[Question]], path: Path) -> Path:
    files = {f"{name}/{name}.xml": assessment(name, questions) for name, questions in quizzes.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, root in {"imsmanifest.xml": _manifest(quizzes), **files}.items():
            xml.indent(root)
            text = xml.tostring(root, "utf-8", xml_declaration=True)
            package.writestr(zipfile.ZipInfo(name, _DAY), text, zipfile.ZIP_DEFLATED)
    return path


def _manifest(quizzes: dict[str, list[Question]]) -> xml.Element:
    root = xml.Element("manifest", xmlns=PACKAGE, identifier="chat-or-api")
    metadata = xml.SubElement(root, "metadata")
    _leaf(metadata, "schema", "IMS Content")
    _leaf(metadata, "schemaversion", "1.1.3")
    xml.SubElement(root, "organizations")
    resources = xml.SubElement(root, "resources")
    for name in quizzes:
        resource = xml.SubElement(resources, "resource", identifier=_ident(name), type="imsqti_xmlv1p2")
        xml.SubElement(resource, "file", href=f"{name}/{name}.xml")
    return root


def assessment(name: str, questions: list[Question]) -> xml.Element:
    """A quiz as the root element of a QTI file."""
    root = xml.Element("questestinterop", xmlns=QTI)
    whole = xml.SubElement(root, "assessment", ident=_ident(name), title=f"Chat or API? {quiz_title(name)}")
    _metadata(whole, {"cc_maxattempts": "1"})
    section = xml.SubElement(whole, "section", ident="root_section")
    for question in questions:
        _item(section, question)
    return root


def _item(section: xml.Element, question: Question) -> None:
    item = xml.SubElement(section, "item", ident=_ident(question["id"]), title=question.get("topic", question["id"]))
    kind, present, judge = _KINDS[question["type"]]
    fields = {"question_type": kind, "points_possible": numbers.text(question["points"])}
    _metadata(xml.SubElement(item, "itemmetadata"), fields)
    presentation = xml.SubElement(item, "presentation")
    _material(presentation, html_text.question(question))
    present(presentation, question)
    processing = xml.SubElement(item, "resprocessing")
    outcomes = xml.SubElement(processing, "outcomes")
    xml.SubElement(outcomes, "decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal")
    for ident, feedback in judge(processing, question).items():
        flow = xml.SubElement(xml.SubElement(item, "itemfeedback", ident=ident), "flow_mat")
        _material(flow, feedback)


# Options -----------------------------------------------------------------------------------------


def _present_options(presentation: xml.Element, question: Question) -> None:
    many = question["type"] == "many_choice"
    response = xml.SubElement(
        presentation, "response_lid", ident=_RESPONSE, rcardinality="Multiple" if many else "Single"
    )
    choices = xml.SubElement(response, "render_choice")
    for index in order(question):
        label = xml.SubElement(choices, "response_label", ident=_option(question, index))
        _material(label, html_text.with_code(question["answers"][index], "answer"))


def _judge_options(processing: xml.Element, question: Question) -> dict[str, str]:
    """Add the conditions; give {ident: feedback} of what they show."""
    feedback = {}
    answers = [(_option(question, index), question["answers"][index]) for index in order(question)]
    for ident, answer in answers:
        if "feedback" in answer:
            feedback[f"{ident}_fb"] = html_text.paragraph(answer["feedback"])
            variable = _condition(processing, shows=f"{ident}_fb")
            _equal(variable, ident)
    right = _condition(processing, scores=True)
    if question["type"] == "many_choice":
        right = xml.SubElement(right, "and")
    for ident, answer in answers:
        if answer["correct"]:
            _equal(right, ident)
        elif question["type"] == "many_choice":
            _equal(xml.SubElement(right, "not"), ident)
    return feedback


def _option(question: Question, index: int) -> str:
    return f"{_ident(question['id'])}_{index}"


# What a learner types ----------------------------------------------------------------------------


def _present_field(presentation: xml.Element, question: Question) -> None:
    response = xml.SubElement(presentation, "response_str", ident=_RESPONSE, rcardinality="Single")
    form = {"fibtype": "Decimal"} if question["type"] == "numeric" else {}
    field = xml.SubElement(response, "render_fib", form)
    xml.SubElement(field, "response_label", ident="answer1", rshuffle="No")


def _judge_typed(processing: xml.Element, question: Question) -> dict[str, str]:
    """Add the conditions; give {ident: feedback} of what they show."""
    feedback = {}
    right = [answer for answer in question["answers"] if answer.get("correct")]
    for number, answer in enumerate(right):
        ident = f"{_option(question, number)}_fb"
        feedback[ident] = html_text.paragraph(answer.get("feedback", ""))
        variable = _condition(processing, scores=True, shows=ident)
        if question["type"] == "numeric":
            _number(variable, question, answer)
        else:
            _equal(variable, answer["answer"])
    feedback["general_incorrect_fb"] = _wrong(question)
    xml.SubElement(_condition(processing, shows="general_incorrect_fb"), "other")
    return feedback


def _number(variable: xml.Element, question: Question, answer: dict) -> None:
    """The condition as Canvas reads it: a value, or a value and its surroundings, or a range."""
    middle, margin = numbers.accepted(question, answer)
    if "range" not in answer:
        variable = xml.SubElement(variable, "or")
        _equal(variable, numbers.text(middle))
    if margin:
        both = xml.SubElement(variable, "and")
        _leaf(both, "vargte", numbers.text(middle - margin), respident=_RESPONSE)
        _leaf(both, "varlte", numbers.text(middle + margin), respident=_RESPONSE)


def _wrong(question: Question) -> str:
    """What to say to an answer that is not right: the general word, then the mistakes that people make."""
    wrong = [answer for answer in question["answers"] if not answer.get("correct")]
    general = "".join(html_text.paragraph(each["feedback"]) for each in wrong if each.get("type") == "default")
    known = "".join(html_text.named(_typed(each), each["feedback"]) for each in wrong if _typed(each))
    return general + (
        f"{html_text.paragraph('Wrong answers that many people give:')}<ul>{known}</ul>" if known else ""
    )


def _typed(answer: dict) -> str:
    if "range" in answer:
        return " to ".join(map(numbers.text, answer["range"]))
    return answer.get("answer") or (numbers.text(answer["value"]) if "value" in answer else "")


_KINDS = {
    "multiple_choice": ("multiple_choice_question", _present_options, _judge_options),
    "many_choice": ("multiple_answers_question", _present_options, _judge_options),
    "string": ("short_answer_question", _present_field, _judge_typed),
    "numeric": ("numerical_question", _present_field, _judge_typed),
}


# Elements ----------------------------------------------------------------------------------------


def _ident(name: str) -> str:
    """An identifier: QTI's may not begin with a digit."""
    return "q_" + name.replace(".", "_")


def _metadata(parent: xml.Element, fields: dict[str, str]) -> None:
    metadata = xml.SubElement(parent, "qtimetadata")
    for label, entry in fields.items():
        field = xml.SubElement(metadata, "qtimetadatafield")
        _leaf(field, "fieldlabel", label)
        _leaf(field, "fieldentry", entry)


def _material(parent: xml.Element, html: str) -> None:
    _leaf(xml.SubElement(parent, "material"), "mattext", html, texttype="text/html")


def _condition(processing: xml.Element, *, scores: bool = False, shows: str = "") -> xml.Element:
    """A new condition, which sets the full score, or shows a feedback, or both; give the place of its test."""
    condition = xml.SubElement(processing, "respcondition", {"continue": "No" if scores else "Yes"})
    variable = xml.SubElement(condition, "conditionvar")
    if scores:
        _leaf(condition, "setvar", "100", action="Set", varname="SCORE")
    if shows:
        xml.SubElement(condition, "displayfeedback", feedbacktype="Response", linkrefid=shows)
    return variable


def _equal(parent: xml.Element, value: str) -> None:
    _leaf(parent, "varequal", value, respident=_RESPONSE)


def _leaf(parent: xml.Element, tag: str, text: str, **attributes: str) -> None:
    xml.SubElement(parent, tag, attributes).text = text
