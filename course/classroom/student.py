"""The student's side: what `course.start()` makes of the two variables on a slip.

Lessons then run as in live mode, with the class's gateway in the vendors' place: this computer's own platform keeps a
ledger to look into, and the student's key stays out of the notebook.
"""

from __future__ import annotations

import httpx2

from course.gateway.environment import environment
from course.gateway.live_settings import BACK, LiveProblem, Upstream

from . import standing
from .invitation import GATEWAY, KEY, Invitation

_ADDRESSES = {
    "openai": "OPENAI_BASE_URL",
    "anthropic": "ANTHROPIC_BASE_URL",
    "google": "GOOGLE_GEMINI_BASE_URL",
    "openrouter": "OPENROUTER_BASE_URL",
}
_TIMEOUT_SECONDS = 10
_ASK = "Ask your instructor for another."


class ClassGateway(Upstream):
    """The class's gateway, in the place of a vendor."""

    __slots__ = ()

    @property
    def name(self) -> str:
        return "your class's gateway"

    @property
    def key_refused(self) -> str:
        return f"Your class's gateway no longer accepts the key in {KEY}. {_ASK} {BACK}"

    @property
    def no_credit(self) -> str:
        return ""


def upstreams(invitation: Invitation) -> dict[str, Upstream]:
    """The class's gateway in each vendor's place."""
    addresses = environment(invitation.url, "", "")
    return {
        vendor: ClassGateway(vendor, addresses[variable], KEY, own=True, key=invitation.key)
        for vendor, variable in _ADDRESSES.items()
    }


def enter(invitation: Invitation) -> str:
    """What to say when the class's gateway lets the student in. Raises `LiveProblem`, which says why it does not."""
    answer = _ask(invitation)
    left, all_left = answer["left_micros"], answer["class_left_micros"]
    if left == 0:
        raise LiveProblem(
            "Your budget for this week is used up. It begins anew on Monday (UTC), and your instructor can add to it."
        )
    if all_left == 0:
        raise LiveProblem("What your class may spend together is used up. Tell your instructor, who can add to it.")
    budget = "" if left is None else f" Of this week's budget, ${left / 1_000_000:,.2f} is left to you."
    answers = "vendors' models answer" if answer["mode"] == "live" else "the practice model answers"
    return (
        f"Class “{answer['class']}”: calls go to {invitation.url}, where {answers}.{budget} "
        'For practice on this computer alone: course.start("practice").'
    )


def _ask(invitation: Invitation) -> dict:
    """What the gateway says about the key."""
    try:
        # A proxy could read what is not encrypted; that goes to this computer only.
        with httpx2.Client(timeout=_TIMEOUT_SECONDS, mounts={"http://": httpx2.HTTPTransport()}) as client:
            answer = client.get(
                f"{invitation.url}/classroom{standing.PATH}", headers={"authorization": f"Bearer {invitation.key}"}
            )
    except httpx2.HTTPError:
        raise LiveProblem(
            f"Your class's gateway cannot be reached at {invitation.url}. Check that {GATEWAY} is the address on "
            "your slip and that this computer is in the network, then try again."
        ) from None
    body = _object(answer)
    error = body.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    if code == standing.REVOKED:
        raise LiveProblem(f"The key in {KEY} was revoked. {_ASK}")
    if code == "invalid_api_key":
        raise LiveProblem(
            f"The key in {KEY} is not one of this class. Give the lines of your slip to course.join() again."
        )
    if answer.status_code == 503:
        raise LiveProblem(f"Your class's gateway at {invitation.url} is not ready. Try again in a minute.")
    if body.get("object") != standing.OBJECT:
        raise LiveProblem(
            f"What answers at {invitation.url} is not a class's gateway. Check that {GATEWAY} is the address on your "
            "slip."
        )
    return body


def _object(answer: httpx2.Response) -> dict:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
