"""The `course classroom` commands. They only read the command line and print; the work is done elsewhere."""

import contextlib
from collections.abc import Iterator
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


@click.group()
def classroom() -> None:
    """Run the platform for a class: a key and a weekly budget for each student."""


@classroom.command()
@click.argument("roster", type=click.Path(path_type=Path))
@click.option("--class", "name", help="What the class is called; else as the roster's file.")
@click.option("--url", help="Where students will reach the gateway, such as https://ai.example.edu.")
@click.option("--weekly", type=float, metavar="USD", help="What each student may spend a week.  [default: 1.00]")
@click.option(
    "--cap", type=float, metavar="USD", help="What all may spend together.  [default: one week of all students]"
)
@click.option(
    "--per-minute", type=click.IntRange(1), help="Calls that each student may make a minute.  [default: 60]"
)
@click.option("--model", "models", multiple=True, help="A model that may be called; can be repeated. Else all.")
@click.option("--csv", "as_table", is_flag=True, help="Keys as CSV for a mail merge, instead of slips to print.")
@_OUTPUT
@_DATABASE
def init(roster: Path, name: str | None, as_table: bool, output: Path, database: str, **wanted) -> None:
    """Make a class of ROSTER, a CSV file, or add to it who is new there. Options change it for everybody."""
    from course.classroom import admission, register
    from course.classroom import roster as rosters

    with _problems():
        students = rosters.read(roster)
        bar = click.progressbar(length=len(students), label="Making keys", file=click.get_text_stream("stderr"))
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
        click.echo(
            "Warning: this file holds the keys in the clear, and they cannot be had again. Hand them out, then "
            "delete it.",
            err=True,
        )
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
    here = f"http://{host}:{listening.getsockname()[1]}"
    click.echo(
        f"{classroom_serving.announcement(setting)} The gateway listens at {here} with {_count(workers, 'worker')}. "
        f"Students reach it at {setting.url}, you at {setting.url}/classroom/. Stop it with Ctrl+C.",
        err=True,
    )
    classroom_serving.run(setting, listening, workers)


@contextlib.contextmanager
def _problems() -> Iterator[None]:
    from course.classroom.problem import ClassroomProblem

    try:
        yield
    except ClassroomProblem as problem:
        raise click.ClickException(str(problem)) from problem


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
