"""What tests of several of the agency's rooms send."""

import re
from datetime import date

TODAY = date(2026, 9, 1)  # before the first trip of `data/forms.csv` begins
FORM = {
    "name": "Ana Ribeiro",
    "email": "ana.new@example.com",
    "phone": "",
    "language": "en",
    "destination": "Algarve",
    "start_date": "2027-05-12",
    "end_date": "2027-05-19",
    "adults": "2",
    "children": "2",
    "child_ages": "4, 7",
    "budget": "3200",
    "currency": "EUR",
    "notes": "With a kitchen, please.",
}


def token(page: str) -> str:
    """The token of the form on a page."""
    return re.search(r'name="token" value="([^"]+)"', page)[1]
