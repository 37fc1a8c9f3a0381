"""`course.join()`: keeps a slip's two lines where `course.start()` finds them.

JupyterLab does not make files whose names begin with a dot, and a key that is typed into a cell would be handed in
with the notebook.
"""

from __future__ import annotations

import getpass
from pathlib import Path

from dotenv import set_key

from course.gateway.live_settings import LiveProblem

from . import student
from .invitation import GATEWAY, KEY, read


def join() -> None:
    """Ask for the two lines of a slip and keep them in the nearest `.env` file, if the class's gateway knows them.
    Neither is shown or kept in the notebook. Raises `LiveProblem`; then nothing was kept.
    """
    said = {name: _value(ask(f"{name}="), name) for name, ask in ((GATEWAY, input), (KEY, getpass.getpass))}
    invitation = read({name: value for name, value in said.items() if value})
    welcome = student.enter(invitation)
    here = Path.cwd()
    file = next((path for folder in (here, *here.parents) if (path := folder / ".env").is_file()), here / ".env")
    try:
        for name, value in ((GATEWAY, invitation.url), (KEY, invitation.key)):
            set_key(file, name, value, quote_mode="never")
        file.chmod(0o600)
    except OSError as error:
        raise LiveProblem(f"The two lines cannot be kept in {file}: {error.strerror}.") from None
    print(f"{welcome}\nThe two lines are kept in {file}: from now on, course.start() finds them.")


def _value(typed: str, name: str) -> str:
    """What was typed, with the name before it or without."""
    return typed.strip().removeprefix(f"{name}=").strip()
