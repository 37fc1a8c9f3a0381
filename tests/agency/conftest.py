"""The agency, running, for the tests of its rooms."""

from datetime import date

import httpx2
import pytest

from course.agency import Agency

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


@pytest.fixture
def agency():
    running = Agency(today=TODAY)
    yield running
    running.close()


@pytest.fixture
def browse(agency):
    """A client that follows no redirect, at the agency's first page."""
    with httpx2.Client(base_url=agency.url, trust_env=False, timeout=30) as client:
        yield client
