"""The course's own site, built once for all tests that look at it, whichever of them come first."""

import os
import time
from pathlib import Path

import pytest

from course.publish import site
from course.publish.lesson import find_folder

REPOSITORY = "lantern-travel/course"
ADDRESS = "https://lantern-travel.github.io/course/"
PATIENCE = 300  # seconds


@pytest.fixture(scope="session")
def built_site(tmp_path_factory) -> Path:
    """The folder of the site. Where tests run in several processes, the first to come builds it, and others wait."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "a site"
    folder, finished = shared / "built here", shared / "finished"
    try:
        shared.mkdir()
    except FileExistsError:
        _wait_for(finished)
    else:
        try:
            site.build(find_folder(Path(__file__).parent), folder, REPOSITORY, ADDRESS)
            finished.write_text("")
        except BaseException as error:
            finished.write_text(repr(error))
            raise
    return folder


def _wait_for(finished: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not finished.exists():
        assert time.monotonic() < deadline, "Another process has not built the site in time."
        time.sleep(0.1)
    assert finished.read_text() == "", "Another process could not build the site; its test says why."
