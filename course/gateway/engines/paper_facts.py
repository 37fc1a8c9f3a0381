"""What a paper of an office states of itself: the other side, its day, its sum and its number."""

from __future__ import annotations

import re
from functools import cache, cached_property

from . import papers
from .lexicon import folded
from .place_names import places
from .signature import signature
from .value import Value, any_marker, markers

_KINDS = ("paper_invoice", "contract", "policy", "minutes", "paper_complaint", "offer", "itinerary")
# A text of fewer lines, or with less that speaks for a kind, is a message.
_LINES, _SURE = 4, 4
_LONGEST_NAME, _BESIDE_DAY = 50, 16
_HEAD_LINES = 5
# Papers that stay in the house have no other side, and none of these has one sum.
_INTERNAL = ("policy",)
_WITHOUT_SUM = ("policy", "minutes", "itinerary")
_OF_BOOKING = ("paper_complaint", "itinerary")
_DECOR = re.compile(r"[*_`#]+")
_COMPANY = re.compile(
    r"(?:株式会社|有限会社|合同会社|\(주\)|주식회사\s?)[^\s,.()、。:]{1,20}"
    r"|[^\s,.()、。:「『\uff1a\"]{1,16}(?:株式会社|有限公司|公司|旅行社|民宿|飯店|酒店|旅館|旅行|ホテル|交通|주식회사|상사|여행사|호텔|펜션"
    r"|게스트하우스|관광)"
    r"|(?:[A-ZÀ-Þ0-9][\w'\u2019&.-]* (?:(?:&|and|und|y|de|del|della|of|the) )?){1,4}"
    r"(?:Ltd|Limited|Inc|LLC|GmbH|AG|KG|OHG|UG|AS|AB|S\.\s?A\.|S\.\s?L\.|SA|SL|SRL|S\.r\.l\.|BV|Oy|PLC|Co)(?![\w])\.?"
    r"|\b(?:Hotel|Pension|Pensión|Gasthof|Gasthaus|Albergo|Hostal|Hostel|Posada|Residencia|Autocares|Transportes|Busreisen"
    r"|Reederei|Guesthouse|Berghof|Ferienhof|Locanda|Trattoria|Taverna|Riad|Ryokan)(?: [A-ZÀ-Þ][\w'\u2019-]+){1,3}"
)
_BETWEEN = re.compile(
    r"\b(?:between|zwischen|entre)\b(.{3,160}?)\b(?:and|und|y)\b(.{3,160}?)(?=[\n.;]|$)", re.I | re.S
)
_HONOURED = re.compile(r"([\u3400-\u9fff々ぁ-んァ-ヶー가-힣]{2,10}?)\s?(?:様|さま|先生|小姐|女士|님|귀하)")
_TITLED = re.compile(
    r"\b(?:Mrs?|Ms|Miss|Dr|Herrn?|Frau|Familie|Family|[Ss]eñora?|Sra?|[Dd]on|[Dd]oña|the guest|Gast|[Cc]liente"
    r"|[Cc]lient|[Cc]ustomer|Kunde|Kundin)\.?\s"
    r"((?:Dr\.?\s)?[A-ZÀ-Þ][\w'\u2019-]+(?:\s(?:de|del|van|von|la)?\s?[A-ZÀ-Þ][\w'\u2019-]+){0,3})"
)
_FAMILY = re.compile(r"\b(?:the\s)?([A-ZÀ-Þ][\w'\u2019-]+) family\b")
_PERSON = r"[A-ZÀ-Þ][\w'\u2019-]+(?:\s(?:[A-Z]\.|de|del|van|von|Mac|Mc)?\s?[A-ZÀ-Þ][\w'\u2019-]+){1,3}"
_PERSON_FIRST = re.compile(rf"({_PERSON})(?=$|,|\s(?:and|und|y|with|mit|con)\s|\s?[-\u2013(])")
_FOR_PERSON = re.compile(rf"\b(?:[Ff]or|[Ff]ür|[Pp]ara|[Pp]our)\s(?:Dr\.?\s)?({_PERSON})")
_TITLE_BEFORE = re.compile(r"((?:Prof\.\s?)?Dr\.\s)$")
_STARTS_NAME = re.compile(r"[A-ZÀ-Þ\u3040-\u9fff가-힣]")
_VALUE_END = re.compile(
    r"\s{2,}|[(\uff08]|,\s(?=[a-z])|[;\n]|\.\s|。|、|,\s?(?:booking|Buchung|reserva|VAT|NIF|CIF|Inh)"
    r"|\s(?:経理|担当|御中|様|先生|小姐|女士|귀하|님)|(?:御中|様|先生|小姐|女士|님(?=\s|$)|귀하)"
)
# What stands before a name and after it, as in "For Ana Silva and party of four".
_LEAD = re.compile(r"^(?:for|für|para|pour|an|to|致)\s?:?\s(?=\S)", re.I)
_COMPANIONS = re.compile(
    r"\s(?:and|und|y|with|mit|con|plus)\s.*$|\s?(?:ご一行|御一行|ご夫妻|ご家族|等|一行|一家|가족|일행|외|부부|및)[^,]*$|(?<=[a-zà-ÿ])\s[a-zà-ÿ].*$"
)
# A point of an agenda, in which others are spoken of.
_AGENDA = re.compile(r"^\s*(?:\d+[.)]|[一二三四五六七八九十]+[、.]|[・•-])")
_ARTICLE = re.compile(
    r"^(?:Familie|Family|Herrn?|Frau|Mrs?\.?|Ms\.?|Sr\.?a?|[Ss]eñora?|don|doña|der|die|das|dem|den|the|el|la)\s"
)
_NUMBER = r"(?=[A-Z0-9/.-]*\d)[A-Z0-9]{1,8}(?:[-/][A-Z0-9]{1,8}){0,4}"
_LABELLED_NUMBER = re.compile(
    r"(?:\b(?:number|no|nr|n\.?[ºo°]|nº|num|número|nummer|reference|ref|referencia|referenz|zeichen|aktenzeichen|az|code|id"
    r"|invoice|bill|offer|quote|quotation|order|agreement|contract|policy|rechnung|angebot|vertrag|richtlinie|factura|oferta"
    r"|presupuesto|contrato|acta|protokoll|minutes|booking|buchung|reserva)\b|番号|編號|编号|字號|番|번호|見積書|報價單|견적서|예약|訂單|予約)"
    rf"(?:\s?(?:number|no|nr|nº|n\.º|code))?[.:#\uff1a\s]{{0,3}}({_NUMBER})(?![\w])",
    re.I,
)
_FREE_NUMBER = re.compile(rf"(?<![\w/.-])({_NUMBER})(?![\w/.-]\w)")
_REPLACED = re.compile(r"(?:replaces|ersetzt|sustituye|instead of|statt|取代|作廢|旧|대체)[^\n]{0,20}$", re.I)


