"""Read from a prompt into which labels a text is to be sorted, and the examples that it gives."""

from __future__ import annotations

import re

from .prompt import Prompt, Task, task_of
from .topics import Example, Label

_BULLET = re.compile(
    r"^[ \t]{0,8}(?:[-*•]|\d{1,2}[.)])[ \t]{1,4}[\"'`*]*([^\n:\uff1a(\"'`*]{1,40}?)[\"'`*]{0,3}[ \t]{0,4}"
    r"(?:(?:[:\uff1a]|\s[-\u2013\u2014])[ \t]{0,4}(\S.*)|\(([^\n)]+)\))?$",
    re.M,
)
_QUOTED = re.compile(r"[\"'`「『“]([^\"'`」』”\n]{1,30})[\"'`」』”]")
_KINDS = r"(?:categories|labels|classes|groups|intents|topics|options|values|choices|answers)"
_BEFORE_LIST = re.compile(
    rf"(?:\binto(?: one of)?(?: (?:the following|these|this))?(?: (?:\w+ )?{_KINDS})?|\bas(?: either| one of)?"
    rf"|\bone of(?: the following| these)?(?: {_KINDS})?|\beither|\bbetween|\b{_KINDS}(?: are)?|\bwith(?: one of)?"
    r"|\bis (?:this|it)|\b(?:message|text|review|e-?mail)"
    r"|\bcomo|\ben(?: una de)?|\bals|\bin(?: eine der kategorien)?|\bcomme"
    r"|[:\uff1a(\uff08]|為|为|成|是|に|를|을|으로|へ)\s*[:\uff1a(\uff08]?\s*",
    re.I,
)
_SEPARATOR = re.compile(
    r"\s*(?:,\s*(?:or|and|oder|o|ou|und|y|et)\s|[,/|;、\uff0c\uff1b]|\s(?:or|and|oder|o|ou|und|y|et)\s"
    r"|或者|或是|或|還是|还是|または|もしくは|か、|또는|혹은|와|과)\s*",
    re.I,
)
_ARTICLE = re.compile(r"^(?:an?|the|either|eine?|une?|el|la)\s+", re.I)
_LIST_END = re.compile(
    r"[.!?\n。)\uff01\uff1f\uff09]|のいずれか|のどれか|に分類|に分けて|中的|之一|으로 분류|로 분류"
    r"|\b(?:only|based on|depending on|according to)\b"
)
# Families of labels that people name without listing them.
_FAMILIES = (
    (re.compile(r"sentiment|情緒|情感|感情|감정|sentimiento|stimmung", re.I), ("positive", "neutral", "negative")),
    (re.compile(r"urgen|priority|緊急|紧急|긴급|prioridad|dringlich", re.I), ("low", "normal", "high")),
)
_ARROW = re.compile(r"->|=>|→|⇒|\t|\s\|\s")
_SHOT = re.compile(
    r"^[ \t]{0,8}(?:message|text|e-?mail|input|review|customer|q|question"
    r"|訊息|輸入|メッセージ|입력|메시지|mensaje|nachricht)"
    r"[ \t]?[:\uff1a][ \t]?(.{1,2000}?)\n"
    r"[ \t]{0,8}(?:label|category|class|intent|output|sentiment|answer|a|urgency|priority"
    r"|標籤|類別|輸出|ラベル|分類|레이블|분류|출력|etiqueta|kategorie)"
    r"[ \t]?[:\uff1a]([^\n]{0,40})$",
    re.I | re.M | re.S,
)
# Labels and examples are looked for in so many characters.
_READ = 10_000
_REASON_WANTED = re.compile(r"\b(?:explain|why|reason|because|justify)\b|理由|原因|이유", re.I)


