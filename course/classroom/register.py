"""The class as the gateway's store keeps it: a project with its rules, and for each student a service account with a
key that has a budget of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

from course.gateway.admin import people
from course.gateway.store import Store, public_id
from course.gateway.store.admin import SERVICE_ACCOUNT

from .problem import ClassroomProblem
from .roster import Student

PERIOD = "week"
_CAP = "total"
# Under this name a project's settings hold what makes it a class.
_SETTING = "classroom"
_ADMIN_KEY = "instructor"


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds in a class. `url` is where students reach the gateway; `weekly_micros` is what each may spend from
    Monday to Sunday (UTC), `cap_micros` what all together may spend until it is raised; `per_minute` is how many
    calls each may make in a minute; `models` are the IDs of those allowed, `None` for all.
    """

    url: str
    weekly_micros: int
    cap_micros: int
    per_minute: int
    models: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Class:
    """`project` is the number of the class's project."""

    project: int
    name: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A student in a class. `account` is the service account's ID; `key` the number of the newest key."""

    account: str
    student: Student
    key: int
    last4: str
    revoked: bool


@dataclass(frozen=True, slots=True)
class Issued:
    """A key that was just made: the only time that its secret can be seen."""

    student: Student
    secret: str


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What enrolling a roster did. `absent` are students of the class who are not in the roster."""

    klass: Class
    issued: list[Issued]
    absent: list[Student]


def classes(store: Store) -> list[Class]:
    """Every class, oldest first."""
    open_projects = [row for row in store.projects() if row.archived is None]
    described = [(row, store.settings(row.id).get(_SETTING)) for row in open_projects]
    return [Class(row.id, row.name, _terms(terms)) for row, terms in described if terms]


def find_class(store: Store, name: str | None) -> Class:
    """The class of this name, or the only one. Raises `ClassroomProblem`."""
    found = [each for each in classes(store) if name in (None, each.name)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(repr(each.name) for each in classes(store)) or "none"
    if name is None and found:
        raise ClassroomProblem(f"There are several classes here: {names}. Choose one with --class.")
    missing = "There is no class" if name is None else f"There is no class {name!r}"
    raise ClassroomProblem(f"{missing} in this database; it has {names}. Make one with: course classroom init")


def enrolled(store: Store, klass: Class) -> list[Enrolled]:
    """The students of a class in the order in which they came."""
    keys = {row.owner: row for row in store.known_keys().values() if row.project_id == klass.project}
    return [
        Enrolled(account["id"], _student(account), key.id, key.last4, key.revoked is not None)
        for account in store.all_objects(SERVICE_ACCOUNT, klass.project)
        if (key := keys.get(account["id"])) is not None and "email" in account
    ]


def find_student(store: Store, klass: Class, handle: str) -> Enrolled:
    """The student of this email address, number or name. Raises `ClassroomProblem`."""
    wanted = handle.casefold()
    everybody = enrolled(store, klass)
    found = [each for each in everybody if wanted in (each.student.email, each.student.number.casefold())]
    found = found or [each for each in everybody if wanted == each.student.name.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        handles = ", ".join(each.student.handle for each in found)
        raise ClassroomProblem(f"Several students are called {handle!r}: {handles}. Name one of these.")
    raise ClassroomProblem(
        f"There is no student {handle!r} in the class {klass.name!r}. See who is: course classroom status"
    )


def enrol(
    store: Store,
    name: str,
    roster: Sequence[Student],
    terms: Callable[[Terms | None], Terms],
    now: int,
    deliver: Callable[[Class, list[Issued]], None],
    progress: Callable[[], None] = lambda: None,
) -> Enrolment:
    """Make a class, or add to it those of the roster that are not in it. `terms` makes of those that hold, `None` in
    a new class, those that shall hold. `deliver` gets the new keys; what it cannot deliver is not made: all of this
    happens or nothing. Raises `ClassroomProblem`.
    """
    with store.together():
        klass = _open(store, name, terms, now)
        known = enrolled(store, klass)
        new = _not_among(roster, known)
        if known and len(new) == len(roster):
            raise ClassroomProblem(
                f"None of the {len(roster)} students of this roster are in the class {name!r}, which has "
                f"{len(known)}. If this is another class, give it another name with --class. If it is the same with "
                "other email addresses or numbers, leave the old ones in the file beside the new ones."
            )
        issued = []
        for student in new:
            issued.append(_add_student(store, klass, student, now))
            progress()
        deliver(klass, issued)
    return Enrolment(klass, issued, [each.student for each in _absent(known, roster)])


def revoke(store: Store, klass: Class, who: Enrolled, now: int, actor: int | None = None) -> None:
    """Make the student's key useless from now on."""
    revoke_key(store, klass.project, who.key, who.student.label, now, actor)


def revoke_key(store: Store, project: int, number: int, label: str, now: int, actor: int | None = None) -> None:
    """Make a key of a project useless from now on; `label` says in the audit log whose it was."""
    with store.together():
        _end_key(store, project, number, label, now, actor)


def new_key(store: Store, klass: Class, who: Enrolled, now: int, deliver: Callable[[Issued], None]) -> None:
    """Give the student another key in the place of the one that was lost or leaked. It has what is left of this
    week's budget.
    """
    with store.together():
        if not who.revoked:
            _end_key(store, klass.project, who.key, who.student.label, now)
        budget = find_budget(store, "key", who.key, PERIOD, now)
        issued, number = _add_key(store, klass, who.account, who.student, now)
        if budget is not None:
            left = budget["limit_micros"] - budget["spent_micros"] - budget["reserved_micros"]
            store.raise_budget("key", number, PERIOD, left - klass.terms.weekly_micros, now)
        deliver(issued)


