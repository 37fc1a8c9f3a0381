"""Quizzes for learning platforms: read back, and answered there as in the lesson."""

import json
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree as xml

import pytest
import xmlschema
from click.testing import CliRunner

from course import cli, quiz
from course.publish import lms
from course.publish.lms import numbers, qti

#: 1EdTech's schema of QTI 1.2, as published; it carries its own licence.
XSD = Path(__file__).parents[1] / "vectors" / "ims_qtiasiv1p2.xsd"
QUIZZES = {name: quiz.load(name) for name in lms.names()}
QUESTIONS = [question for questions in QUIZZES.values() for question in questions]
#: Grades that Moodle takes (question/engine/bank.php, read 2026-11-26): others are refused at the import.
MOODLE_GRADES = (100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20, 16.66667, 14.28571, 12.5)
MOODLE_GRADES += (11.11111, 10, 5, 0, -100)
Q = {"q": qti.QTI}

AWKWARD = [
    {
        "id": "own.q01",
        "topic": "Signs & <tags>",
        "type": "multiple_choice",
        "question": 'Is 1 < 2 & "so" on]]>?',
        "code": "if a < b & c:\n    print('*')",
        "answers": [
            {"code": "<b>", "correct": True, "feedback": "Yes & no."},
            {"answer": "中文, 1 > 2", "correct": False},
        ],
        "points": 2.5,
        "keep_order": True,
    },
    {
        "id": "own.q02",
        "type": "numeric",
        "question": "How many?",
        "precision": 2,
        "answers": [
            {"type": "value", "value": 0.0123, "correct": True, "feedback": "Yes."},
            {"type": "range", "range": [3, 5], "correct": True, "feedback": "Also."},
        ],
        "points": 1,
    },
    {
        "id": "own.q03",
        "type": "string",
        "question": "Which sign?",
        "answers": [{"answer": "a * b", "correct": True, "match_case": True}],
        "points": 1,
    },
]


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quizzes")
    (folder / "own.json").write_text(json.dumps(AWKWARD))
    return {form: lms.export(form, [*QUIZZES, str(folder / "own.json")], folder / form) for form in lms.FORMATS}


# QTI -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def items(exported):
    """{question's id: its element}, of a package whose every quiz holds to the schema."""
    schema, found = xmlschema.XMLSchema(str(XSD), allow="local"), {}
    with zipfile.ZipFile(exported["qti"][0]) as package:
        manifest = xml.fromstring(package.read("imsmanifest.xml"))
        hrefs = [each.get("href") for each in manifest.iter(f"{{{qti.PACKAGE}}}file")]
        assert sorted(["imsmanifest.xml", *hrefs]) == sorted(package.namelist())
        for href in hrefs:
            root = xml.fromstring(package.read(href))
            schema.validate(root)
            found |= {each.get("ident"): each for each in root.iter(f"{{{qti.QTI}}}item")}
    return {question["id"]: found["q_" + question["id"].replace(".", "_")] for question in QUESTIONS + AWKWARD}


def test_the_schema_finds_a_mistake(items):
    schema = xmlschema.XMLSchema(str(XSD), allow="local")
    root = qti.assessment("02_billing", QUIZZES["02_billing"])
    root.find(".//decvar").set("vartype", "Dollars")
    assert not schema.is_valid(xml.fromstring(xml.tostring(root)))


def holds(test, given):
    """Whether a condition of QTI is true of the answers given: a set of texts."""
    tag = test.tag.split("}")[1]
    if tag == "varequal":
        return test.text.lower() in given
    if tag in ("vargte", "varlte"):
        (number,) = map(float, given)
        return number >= float(test.text) if tag == "vargte" else number <= float(test.text)
    inner = [holds(each, given) for each in test]
    return {"other": True, "not": not any(inner), "or": any(inner)}.get(tag, all(inner))


