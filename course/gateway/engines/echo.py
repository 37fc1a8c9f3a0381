"""Say what it is told to say, and add up a simple sum."""

from __future__ import annotations

import re
from fractions import Fraction

_LONGEST = 1000
_SAY = re.compile(
    r"(?:please\s+)?(?:(?:say|repeat|echo)(?: after me)?(?: exactly| only| just)?"
    r"|(?:reply|respond|answer)(?: with)? (?:exactly|only|just)(?: with)?|(?:reply|respond|answer) with)"
    r"(?: the)?(?: following)?(?: single| one)?(?: words?| text| phrase| sentence)?"
    r"(?P<mark>\s*[:\"'“`]|\s)\s*(?P<text>\S.*)",
    re.I | re.S,
)
_QUOTED = re.compile(r"[\"'“`](.+?)[\"'”`][.!]?(?:\s+and nothing else[.!]?)?", re.S)
_NOT_THE_TEXT = re.compile(
    r"(?:that|if|whether|what|how|why|when|who|which|one|yes or|a\s|an\s|the\s|your|json|in\s|no more)\b", re.I
)
_WAY = r"(?:\+|-|\*|/|x|\xd7|\xf7|plus|minus|times|divided by)"
_FIGURE = r"-?\d[\d,]*(?:\.\d+)?"
_SUM = re.compile(
    r"(?:what(?:'s| is)|how much is|calculate|compute|add up|計算|计算|cuánto es|was ist|wie viel ist|combien font)?"
    rf"[\s:]*({_FIGURE}(?:\s*{_WAY}\s*{_FIGURE}){{1,9}})\s*(?:=|等於|等于)?\s*[?\uff1f.]?",
    re.I,
)
_STEP = re.compile(rf"\s*({_WAY})?\s*({_FIGURE})", re.I)
_WAYS = {"x": "*", "\xd7": "*", "\xf7": "/", "plus": "+", "minus": "-", "times": "*", "divided by": "/"}


def say(message: str) -> str:
    """The text that a message tells the model to say; empty where it does not."""
    found = _SAY.fullmatch(message.strip()) if len(message) <= _LONGEST else None
    if not found:
        return ""
    quoted = _QUOTED.fullmatch(found["mark"].strip() + found["text"])
    if quoted:
        return quoted[1]
    if ":" not in found["mark"] and (_NOT_THE_TEXT.match(found["text"]) or len(found["text"]) > 80):
        return ""
    return found["text"].strip("\"'“”` ")


def add_up(message: str) -> str:
    """The result of a sum such as "What is 12 + 3 * 4?"; empty where the message is none or has no result."""
    found = _SUM.fullmatch(message.strip()) if len(message) <= _LONGEST else None
    if not found:
        return ""
    terms: list[Fraction] = []
    position = 0
    while match := _STEP.match(found[1], position):
        position = match.end()
        way = (match[1] or "+").lower()
        way, value = _WAYS.get(way, way), Fraction(match[2].replace(",", ""))
        if way in "*/" and terms:
            if way == "/" and not value:
                return ""
            terms[-1] = terms[-1] * value if way == "*" else terms[-1] / value
        else:
            terms.append(-value if way == "-" else value)
    total = sum(terms, Fraction())
    return str(total.numerator) if total.denominator == 1 else f"{float(total):.10g}"