def read(prompt: Prompt) -> tuple[Task, list[Label], list[Example]] | None:
    """The task, its labels and its examples; `None` where the prompt does not ask to sort a text."""
    examples, text = examples_in(prompt.last)
    task = task_of("classify", prompt)
    if task is None:
        earlier = list(zip(prompt.asked, prompt.answered, strict=False))
        if examples and text:
            task = Task("", text)
        elif len(earlier) > 1 and all(_is_label(answer) for _, answer in earlier):
            task = Task("", prompt.last)
        else:
            return None
    elif examples and text:
        task = Task(task.instruction, text)
    if not examples:
        examples, _ = examples_in(prompt.system)
    said = [Example(asked, answer.strip()) for asked, answer in zip(prompt.asked, prompt.answered, strict=False)]
    examples = examples + [example for example in said if _is_label(example.label)]
    labels = labels_in(task.instruction) or [Label(name) for name in dict.fromkeys(each.label for each in examples)]
    if not labels and task.instruction is not prompt.system:
        labels = labels_in(prompt.system)
    names = {label.name for label in labels}
    examples = [example for example in examples if example.label in names]
    return (task, labels, examples) if len(labels) > 1 and task.text else None


def wants_reason(instruction: str) -> bool:
    return bool(_REASON_WANTED.search(instruction))


def labels_in(instruction: str) -> list[Label]:
    """The labels that an instruction lists, in bullets, in quotation marks or in a sentence."""
    instruction = instruction[:_READ]
    bullets = [Label(match[1].strip(), match[2] or match[3] or "") for match in _BULLET.finditer(instruction)]
    if len(bullets) > 1 and all(len(label.name.split()) <= 4 for label in bullets):
        return _different(bullets)
    quoted = [Label(match[1].strip()) for match in _QUOTED.finditer(instruction)]
    if len(quoted) > 1 and all(len(label.name.split()) <= 3 for label in quoted):
        return _different(quoted)
    best: list[Label] = []
    for start in _BEFORE_LIST.finditer(instruction):
        listed = _LIST_END.split(instruction[start.end() : start.end() + 400], maxsplit=1)[0]
        parts = [_ARTICLE.sub("", part.strip(" \"'`*:\uff1a[]")) for part in _SEPARATOR.split(listed)]
        if len(parts) > 1 and all(part and len(part.split()) <= 3 and len(part) <= 30 for part in parts):
            found = _different([Label(part) for part in parts])
            best = found if len(found) >= len(best) else best
    if best:
        return best
    return next(([Label(name) for name in names] for asked, names in _FAMILIES if asked.search(instruction)), [])


def examples_in(text: str) -> tuple[list[Example], str]:
    """Pairs of message and label, and the message that comes last without a label."""
    text = text[:_READ]
    shots = list(_SHOT.finditer(text))
    pairs = [(shot[1].strip(), shot[2].strip(" \"'`")) for shot in shots]
    rest = text[shots[-1].end() :] if shots else ""
    if len(pairs) < 2:
        lines = [line.strip(" -*•") for line in text.splitlines()]
        arrows = [(index, _ARROW.split(line)) for index, line in enumerate(lines) if _ARROW.search(line)]
        pairs = [(parts[0].strip(' "“”'), parts[1].strip(" \"'`")) for _, parts in arrows if len(parts) == 2]
        rest = "\n".join(lines[arrows[-1][0] + 1 :]) if arrows else ""
    examples = [Example(message, label) for message, label in pairs if message and _is_label(label)]
    if len(examples) < 2:
        return [], ""
    return examples, _unlabelled(rest) if pairs[-1][1] else pairs[-1][0]


def _unlabelled(rest: str) -> str:
    """The message below the last example, without the words that announce it and its label."""
    rest = re.sub(r"\n?[ \t]{0,8}\w{1,12}[ \t]?[:\uff1a]$", "", rest.strip())
    return re.sub(r"^\w{1,12}[ \t]?[:\uff1a][ \t]{0,8}", "", rest).strip('"“” \n')


def _is_label(answer: str) -> bool:
    return 0 < len(answer) <= 30 and len(answer.split()) <= 3 and not re.search(r"[.!?。]$|\n", answer.strip())


def _different(labels: list[Label]) -> list[Label]:
    return list({label.name: label for label in reversed(labels) if label.name}.values())[::-1]
