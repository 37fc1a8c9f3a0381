"""What live mode needs to know: which vendors it may call, where, and with which key of the learner's own.

Read once from the environment or from a `.env` file in the working directory or above it; the environment counts
first. A key is for its vendor alone: an address of one's own (COURSE_OPENAI_URL: Ollama, vLLM, another gateway)
gets the key in COURSE_OPENAI_KEY, or none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from .store import ADMIN_KEY_PREFIX, KEY_PREFIX

SESSION_CAP_MICROS = 1_000_000
BACK = 'Or go back to practice mode, which needs no key and costs nothing: course.start("practice").'

NAMES = {"openai": "OpenAI", "anthropic": "Anthropic", "google": "Google", "openrouter": "OpenRouter"}
# Each address as the vendor's SDK takes it.
_HOMES = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "google": "https://generativelanguage.googleapis.com",
    "openrouter": "https://openrouter.ai/api/v1",
}
# Where two are set, Google's own SDK takes the first.
_KEY_VARIABLES = {
    "openai": ("OPENAI_API_KEY",),
    "anthropic": ("ANTHROPIC_API_KEY",),
    "google": ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
    "openrouter": ("OPENROUTER_API_KEY",),
}
# Where a vendor's SDK would send that key instead.
_ADDRESS_VARIABLES = {
    "openai": "OPENAI_BASE_URL",
    "anthropic": "ANTHROPIC_BASE_URL",
    "google": "GOOGLE_GEMINI_BASE_URL",
}


class LiveProblem(Exception):
    """Live mode cannot begin. The message says why, what to do, and the way back to practice mode."""

    def __init__(self, problem: str):
        super().__init__(f"{problem} {BACK}")


@dataclass(frozen=True, slots=True)
class Upstream:
    """A vendor that may be called. `url` is what the vendor's SDK calls its base URL; `own` says that the learner
    named it. `key` is "" where none is needed; `variable` says where it stood.
    """

    vendor: str
    url: str
    variable: str
    own: bool
    key: str = field(repr=False)

    @property
    def name(self) -> str:
        """The vendor, for a sentence."""
        return f"your own server for {NAMES[self.vendor]}'s API" if self.own else NAMES[self.vendor]

    @property
    def key_refused(self) -> str:
        """What to do when the key is not accepted."""
        return (
            f"The key in {self.variable} was not accepted by {self.name}. Check it there or make a new one, then "
            f"start live mode again. {BACK}"
        )

    @property
    def no_credit(self) -> str:
        """What to do when the key's account has no money left; "" where what the vendor says is better."""
        return f"The account of your key has no credit left at {self.name}. Add credit there. {BACK}"


def read_environment(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The variables that are set, those of the nearest `.env` file among them. Raises `LiveProblem` when that
    cannot be read.
    """
    files = [parent / ".env" for parent in (folder, *folder.parents)]
    file = next((file for file in files if file.is_file()), None)
    try:
        stored = dotenv_values(file, interpolate=False) if file else {}
    except (OSError, UnicodeDecodeError):
        raise LiveProblem(f"The file {file} cannot be read. Save it as UTF-8 text that you may read.") from None
    values = {**stored, **{name: value for name, value in environ.items() if value.strip()}}
    return {name: value.strip() for name, value in values.items() if value and value.strip()}


def read_upstreams(values: Mapping[str, str]) -> dict[str, Upstream]:
    """The vendors that may be called, from what `read_environment` found. Raises `LiveProblem` where there is none,
    or where a key or an address is not one.
    """
    found = {vendor: _own(vendor, values) or _home(vendor, values) for vendor in _HOMES}
    upstreams = {vendor: upstream for vendor, upstream in found.items() if upstream is not None}
    if not upstreams:
        raise LiveProblem(
            "Live mode needs a key of your own for at least one vendor, and found none. Put OPENAI_API_KEY, "
            "ANTHROPIC_API_KEY, GEMINI_API_KEY or OPENROUTER_API_KEY into the environment or into a file named "
            ".env beside your notebooks, then start again."
        )
    return upstreams


def announcement(upstreams: Mapping[str, Upstream]) -> str:
    """What `start` says when live mode begins: who is called, and under which cap."""
    called = [f"{NAMES[each.vendor]} at {each.url}" if each.own else each.name for each in upstreams.values()]
    free = (
        " At an address of your own, a model without a known price counts as free."
        if any(each.own for each in upstreams.values())
        else ""
    )
    return (
        f"Live mode: calls go to {' and '.join(called)}, and you pay for them. They stop at "
        f"${SESSION_CAP_MICROS / 1_000_000:.2f} for this session.{free}"
    )


def _home(vendor: str, values: Mapping[str, str]) -> Upstream | None:
    for variable in _KEY_VARIABLES[vendor]:
        key = _key(variable, values)
        if key and not key.startswith((KEY_PREFIX, ADMIN_KEY_PREFIX)):  # this gateway's own
            _check_address(vendor, variable, values)
            return Upstream(vendor, _HOMES[vendor], variable, own=False, key=key)
    return None


def _own(vendor: str, values: Mapping[str, str]) -> Upstream | None:
    variable = f"COURSE_{vendor.upper()}_URL"
    if (url := values.get(variable)) is None:
        return None
    key_variable = f"COURSE_{vendor.upper()}_KEY"
    key = _key(key_variable, values)
    try:
        parts = urlsplit(url)
        plain = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        plain = False
    if not plain or parts.username or parts.password or parts.query or parts.fragment:
        raise LiveProblem(
            f"{variable} is not the address of a server, such as http://localhost:11434/v1. It may hold no key and "
            f"no question mark; a key goes into {key_variable}."
        )
    if key and parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise LiveProblem(
            f"{variable} begins with http://, so everybody on the way could read your key. Use https://."
        )
    return Upstream(vendor, url.rstrip("/"), key_variable, own=True, key=key)


def _key(variable: str, values: Mapping[str, str]) -> str:
    """A key; "" where there is none."""
    key = values.get(variable, "")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise LiveProblem(f"What stands in {variable} is not a key: a key has no spaces and no special characters.")
    return key


def _check_address(vendor: str, variable: str, values: Mapping[str, str]) -> None:
    """A key that the SDK would send somewhere else belongs to that place."""
    address = values.get(_ADDRESS_VARIABLES.get(vendor, ""), "")
    host = urlsplit(address).hostname
    if host and host != urlsplit(_HOMES[vendor]).hostname and not _is_loopback(host):
        raise LiveProblem(
            f"{_ADDRESS_VARIABLES[vendor]} names another address than {NAMES[vendor]}'s, so {variable} is not sent "
            f"to {NAMES[vendor]}. Give that address in COURSE_{vendor.upper()}_URL and its key in "
            f"COURSE_{vendor.upper()}_KEY, or remove {_ADDRESS_VARIABLES[vendor]}."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
