"""The `course classroom` commands. They only read the command line and print; the work is done elsewhere."""

import contextlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

_DATABASE = click.option(
    "--database",
    default="sqlite:///classroom.sqlite",
    show_default=True,
    envvar="COURSE_DATABASE",
    show_envvar=True,
    help="An SQLAlchemy URL.",
)
_CLASS = click.option("--class", "name", help="The class, where there are several.")
_OUTPUT = click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("classroom"),
    show_default=True,
    help="The folder for files with keys.",
)

_KEYS_INSIDE = (
    "Warning: this file holds keys in the clear, and they cannot be had again. Hand them out, then delete it."
)


@click.group()
def classroom() -> None:
    """Run the platform for a class: a key and a weekly budget for each student."""


@classroom.command()
@click.argument("roster", type=click.Path(path_type=Path))
@click.option("--class", "name", help="What the class is called; else as the roster's file.")
@click.option("--url", help="Where students will reach the gateway, such as https://ai.example.edu.")
@click.option("--weekly", metavar="USD", help="What each student may spend a week.  [default: 1.00]")
@click.option("--cap", metavar="USD", help="What all may spend together.  [default: one week of all students]")
@click.option(
    "--per-minute", type=click.IntRange(1), help="Calls that each student may make a minute.  [default: 60]"
)
@click.option("--model", "models", multiple=True, help="A model that may be called; can be repeated. Else all.")
@click.option("--csv", "as_table", is_flag=True, help="Keys as CSV for a mail merge, instead of slips to print.")
@_OUTPUT
@_DATABASE
def init(roster: Path, name: str | None, as_table: bool, output: Path, database: str, **wanted) -> None:
    """Make a class, or add to it who is new. ROSTER is a CSV file; options change the class for everybody."""
    from course.classroom import admission, register
    from course.classroom import roster as rosters

    with _problems():
        students = rosters.read(roster)
        bar = click.progressbar(length=len(students), label="Making keys", file=sys.stderr)
        with admission.open_store(database) as store, bar:
            enrolment, path = admission.admit(
                store,
                name or roster.stem,
                students,
                admission.Wanted(**wanted),
                output,
                as_table,
                lambda: bar.update(1),
            )
            url = enrolment.klass.terms.url
            admin = None if register.admin_keys(store) else admission.write_admin_key(store, url, output)
    click.echo(f"Class {enrolment.klass.name!r}: {_count(len(enrolment.issued), 'new student')}.")
    if path:
        click.echo(f"→ {path}")
        click.echo(_KEYS_INSIDE, err=True)
    if admin:
        click.echo(f"→ {admin}: your key to the status page, {url}/classroom/")
    if enrolment.absent:
        names = ", ".join(student.handle for student in enrolment.absent)
        click.echo(f"Not in this roster, and still in the class: {names}. End a key with: course classroom revoke")


@classroom.command()
@click.option("--mode", type=click.Choice(["practice", "live"]), default="practice", show_default=True,
              help="Live calls the vendors for whose API you have a key.")  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8791, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes that answer.")
@click.option("--expose", is_flag=True, help="Allow an address that other computers can reach.")
@_DATABASE
def serve(mode: str, host: str, port: int, workers: int, expose: bool, database: str) -> None:
    """Run the gateway for the classes in the database. TLS is the work of a proxy in front of it."""
    from course import serve as serving
    from course.classroom import serving as classroom_serving

    if not serving.is_loopback(host) and not expose:
        raise click.UsageError(
            f"Other computers can reach {host}. If you want that, add --expose, and put TLS in front of it."
        )
    with _problems():
        setting = classroom_serving.prepare(mode, database, workers)
        try:
            listening = serving.listen(host, port)
        except serving.ServeError as error:
            raise click.ClickException(str(error)) from error
    for klass, models in _too_dear(database, setting.upstreams):
        click.echo(
            f"In {klass.name!r}, one call of {', '.join(models)} without a limit on its answer can cost more than a "
            "student's week. It is refused unless it names one (max_output_tokens, max_tokens).",
            err=True,
        )
    here = f"http://{host}:{listening.getsockname()[1]}"
    click.echo(
        f"{classroom_serving.announcement(setting)} The gateway listens at {here} with {_count(workers, 'worker')}. "
        f"Students reach it at {setting.url}, you at {setting.url}/classroom/. Stop it with Ctrl+C.",
        err=True,
    )
    classroom_serving.run(setting, listening, workers)


