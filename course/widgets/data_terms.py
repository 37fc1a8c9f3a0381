"""Data terms: what two products do with a customer's text, side by side, each answer with its page and its day."""

from __future__ import annotations

from html import escape
from typing import ClassVar

import traitlets

from course import governance

from .base import FROM_PAGE, Choice, CourseWidget

_FACTS = governance.facts()
PRODUCTS = list({fact.product: None for fact in _FACTS})
FIRST, SECOND = "ChatGPT Free, Go, Plus and Pro", "OpenAI API"


def _for_the_page() -> dict:
    """Answers by product, in the order of the topics; pages once, by number."""
    pages = list({source.id: source for fact in _FACTS for source in fact.sources}.values())
    places = {page.id: number for number, page in enumerate(pages)}
    answers: dict[str, list] = {product: [] for product in PRODUCTS}
    for topic in governance.TOPICS:
        for fact in _FACTS:
            if fact.topic == topic:
                answers[fact.product].append([fact.answer, [places[source.id] for source in fact.sources]])
    return {
        "topics": list(governance.TOPICS.values()),
        "products": PRODUCTS,
        "answers": answers,
        "pages": [[f"{page.publisher}: {page.title}", page.url, page.checked.isoformat()] for page in pages],
        "not_stated": governance.NOT_STATED,
    }


class DataTerms(CourseWidget):
    """Choose two products in the page, or by name, as in `DataTerms("Claude Team", "Claude API")`.

    Every answer is the vendor's own, from `data/governance.csv`; what no page says is "not stated".
    """

    module = "data_terms"
    shown = ("first", "second")
    constants: ClassVar = {"terms": _for_the_page()}

    first = Choice(FIRST, lambda _widget: PRODUCTS, "The first product").tag(**FROM_PAGE)
    second = Choice(SECOND, lambda _widget: PRODUCTS, "The second product").tag(**FROM_PAGE)
    terms = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, first: str = FIRST, second: str = SECOND, **kwargs):
        super().__init__(**kwargs)
        self.set_trait("terms", self.constants["terms"])
        self.first, self.second = first, second

    def twin(self) -> str:
        chosen = (self.first, self.second)
        heads = "".join(f'<th scope="col">{escape(product)}</th>' for product in chosen)
        rows = "".join(
            f'<tr><th scope="row">{escape(topic)}</th>'
            + "".join(f"<td>{escape(self.terms['answers'][product][place][0])}</td>" for product in chosen)
            + "</tr>"
            for place, topic in enumerate(self.terms["topics"])
        )
        return (
            "<table><caption>What two products do with your text, as their vendors say.</caption>"
            f'<thead><tr><th scope="col">Question</th>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        )
