"""course.check on the solutions of all exercises, which run in the check: what a student waits for."""

import json
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "exercises" / "source"
LIMIT = 0.3  # seconds
MEASURE = """
import json, sys, time
import nbformat
import course

def seconds(name):
    began = time.perf_counter()
    assert course.check(name), name
    return time.perf_counter() - began

took = {}
for path in sys.argv[1:]:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and "course.check(" not in cell.source:
            exec(cell.source)
        elif cell.cell_type == "code" and cell.source.startswith("course.check("):
            name = cell.source.split('"')[1]
            took[name] = seconds(name), seconds(name)  # for the first time, and again
print(json.dumps(took))
"""


def test_an_answer_is_checked_at_once(report, tmp_path):
    notebooks = sorted(map(str, FOLDER.glob("*/*.ipynb")))
    command = [sys.executable, "-c", MEASURE, *notebooks]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    took = json.loads(done.stdout.splitlines()[-1])
    slowest, name = max((seconds[1], name) for name, seconds in took.items())
    first, late = max((seconds[0], name) for name, seconds in took.items())
    report(
        f"`course.check`, the slowest of {len(took)} tasks",
        f"{LIMIT} s",
        f"{slowest:.2f} s ({name})",
        f"the first time, where the answer loads a vendor's package: {first:.2f} s ({late})",
    )
    assert slowest < LIMIT
