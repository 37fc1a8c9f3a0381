from __future__ import annotations

import json
import tarfile
from zipfile import ZipFile

import nbformat
import pytest

from course.bootstrap import ROOT
from course.publish import lite
from course.publish.lesson import find_lessons
from course.publish.lite import lessons, lock, tools

LESSONS = {lesson.name: lesson for lesson in find_lessons(ROOT / "notebooks")}

FILES = {"00_start.ipynb", "02_billing.ipynb", "glossary.md"}


def saved(name: str):
    return nbformat.read(LESSONS[name].notebook, as_version=4)


def wheel(folder, name: str, version: str = "1.0", requires: tuple[str, ...] = (), file: str | None = None):
    """A wheel with one module."""
    made = folder / f"{name}-{version}-py3-none-any.whl"
    told = "".join(f"Requires-Dist: {need}\n" for need in requires)
    with ZipFile(made, "w") as packed:
        packed.writestr(file or f"{name}/__init__.py", "")
        packed.writestr(f"{name}-{version}.dist-info/METADATA", f"Name: {name}\nVersion: {version}\n{told}")
    return made


@pytest.fixture
def pyodide(tmp_path):
    """Pyodide as npm has it, and of its packages numpy alone, which a release has."""
    folder = tmp_path / "pyodide"
    folder.mkdir()
    for name in (
        "pyodide.mjs",
        "pyodide.asm.mjs",
        "pyodide.asm.wasm",
        "python_stdlib.zip",
        "numpy-2.whl",
        "README.md",
    ):
        (folder / name).write_text(name)
    packages = {
        "numpy": {"name": "numpy", "version": "2", "file_name": "numpy-2.whl", "depends": []},
        "pandas": {"name": "pandas", "version": "3", "file_name": "pandas-3.whl", "depends": ["numpy"]},
        "Some_Tool": {"name": "Some_Tool", "version": "5", "file_name": "tool.whl", "depends": []},
    }
    (folder / lock.LOCK).write_text(json.dumps({"info": {"python": "3.14"}, "packages": packages}))
    return folder


def test_without_the_libraries_the_first_lesson_runs_and_each_other_says_why_not():
    why = {name: lessons.why_not(name, []) for name in LESSONS}
    assert [name for name, reason in why.items() if not reason] == ["00_start"]
    assert why["02_billing"] == "it needs numpy, pandas, matplotlib"


def test_with_a_release_of_pyodide_all_lessons_run_but_those_with_threads():
    out = [name for name in LESSONS if lessons.why_not(name, list(lessons.LIBRARIES))]
    assert out == ["03_integration", "04_management"]


def test_a_lessons_copy_has_not_run_and_says_first_where_it_runs():
    notebook = lessons.copy(LESSONS["00_start"], saved("00_start"), [], FILES)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    assert "inside your browser" in notebook.cells[1].source
    assert notebook.metadata["kernelspec"]["name"] == "python"
    assert "widgets" not in notebook.metadata


def test_links_lead_to_what_is_there_and_others_are_words():
    notebook = lessons.copy(LESSONS["00_start"], saved("00_start"), [], FILES)
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "[Two ways to pay](02_billing.ipynb)" in text
    assert "| 01 | Who operates the AI? |" in text
    assert "[glossary](glossary.md)" in text
    assert "](../" not in text
    assert "](https://developers.openai.com/api/docs/pricing)" in text


def test_what_matplotlib_drew_stands_there_with_its_text_and_code():
    notebook = lessons.copy(LESSONS["00_start"], saved("00_start"), [], FILES)
    (cell,) = (cell for cell in notebook.cells if cell.id == "00-layers")
    assert cell.cell_type == "markdown"
    assert cell.attachments["picture.png"]["image/png"].startswith("iVBOR")
    assert "charts.two_layers(" in cell.source
    assert "matplotlib, which drew it, is not in this page" in cell.source


def test_with_matplotlib_nothing_is_replaced():
    before, after = (
        saved("00_start"),
        lessons.copy(LESSONS["00_start"], saved("00_start"), list(lessons.LIBRARIES), FILES),
    )
    assert len(after.cells) == len(before.cells) + 1
    assert [cell.source for cell in after.cells if cell.cell_type == "code"] == [
        cell.source for cell in before.cells if cell.cell_type == "code"
    ]


def test_the_list_of_packages_holds_what_is_there_and_nothing_else(pyodide, tmp_path):
    needs = ("course>=1", "missing", "some.tool; extra == 'all'", "windows-only; sys_platform == 'win32'")
    own = [wheel(tmp_path, "course"), wheel(tmp_path, "other", requires=needs, file="other_module.py")]
    lock.write(pyodide, own, lock.held(pyodide, ["numpy", "pandas"]), tmp_path / "made")
    made = json.loads((tmp_path / "made" / lock.LOCK).read_text())
    assert sorted(made["packages"]) == ["course", "numpy", "other"]
    assert made["packages"]["other"]["depends"] == ["course"]
    assert made["packages"]["course"]["depends"] == ["numpy", "other"]
    assert made["packages"]["other"]["imports"] == ["other_module"]
    assert len(made["packages"]["other"]["sha256"]) == 64
    there = {file.name for file in (tmp_path / "made").iterdir()}
    assert {entry["file_name"] for entry in made["packages"].values()} <= there
    assert "README.md" not in there


def test_a_library_counts_only_with_all_that_it_needs(pyodide):
    assert lock.held(pyodide, ["numpy", "pandas", "matplotlib"]) == ["numpy"]
    assert lock.versions(pyodide)["some-tool"] == "5"


def test_each_package_of_the_browser_has_one_version():
    pins = tools.pins()
    unpinned = [name for name in tools.wanted() if name not in pins]
    assert set(unpinned) <= {"decorator", "micropip"}, "neither a pin of the students' nor a package of Pyodide's"
    assert "httpx2-jsfetch" in pins
    assert "truststore" not in pins


def test_what_is_no_jupyterlite_is_not_overwritten(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(lite.LiteError, match="not a JupyterLite"):
        lite.build(ROOT / "notebooks", tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_release_comes_as_an_archive_and_is_unpacked_once(pyodide, tmp_path):
    archive = tmp_path / "pyodide-9.tar.bz2"
    with tarfile.open(archive, "w:bz2") as packed:
        packed.add(pyodide, "pyodide")
    found = tools.pyodide(archive, tmp_path / "workshop")
    assert lock.held(found, lessons.LIBRARIES) == ["numpy"]
    archive.write_bytes(b"no longer needed")
    assert tools.pyodide(archive, tmp_path / "workshop") == found


def test_a_folder_that_is_no_pyodide_and_a_missing_npm_say_what_to_do(tmp_path, monkeypatch):
    with pytest.raises(lite.LiteError, match=r"pyodide\.mjs is missing"):
        tools.pyodide(tmp_path, tmp_path)
    monkeypatch.setattr(tools.shutil, "which", lambda _: None)
    with pytest.raises(lite.LiteError, match="Install Node"):
        tools.pyodide(None, tmp_path)
    (tmp_path / "broken.tar.bz2").write_bytes(b"no archive")
    with pytest.raises(lite.LiteError, match="no archive of Pyodide"):
        tools.pyodide(tmp_path / "broken.tar.bz2", tmp_path)
