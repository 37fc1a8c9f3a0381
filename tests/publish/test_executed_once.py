"""The root's conftest.py: one execution serves nbval and the comparison with the source."""

import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parents[2]


def test_what_nbval_does_not_look_at_is_compared_after_the_last_cell(tmp_path):
    folder = tmp_path / "a course" / "notebooks"
    (folder / "source").mkdir(parents=True)
    (folder / "source" / "91_small.py").write_text('# %% label="one" claims=["C01"]\nprint("A line.")\n')
    cell = new_code_cell('print("A line.")', id="91-one", execution_count=1, metadata={"label": "one"})
    cell.outputs = [new_output("stream", name="stdout", text="A line.\n")]
    nbformat.write(new_notebook(cells=[cell]), folder / "91_small.ipynb")

    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "conftest", "-c", "pyproject.toml"]
    run = subprocess.run([*command, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False)

    assert "1 failed, 1 passed" in run.stdout  # nbval is content with the cell
    assert "91_small: the saved notebook is not what its source gives now." in run.stdout
    assert '+# cell 91-one, code {"claims": ["C01"], "label": "one"}' in run.stdout
    assert "91_small: It has no wrap-up." in run.stdout  # the shape of a lesson, too
