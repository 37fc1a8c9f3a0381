"""The form for a trip: what may be entered, and what is said about what may not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

FIELDS = (
    "name", "email", "phone", "language", "destination", "start_date", "end_date", "adults", "children",
    "child_ages", "budget", "currency", "notes",
)  # fmt: skip
LANGUAGES = {"en": "English", "zh-Hant": "繁體中文", "ja": "日本語", "ko": "한국어", "es": "Español", "de": "Deutsch"}
CURRENCIES = ("EUR", "GBP", "USD", "TWD", "JPY", "KRW")
MOST_PEOPLE = 12
OLDEST_CHILD = 17
LONGEST = {"name": 100, "email": 200, "phone": 40, "destination": 200, "child_ages": 60, "notes": 2000}
EMPTY = dict.fromkeys(FIELDS, "") | {"language": "en", "adults": "2", "children": "0", "currency": "EUR"}

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_PHONE = re.compile(r"[+(]?\d[\d ()./-]{5,}")
_LARGEST_BUDGET = 1_000_000_000


def check(sent: Mapping[str, str], today: date) -> tuple[dict, dict[str, str]]:
    """A form as it was sent becomes the form that the agency works with, and a message for each field that is wrong.

    `adults` and `children` become numbers, `child_ages` a list of them, `budget` a number or None; dates stay ISO
    texts. The form is whole only if there are no messages.
    """
    texts = {field: _clean(sent.get(field, "")) for field in FIELDS}
    form: dict = dict(texts)
    wrong: dict[str, str] = {}
    for field, longest in LONGEST.items():
        if len(texts[field]) > longest:
            wrong[field] = f"Use at most {longest:,} characters. These are {len(texts[field]):,}."
    for field, known in (("language", LANGUAGES), ("currency", CURRENCIES)):
        if texts[field] not in known:
            wrong[field] = "Choose one from the list."
    if not texts["name"]:
        wrong["name"] = "Enter your name."
    if not texts["destination"]:
        wrong["destination"] = "Enter where you would like to go. “Somewhere warm” is fine."
    _check_contact(texts, wrong)
    _check_dates(texts, wrong, today)
    _check_people(texts, form, wrong)
    _check_budget(texts, form, wrong)
    return form, wrong


def iso_day(text: str) -> date | None:
    """The day that a text such as 2027-05-12 names, if it names one."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None  # not 20270512, which Python reads too


def _check_contact(texts: dict[str, str], wrong: dict[str, str]) -> None:
    if not texts["email"] and not texts["phone"]:
        wrong.setdefault("email", "Enter an e-mail address or a phone number, so that we can answer.")
    if texts["email"] and not EMAIL.fullmatch(texts["email"]):
        wrong.setdefault("email", "Enter an e-mail address like name@example.com.")
    if texts["phone"] and not _PHONE.fullmatch(texts["phone"]):
        wrong.setdefault("phone", "Enter a phone number like +34 600 000 000.")


def _check_dates(texts: dict[str, str], wrong: dict[str, str], today: date) -> None:
    days = {}
    for field, words in (("start_date", "the day of departure"), ("end_date", "the day of return")):
        if day := iso_day(texts[field]):
            days[field] = day
        else:
            wrong[field] = f"Enter {words} as year, month and day: 2027-05-12."
    if "start_date" in days and days["start_date"] < today:
        wrong["start_date"] = "This day has passed. Enter a day in the future."
    if len(days) == 2 and days["end_date"] < days["start_date"]:
        wrong["end_date"] = "The return is before the departure. Check both days."


def _check_people(texts: dict[str, str], form: dict, wrong: dict[str, str]) -> None:
    form["adults"] = adults = _whole(texts["adults"])
    form["children"] = children = _whole(texts["children"] or "0")
    ages = [_whole(age) for age in re.split(r"[;,\s]+", texts["child_ages"]) if age]
    form["child_ages"] = ages
    if adults is None:
        wrong["adults"] = "Enter how many adults travel, as a number."
    elif adults == 0:
        wrong["adults"] = "At least one adult must travel."
    if children is None:
        wrong["children"] = "Enter how many children travel, as a number; 0 if none."
    elif adults and adults + children > MOST_PEOPLE:
        wrong["adults"] = f"We plan for at most {MOST_PEOPLE} people. For more, please call us: a partner will help."
    if None in ages or any(age > OLDEST_CHILD for age in ages if age is not None):
        wrong.setdefault("child_ages", f"Enter ages from 0 to {OLDEST_CHILD}, such as 4, 7.")
    elif children is not None and len(ages) != children:
        wrong.setdefault("child_ages", "Enter the age of each child on the day of return, such as 4, 7.")


def _check_budget(texts: dict[str, str], form: dict, wrong: dict[str, str]) -> None:
    form["budget"] = None
    if texts["budget"]:
        form["budget"] = _whole(re.sub(r"(?<=\d)[ ,.'](?=\d{3}(\D|$))", "", texts["budget"]))
        if not form["budget"] or form["budget"] > _LARGEST_BUDGET:
            wrong["budget"] = "Enter the budget as a whole number, such as 3200, or leave it empty."


def _whole(text: str) -> int | None:
    """A whole number of at most ten digits, zero or more."""
    return int(text) if re.fullmatch(r"[0-9]{1,10}", text) else None


def _clean(text: object) -> str:
    """A text in one form of Unicode, with plain line ends, without characters that steer a terminal or a page."""
    if not isinstance(text, str):  # a file where a text belongs
        return ""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n")
    return "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter) != "Cc").strip()
