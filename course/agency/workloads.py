"""The functions that lessons 01 and 03 wire into the agency, each with the client that it shall call."""

from __future__ import annotations

from datetime import date
from typing import Literal

from openai import OpenAI
from pydantic import BaseModel

from course.session import model

from .records import DOCUMENT_CLASSES, INTENTS, LANGUAGES, URGENCIES, Article, Document, Form, Message


class Sorted(BaseModel):
    language: Literal[LANGUAGES]
    intent: Literal[INTENTS]
    urgency: Literal[URGENCIES]


class Proposal(BaseModel):
    destination: str
    start_date: date
    end_date: date
    adults: int
    children: int
    budget: int | None


class Paper(BaseModel):
    kind: Literal[DOCUMENT_CLASSES]
    date: date
    amount: float | None
    reference: str | None


def sort(client: OpenAI, message: Message) -> Sorted:
    """The language, the intent and the urgency of a customer's message (lesson 01)."""
    return _fill(client, "small", Sorted, "Sort the message of a travel agency's customer.", message.text)


def propose(client: OpenAI, form: Form) -> Proposal:
    """A proposal for a trip request from the website (lesson 03)."""
    asked = ("destination", "start_date", "end_date", "adults", "children", "budget", "currency", "notes")
    text = "\n".join(f"{field}: {getattr(form, field)}" for field in asked)
    return _fill(client, "standard", Proposal, "Prepare a proposal for this trip request.", text)


def read(client: OpenAI, document: Document) -> Paper:
    """The class and the key fields of a document from the inbox (lesson 03)."""
    return _fill(client, "standard", Paper, "Sort this document and read its key fields.", document.text)


def answer(client: OpenAI, article: Article) -> str:
    """An answer to a customer's question out of the house's own article about it (lesson 03)."""
    return _say(client, {"role": "system", "content": article.answer}, {"role": "user", "content": article.title})


def summarise(client: OpenAI, text: str) -> str:
    """A document in one sentence (lesson 01)."""
    return _say(client, {"role": "user", "content": f"Summarise in one sentence:\n{text}"})


def _say(client: OpenAI, *messages: dict) -> str:
    reply = client.chat.completions.create(model=model("openai"), max_completion_tokens=300, messages=[*messages])
    return reply.choices[0].message.content


def _fill(client: OpenAI, tier: str, form: type[BaseModel], task: str, text: str) -> BaseModel:
    reply = client.chat.completions.parse(
        model=model("openai", tier),
        response_format=form,
        max_completion_tokens=500,
        messages=[{"role": "system", "content": task}, {"role": "user", "content": text}],
    )
    return reply.choices[0].message.parsed
