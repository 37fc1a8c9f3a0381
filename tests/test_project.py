"""The files around the course agree with each other: what is installed, what is promised, what is there."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from course import bootstrap

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PIN = re.compile(r"(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)==(?P<version>[\w.]+)(?P<marker> ; [^#]+)?")
GUIDES = ("README.md", "CONTRIBUTING.md", "INSTRUCTORS.md")
INVENTED = ("tests/publish/test_normalise.py", "tests/test_project.py")  # their paths are examples
IN_IMAGES = ("deploy/", "tests/deploy/binder_session.py")  # of images and servers: the same wherever they are
OWN_MACHINE = re.compile(
    r"(?<![\w.:/~$}-])/(?:home|Users|root|tmp|work|private|mnt|var/folders)/[\w.-]+|\b[A-Z]:\\+Users\b"
)


def lines(pins: str) -> list[str]:
    return (ROOT / pins).read_text("utf-8").splitlines()


def pinned(pins: str) -> dict[str, list[str]]:
    """Each package's versions; a package may have one for each Python."""
    versions = {}
    for line in lines(pins):
        versions.setdefault(PIN.fullmatch(line)["name"], []).append(PIN.fullmatch(line)["version"])
    return versions


def named(*extras: str) -> list[Requirement]:
    """What pyproject asks for, for students or with the extras."""
    texts = list(PROJECT["dependencies"])
    for extra in extras:
        texts += PROJECT["optional-dependencies"][extra]
    found = [Requirement(text) for text in texts]
    return [requirement for requirement in found if requirement.name != "course"]


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return listed.stdout.rstrip("\0").split("\0")


@pytest.mark.parametrize("pins", [bootstrap.STUDENT, bootstrap.DEVELOPER])
def test_each_line_is_a_pin_and_nothing_else(pins):
    wrong = [line for line in lines(pins) if not PIN.fullmatch(line)]
    assert wrong == []


@pytest.mark.parametrize(
    ("pins", "extras"), [(bootstrap.STUDENT, ()), (bootstrap.DEVELOPER, ("publish", "instructor", "dev"))]
)
def test_each_dependency_is_pinned_within_its_range(pins, extras):
    versions = pinned(pins)
    for requirement in named(*extras):
        assert requirement.name in versions, f"{pins} lacks {requirement.name}"
        for version in versions[requirement.name]:
            assert version in requirement.specifier, f"{requirement.name} {version} is not {requirement.specifier}"


def test_developers_have_the_packages_that_students_have():
    assert set(lines(bootstrap.STUDENT)) <= set(lines(bootstrap.DEVELOPER))


def test_students_do_not_get_the_tools_of_developers():
    assert {"nbgrader", "pytest", "playwright", "ruff", "sphinx"}.isdisjoint(pinned(bootstrap.STUDENT))


def test_all_ask_for_the_same_python():
    oldest = ".".join(map(str, bootstrap.OLDEST))
    assert PROJECT["requires-python"] == f">={oldest}"
    assert all(version in SpecifierSet(PROJECT["requires-python"]) for version in bootstrap.TESTED)
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text("utf-8"))
    assert set(workflow["jobs"]["test"]["strategy"]["matrix"]["python"]) <= set(bootstrap.TESTED)


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_names_what_exists(guide):
    text = (ROOT / guide).read_text("utf-8")
    links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", text)
    assert [link for link in links if not (ROOT / link).exists()] == []
    targets = set(re.findall(r"\bmake ([a-z]+)\b", "\n".join(re.findall(r"`[^`]+`|^    .*", text, re.M))))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert targets <= set(re.search(r"^\.PHONY:(.*)", makefile, re.M)[1].split())


def test_no_file_names_a_place_on_one_machine():
    places = []
    for name in set(tracked()) - set(INVENTED):
        if name.startswith(IN_IMAGES):
            continue
        try:
            text = (ROOT / name).read_text("utf-8")
        except (UnicodeDecodeError, FileNotFoundError):  # a picture; a file that is being removed
            continue
        places += [f"{name}: {found[0]}" for found in OWN_MACHINE.finditer(text)]
    assert places == []


def test_no_host_is_named_where_something_is_installed():
    set_up = ["environment.yml", bootstrap.STUDENT, bootstrap.DEVELOPER, ".ci/run", "Makefile"]
    assert [name for name in set_up if re.search(r"://[^/]", (ROOT / name).read_text("utf-8"))] == []
