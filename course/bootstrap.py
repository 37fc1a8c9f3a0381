"""Sets the course up in its own folder and runs it: what `make` and `python -m course` call.

This file runs before anything is installed, on whatever Python is there. So it imports the standard library
alone, and keeps to words that an old Python can read: only then can it say that the Python is too old.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV.joinpath("Scripts", "python.exe") if os.name == "nt" else VENV.joinpath("bin", "python")
STAMP = VENV / "course.json"  # what is installed in VENV
PACKED = ROOT / "course" / "_lessons"  # only an installed wheel has this folder
LESSONS = PACKED if PACKED.is_dir() else ROOT  # where the lessons, the exercises and the tested pins are

STUDENT, DEVELOPER = "requirements.txt", "requirements-dev.txt"
OLDEST = (3, 11)
TESTED = ("3.13", "3.12", "3.11")  # the pinned packages are known to install on these

MADE = (".venv", "build", "dist", ".pytest_cache", ".ruff_cache", ".hypothesis", ".benchmarks")

# What is likely wrong when pip, uv or the system says one of these; the first that fits counts.
CAUSES = (
    (
        "No space left|os error 28|Errno 28|Disk quota|not enough space",
        f"The disk is full. The packages need about 1 GB in {VENV}. Make room, then run this command again.",
    ),
    (
        "name resolution|dns error|getaddrinfo|NewConnectionError|ConnectTimeout|error sending request"
        "|Connection refused|Network is unreachable",
        "There is no connection to the package index. The first set-up downloads the packages; after that the "
        "course needs no network. Connect (behind a proxy, set HTTPS_PROXY), then run this command again.",
    ),
    (
        "Permission denied|Access is denied|Read-only file system",
        f"A file could not be written. The course installs into {VENV}: put it in a folder of your own, close "
        "any program that uses .venv, then run this command again.",
    ),
    (
        "No matching distribution|No solution found",
        "A package has no build for this Python or this kind of machine. Install one of the Pythons that we "
        f"test with ({', '.join(TESTED)}), remove .venv, then run this command again.",
    ),
)

HELP = """\
Chat or API? A hands-on course.

  lab         open the course in JupyterLab
  doctor      check this set-up, and say what to do about what is wrong
  test        check style, lessons and code: all tests
  notebooks   execute the lessons and save them
  exercises   make what students get of the exercises
  slides      export the lessons as slides, into build/slides
  handout     print the course as one PDF, into build
  site        build the course as a web site, into build/site
  release     build all files of a release, into dist
  bench       measure speed and size against the limits we set ourselves
  clean       remove what these commands made, and keep your work

Each one first installs what it needs into .venv, in this folder.
With make:     make lab
Without make:  python -m course lab        (Windows: py -m course lab)
"""


class Problem(Exception):
    """Something is missing on this machine. The message says what, why it is needed, and what to do."""


def main(arguments: list) -> int:
    """Run one command, for example `main(["lab", "--no-browser"])`; returns the exit code."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    try:
        return _run(command, rest)
    except Problem as problem:
        message = str(problem)
    except OSError as error:
        message = _explain(str(error)) or f"The system said: {error}."
    except KeyboardInterrupt:
        message = "Stopped."
    print(f"\n{message}", file=sys.stderr)
    return 1


def lab(arguments: tuple = ()) -> int:
    """Open JupyterLab on the first lesson, with the packages of the Python that runs this.

    The lessons are those of the learner's folder that one is in, or else of the clone that this file belongs to.
    """
    here = Path.cwd()
    own = (folder for folder in (here, *here.parents) if (folder / "notebooks" / "glossary.md").is_file())
    return _open_lab(sys.executable, next(own, ROOT), arguments)


def set_up(pins: str) -> None:
    """Make VENV and install `pins` and the course into it; does nothing when that is done already."""
    wanted = _digest(pins)
    if wanted in _installed().values() and PYTHON.exists():
        return
    uv = shutil.which("uv")
    if not _usable(uv):
        _make_venv(_find_python(), uv)
    if uv:
        installer = [uv, "pip", "install", "--python", str(PYTHON)]
    else:  # Python compiles a module when it is first imported; pip would compile all of them, for half a minute.
        installer = [str(PYTHON), "-m", "pip", "install", "--no-compile"]
    _say(f"Installing the packages that {pins} lists. The first time, this takes a minute or two.")
    _install([*installer, "-r", pins])
    _install([*installer, "--no-deps", "--editable", "."])
    done = {"folder": str(ROOT), STUDENT: _digest(STUDENT), pins: wanted}  # developers' pins contain students'
    STAMP.write_text(json.dumps(done, indent=1), encoding="utf-8")


def _run(command: str, rest: list) -> int:
    if command in ("help", "-h", "--help"):
        print(HELP)
        return 0
    if command == "clean":
        return _clean()
    set_up(STUDENT if command in ("lab", "doctor") else DEVELOPER)
    if command == "lab":
        return _open_lab(str(PYTHON), ROOT, rest)
    if command == "doctor":
        return subprocess.call([str(PYTHON), "-m", "course.cli", "doctor", *rest], cwd=str(ROOT))
    if command == "test":
        return _test()
    if command == "bench":
        return _call("-m", "pytest", "tests/benchmarks", *rest)
    if command == "slides" and not rest:
        rest = ["--all"]
    return _call("-m", "course.cli", command, *rest)


def _test() -> int:
    """All that must hold before a change lands; the first thing that does not hold ends it."""
    steps = (
        ("Style", "-m", "ruff", "check"),
        ("Layout of the code", "-m", "ruff", "format", "--check"),
        ("Tests, and each lesson against its source", "-m", "pytest", "--numprocesses=auto", "--dist=loadfile"),
    )
    for title, *step in steps:
        _say(title)
        code = _call(*step)
        if code:
            return code
    return 0


