"""Token calculator: a text cut into tokens, and what it costs with each model."""

from __future__ import annotations

from html import escape

from traitlets import Dict, Int, List, TraitType, Unicode

from course import catalog, tokens

from .base import CourseWidget

LONGEST = 20_000
EXAMPLES = [
    ("English", "Could you find us a quiet hotel near the beach for two adults and two children in May?"),
    ("中文", "請幫我們找一間五月份、靠近海邊、適合兩大兩小的安靜飯店。"),
    ("日本語", "5月に大人2人と子ども2人で泊まれる、海の近くの静かなホテルを探してください。"),
    ("Español", "¿Podría buscarnos un hotel tranquilo cerca de la playa para dos adultos y dos niños en mayo?"),
    ("Code", 'booking = {"adults": 2, "children": [4, 7], "month": "May", "quiet": True}'),
    ("Emoji", "Two weeks at the sea! 🏖️🌊👨‍👩‍👧‍👦 Sun ☀️ please, no rain 🌧️"),
]
_TWIN_COLOURS = ("#dbeafe", "#fde8d3")


class Text(TraitType):
    """A text of at most `LONGEST` characters. Anything else is refused with a message, and the old one stays."""

    default_value = EXAMPLES[0][1]

    def validate(self, widget, value):
        if not isinstance(value, str):
            widget.message = f"The text must be a string, not {type(value).__name__}. The old text stays."
        elif len(value) > LONGEST:
            widget.message = (
                f"The text has {len(value):,} characters; {LONGEST:,} is the limit here. The old text stays."
            )
        else:
            widget.message = ""
            return value
        return widget._trait_values.get(self.name, self.default_value)


class TokenCalculator(CourseWidget):
    """Type a text, see its tokens. `tokens` is the o200k_base count: exact for the models that use that vocabulary.

    `TokenCalculator("my text")`, then read `.tokens`, or `observe` and `link` it. Without a kernel the examples stay
    exact, and other texts get a rough estimate that says so.
    """

    module = "tokens"
    shown = ("text", "tokens")

    text = Text().tag(sync=True)
    tokens = Int(0, read_only=True)
    answer = Dict(help="The last text that was counted, with its units.").tag(sync=True)
    examples = List().tag(sync=True)
    models = List().tag(sync=True)
    longest = Int(LONGEST).tag(sync=True)
    checked_on = Unicode().tag(sync=True)

    def __init__(self, text: str = EXAMPLES[0][1], **kwargs):
        facts = catalog.load()
        super().__init__(
            examples=[{"label": label, **_counted(example)} for label, example in EXAMPLES],
            models=[_model(facts, model) for model in facts.models if model.tier or model.id == _exact_model(facts)],
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
        marked = "".join(
            f'<span style="border-right:2px solid #6b7280;background:{_TWIN_COLOURS[place % 2]};color:#1a1d21">'
            f"{escape(unit[0])}</span>"
            for place, unit in enumerate(self.answer["units"])
        )
        lines = "".join(
            f"<tr><th scope='row'>{escape(each['name'])}</th><td>{_range(each, self.tokens)}</td>"
            f"<td>{1000 * self.tokens * each['factor'] * each['input'] / 1e6:.4f}</td>"
            f"<td>{1000 * self.tokens * each['factor'] * each['output'] / 1e6:.4f}</td></tr>"
            for each in self.models
        )
        return (
            f"<p>{self.tokens} tokens, each ended by a bar:</p>\n<p>{marked}</p>\n"
            "<table><thead><tr><th scope='col'>Model</th><th scope='col'>Tokens</th>"
            "<th scope='col'>US dollars, 1,000 times as input</th>"
            "<th scope='col'>1,000 times as output</th></tr></thead>"
            f"<tbody>{lines}</tbody></table>\n<p>Prices checked on {self.checked_on}.</p>"
        )


def _counted(text: str) -> dict:
    units = _units(text)
    return {"text": text, "units": units, "tokens": sum(number for _, number in units)}


def _units(text: str) -> list[list]:
    """[text, number of tokens] pairs; tokens that are only parts of a character are counted together."""
    units, waiting, number = [], b"", 0
    for piece, _ in tokens.pieces(text):
        waiting, number = waiting + piece, number + 1
        try:
            units.append([waiting.decode("utf-8"), number])
        except UnicodeDecodeError:
            continue
        waiting, number = b"", 0
    return units


def _exact_model(facts: catalog.Catalog) -> str:
    """The newest model whose vocabulary is public: the first exact one in the file."""
    return next(model.id for model in facts.models if tokens.factor(model.id).exact)


def _model(facts: catalog.Catalog, model: catalog.Model) -> dict:
    family = tokens.factor(model.id)
    return {
        "name": model.name,
        "exact": family.exact,
        "factor": family.factor,
        "low": family.low,
        "high": family.high,
        "note": family.note,
        "input": float(facts.price(model.id, "input").price),
        "output": float(facts.price(model.id, "output").price),
    }


def _range(model: dict, count: int) -> str:
    if model["exact"]:
        return f"{count} (exact)"
    return (
        f"about {round(count * model['factor'])} ({int(count * model['low'])} to {-int(-count * model['high'] // 1)})"
    )