class PaperFacts:
    """The facts of one paper. `dates`, `money` and `codes` are the values found in its text."""

    def __init__(self, text: str, dates: list[Value], money: list[Value], codes: list[Value]):
        self.text = text
        self.dates = dates
        self.money = money
        self.codes = codes

    @cached_property
    def kind(self) -> str:
        """What paper it is; empty where the text is none."""
        if len([line for line in self.text.splitlines() if line.strip()]) < _LINES:
            return ""
        weights = papers.scores(self.text)
        best = max(_KINDS, key=lambda kind: weights[kind])
        return best if weights[best] >= _SURE else ""

    @cached_property
    def lines(self) -> list[str]:
        return [line for line in (_DECOR.sub("", line).strip() for line in self.text.splitlines()) if line]

    @cached_property
    def head_end(self) -> int:
        """Where the first lines of the text end."""
        ends = [match.end() for match in re.finditer(r"\S[^\n]*\n", self.text)]
        return ends[min(_HEAD_LINES, len(ends)) - 1] if ends else len(self.text)

    @cached_property
    def date(self) -> str | None:
        """The paper's own day: the one that is called so, else the first in its head, else the first."""
        days = [day for day in self.dates if day.role not in ("near", "weekday") and not self._is(day, "other_date")]
        named = [day for day in days if day.role != "until" and self._is(day, "own_date")]
        head = [day for day in days if day.start < self.head_end and day.role not in ("from", "until")]
        alone = [day for day in days if self._is_alone(day)]
        order = [*[day for day in head if day in named], *alone, *head, *named, *days]
        return order[0].value if order else None

    def _is_alone(self, day: Value) -> bool:
        """Whether a day is all that a line says, beside a place."""
        start = self.text.rfind("\n", 0, day.start) + 1
        end = self.text.find("\n", day.end)
        rest = self.text[start : day.start] + self.text[day.end : end if end >= 0 else len(self.text)]
        return len(rest.strip()) <= _BESIDE_DAY and ":" not in rest

    def _is(self, day: Value, kind: str) -> bool:
        before = folded_end(self.text[max(0, day.start - 24) : day.start])
        after = self.text[day.end : day.end + 8].strip(" .,()\uff09")
        return any(before.endswith(word) for word in _folded(kind)) or after.startswith(
            _folded(kind, "after") or ("\0",)
        )

    @cached_property
    def amount(self) -> Value | None:
        """The total, or the one sum that matters."""
        if self.kind in _WITHOUT_SUM or not self.money:
            return None
        if self.kind in ("paper_invoice", "offer"):
            return self._of_line("total") or max(self.money, key=lambda sum_: sum_.value)
        named = self._of_line("claim" if self.kind == "paper_complaint" else "pay")
        if named:
            return named
        return self.money[0] if len({sum_.value for sum_ in self.money}) == 1 or self.kind == "contract" else None

    def _of_line(self, kind: str) -> Value | None:
        """The sum in the line, else the sentence, that has the strongest of a kind's words, but no part of a sum."""
        best: tuple[int, int, Value] | None = None
        for match in re.finditer(r"[^\n]+", self.text):
            line = match[0]
            words = any_marker(kind).find(line)
            sums = [each for each in self.money if match.start() <= each.start < match.end()]
            for each in sums if words else ():
                at = each.start - match.start()
                if any(at - 30 <= word.start <= at for word in any_marker("part_sum").find(line)) and kind == "total":
                    near = max((word.start for word in words if word.start <= at), default=-1)
                    if max(word.start for word in any_marker("part_sum").find(line) if word.start <= at + 1) > near:
                        continue
                distance = min(abs(word.start - at) for word in words)
                length = max(word.end - word.start for word in words)
                rank = (-length if kind == "total" else 0, distance)
                if best is None or rank < best[:2]:
                    best = (*rank, each)
        return best[2] if best else None

    @cached_property
    def reference(self) -> str | None:
        """The paper's own number; for complaints and journeys the booking's."""
        bookings = [code.written for code in self.codes if code.role == "booking"]
        if self.kind in _OF_BOOKING and bookings:
            return bookings[0]
        head = self.text[: self.head_end]
        for pattern, part in ((_LABELLED_NUMBER, head), (_FREE_NUMBER, head), (_LABELLED_NUMBER, self.text)):
            for match in pattern.finditer(part):
                number = match[1].rstrip(".-/")
                if self._may_be_reference(number, match.start(1)) and not _REPLACED.search(part[: match.start(1)]):
                    return number
        return next(
            (code.written for code in self.codes if code.role != "booking"), bookings[0] if bookings else None
        )

    def _may_be_reference(self, number: str, start: int) -> bool:
        taken = [*self.dates, *self.money]
        if any(value.start <= start < value.end for value in taken) or (number.isdecimal() and len(number) < 3):
            return False
        is_year = number.isdecimal() and len(number) == 4 and number.startswith("20")
        is_booking = any(code.written == number and code.role == "booking" for code in self.codes)
        return (
            not is_year
            and not is_booking
            and any(map(str.isdigit, number))
            and bool(re.search(r"[A-Z]|[-/]|\d{4}", number, re.I))
        )

    @cached_property
    def party(self) -> str | None:
        """The other side: whoever is billed or bills, signs, complains or travels, and is not the house."""
        if self.kind in _INTERNAL:
            return None
        finders = (self._between, self._labelled, self._company, self._honoured, self._issuer)
        if self.kind in ("paper_complaint", "itinerary", "offer"):
            finders = (self._labelled, self._honoured, self._between, self._signed, self._company, self._issuer)
        if self.kind == "minutes":
            finders = (self._company,)
        for find in finders:
            if found := find():
                return found
        return None

    def _between(self) -> str | None:
        plain = _DECOR.sub("", self.text)
        for match in _BETWEEN.finditer(plain):
            if _has_house(match[0]):
                sides = [name for side in match.groups() if (name := _name_in(side)) and not _is_house(name, "firm")]
                if sides:
                    return next((name for name in sides if not _is_house(name)), sides[0])
        for match in _beside_house().finditer(plain):
            name = _name_in(match[1] or match[2])
            if name and not _is_house(name):
                return name
        return None

    def _labelled(self) -> str | None:
        labels = _folded("party")
        for index, line in enumerate(self.lines):
            for part in re.split(r"(?<=[.])\s(?=[A-ZÀ-Þ])", line):
                label, colon, value = part.replace("\uff1a", ":").partition(":")
                if not colon or folded_end(label).strip() not in labels:
                    continue
                if not value.strip() and index + 1 < len(self.lines):
                    value = self.lines[index + 1]
                for side in value.split(";"):
                    name = _name_in(side)
                    if name and not _is_house(name):
                        return name
        return None

    def _company(self) -> str | None:
        plain = _DECOR.sub("", self.text)
        if self.kind == "minutes":  # Later on, others are only spoken of.
            plain = _DECOR.sub("", self.text[: self.head_end])
        for match in _COMPANY.finditer(plain):
            is_agenda = self.kind == "minutes" and _AGENDA.search(plain[: match.start()].rpartition("\n")[2])
            if not _is_house(match[0]) and not is_agenda:
                return self._issuing_line(match[0].strip())
        if self.kind == "minutes":
            for match in re.finditer(r"[(\uff08]([A-ZÀ-Þ][\w&'\u2019. -]{3,40})[)\uff09]", plain):
                if not _is_house(match[1]) and " " in match[1] and not any(map(str.isdigit, match[1])):
                    return match[1]
        return None

    def _issuing_line(self, company: str) -> str:
        """A firm's name as the head of its own bill writes it, with its owner."""
        first = self.lines[0]
        is_head = self.kind == "paper_invoice" and first.startswith(company) and len(first) <= _LONGEST_NAME
        return first if is_head and "," in first and not any(map(str.isdigit, first)) else company

    def _honoured(self) -> str | None:
        plain = _DECOR.sub("", self.text)
        for pattern in (_HONOURED, _TITLED, _FAMILY):
            for match in pattern.finditer(plain[:900]):
                name = re.sub(r"^Dr\.?\s", "", match[1]) if self.kind != "paper_complaint" else match[1]
                if not _is_house(name) and len(name) > 1 and name not in ("お客", "客", "貴"):
                    return name
        return None

    def _signed(self) -> str | None:
        found = signature(self.text)
        if not found or _is_house(found.written):
            return None
        title = _TITLE_BEFORE.search(self.text[: found.start])
        return f"{title[1]}{found.written}" if title else found.written

    def _issuer(self) -> str | None:
        """The first line, or a person or firm alone in the head, where it is no title."""
        for line in self.lines[: _HEAD_LINES - 1]:
            person = _PERSON_FIRST.match(line)
            person = person or _FOR_PERSON.search(line)
            name = person[1] if person else line.rstrip(",")
            is_first = line is self.lines[0] and len(name) <= _LONGEST_NAME
            if not person and not (is_first and _STARTS_NAME.match(name)):
                continue
            is_title = papers.names_kind(name) or any(map(str.isdigit, name))
            if not is_title and not _is_house(name) and not places().find(name):
                return name
        return None


