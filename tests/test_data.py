"""Data files are refused with the file, the line and what to do."""

import pytest

import course
from course import data


@pytest.fixture
def table(tmp_path):
    def write(text: str, encoding="utf-8"):
        (tmp_path / "t.csv").write_bytes(text.encode(encoding))
        return list(data.rows("t.csv", ("name", "number"), tmp_path))

    return write


def test_rows_know_their_line(table):
    rows = table('name,number\na,1\n"b, c",2.5\n')
    assert [(row.line, row.text("name"), row.number("number")) for row in rows] == [
        (2, "a", 1),
        (3, "b, c", data.Decimal("2.5")),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name,nummer\na,1\n", "line 1: the columns are"),
        ("", "line 1: the columns are"),
        ("name,number\na,1,2\n", "line 2: 3 cells where 2 are needed"),
        ('name,number\n"a,1\n', "line 2"),
    ],
)
def test_a_broken_file_is_refused(table, text, says):
    with pytest.raises(data.DataError, match=says):
        table(text)


def test_a_file_that_is_not_utf8_is_refused(table):
    with pytest.raises(data.DataError, match="not UTF-8"):
        table("name,number\né,1\n", encoding="latin-1")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(data.DataError, match=r"gone\.csv is missing"):
        list(data.rows("gone.csv", ("a",), tmp_path))


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("nan", "finite"),
        ("-NaN", "finite"),
        ("inf", "finite"),
        ("-Infinity", "finite"),
        ("-1", "negative"),
        ("-0.5", "negative"),
        ("1,5", "cells"),
        ("ten", "not a number"),
        ("1e9", "not a number"),
        ("1e999999", "not a number"),
        ("1_000", "not a number"),
        ("0x10", "not a number"),
        ("٣", "not a number"),
        ("1.", "not a number"),
        ("1" * 400, "not a number"),
    ],
)
def test_a_bad_number_is_refused(table, cell, says):
    with pytest.raises(data.DataError, match=says):
        table(f"name,number\na,{cell}\n")[0].number("number")


@pytest.mark.parametrize(("cell", "number"), [("0", 0), ("0.0625", 0.0625), ("1050000", 1050000), ("", None)])
def test_a_number_is_read_exactly(table, cell, number):
    assert table(f"name,number\na,{cell}\n")[0].number("number") == number


@pytest.mark.parametrize("cell", ["23.11.2026", "2026-13-01", "2026-02-30", "20261123", "2026-W47-1", "yesterday"])
def test_a_bad_date_is_refused(table, cell):
    with pytest.raises(data.DataError, match=r"t\.csv, line 2, column number: .* is not a date"):
        table(f"name,number\na,{cell}\n")[0].day("number")


@pytest.mark.parametrize("cell", ["", "http://example.com/a", "https://nowhere", "a page"])
def test_a_missing_source_is_refused(table, cell):
    with pytest.raises(data.DataError, match="line 2, column number"):
        table(f"name,number\na,{cell}\n")[0].url("number")


def test_every_source_of_a_lesson_has_an_address_and_a_day():
    found = data.sources("02_billing")
    assert len(found) >= 10
    assert all(source.url.startswith("https://") and source.checked for source in found)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("a,A,Maker,https://example.com,,x", "column checked: is empty"),
        ("a,A,Maker,,2026-11-23,x", "column url: is empty"),
        ("a,A,Maker,https://example.com,23/11/2026,x", "is not a date"),
        (",A,Maker,https://example.com,2026-11-23,x", "column id: is empty"),
    ],
)
def test_a_bad_source_is_refused(tmp_path, line, says):
    (tmp_path / "sources.csv").write_text(f"id,title,publisher,url,checked,lessons\n{line}\n", encoding="utf-8")
    with pytest.raises(data.DataError, match=rf"sources\.csv, line 2, .*{says}"):
        data.sources(folder=tmp_path)


def test_a_source_stands_in_the_file_once(tmp_path):
    line = "a,A,Maker,https://example.com,2026-11-23,x\n"
    (tmp_path / "sources.csv").write_text(f"id,title,publisher,url,checked,lessons\n{line}{line}", encoding="utf-8")
    with pytest.raises(data.DataError, match=r"sources\.csv, line 3, column id: 'a' stands in the file twice"):
        data.sources(folder=tmp_path)


def test_a_lessons_references_name_and_link_each_page():
    sources = data.sources("04_management")
    shown = course.sources("04_management")
    assert shown._repr_html_().count("<li>") == len(repr(shown).splitlines()) == len(sources)
    assert all(source.url in repr(shown) and f'href="{source.url}"' in shown._repr_html_() for source in sources)
    with pytest.raises(LookupError, match="no lesson"):
        course.sources("no_such_lesson")