def judge(item, given):
    """The score and the feedback that a platform gives by the rules of QTI 1.2."""
    score, shown = 0, []
    texts = {
        each.get("ident"): plain(each.find(".//q:mattext", Q).text) for each in item.iterfind("q:itemfeedback", Q)
    }
    for condition in item.iterfind(".//q:respcondition", Q):
        if holds(condition.find("q:conditionvar", Q), given):
            score = float(getattr(condition.find("q:setvar", Q), "text", score))
            shown += [texts[each.get("linkrefid")] for each in condition.iterfind("q:displayfeedback", Q)]
            if condition.get("continue") == "No":
                break
    return score, shown


def plain(html):
    """HTML as the text that a learner reads."""
    return re.sub(r"\s+", " ", "".join(xml.fromstring(f"<div>{html}</div>").itertext()))


def example(question, answer):
    """Something to type that this answer is about."""
    if answer.get("type") == "default":
        return "123456.5" if question["type"] == "numeric" else "nothing like it"
    return typed(question, answer)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
def test_qti_judges_each_answer_as_the_lesson_does(question, items):
    item = items[question["id"]]
    fields = {each[0].text: each[1].text for each in item.iter(f"{{{qti.QTI}}}qtimetadatafield")}
    assert float(fields["points_possible"]) == question["points"]
    assert plain(item.find("q:presentation/q:material/q:mattext", Q).text) == question["question"]
    if question["type"] in ("numeric", "string"):
        for answer in question["answers"]:
            score, shown = judge(item, {example(question, answer).lower()})
            assert score == 100 * bool(answer.get("correct"))
            assert any(answer["feedback"] in text for text in shown)
        return
    labels = {
        plain(label.find(".//q:mattext", Q).text): label.get("ident")
        for label in item.iter(f"{{{qti.QTI}}}response_label")
    }
    assert list(labels) == [question["answers"][index]["answer"] for index in quiz.order(question)]
    for index, answer in enumerate(question["answers"]):
        many = question["type"] == "many_choice"
        result = quiz.check(question, [index] if many else index)
        score, shown = judge(item, {labels[answer["answer"]]})
        assert (score == 100) == result.correct
        assert shown == [answer["feedback"]]
    right = {labels[answer["answer"]] for answer in question["answers"] if answer["correct"]}
    assert judge(item, right)[0] == 100
    if question["type"] == "many_choice":
        assert judge(item, set(labels.values()))[0] == 0


def test_a_condition_on_a_typed_answer_names_right_answers_only(items):
    """Canvas takes each text in such a condition as right."""
    for question in QUESTIONS:
        if question["type"] == "string":
            named = {each.text for each in items[question["id"]].iter(f"{{{qti.QTI}}}varequal")}
            assert named == {answer["answer"] for answer in question["answers"] if answer.get("correct")}


def test_awkward_texts_and_numbers_reach_qti(items):
    first, second, _ = (items[question["id"]] for question in AWKWARD)
    texts = [plain(each.text) for each in first.iter(f"{{{qti.QTI}}}mattext")]
    assert texts == ["Is 1 < 2 & \"so\" on]]>?if a < b & c: print('*')", "<b>", "中文, 1 > 2", "Yes & no."]
    assert [judge(second, {str(number)})[0] for number in (0.0119, 0.0123, 0.0127, 0.0129, 3, 5, 6)] == [
        100 * right for right in (1, 1, 1, 0, 1, 1, 0)
    ]


