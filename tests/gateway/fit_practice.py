"""Fit the weights of `data/practice/weights.csv`, in seconds: `python tests/gateway/fit_practice.py`.

Multinomial logistic regression on every second message of the course and on `tests/vectors/practice_texts.csv`. The
other messages and the `unseen_*` texts take no part, so that they can tell how well other texts are read. Which
signals are weighed together is read from the file itself.
"""

from __future__ import annotations

import csv

import numpy as np

from course import data
from course.agency.records import messages
from course.gateway.engines import evidence

FILE = data.FOLDER / "practice" / "weights.csv"
TEXTS = data.FOLDER.parent / "tests" / "vectors" / "practice_texts.csv"
# How much large weights cost, and how long and fast to descend.
PENALTY, STEPS, RATE = 3.3, 4000, 0.5


def labelled_texts() -> list[tuple[str, str, float]]:
    """The texts to fit, what the customer wants, and how much each counts: single sentences count less."""
    course = [(message.text, message.intent, 1.0) for message in messages()[::2]]
    with TEXTS.open(encoding="utf-8", newline="") as file:
        return course + [(row["text"], row["intent"], float(row["weight"])) for row in csv.DictReader(file)]


def rows_of(file: list[list[str]]) -> list[tuple[str, str]]:
    return [(scope, signals) for scope, signals, *_ in file[1:]]


def values(text: str, rows: list[tuple[str, str]]) -> list[float]:
    """How much of each row's evidence a text holds; a cue counts by its strength."""
    told, said = evidence.features(text)
    cues = evidence.cue_scores(text)
    found = []
    for scope, signals in rows:
        needed, barred = evidence.conjunction(signals)
        if scope == "always":
            found.append(1.0)
        elif scope == "cue":
            found.append(min(cues[signals], 6) / 3)
        else:
            places = [told] if scope == "text" else said
            found.append(float(any(needed <= place and barred.isdisjoint(place) for place in places)))
    return found


def fit(known: np.ndarray, wanted: np.ndarray, counts: np.ndarray, free: int) -> np.ndarray:
    """Weights for each kind of evidence and intent. Those of the row `free` are not held small."""
    weights = np.zeros((known.shape[1], wanted.shape[1]))
    speed = np.zeros_like(weights)
    held = np.full((known.shape[1], 1), PENALTY)
    held[free] = 0
    for _ in range(STEPS):
        sums = known @ weights
        shares = np.exp(sums - sums.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        slope = (known.T @ (counts * (shares - wanted)) + held * weights) / len(known)
        speed = 0.9 * speed - RATE * slope
        weights += speed
    return weights


def main() -> None:
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = rows_of(list(csv.reader(file)))
    texts = labelled_texts()
    known = np.array([values(text, rows) for text, _, _ in texts])
    wanted = np.array([[float(intent == label) for intent in evidence.INTENTS] for _, label, _ in texts])
    counts = np.array([[count] for *_, count in texts])
    weights = fit(known, wanted, counts, [scope for scope, _ in rows].index("always"))
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["scope", "signals", *evidence.INTENTS])
        for (scope, signals), each in zip(rows, weights, strict=True):
            unit = 3 if scope == "cue" else 1
            writer.writerow([scope, signals, *(f"{weight / unit:.2f}" for weight in each)])


if __name__ == "__main__":
    main()
