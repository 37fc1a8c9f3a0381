"""Lessons → a JupyterLite: notebooks that run in the reader's browser, with no server and nothing asked of others."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat

from course.bootstrap import ROOT
from course.publish.lesson import find_lessons

from . import lessons, lock, tools
from .tools import LiteError

__all__ = ["STEPS", "LiteError", "build"]

STEPS = 6
WORKSHOP = ROOT / "build" / "lite"  # what is fetched and made once, and used again
_GLOSSARY = "glossary.md"
_ADDONS = ("@jupyter-widgets/jupyterlab-manager", "anywidget")


def build(
    folder: Path,
    output: Path,
    pyodide: Path | None = None,
    workshop: Path = WORKSHOP,
    advance: Callable[[], None] = lambda: None,
) -> dict[str, str]:
    """Write a JupyterLite with those lessons of `folder` that run in a browser into `output`, which is made anew.

    `pyodide` is a release of Pyodide, as an archive or a folder; without it the npm package is fetched, which holds
    none of the libraries that most lessons need. Calls `advance` after each of STEPS steps. Returns, by name, why a
    lesson is not in it; empty where it is. Raises LiteError when something cannot be had.
    """
    _may_replace(output)
    source = tools.pyodide(pyodide, workshop)
    advance()
    installed = tools.install(workshop / "tools")
    advance()
    pins, named = tools.pins(), lock.versions(source)
    needs = [(name, pins.get(name) or named[name]) for name in tools.wanted()]
    wheels = tools.wheels(needs, workshop / "wheels")
    advance()
    wheels.append(tools.own_wheel(installed, workshop / "own"))
    advance()
    there = lock.held(source, lessons.LIBRARIES)
    site = workshop / "site"
    shutil.rmtree(site, ignore_errors=True)
    lock.write(source, wheels, there, site / "static" / "pyodide")
    excluded = _write_lessons(folder, site / "files", there)
    _write_settings(site)
    advance()
    _run_jupyterlite(installed, site, output)
    advance()
    return excluded


def _run_jupyterlite(installed: Path, site: Path, output: Path) -> None:
    """Only our own add-ons for JupyterLab go in: one for a server has no use in a page, and some break the build."""
    addons = installed / "share" / "jupyter" / "labextensions"
    for name in _ADDONS:
        shutil.copytree(
            Path(sys.prefix, "share", "jupyter", "labextensions", name), addons / name, dirs_exist_ok=True
        )
    shutil.rmtree(output, ignore_errors=True)
    places = ("--lite-dir", site, "--contents", site / "files", "--output-dir", output.absolute())
    choices = ("--apps=lab", "--apps=notebooks", "--no-sourcemaps", "--ignore-sys-prefix", "federated_extensions")
    ours = f"--FederatedExtensionAddon.extra_labextensions_path={addons}"
    # It writes down beside itself what it has done, and would leave that out the next time: `site` is new each time.
    tools.python(installed, site, "-m", "jupyterlite_core", "build", *places, *choices, ours)


def _write_lessons(folder: Path, target: Path, there: list[str]) -> dict[str, str]:
    target.mkdir(parents=True)
    shutil.copy(folder / _GLOSSARY, target)
    found = find_lessons(folder)
    excluded = {lesson.name: lessons.why_not(lesson.name, there) for lesson in found}
    shown = [lesson for lesson in found if not excluded[lesson.name]]
    files = {_GLOSSARY, *(lesson.notebook.name for lesson in shown)}
    for lesson in shown:
        saved = nbformat.read(lesson.notebook, as_version=4)
        nbformat.write(lessons.copy(lesson, saved, there, files), target / lesson.notebook.name)
    return excluded


def _write_settings(site: Path) -> None:
    settings = {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "Chat or API?",
            "exposeAppInBrowser": True,  # so that a test can read what cells gave
            "litePluginSettings": {
                "@jupyterlite/pyodide-kernel-extension:kernel": {
                    "disablePyPIFallback": True,  # no package is asked of another host
                    "loadPyodideOptions": {"packages": ["micropip"]},
                }
            },
        },
    }
    site.joinpath("jupyter-lite.json").write_text(json.dumps(settings, indent=1), "utf-8")
    shutil.copy(ROOT / "course" / "jupyterlab.json", site / "overrides.json")


def _may_replace(output: Path) -> None:
    if output.is_dir() and any(output.iterdir()) and not output.joinpath("jupyter-lite.json").is_file():
        raise LiteError(f"{output} holds something that is not a JupyterLite. Name another folder, or empty it.")