def _open_lab(python: str, folder: Path, arguments: list) -> int:
    lessons = sorted(folder.joinpath("notebooks").glob("[0-9][0-9]_*.ipynb"))
    if not lessons and LESSONS == ROOT:
        raise Problem("There is no lesson in the folder notebooks. Make them with: make notebooks")
    if not lessons:
        raise Problem(
            "There are no lessons in this folder or above it. Copy them into a folder of yours, which may be new: "
            "course start FOLDER. Then go there (cd FOLDER), and run this command again."
        )
    _say(f"Opening {lessons[0].name} in JupyterLab. To stop it, press Ctrl-C here.")
    command = [
        python,
        "-m",
        "jupyterlab",
        f"--LabApp.default_url=/lab/tree/notebooks/{lessons[0].name}",
        f"--ServerApp.root_dir={folder}",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.allow_root=True",  # in a container the user is often root; only this machine can connect
        "--ServerApp.answer_yes=True",  # make passes Ctrl-C on, and no question could be answered then
        "--log-level=WARN",
        *(["--no-browser"] if os.environ.get("COURSE_NO_BROWSER") else []),
        *arguments,
    ]
    if os.name != "nt":
        os.chdir(str(folder))
        os.execv(python, command)  # JupyterLab takes this process's place, so that Ctrl-C reaches it alone
    return subprocess.call(command, cwd=str(folder))


def _clean() -> int:
    made = [ROOT / name for name in MADE]
    made += [folder for part in ("course", "tests") for folder in (ROOT / part).rglob("__pycache__")]
    for folder in made:
        if folder.exists():
            shutil.rmtree(str(folder))
            _say(f"Removed {folder.relative_to(ROOT)}")
    return 0


def _call(*arguments: str) -> int:
    """Run VENV's Python in the course's folder, as a learner without a key or earlier answers."""
    environment = dict(os.environ, PYTHONUTF8="1", COURSE_PROGRESS="off")
    return subprocess.call([str(PYTHON), *arguments], cwd=str(ROOT), env=environment)


def _digest(pins: str) -> str:
    """Changes when VENV must be installed anew: other pins, another pyproject, or a folder that was moved."""
    parts = [str(ROOT).encode(), (ROOT / pins).read_bytes(), (ROOT / "pyproject.toml").read_bytes()]
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def _installed() -> dict:
    """The folder that VENV was made for, and the digest of each set of pins it has; empty when not known."""
    try:
        return json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _usable(uv: str) -> bool:
    """Whether VENV was made in this folder, and has a Python that is new enough and can get packages."""
    if _installed().get("folder", str(ROOT)) != str(ROOT):
        return False  # the folder was moved: scripts in VENV name the old place
    wants = f"import sys; sys.exit(sys.version_info < {OLDEST})" + ("" if uv else "; import pip")
    return PYTHON.exists() and subprocess.call([str(PYTHON), "-c", wants], stderr=subprocess.DEVNULL) == 0


def _find_python() -> list:
    """The command of a Python to build on: this one, or else a tested one from PATH."""
    own = "{}.{}".format(*sys.version_info)
    if own in TESTED:
        return [sys.executable]
    for version in TESTED:
        command = ["py", f"-{version}"] if os.name == "nt" else [f"python{version}"]
        if shutil.which(command[0]) and _output([*command, "-c", "print(1)"]) == "1":
            return command
    if sys.version_info >= OLDEST:
        _say(f"Python {own} is newer than those we test with ({', '.join(TESTED)}). Trying it.")
        return [sys.executable]
    raise Problem(
        f"The course needs Python {TESTED[-1]} or newer. This is Python {own}, and no newer one was found.\n"
        "Install one (Windows and macOS: from python.org; Debian and Ubuntu: sudo apt install python3.12 "
        "python3.12-venv; or with conda, pyenv or uv), then run this command again."
    )


def _make_venv(python: list, uv: str) -> None:
    version = _output([*python, "-c", "import sys; print('{}.{}'.format(*sys.version_info))"])
    _say(f"Making the folder .venv, with Python {version}.")
    if VENV.exists():
        shutil.rmtree(str(VENV))
    if uv:
        executable = _output([*python, "-c", "import sys; print(sys.executable)"])
        _install([uv, "venv", "--seed", "--python", executable, str(VENV)])
        return
    if _output([*python, "-c", "import ensurepip, venv; print(1)"]) != "1":
        raise Problem(
            f"This Python {version} lacks the modules venv and ensurepip, which make a folder for packages.\n"
            f"Debian and Ubuntu keep them apart: sudo apt install python{version}-venv\n"
            "Then run this command again."
        )
    _install([*python, "-m", "venv", str(VENV)])


def _install(command: list) -> None:
    """Run an installer and pass on what it says. Raises Problem with the likely cause if it fails."""
    said = []
    process = subprocess.Popen(command, cwd=str(ROOT), stderr=subprocess.PIPE)
    for line in process.stderr:
        text = line.decode("utf-8", "replace")
        sys.stderr.write(text)
        said.append(text)
    if process.wait():
        raise Problem(_explain("".join(said)) or "The installation failed; the lines above say why.")


def _explain(said: str) -> str:
    """What an error of the system or of an installer most likely means; empty when that is not clear."""
    return next((meaning for signs, meaning in CAUSES if re.search(signs, said)), "")


def _output(command: list) -> str:
    """What a command prints; empty when it fails."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    printed = process.communicate()[0].decode("utf-8", "replace").strip()
    return "" if process.returncode else printed


def _say(text: str) -> None:
    print(f"==> {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