# Moodle --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def moodle(exported):
    """The questions as Moodle's importer finds them: {id: element}, each below its category."""
    found, category = {}, None
    for element in xml.parse(exported["moodle"][0]).getroot():
        if element.get("type") == "category":
            category = element.findtext("category/text")
            continue
        assert category.startswith("$course$/top/")
        assert element.findtext("name/text")
        assert element.findtext("idnumber") not in found, "Moodle wants ids that differ"
        found[element.findtext("idnumber")] = element
    return found


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
def test_moodle_has_each_question_with_answers_points_and_feedback(question, moodle):
    element = moodle[question["id"]]
    assert plain(element.findtext("questiontext/text")) == question["question"]
    assert plain(element.findtext("hint/text")) == question["hint"]
    assert float(element.findtext("defaultgrade")) == question["points"]
    assert [each.text for each in element.iterfind("tags/tag/text")] == question["claims"]
    answers = element.findall("answer")
    grades = [float(each.get("fraction")) for each in answers]
    assert all(grade in MOODLE_GRADES for grade in grades)
    kinds = {"multiple_choice": "multichoice", "many_choice": "multichoice", "string": "shortanswer"}
    assert element.get("type") == kinds.get(question["type"], "numerical")
    in_order = question["answers"]
    if element.get("type") == "multichoice":
        in_order = [question["answers"][index] for index in quiz.order(question)]
        assert element.findtext("single") == str(question["type"] == "multiple_choice").lower()
        assert sum(grade for grade in grades if grade > 0) == pytest.approx(100, abs=0.001)
        assert [plain(each.findtext("text")) for each in answers] == [answer["answer"] for answer in in_order]
    else:
        given = [each.findtext("text") for each in answers]
        assert given == ["*" if answer.get("type") == "default" else typed(question, answer) for answer in in_order]
    assert [grade > 0 for grade in grades] == [bool(answer.get("correct")) for answer in in_order]
    assert [plain(each.findtext("feedback/text")) for each in answers] == [answer["feedback"] for answer in in_order]


def typed(question, answer):
    return answer.get("answer") or numbers.text(numbers.accepted(question, answer)[0])


def test_awkward_texts_and_numbers_reach_moodle(moodle):
    first, second, third = (moodle[question["id"]] for question in AWKWARD)
    assert first.findtext("shuffleanswers") == "false"
    assert first.findtext("defaultgrade") == "2.5"
    assert plain(first.findtext("answer/text")) == "<b>"
    assert [(each.findtext("text"), each.findtext("tolerance")) for each in second.findall("answer")] == [
        ("0.0123", "0.0005"),
        ("4", "1"),
    ]
    assert third.findtext("usecase") == "1"
    assert third.findtext("answer/text") == r"a \* b"


# JupyterQuiz, and the command ------------------------------------------------------------------------


def test_jupyterquiz_gets_each_question_without_our_own_keys(exported):
    for path, questions in zip(exported["jupyterquiz"], [*QUIZZES.values(), AWKWARD], strict=True):
        written = json.loads(path.read_text(encoding="utf-8"))
        for ours, theirs in zip(questions, written, strict=True):
            assert theirs == {key: ours[key] for key in theirs}
            assert set(ours) - set(theirs) <= {"id", "topic", "hint", "points", "keep_order", "claims", "source"}


def test_the_command_writes_the_same_bytes_each_time(tmp_path):
    def run():
        result = CliRunner().invoke(
            cli.main, ["quiz", "export", "02_billing", "--to", "qti", "--output", str(tmp_path)]
        )
        assert result.exit_code == 0, result.output
        return (tmp_path / "chat_or_api_qti.zip").read_bytes()

    assert run() == run()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["billing", "--to", "moodle"], "There is no quiz “billing”. Quizzes: 00_layers, 00_start, 01_operator"),
        (["nowhere.json", "--to", "qti"], "nowhere.json: cannot be read"),
        (["--to", "canvas"], "'canvas' is not one of 'qti', 'moodle', 'jupyterquiz'"),
        ([], "Missing option '--to'"),
    ],
)
def test_what_cannot_be_exported_is_told_and_nothing_is_written(arguments, says, tmp_path):
    output = tmp_path / "quizzes"
    result = CliRunner().invoke(cli.main, ["quiz", "export", *arguments, "--output", str(output)])
    assert result.exit_code != 0
    assert says in result.output
    assert not output.exists()
