"""Words that came from a student's process, made fit for a terminal, a CSV file and a page."""

LONGEST = 2000  # characters of a reason


def clean(value: object, longest: int = LONGEST) -> str:
    """The text without control characters, escape sequences and broken characters, cut to `longest`."""
    text = str(value)[:longest].encode("utf-8", "replace").decode()
    return "".join(each for each in text if each.isprintable() or each in "\n\t")


def cell(value: object) -> str:
    """One line for a spreadsheet, which would take a text that begins like a formula for one."""
    line = " ".join(clean(value).split())
    return f"'{line}" if line[:1] in ("=", "+", "-", "@") else line
