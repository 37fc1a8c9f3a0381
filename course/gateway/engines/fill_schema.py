"""Fill a JSON Schema with the values that a text states. What it does not state stays as empty as may be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from . import classify, draft, evidence, fields, summarise, topics
from .addresses import EMAIL, IPV4, URL, UUID
from .emptiest import Emptiest, kinds
from .facts import Facts
from .fields import Field, field_of, field_of_note, plain_words
from .json_schema import (
    Checker,
    all_differ,
    items,
    mapping,
    merged,
    names,
    resolved,
    schemas_of,
    size,
    text,
    types,
    valid_number,
    valid_text,
)
from .lexicon import folded
from .text import key_words
from .tiers import Tier
from .value import any_marker, denied

_DEEPEST = 10
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_CLOCK = re.compile(r"\d\d:\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_HOSTNAME = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_NEEDS_CHECK = (
    "not",
    "if",
    "contains",
    "propertyNames",
    "dependentSchemas",
    "dependentRequired",
    "minProperties",
    "maxProperties",
    "patternProperties",
)
# What has no such form is no value of the kind, whatever label stands before it.
_FORMED_KINDS = ("date", "amount", "currency", "email", "phone")
_LONG_KINDS = ("text", "summary", "summaries", "topic", "reply")


Shot = tuple[str, Mapping]


class Filled(NamedTuple):
    """A value, and how many of its parts the text states."""

    value: object
    found: int = 0


def fill(schema: object, facts: Facts, tier: Tier, told: str = "", shots: Sequence[Shot] = ()) -> Filled:
    """A value that keeps to the schema, if any value does.

    `told` is what the prompt says beside the text, where labels may be explained; `shots` are earlier texts with the
    objects that were made of them.
    """
    root = schema if isinstance(schema, Mapping) else {}
    filler = _Filler(root, facts, tier, told, shots)
    filled = filler.value(root, "", 0)
    if Checker(root).valid(filled.value, root):
        return filled
    bare = Emptiest(Checker(root)).value(root)
    return Filled(bare) if Checker(root).valid(bare, root) else filled


def missing(schema: Mapping, filled: Filled) -> list[str]:
    """The required properties for which the text states nothing."""
    value = filled.value if isinstance(filled.value, dict) else {}
    own = resolved(schema, schema)
    own = own if isinstance(own, Mapping) else {}
    empty = Emptiest(Checker(schema))
    return [name for name in names(own, "required") if value.get(name) == empty.property(name, own, 0, 0)]


class _Filler:
    def __init__(self, root: Mapping, facts: Facts, tier: Tier, told: str, shots: Sequence[Shot]):
        self.told = told
        self.shots = shots
        self.root = root
        self.facts = facts
        self.tier = tier
        self.checker = Checker(root)
        self.emptiest = Emptiest(self.checker)
        self.steps = 1000
        self.operands = 0

    def value(self, schema: object, name: str, depth: int) -> Filled:
        self.steps -= 1
        own = resolved(schema, self.root)
        if not isinstance(own, Mapping):
            return Filled(None) if own is False else self._anything(name)
        if depth > _DEEPEST or self.steps < 0:
            return Filled(self.emptiest.value(own))
        filled = self._value(own, name, depth)
        if any(keyword in own for keyword in _NEEDS_CHECK) and not self.checker.valid(filled.value, own):
            return self._mended(own, name, depth)
        return filled

    def _value(self, own: Mapping, name: str, depth: int) -> Filled:
        if "const" in own:
            return self._constant(own["const"])
        if "enum" in own:
            return self._choice(own, name)
        for keyword in ("anyOf", "oneOf"):
            if items(own, keyword):
                return self._branch(own, keyword, name, depth)
        allowed = kinds(own)
        if not types(own) and allowed == ["null"]:
            return self._anything(name)
        tried = [self._of_kind(kind, own, name, depth) for kind in allowed if kind != "null"]
        if stated := max((each for each in tried if each.found), key=lambda each: each.found, default=None):
            return stated
        return Filled(None) if "null" in allowed or not tried else tried[0]

    def _of_kind(self, kind: str, own: Mapping, name: str, depth: int) -> Filled:
        if kind == "string":
            return self._text(own, name)
        if kind in ("number", "integer"):
            return self._number(own, name, kind == "integer")
        if kind == "boolean":
            return self._yes_or_no(own, name)
        return self._list(own, name, depth) if kind == "array" else self._object(own, name, depth)

    def _mended(self, own: Mapping, name: str, depth: int) -> Filled:
        """For what cannot be filled part by part: try both ways of a condition, then the emptiest value."""
        plain = {key: value for key, value in own.items() if key not in ("if", "then", "else", "not")}
        for parts in (("if", "then"), ("else",)) if "if" in own else ():
            both: object = plain
            for part in parts:
                both = merged(both, resolved(own.get(part, True), self.root))
            filled = self.value(both, name, depth + 1)
            if self.checker.valid(filled.value, own):
                return filled
        return Filled(self.emptiest.value(own))

    def _field(self, own: Mapping, name: str) -> Field | None:
        field = field_of(name) if name else None
        if field is None and self.tier.reads_notes and (note := text(own, "description")):
            field = field_of_note(note)
        return field

    def _labelled(self, name: str, field: Field | None) -> list[str]:
        """What the text states behind the property's name, as in "Destination: Kyoto"."""
        wanted = set(key_words(plain_words(name)))
        found = []
        for label, value in self.facts.labelled:
            words = set(key_words(plain_words(label)))
            if (wanted and words == wanted) or plain_words(label) == plain_words(name):
                found.insert(0, value)
            elif field and field_of(label) is field:
                found.append(value)
        return found

    def _anything(self, name: str) -> Filled:
        field = field_of(name) if name else None
        found = self._labelled(name, field) + fields.texts(field, self.facts)
        return Filled(found[0], 1) if found else Filled(None)

    def _constant(self, value: object) -> Filled:
        stated = isinstance(value, str) and classify.best([topics.Label(value)], self.facts.text)
        return Filled(value, 1 if stated else 0)

    def _choice(self, own: Mapping, name: str) -> Filled:
        rest = {key: value for key, value in own.items() if key != "enum"}
        values = [value for value in items(own, "enum") if self.checker.valid(value, rest)]
        field = self._field(own, name)
        by_text = {folded(value): value for value in values if isinstance(value, str)}
        for stated in (*self._labelled(name, field), *fields.texts(field, self.facts, text(own, "description"))):
            if folded(stated) in by_text:
                return Filled(by_text[folded(stated)], 1)
        for stated in fields.numbers(field, name, self.facts):
            if stated in values:
                return Filled(stated, 1)
        names = [value for value in values if isinstance(value, str) and value]
        labels = topics.with_notes(names, text(own, "description"), self.told)
        examples = [topics.Example(asked, made[name]) for asked, made in self.shots if made.get(name) in names]
        if labels and (best := classify.best(labels, self.facts.text, examples)):
            return Filled(best, 1)
        if None in values:
            return Filled(None)
        return Filled(classify.fallback(labels)) if labels else Filled(values[0] if values else None)

    def _branch(self, own: Mapping, keyword: str, name: str, depth: int) -> Filled:
        """Of several schemas the one of which the text states most; null where it states nothing."""
        rest = {key: value for key, value in own.items() if key != keyword}
        options = []
        for part in items(own, keyword):
            filled = self.value(merged(rest, resolved(part, self.root)), name, depth + 1)
            valid = self.checker.valid(filled.value, own)
            options.append((valid, filled.found, filled.value is None, -len(options), filled))
        best = max(options, key=lambda option: option[:4])
        if not best[0]:
            return Filled(self.emptiest.value(own))
        return best[4]

    def _text(self, own: Mapping, name: str) -> Filled:
        field = self._field(own, name)
        note = f"{name} {text(own, 'description')}"
        for candidate in self._text_candidates(own, name, field, note):
            fitted = _fitted(candidate, own, bool(field) and field.kind in _LONG_KINDS)
            if fitted is not None:
                return Filled(fitted, 1)
        return Filled(self.emptiest.value({**own, "type": "string"}))

    def _text_candidates(self, own: Mapping, name: str, field: Field | None, note: str):
        if field and field.kind == "party":  # Before what is labelled so: the house itself may be billed.
            yield from fields.texts(field, self.facts, note)
        for stated in self._labelled(name, field):
            if field:
                # A line with its own label needs no second date to be the second date.
                alone = field._replace(role="") if field.kind == "date" else field
                yield from fields.texts(alone, self.facts.of(stated), note)
            if not field or field.kind not in _FORMED_KINDS:
                yield stated
        if field and field.kind == "reply":
            yield draft.reply(self.facts, self.tier)
        if field and field.kind == "summary" and (summary := summarise.of_paper(self.facts, 1)):
            yield summary
        yield from fields.texts(field, self.facts, note)
        yield from _FORMAT_FINDERS.get(text(own, "format"), lambda facts: ())(self.facts) if not field else ()

    def _number(self, own: Mapping, name: str, whole: bool) -> Filled:
        field = self._field(own, name)
        found = []
        for stated in self._labelled(name, field):
            facts = self.facts.of(stated)
            found += [value.value for value in (*facts.money, *facts.quantities)]
        found += fields.numbers(field, name, self.facts)
        if fields.is_operand(name):
            found = found[self.operands :]
            self.operands += 1
        for value in found:
            if (not whole or isinstance(value, int)) and valid_number(value, own):
                return Filled(value, 1)
        return Filled(self.emptiest.of_kind("integer" if whole else "number", own, 0, 0))

    def _yes_or_no(self, own: Mapping, name: str) -> Filled:
        for stated in self._labelled(name, None):
            for answer, meaning in (("yes", True), ("no_answer", False)):
                if folded(stated) in any_marker(answer).values(stated.lower()):
                    return Filled(meaning, 1)
        asked = " ".join(word for word in plain_words(name).split() if not any_marker("asking").find(word))
        if not asked:
            return Filled(False)
        facts = self.facts
        field = field_of(asked)
        if field and field.kind == "count" and (count := facts.count_of(field.words)):
            return Filled(count.value > 0, 1)
        if (topic := topics.topic_of(asked)) and evidence.cue_scores(facts.text)[topic]:
            return Filled(True, 1)
        wanted = set(key_words(asked))
        for match in re.finditer(r"[^\W_]+", facts.text):
            if wanted & set(key_words(match[0])):
                return Filled(not denied(facts.text, *match.span()), 1)
        if field:
            found = field.words.find(facts.text)
            if found:
                return Filled(not denied(facts.text, found[0].start, found[0].end), 1)
        return Filled(False)

    def _list(self, own: Mapping, name: str, depth: int) -> Filled:
        least, most = size(own, "minItems") or 0, size(own, "maxItems")
        values = self._listed(own, name, depth)[: self.tier.most_items]
        if own.get("uniqueItems") is True:
            values = [value for index, value in enumerate(values) if all_differ([*values[:index], value])]
        values = values[:most] if most is not None else values
        found = len(values)
        if len(values) < least or "contains" in own:
            values = self.emptiest.padded(values, own, min(max(least, len(values)), 1000), depth)
        return Filled(values, found)

    def _listed(self, own: Mapping, name: str, depth: int) -> list:
        """The values of which a list is to be made, as far as the text states them."""
        if first := items(own, "prefixItems"):
            filled = [self.value(part, name, depth + 1) for part in first]
            return [each.value for each in filled] if any(each.found for each in filled) else []
        schema = resolved(own.get("items", True), self.root)
        if schema is False:
            return []
        item = schema if isinstance(schema, Mapping) else {}
        if "enum" in item:
            labels = [topics.Label(value) for value in items(item, "enum") if isinstance(value, str) and value]
            return classify.several(labels, self.facts.text)
        kind = kinds(item)[0]
        if kind in ("object", "array") or items(item, "anyOf") or items(item, "oneOf"):
            return self._listed_objects(item, name, depth)
        field = self._field(own, name) or self._field(item, name)
        if kind == "string" or not types(item):
            candidates = []
            for stated in self._labelled(name, field):
                candidates += [part.strip(' "[]') for part in re.split(r"[,;、\uff0c]\s*", stated)]
            note = f"{name} {text(own, 'description')}"
            candidates = candidates or fields.texts(field, self.facts, note)
            fitted = [_fitted(each, item, bool(field) and field.kind in _LONG_KINDS) for each in candidates]
            return [each for each in fitted if each is not None]
        if kind in ("number", "integer"):
            found = [value.value for value in self.facts.numbers]
            return [value for value in found if self.checker.valid(value, item)]
        return []

    def _listed_objects(self, item: Mapping, name: str, depth: int) -> list:
        """One object for each part of the text that states one: its lines, else sentences, else pieces."""
        facts = self.facts
        tried: dict[str, Filled] = {}
        best: list[Filled] = []
        for parts in (facts.lines, facts.sentences, facts.parts):
            parts = parts[: 2 * self.tier.reach]
            for part in parts:
                if part not in tried:
                    self.facts = facts.of(part)
                    tried[part] = self.value(item, name, depth + 1)
            stated = [tried[part] for part in parts if tried[part].found]
            if len(stated) > len(best) and sum(each.found for each in stated) >= sum(each.found for each in best):
                best = stated
        self.facts = facts
        return [each.value for each in best]

    def _object(self, own: Mapping, name: str, depth: int) -> Filled:
        required = names(own, "required")
        asked = list(dict.fromkeys([*mapping(own, "properties"), *required]))
        most = size(own, "maxProperties")
        made, found = {}, 0
        for each in asked[:500]:
            schemas = schemas_of(each, own)
            filled = self.value(
                schemas[0] if len(schemas) == 1 else {"allOf": schemas}, _within(name, each), depth + 1
            )
            room = most is None or len(made) + sum(other not in made for other in required) < most
            if each in required or (filled.found and room):
                made[each] = filled.value
                found += filled.found
        if not asked and isinstance(own.get("additionalProperties"), Mapping):
            stated = self._pairs(own["additionalProperties"], depth)
            made, found = stated, len(stated)
        return Filled(self.emptiest.widened(made, own, depth), found)

    def _pairs(self, schema: Mapping, depth: int) -> dict:
        """What lines such as "Name: Ana" state, where an object may have any names."""
        facts, made = self.facts, {}
        for label, value in facts.labelled[: self.tier.reach]:
            self.facts = facts.of(f"{label}: {value}")
            filled = self.value(schema, label, depth + 1)
            if filled.found:
                made[label] = filled.value
        self.facts = facts
        return made


