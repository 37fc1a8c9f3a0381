"""The practice model: rules and retrieval, the same answer to the same prompt. It is not a language model.

This file chooses the skill that answers and keeps the answer to the caller's limits. Each skill has a file of
its own. Asked for what no skill can do, the model says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date

from ..types import Draft, Turn
from . import (
    cannot,
    classify,
    context,
    draft,
    echo,
    embed,
    fill_schema,
    glossary,
    json_keys,
    labels,
    language,
    summarise,
    use_tools,
)
from . import prompt as prompts
from .facts import Facts
from .instructions import place_of
from .prompt import Prompt
from .text import QUESTION_MARKS, cut, sentences
from .tiers import Tier, tier_of

# Invented, so that a lesson can show reasoning tokens on a bill. Real models differ from prompt to prompt.
_REASONING_TOKENS = {"minimal": 16, "low": 64, "medium": 256, "high": 1024, "xhigh": 2048, "max": 4096}
# The day on which the practice model believes to live where neither catalog nor prompt says another.
_TODAY = date(2026, 1, 1)
_TODAY_IS = re.compile(
    r"(?:\b(?:today(?:'s date)?|current date)(?: is|:)|^\s*(?:received|sent|date received)(?: on| at)?(?: is|:)?"
    r"|今天是|今日は|收到日期[:\uff1a]?|受信日[:\uff1a]?|오늘은|\b(?:heute ist|eingegangen am|hoy es|recibido el))"
    r"\D{0,12}(\d{4}-\d\d-\d\d)",
    re.I | re.M,
)
# Values and labels are looked for in so many characters of a text.
_READ = 8000
# An order stands in so many characters at the beginning.
_COMMAND = 24


class PracticeEngine:
    """Answers a `Turn` by rules. `count_tokens(text, model_id)` counts the tokens of a text."""

    def __init__(self, count_tokens: Callable[[str, str], int]):
        self._count = count_tokens

    def answer(self, turn: Turn, model) -> Draft:
        """The answer of the given model of the catalog, cut at the turn's stop sequences and token limit.

        Tool calls are never cut.
        """
        reasoning = _REASONING_TOKENS.get(turn.effort, 0)
        if turn.max_output is not None:
            reasoning = min(reasoning, turn.max_output)
        composed = _Answer(turn, model).compose()
        if composed.tool_calls:
            return Draft("", "tool_calls", reasoning, composed.tool_calls)
        text, met_stop = _stopped(composed.text, turn.stop)
        if turn.max_output is not None:
            shorter = cut(text, turn.max_output - reasoning, lambda part: self._count(part, turn.model))
            if shorter != text:
                return Draft(shorter, "length", reasoning)
        return Draft(text, "stop", reasoning, met_stop=met_stop)

    def embed(self, texts: list[str] | tuple[str, ...], dimensions: int) -> tuple[tuple[float, ...], ...]:
        """One vector of length 1 for each text, in their order."""
        return embed.embed(texts, dimensions)


def _stopped(text: str, stops: tuple[str, ...]) -> tuple[str, str | None]:
    """The text up to the earliest stop sequence, and that sequence."""
    places = [(place, stop) for stop in stops if stop and (place := text.find(stop)) >= 0]
    if not places:
        return text, None
    place, stop = min(places)
    return text[:place], stop


class _Answer:
    """One answer to one turn."""

    def __init__(self, turn: Turn, model):
        self.turn = turn
        self.tier: Tier = tier_of(model.tier)
        self.prompt: Prompt = prompts.read(turn)
        self.today = self._today(model)

    def compose(self) -> Draft:
        """The first skill that has an answer gives it."""
        turn = self.turn
        if turn.tools and turn.tool_choice != "none":
            plan = use_tools.plan(turn, self._facts(self.prompt.last), self.tier)
            if plan.calls:
                return Draft("", "tool_calls", tool_calls=plan.calls)
        if turn.schema is not None:
            return Draft(self._filled(turn.schema))
        told = use_tools.answer_from_results(turn.messages, self.tier.breadth)
        if turn.json_only:
            return Draft(self._object(told))
        if told:
            return Draft(told)
        if turn.tools and turn.tool_choice != "none" and plan.question:
            return Draft(plan.question)
        return Draft(self._with_notices(self._text()))

    def _today(self, model) -> date:
        """The day that the prompt states, else the day on which the catalog's facts were read."""
        for text in (self.prompt.system, self.prompt.last):
            if stated := _TODAY_IS.search(text[:_READ]):
                try:
                    return date.fromisoformat(stated[1])
                except ValueError:
                    continue
        return getattr(model, "accessed_on", None) or _TODAY

    def _facts(self, text: str) -> Facts:
        """What the part of a text states that this model reads."""
        text = _TODAY_IS.sub("", text[:_READ])
        parts = sentences(text)
        if len(parts) > self.tier.reach:
            last = parts[self.tier.reach - 1]
            text = text[: text.find(last) + len(last)]
        return Facts(text, self.today)

    def _material(self) -> str:
        """The text to read values from: what the user sent, without the instruction before it."""
        last = self.prompt.last
        places = (place_of(skill, last) for skill in ("extract", "classify", "language", "draft"))
        place = next((place for place in places if place is not None), json_keys.place_of_template(last))
        if place is not None:
            last = prompts.split(last, place).text or last
        if prompts.shots(self.prompt):
            return last
        return "\n".join([last, *reversed(self.prompt.asked)]) if last else self.prompt.system

    def _filled(self, schema) -> str:
        returned = use_tools.results(self.turn.messages)
        facts = self._facts(f"{returned}\n{self._material()}".strip())
        told = self.prompt.system
        filled = fill_schema.fill(schema, facts, self.tier, told, prompts.shots(self.prompt))
        return json.dumps(filled.value, ensure_ascii=False)

    def _object(self, told: str) -> str:
        """Any JSON object: as a schema in the prompt has it, or with the names that the prompt gives, else with the
        answer in it.
        """
        schema = json_keys.schema_in(self.prompt.last) or json_keys.schema_in(self.prompt.system)
        return (
            self._as_written()
            or (self._filled(schema) if schema else "")
            or json.dumps({"answer": told or self._text()}, ensure_ascii=False)
        )

    def _as_written(self) -> str:
        """An object as a JSON Schema has it that stands in the prompt."""
        for text in (self.prompt.last, self.prompt.system):
            schema, rest = json_keys.written_schema(text)
            if schema is not None:
                material = rest if text == self.prompt.last else self._material()
                filled = fill_schema.fill(schema, self._facts(material), self.tier, "", ())
                return json.dumps(filled.value, ensure_ascii=False)
        return ""

    def _with_notices(self, text: str) -> str:
        """The answer after what could not be read or used. A model that can do nothing else says only that."""
        attached = [each for message in self.turn.messages for each in message.attachments if message.role == "user"]
        notices = [cannot.about_attachments(attached), cannot.about_hosted_tools(self.turn.hosted_tools)]
        notices = [notice for notice in notices if notice]
        if notices and (cannot.CANNOT in text or not self.prompt.last):
            text = cannot.CANNOT
        return " ".join([*notices, text])

    def _text(self) -> str:
        prompt, tier = self.prompt, self.tier
        return (
            self._short_version()
            or self._labelled()
            or self._language()
            or self._drafted()
            or self._json()
            or self._refused()
            or self._summary()
            or echo.add_up(prompt.last)
            or echo.say(prompt.last)
            or self._wish_in_another_language()
            or self._from_context()
            or glossary.explain(context.split_question(prompt.last)[0], tier.breadth)
            or self._to_customer()
            or cannot.cannot(prompt.last, tier.breadth)
        )

    def _labelled(self) -> str:
        read = labels.read(self.prompt)
        if read is None:
            return ""
        task, named, examples = read
        text = self._facts(task.text).text
        best = classify.best(named, text, examples) or classify.fallback(named)
        if labels.wants_reason(task.instruction) and (cues := classify.evidence(best, text)):
            return f"{best}: the text says {cues}."
        return best

    def _language(self) -> str:
        task = prompts.task_of("language", self.prompt)
        return language.answer(task.instruction, task.text) if task and task.text else ""

    def _drafted(self) -> str:
        task = prompts.task_of("draft", self.prompt)
        if not task or place_of("cannot", self.prompt.last) is not None:
            return ""
        facts = self._facts(task.text or task.instruction)
        if not task.text and not draft.states_something(facts):
            return ""
        rules = self.prompt.system if task.instruction is not self.prompt.system else ""
        return draft.reply(facts, self.tier, task.instruction, rules)

    def _json(self) -> str:
        if (json_keys.asks_for_json(self.prompt.last) or json_keys.asks_for_json(self.prompt.system)) and (
            written := self._as_written()
        ):
            return written
        for text in (self.prompt.last, self.prompt.system):
            if json_keys.asks_for_json(text) and (schema := json_keys.schema_in(text)):
                return self._filled(schema)
        return ""

    def _refused(self) -> str:
        asked = place_of("cannot", self.prompt.last) is not None
        return cannot.cannot(self.prompt.last, self.tier.breadth) if asked else ""

    def _short_version(self) -> str:
        """A summary that the message begins by ordering, whatever its text speaks of."""
        message = self.prompt.last
        return (
            self._summary() if summarise.ordered(message.lstrip()[:_COMMAND]) and summarise.text_in(message) else ""
        )

    def _summary(self) -> str:
        prompt = self.prompt
        if summarise.asked_for(prompt.last):
            facts = self._facts(summarise.text_in(prompt.last))
            return (
                summarise.of_paper(facts, summarise.how_many(prompt.last, self.tier.breadth))
                or summarise.summarise(prompt.last, list(prompt.asked), self.tier.breadth)
                or cannot.CANNOT
            )
        if summarise.ordered(prompt.system):
            return " ".join(
                summarise.main_sentences(prompt.last, summarise.how_many(prompt.system, self.tier.breadth))
            )
        return ""

    def _from_context(self) -> str:
        question, own = context.split_question(self.prompt.last)
        said = "\n".join([self.prompt.system, *self.prompt.asked, own])
        return context.answer(said, question, self.tier.breadth)

    def _wish_in_another_language(self) -> str:
        """A wish that is no question is answered before its own sentences are searched for an answer."""
        message = self.prompt.last.strip()
        return "" if message.endswith(QUESTION_MARKS) or language.detect(message) == "en" else self._to_customer()

    def _to_customer(self) -> str:
        """A short reply where the message is plainly a customer's wish, and somebody's customer wrote it."""
        message = self.prompt.last
        if draft.intent(message) in (None, "question", "praise"):
            return ""
        if place_of("service", self.prompt.system, in_system=True) is None and language.detect(message) == "en":
            return ""
        return draft.reply(self._facts(message), self.tier)
