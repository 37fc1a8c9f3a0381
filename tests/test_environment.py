"""Where the course opens with one click: Binder, Codespaces and Colab are told the same as `make lab`.

tests/deploy/test_binder.py builds and runs what these files describe.
"""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

import course
from course import bootstrap

ROOT = Path(__file__).resolve().parent.parent
REPOSITORY = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]["Repository"]
NAME = urlsplit(REPOSITORY).path.strip("/")  # OWNER/REPO, until it is published
RELEASE = f"v{course.__version__}"
README = (ROOT / "README.md").read_text("utf-8")


def addresses(host: str) -> list[str]:
    """The addresses at a host that the README leads to."""
    found = [re.sub(r"\.?$", "", address) for address in re.findall(r"https://[^\s)>\]]+", README)]
    return [address for address in found if urlsplit(address).hostname == host]


def test_environment_is_what_its_script_prints():
    printed = subprocess.run(
        [sys.executable, ROOT / "deploy" / "environment.py"], check=True, capture_output=True, text=True
    ).stdout
    assert (ROOT / "environment.yml").read_text("utf-8") == printed, (
        "environment.yml is out of date. Run: python3 deploy/environment.py > environment.yml"
    )


def test_conda_installs_python_and_the_pins_of_students_and_nothing_else():
    found = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    assert found["channels"] == ["conda-forge"]
    python, pip, packages = found["dependencies"]  # without a version for Python, Binder would take an old one
    assert re.fullmatch(r"python=(\d+\.\d+)", python)[1] in bootstrap.TESTED
    assert pip == "pip"
    assert packages == {"pip": (ROOT / bootstrap.STUDENT).read_text("utf-8").splitlines()}


def test_binder_reads_the_files_at_the_root():
    """A folder of Binder's own would make it pass over these, without a word."""
    assert not (ROOT / "binder").exists()
    assert not (ROOT / ".binder").exists()
    assert os.access(ROOT / "postBuild", os.X_OK)


def test_the_binder_badge_opens_lesson_0_of_the_release():
    (address,) = (each for each in addresses("mybinder.org") if "/v2/" in each)
    assert urlsplit(address).path == f"/v2/gh/{NAME}/{RELEASE}"
    (opened,) = parse_qs(urlsplit(address).query)["urlpath"]
    assert (ROOT / opened.removeprefix("lab/tree/")).is_file()
    assert opened == "lab/tree/notebooks/00_start.ipynb"


def test_the_colab_button_opens_a_lesson_of_the_release_and_says_what_to_run_first():
    (address,) = (each for each in addresses("colab.research.google.com") if "/github/" in each)
    prefix = f"/github/{NAME}/blob/{RELEASE}/"
    assert urlsplit(address).path.startswith(prefix)
    assert (ROOT / urlsplit(address).path.removeprefix(prefix)).is_file()
    assert f"%pip install git+{REPOSITORY}@{RELEASE}" in README


def test_the_codespaces_button_opens_the_repository():
    (address,) = addresses("codespaces.new")
    assert urlsplit(address).path == f"/{NAME}"


def test_no_guide_names_another_repository():
    assert REPOSITORY in README
    for guide in ("README.md", "CONTRIBUTING.md", "INSTRUCTORS.md", "deploy/README.md"):
        text = (ROOT / guide).read_text("utf-8")
        named = set(re.findall(r"OWNER/REPO", text)) | set(re.findall(r"mybinder\.org/v2/gh/([^/\s]+/[^/\s]+)", text))
        assert named <= {NAME}, guide


@pytest.fixture
def codespace() -> dict:
    return json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))


def test_a_codespace_has_a_tested_python_and_runs_the_commands_of_the_readme(codespace):
    assert codespace["image"].rpartition(":")[2] in bootstrap.TESTED
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = re.search(r"^\.PHONY:(.*)", makefile, re.M)[1].split()
    for command in ("postCreateCommand", "postAttachCommand"):
        make, target, *_ = codespace[command].split()
        assert make == "make"
        assert target in targets


def test_a_codespace_forwards_the_port_that_jupyterlab_takes(codespace):
    (port,) = codespace["forwardPorts"]
    assert f"--port={port} " in codespace["postAttachCommand"]
    assert f"-{port}.$GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN" in codespace["postAttachCommand"]
    assert set(codespace["portsAttributes"]) == {str(port)}
