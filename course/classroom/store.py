"""The gateway's store, which says to a student what became of a budget."""

from __future__ import annotations

from course.gateway.store import Store, Ticket
from course.gateway.types import Fault

_BACK = 'Until then, practice mode costs nothing: course.start("practice").'
_SENTENCES = {
    "key": (
        "Your budget of ${limit:,.2f} for this week has less left than this call can cost. It begins anew on Monday "
        "(UTC), and your instructor can add to it. "
    ),
    "project": (
        "What your class may spend together, ${limit:,.2f}, has less left than this call can cost. Tell your "
        "instructor, who can add to it. "
    ),
}


class ClassroomStore(Store):
    """Words the refusals of budgets, in each vendor's own form, for those who can do something about them."""

    def open_call(self, *call) -> Ticket:
        try:
            return super().open_call(*call)
        except Fault as fault:
            _word(fault)
            raise

    def charge_call(self, *call) -> None:
        try:
            super().charge_call(*call)
        except Fault as fault:
            _word(fault)
            raise


def _word(fault: Fault) -> None:
    sentence = _SENTENCES.get(str(fault.detail.get("scope")))
    if fault.kind == "budget_exceeded" and sentence:
        fault.message = sentence.format(limit=int(fault.detail["limit_micros"]) / 1_000_000) + _BACK