def top_up(store: Store, klass: Class, who: Enrolled | None, micros: int, now: int, actor: int | None = None) -> None:
    """Let a student spend so much more this week, or the whole class until its cap is raised again."""
    with store.together():
        if who is None:
            store.raise_budget("project", klass.project, _CAP, micros, now)
            cap = klass.terms.cap_micros + micros
            _keep(store, klass.project, replace(klass.terms, cap_micros=cap), now)
        else:
            store.raise_budget("key", who.key, PERIOD, micros, now)
        after = {"added_micros": micros}
        if who is None:
            _note(store, "project.updated", klass, public_id("proj_", klass.project), now, actor, after=after)
        else:
            _note(store, "api_key.updated", klass, public_id("key_", who.key), now, actor, after=after)


def class_budget(store: Store, klass: Class, now: int) -> dict | None:
    """What the class may spend together, as `Store.budgets` has it; `None` where an administrator has removed it."""
    return find_budget(store, "project", klass.project, _CAP, now)


def find_budget(store: Store, scope: str, scope_id: int, period: str, now: int) -> dict | None:
    return next((each for each in store.budgets(scope, scope_id, now) if each["period"] == period), None)


def make_admin_key(store: Store, now: int, deliver: Callable[[str], None]) -> None:
    """A new key to the status page; the one before it ends. `deliver` gets its secret."""
    with store.together():
        for row in admin_keys(store):
            store.revoke_key(row.id, now)
        number, secret = store.add_key(None, _ADMIN_KEY, now, people.OWNER_ID)
        store.add_audit("api_key.created", public_id("key_", number), now, after={"name": _ADMIN_KEY, "admin": True})
        deliver(secret)


def admin_keys(store: Store) -> list:
    """The keys to the status page that hold."""
    return [row for row in store.live_keys() if row.project_id is None and row.name == _ADMIN_KEY]


def _open(store: Store, name: str, terms: Callable[[Terms | None], Terms], now: int) -> Class:
    """The class, with the terms that shall hold from now on."""
    klass = next((each for each in classes(store) if each.name == name), None)
    if klass is None and store.find_project(name) is not None:
        raise ClassroomProblem(f"There is a project {name!r} already, which is no class. Choose a name with --class.")
    wanted = terms(klass and klass.terms)
    if klass is None:
        project = store.add_project(name, now)
        store.add_audit("project.created", public_id("proj_", project), now, None, project, after={"name": name})
    else:
        project = klass.project
    made = Class(project, name, wanted)
    if klass is None or klass.terms != wanted:
        _apply(store, made, klass and klass.terms, now)
    return made


def _apply(store: Store, klass: Class, before: Terms | None, now: int) -> None:
    """Let the class's terms hold, for those too who are in it already."""
    terms = klass.terms
    models = None if terms.models is None else list(terms.models)
    store.set_policy(klass.project, models=models, models_mode="allow")
    store.set_rate_limit(klass.project, "*", requests_per_minute=terms.per_minute, each_key=True)
    store.set_budget("project", klass.project, _CAP, terms.cap_micros, now)
    if before is not None and before.weekly_micros != terms.weekly_micros:
        for who in enrolled(store, klass):
            store.set_budget("key", who.key, PERIOD, terms.weekly_micros, now)
    _keep(store, klass.project, terms, now)
    _note(store, "project.updated", klass, public_id("proj_", klass.project), now, after=asdict(terms))


def _keep(store: Store, project: int, terms: Terms, now: int) -> None:
    store.change_settings(project, now, **{_SETTING: asdict(terms)})


def _terms(kept: dict) -> Terms:
    return Terms(**{**kept, "models": None if kept["models"] is None else tuple(kept["models"])})


def _add_student(store: Store, klass: Class, student: Student, now: int) -> Issued:
    account = {"id": store.new_id("svc_acct_"), "name": student.label, "role": "member", "added": now}
    store.add_object(SERVICE_ACCOUNT, account["id"], klass.project, {**account, **_kept(student)}, now)
    after = {"name": student.label, "role": "member"}
    _note(store, "service_account.created", klass, account["id"], now, after=after)
    return _add_key(store, klass, account["id"], student, now)[0]


def _add_key(store: Store, klass: Class, account: str, student: Student, now: int) -> tuple[Issued, int]:
    number, secret = store.add_key(klass.project, student.label, now, account)
    store.set_budget("key", number, PERIOD, klass.terms.weekly_micros, now)
    after = {"name": student.label, "owner": account}
    _note(store, "api_key.created", klass, public_id("key_", number), now, after=after)
    return Issued(student, secret), number


def _end_key(store: Store, project: int, number: int, label: str, now: int, actor: int | None = None) -> None:
    store.revoke_key(number, now)
    store.add_audit("api_key.deleted", public_id("key_", number), now, actor, project, before={"name": label})


def _note(store, action, klass, target, now, actor=None, before=None, after=None) -> None:
    store.add_audit(action, target, now, actor, klass.project, before, after)


def _kept(student: Student) -> dict[str, str]:
    """What a service account has of a student beside its own name."""
    return {"given_name": student.name, "email": student.email, "number": student.number}


def _student(account: dict) -> Student:
    return Student(account["given_name"], account["email"], account["number"])


def _handles(student: Student) -> set[str]:
    return {student.email, student.number.casefold()} - {""}


def _not_among(roster: Sequence[Student], known: Sequence[Enrolled]) -> list[Student]:
    handles = set().union(*(_handles(each.student) for each in known))
    return [student for student in roster if not _handles(student) & handles]


def _absent(known: Sequence[Enrolled], roster: Sequence[Student]) -> list[Enrolled]:
    handles = set().union(*(_handles(student) for student in roster))
    return [each for each in known if not _handles(each.student) & handles]