@cache
def _beside_house() -> re.Pattern:
    """A name before or after the house's own, as in "A와 B는"."""
    own = "|".join(re.escape(word) for word in markers("house", "any") if " " in word)
    aside, name = r"(?:\s?[(\uff08][^)\uff09]{0,20}[)\uff09])?", r"([^\s、,。(\uff08:\uff1a「]{2,24}?)"
    joint, end = r"\s?(?:와|과|と|與|和|及)\s?", r"(?=[(\uff08はが의은는이가間间]|\s|$)"
    return re.compile(rf"(?:{own}){aside}{joint}{name}{end}|{name}{aside}{joint}(?:{own})", re.I)


def _name_in(value: str) -> str | None:
    """The name at the start of what stands behind a label."""
    plain = _DECOR.sub("", value).strip(' "“”«»「」').split("\n")[0]
    plain = _ARTICLE.sub("", _ARTICLE.sub("", plain.strip()))
    if company := _COMPANY.match(plain):
        return company[0].strip()
    plain = _VALUE_END.split(_LEAD.sub("", plain), maxsplit=1)[0]
    plain = _COMPANIONS.sub("", plain).strip(' ,.:;"“”')
    name, comma, rest = plain.rpartition(", ")
    if comma and places().find(rest):
        plain = name
    is_long = len(plain) > 1 or "\u3400" <= plain <= "\u9fff"
    return plain if is_long and len(plain) <= 60 and not plain[0].isdigit() else None


def _is_house(name: str, who: str = "all") -> bool:
    """Whether a name is the agency's own, or one of its people; with `who` "firm" only the agency's."""
    plain = folded_end(name)
    words = [word for word in _folded("house", "any") if who == "all" or " " in word]
    return any(plain == word or (" " in word and word in plain) for word in words)


def _has_house(text: str) -> bool:
    return any(word in folded_end(text) for word in _folded("house", "any") if " " in word)


def folded_end(text: str) -> str:
    """A text in small letters and without accents, spaces and colons at its end left away."""
    return " ".join(folded(word) for word in text.replace("\uff1a", ":").split()).rstrip(" :([\uff08")


@cache
def _folded(kind: str, position: str = "before") -> tuple[str, ...]:
    return tuple(folded_end(word) for word in markers(kind, position))
