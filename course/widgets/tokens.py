"""Token calculator: a text cut into tokens, and what it costs with each model."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from html import escape

from traitlets import Dict, Int, List, TraitType, Unicode

from course import catalog
from course.tokens import VOCABULARY, factor, pieces

from .base import FROM_PAGE, CourseWidget

LONGEST = 20_000
#: So many units of a text are drawn. The rest is counted all the same.
DRAWN = 2_000
#: (name, language, text); "" where it is no one's language.
EXAMPLES = [
    ("English", "en", "Could you find us a quiet hotel near the beach for two adults and two children in May?"),
    ("中文", "zh-Hant", "請幫我們找一間五月份、靠近海邊、適合兩大兩小的安靜飯店。"),
    ("日本語", "ja", "5月に大人2人と子ども2人で泊まれる、海の近くの静かなホテルを探してください。"),
    (
        "Español",
        "es",
        "¿Podría buscarnos un hotel tranquilo cerca de la playa para dos adultos y dos niños en mayo?",
    ),
    ("Code", "", 'booking = {"adults": 2, "children": [4, 7], "month": "May", "quiet": True}'),
    ("Emoji", "", "Two weeks at the sea! 🏖️🌊👨‍👩‍👧‍👦 Sun ☀️ please, no rain 🌧️"),
]
#: Tokens for one character, by the first pattern that fits it, where no kernel can count. Our own averages over
#: lesson texts and short sentences in 12 languages; `ROUGH_SHARE` is how far a whole text may be off.
ROUGH = [
    (r"[\p{Script=Latin}\s]", 0.21),
    (r"\p{Nd}", 0.45),
    (r"\p{Script=Han}", 0.85),
    (r"[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]", 0.65),
    (r"[\p{Extended_Pictographic}\p{Emoji_Modifier}\u200d\ufe0f]", 1.6),
    (r"[\p{L}\p{M}]", 0.33),
    (r"[^]", 0.5),
]
ROUGH_SHARE = 0.35
_TIMES = "\N{MULTIPLICATION SIGN}"


class Text(TraitType):
    """A text of at most `LONGEST` characters. Anything else is refused with a message, and the old one stays."""

    default_value = EXAMPLES[0][2]

    def validate(self, widget, value):
        if not isinstance(value, str):
            widget.message = f"The text must be a string, not {type(value).__name__}. The old text stays."
        elif len(value) > LONGEST:
            widget.message = (
                f"The text has {len(value):,} characters; {LONGEST:,} is the limit here. The old text stays."
            )
        else:
            widget.message = ""
            # Half of a surrogate pair can be in a string, but in no message to the page.
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return widget._trait_values.get(self.name, self.default_value)


class TokenCalculator(CourseWidget):
    """Type a text, see its tokens and its price.

    `TokenCalculator("my text")`, then read `.tokens`, or `observe` and `link` it. `tokens` is the o200k_base
    count: exact for the models that use that vocabulary. Without a kernel the examples stay exact, and other
    texts get a rough estimate that says so.
    """

    module = "tokens"
    shown = ("text", "tokens")

    text = Text().tag(**FROM_PAGE)
    tokens = Int(0, read_only=True)
    #: The kernel's answer to the last text. The page knows by its `text` which one it answers.
    answer = Dict().tag(sync=True)
    examples = List().tag(sync=True)
    models = List().tag(sync=True)
    rough = Dict({"tokens": ROUGH, "share": ROUGH_SHARE}).tag(sync=True)
    longest = Int(LONGEST).tag(sync=True)
    vocabulary = Unicode(VOCABULARY).tag(sync=True)
    checked_on = Unicode().tag(sync=True)
    stale_after_days = Int(catalog.STALE_AFTER_DAYS).tag(sync=True)

    def __init__(self, text: str = EXAMPLES[0][2], **kwargs):
        facts = catalog.load()
        listed = [model for model in facts.models if model.tier or model.id == _exact_model(facts)]
        super().__init__(
            examples=[{"label": label, "lang": lang, **_counted(text)} for label, lang, text in EXAMPLES],
            models=[_model(facts, model) for model in listed],
            checked_on=facts.checked_on.isoformat(),
            **kwargs,
        )
        self.observe(self._count, "text")
        self.text = text
        self._count()

    def _count(self, _change=None) -> None:
        self.answer = _counted(self.text)
        self.set_trait("tokens", self.answer["tokens"])

    def twin(self) -> str:
        units = self.answer["units"]
        explained = f"A bar │ stands between two tokens of {self.vocabulary}."
        if any(number > 1 for _, number in units):
            explained += f" {_TIMES}2 marks characters that take two tokens, and so on."
        names = ("Model", "Tokens", "", "As input", "As output", "1,000 times as input", "1,000 times as output")
        heads = "".join(f'<th scope="col">{name}</th>' for name in names)
        rows = "".join(_row(model, self.tokens) for model in self.models)
        return (
            f"<p><b>{self.tokens:,} tokens for {len(self.text):,} characters.</b> {explained}</p>\n"
            f"<p>{'│'.join(_marked(*unit) for unit in units)}</p>\n"
            f"<table><caption>What this text costs, in US dollars. Prices checked on {self.checked_on}.</caption>"
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        )


def _counted(text: str) -> dict:
    units = _units(text)
    return {"text": text, "units": units[:DRAWN], "tokens": sum(number for _, number in units)}


def _units(text: str) -> list[list]:
    """[text, number of tokens] pairs; tokens that are only parts of a character are counted together."""
    units, waiting, number = [], b"", 0
    for piece, _ in pieces(text):
        waiting, number = waiting + piece, number + 1
        try:
            units.append([waiting.decode("utf-8"), number])
        except UnicodeDecodeError:
            continue
        waiting, number = b"", 0
    return units


def _marked(text: str, number: int) -> str:
    parts = f"<sub>{_TIMES}{number}</sub>" if number > 1 else ""
    return escape(text).replace("\n", "↵<br>") + parts


def _exact_model(facts: catalog.Catalog) -> str:
    """The newest model whose vocabulary is public: the first exact one in the file."""
    return next(model.id for model in facts.models if factor(model.id).exact)


def _model(facts: catalog.Catalog, model: catalog.Model) -> dict:
    family = factor(model.id)
    price = facts.price(model.id, "input")
    return {
        "id": model.id,
        "name": model.name,
        "exact": family.exact,
        "factor": family.factor,
        "low": family.low,
        "high": family.high,
        "note": family.note,
        "source_url": family.source_url,
        "input": float(price.price),
        "output": float(facts.price(model.id, "output").price),
        "price_url": price.source_url,
    }


def _row(model: dict, count: int) -> str:
    best, low, high = factor(model["id"]).of(count)
    mark = "exact" if model["exact"] else f"estimate ({low:,} to {high:,})"
    each = count * model["factor"]
    costs = (each * times * model[way] / 1e6 for times in (1, 1000) for way in ("input", "output"))
    cells = "".join(f"<td>{cell}</td>" for cell in (f"{best:,}", mark, *map(_dollars, costs)))
    return f'<tr><th scope="row">{escape(model["name"])}</th>{cells}</tr>'


def _dollars(amount: float) -> str:
    """Two digits that say something, as in $0.000019 and $0.38, and whole cents above that."""
    decimals = 2 if amount == 0 else max(2, 1 - math.floor(math.log10(amount)))
    # Halves go up and digits are those one reads, as in the page: 0.000285 is $0.00029.
    rounded = Decimal(repr(amount)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"${rounded:,f}"