def _within(parent: str, name: str) -> str:
    """A name such as "date" within "departure" means the date of the departure."""
    own, both = field_of(name), field_of(f"{parent} {name}") if parent else None
    return f"{parent} {name}" if own and both and both.kind == own.kind and both.role and not own.role else name


def _fitted(candidate: str, own: Mapping, may_be_cut: bool) -> str | None:
    """The candidate in the form that the schema asks for, or `None` where it does not fit."""
    formed = _formed(candidate.strip(), text(own, "format"))
    most = size(own, "maxLength")
    if formed is not None and may_be_cut and most is not None and not text(own, "pattern"):
        formed = formed[:most]
    return formed if formed and valid_text(formed, own) else None


def _formed(candidate: str, form: str) -> str | None:
    if form == "date-time":
        candidate = f"{candidate}T00:00:00Z" if _ISO_DATE.fullmatch(candidate) else candidate
    elif form == "time":
        candidate = f"{candidate}:00Z" if _CLOCK.fullmatch(candidate) else candidate
    shape = _SHAPES.get(form)
    return candidate if shape is None or shape.fullmatch(candidate) else None


_NOTHING = re.compile(r"(?!)")
_SHAPES = {
    "date": _ISO_DATE,
    "date-time": _MOMENT,
    "time": re.compile(r"\d\d:\d\d:\d\dZ"),
    "email": EMAIL,
    "idn-email": EMAIL,
    "uri": URL,
    "iri": URL,
    "uuid": UUID,
    "ipv4": IPV4,
    "hostname": _HOSTNAME,
    **dict.fromkeys(("ipv6", "duration", "idn-hostname", "regex", "json-pointer", "relative-json-pointer"), _NOTHING),
    **dict.fromkeys(("uri-reference", "iri-reference", "uri-template"), _NOTHING),
}
_FORMAT_FINDERS = {
    "date": lambda facts: [value.value for value in facts.dates],
    "date-time": lambda facts: [value.value for value in facts.dates],
    "time": lambda facts: [value.value for value in facts.times],
    "email": lambda facts: [value.value for value in facts.emails],
    "uri": lambda facts: [value.value for value in facts.urls],
    "uuid": lambda facts: UUID.findall(facts.text),
    "ipv4": lambda facts: IPV4.findall(facts.text),
}
