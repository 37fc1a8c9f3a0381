"""Whether a number carries the check digits of a payment card, a bank account or an identity card.

They tell such a number from another of the same length. Spaces and hyphens do not count.
"""

from __future__ import annotations

import re

_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
# A letter stands for the city; as a number it is not in the alphabet's order.
_TAIWAN = "ABCDEFGHJKLMNPQRSTUVXYWZIO"


def _plain(text: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def card(text: str) -> bool:
    """ISO/IEC 7812, the Luhn formula."""
    digits = [int(digit) for digit in _plain(text)]
    return (sum(digits[::-2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])) % 10 == 0


def iban(text: str) -> bool:
    """ISO 13616: a bank account."""
    plain = _plain(text)
    return int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1


def taiwan(text: str) -> bool:
    """An identity card of Taiwan: a letter and nine digits."""
    city = _TAIWAN.index(text[0]) + 10
    digits = [city // 10, city % 10, *map(int, text[1:])]
    return (
        sum(digit * weight for digit, weight in zip(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0
    )


def china(text: str) -> bool:
    """A resident identity card of China, GB 11643: 17 digits and a digit or X."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(text[:17]))
    return "10X98765432"[total % 11] == text[17].upper()


def japan(text: str) -> bool:
    """Japan's Individual Number: twelve digits."""
    *digits, check = map(int, _plain(text))
    rest = sum(digit * (2 + place % 6) for place, digit in enumerate(reversed(digits))) % 11
    return check == (0 if rest <= 1 else 11 - rest)


def spain(text: str) -> bool:
    """A DNI, eight digits and a letter, or an NIE, which begins with a letter for the first digit."""
    plain = _plain(text)
    return _DNI[int(plain[:-1].translate(str.maketrans("XYZ", "012"))) % 23] == plain[-1]


def france(text: str) -> bool:
    """A social security number: 13 signs and two check digits."""
    plain = _plain(text)
    number = int(plain[:13].replace("2A", "19", 1).replace("2B", "18", 1))
    return 97 - number % 97 == int(plain[13:])


def germany(text: str) -> bool:
    """A tax identification number: eleven digits, of the first ten of which one comes twice or three times."""
    *digits, check = map(int, _plain(text))
    if sorted({digits.count(digit) for digit in digits} - {1}) not in ([2], [3]):
        return False
    product = 10
    for digit in digits:
        product = ((product + digit) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == check
