"""An instructor's own look for the decks: a style sheet and a logo, written into each deck."""

import base64
import re
from pathlib import Path

from course.publish.lesson import LessonError

MAX_LOGO = 200_000  # bytes; it is in every deck
PICTURES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}

_FROM_ELSEWHERE = re.compile(r"@import|url\((?!\s*['\"]?(?:data:|#))", re.IGNORECASE)


def style(file: Path) -> str:
    """The text of a style sheet. Raises LessonError when it cannot be read, or asks for another file."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LessonError(f"The style sheet {file} cannot be read ({error}). Check the path.") from error
    if found := _FROM_ELSEWHERE.search(text):
        raise LessonError(
            f"The style sheet {file} asks for another file (“{found[0]}…”), and a deck is one file that works "
            "without a network. Put the rules themselves into it, and pictures as data: addresses."
        )
    return text.replace("</", "<\\/")


def logo(file: Path) -> str:
    """A picture as a data: address. Raises LessonError for one that is missing, too large or of an unknown kind."""
    if file.suffix.lower() not in PICTURES:
        raise LessonError(f"The logo {file} is not a picture that browsers know. Use {', '.join(PICTURES)}.")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise LessonError(f"The logo {file} cannot be read ({error.strerror}). Check the path.") from error
    if len(content) > MAX_LOGO:
        raise LessonError(f"The logo {file} has {len(content):,} bytes; at most {MAX_LOGO:,}. Make it smaller.")
    return f"data:{PICTURES[file.suffix.lower()]};base64,{base64.b64encode(content).decode()}"
