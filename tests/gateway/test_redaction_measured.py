"""How much redaction finds: on the labelled messages, and on texts that its rules were not written for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from course import personal_data
from course.gateway.redaction import find
from course.personal_data import Example, score

MARK = re.compile(r"\{(\w+):([^}]*)\}")
LANGUAGES = ("en", "zh-Hant", "ja", "ko", "es", "de")


def others() -> list[Example]:
    """The texts of `vectors/personal_texts.md`."""
    lines = (Path(__file__).parents[1] / "vectors" / "personal_texts.md").read_text("utf-8").splitlines()
    found, language = [], ""
    for number, line in enumerate(lines[1:], 2):
        if line.startswith("## "):
            language = line[3:]
        elif line:
            text, spans, done = "", [], 0
            line = line.replace("\\n", "\n")
            for match in MARK.finditer(line):
                text += line[done : match.start()]
                spans.append((len(text), len(text) + len(match[2]), match[1]))
                text += match[2]
                done = match.end()
            found.append(Example(f"line {number}", language, text + line[done:], tuple(spans)))
    return found


def test_the_labels_are_all_in_place():
    examples = personal_data.examples()
    assert len(examples) > 250
    assert {each.language for each in examples} == set(LANGUAGES)
    assert {kind for each in examples for _, _, kind in each.spans} == set(personal_data.KINDS)


@pytest.mark.parametrize("texts", [personal_data.examples, others])
def test_recall_and_precision_on_all_texts(texts):
    total = score(find, texts()).loc["all"]
    assert total["recall"] >= 0.95
    assert total["precision"] >= 0.9


@pytest.mark.parametrize("language", LANGUAGES)
def test_recall_and_precision_in_each_language(language):
    texts = [each for each in (*personal_data.examples(), *others()) if each.language == language]
    total = score(find, texts).loc["all"]
    assert total["recall"] >= 0.95
    assert total["precision"] >= 0.9


def test_a_finder_is_scored_by_kind_and_by_both_ends():
    example = Example("a", "en", "Ana and Bob", ((0, 3, "name"), (8, 11, "name")))
    table = score(lambda text: [(0, 3, "name"), (8, 10, "name"), (4, 7, "phone")], [example])
    assert table.loc["name", ["labelled", "found", "right"]].tolist() == [2, 2, 1]
    assert table.loc["all", "recall"] == 0.5
    assert table.loc["all", "precision"] == pytest.approx(1 / 3)
