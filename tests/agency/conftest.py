"""The agency, running, for the tests of its rooms."""

import httpx2
import pytest
from made_once import compiled_once, one_certificate
from visits import TODAY

from course.agency import Agency

__all__ = ["compiled_once", "one_certificate"]


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