@classroom.command()
@click.option(
    "--sort",
    type=click.Choice(["name", "state", "week", "spent", "calls", "refused", "last"]),
    default="name",
    show_default=True,
    help="By what; numbers from the highest.",
)
@_CLASS
@_DATABASE
def status(sort: str, name: str | None, database: str) -> None:
    """Say how each student stands: spent, refused, idle, last call."""
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from course.classroom import status as standings
    from course.classroom import words

    with _class(database, name) as (store, klass, now):
        report = standings.report(store, klass, now)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("student", min_width=12)
    table.add_column("state", no_wrap=True)
    for heading in ("week", "budget", "in all", "calls", "refused", "last (UTC)"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in standings.ordered(report.students, sort, descending=sort not in ("name", "state")):
        table.add_row(
            escape(each.who.student.label),
            each.state,
            words.dollars(each.week),
            words.dollars(each.limit),
            words.dollars(each.spent),
            f"{each.calls:,}",
            f"{sum(each.refused.values()):,}",
            words.moment(each.last_call, "%m-%d %H:%M"),
        )
    Console().print(table)
    click.echo(
        f"Class {klass.name!r}: {_count(len(report.students), 'student')}, {report.idle} idle or never called. "
        f"Spent {words.dollars(report.used)} of the cap of {words.dollars(report.cap)}, "
        f"{words.dollars(report.week)} this week. Refused: {words.reasons(report.refused) or 'none'}."
    )


@classroom.command()
@click.argument("student")
@_CLASS
@_DATABASE
def revoke(student: str, name: str | None, database: str) -> None:
    """End a student's key, at once. STUDENT is an email address, a number or a name."""
    from course.classroom import register

    with _class(database, name) as (store, klass, now):
        who = register.find_student(store, klass, student)
        register.revoke(store, klass, who, now)
    click.echo(f"The key of {who.student.label} is revoked. Another: course classroom new-key {who.student.handle}")


@classroom.command("new-key")
@click.argument("student")
@click.option("--csv", "as_table", is_flag=True, help="The key as CSV for a mail merge, instead of a slip to print.")
@_OUTPUT
@_CLASS
@_DATABASE
def new_key(student: str, as_table: bool, output: Path, name: str | None, database: str) -> None:
    """Give a student another key. It has what is left of this week's budget; the old one ends."""
    from course.classroom import admission, register

    with _class(database, name) as (store, klass, _):
        who = register.find_student(store, klass, student)
        path = admission.issue_again(store, klass, who, output, as_table)
    click.echo(f"→ {path}")
    click.echo(f"{_KEYS_INSIDE} The key before it is revoked.", err=True)


@classroom.command("top-up")
@click.argument("dollars")
@click.argument("student", required=False)
@_CLASS
@_DATABASE
def top_up(dollars: str, student: str | None, name: str | None, database: str) -> None:
    """Let a student, or the class, spend more. STUDENT may this week; without, the class's cap is raised."""
    from course.classroom import register
    from course.classroom.money import micros

    with _class(database, name) as (store, klass, now):
        who = register.find_student(store, klass, student) if student else None
        register.top_up(store, klass, who, micros(dollars), now)
    click.echo(f"{who.student.label if who else 'The class'} may spend ${dollars.lstrip('$')} more.")


@classroom.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--revoke", "end", is_flag=True, help="Revoke the students' keys that are found.")
@_DATABASE
@click.pass_context
def scan(context: click.Context, folder: Path, end: bool, database: str) -> None:
    """Look for leaked keys. In FOLDER, such as the submissions, of students and of vendors; exit 1 if one works."""
    from course.classroom import scan as scanning

    def paths(files: list[Path]) -> Iterator[Path]:
        with click.progressbar(files, label="Reading", file=sys.stderr) as bar:
            yield from bar

    with _class(database, None, every=True) as (store, _, now):
        found = scanning.scan(store, folder, paths)
        ended = scanning.revoke(store, found.leaks, now) if end else []
    for leak in found.leaks:
        whose = f"a key of {leak.owner.name}" if leak.owner else f"what looks like a key for {leak.issuer}"
        state = "" if leak.works else ", revoked already"
        click.echo(f"{leak.file}, {leak.place}: {whose}, ends in {leak.last4}{state}")
    for file in found.unread:
        click.echo(f"{file.file}: not looked into, because {file.reason}", err=True)
    for owner in ended:
        click.echo(f"Revoked: the key of {owner.name}. Another: course classroom new-key")
    ended_keys = {owner.number for owner in ended}
    open_leaks = [leak for leak in found.leaks if leak.works and not (leak.owner and leak.owner.number in ended_keys)]
    if not found.leaks:
        click.echo("No key was found.")
    if any(leak.owner and leak.owner.project for leak in open_leaks):
        click.echo(f"To revoke the students' keys: course classroom scan {folder} --revoke")
    if any(leak.owner is None for leak in open_leaks):
        click.echo("A vendor's key is ended at the vendor alone: tell the one who handed it in.")
    if open_leaks:
        context.exit(1)


@classroom.command("admin-key")
@_OUTPUT
@_DATABASE
def admin_key(output: Path, database: str) -> None:
    """Make a new key to the status page. It stands in a file; the one before it ends."""
    from course.classroom import admission

    with _class(database, None, every=True) as (store, klass, _):
        path = admission.write_admin_key(store, klass.terms.url, output)
    click.echo(f"→ {path}: your key to the status page, {klass.terms.url}/classroom/")


def _too_dear(database: str, vendors: Iterable[str]) -> list[tuple]:
    """Each class, and the models that its students cannot call freely."""
    from course import serve as serving
    from course.classroom import longest_answers, register

    with serving.open_store(database) as store:
        found = [(klass, longest_answers.too_dear(klass, vendors)) for klass in register.classes(store)]
    return [(klass, models) for klass, models in found if models]


@contextlib.contextmanager
def _class(database: str, name: str | None, every: bool = False) -> Iterator[tuple]:
    """The store, the class that is meant, any if it is about `every` class, and the time."""
    from course import serve as serving
    from course.classroom import register
    from course.gateway.pipeline import utc_micros

    with _problems():
        try:
            with serving.open_store(database) as store:
                classes = register.classes(store) if every else []
                yield store, classes[-1] if classes else register.find_class(store, name), utc_micros()
        except serving.ServeError as error:
            raise click.ClickException(str(error)) from error


@contextlib.contextmanager
def _problems() -> Iterator[None]:
    from course.classroom.problem import ClassroomProblem

    try:
        yield
    except ClassroomProblem as problem:
        raise click.ClickException(str(problem)) from problem


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
