"""The `course` command. It only reads the command line and prints; the work is done elsewhere."""

import contextlib
import difflib
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

import course
from course.classroom.commands import classroom
from course.data import DataError
from course.publish.lesson import LessonError, find_folder, find_lessons, find_saved


class _Command(click.Group):
    """Says an expected error in plain words, without a traceback, and suggests a mistyped command."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except (DataError, LessonError) as error:
            raise click.ClickException(str(error)) from error

    def resolve_command(self, context: click.Context, args: list[str]) -> tuple:
        if args and args[0] not in self.commands:
            near = difflib.get_close_matches(args[0], self.commands, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            context.fail(f"There is no command “{args[0]}”.{hint}")
        return super().resolve_command(context, args)


@click.group(cls=_Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(course.__version__, prog_name="course")
def main() -> None:
    """Chat or API? Make the lessons, export the slides, run the platform, open JupyterLab."""


def _output(folder: str, what: str) -> Callable:
    """The option that says into which folder a command writes."""
    kind = click.Path(file_okay=False, path_type=Path)
    return click.option("--output", type=kind, default=Path(folder), show_default=True, help=what)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
def start(folder: Path) -> None:
    """Copy the lessons and the exercises into FOLDER, to work in; what you have changed there stays as it is."""
    from course import learner_folder

    try:
        copied = learner_folder.copy(folder, learner_folder.files())
    except learner_folder.FolderError as error:
        raise click.ClickException(str(error)) from error
    click.echo(copied.told())
    click.echo(f'Go on with:\n\n    cd "{folder}"\n    course lab\n')


@main.command()
@click.argument("names", nargs=-1)
@click.option("--check", is_flag=True, help="Save nothing; fail if a saved notebook is out of date.")
def notebooks(names: tuple[str, ...], check: bool) -> None:
    """Execute lessons and save their notebooks: those in NAMES, or all."""
    from course.publish import notebooks as publish
    from course.publish import thread

    folder = find_folder(Path.cwd())
    lessons = find_lessons(folder, names)
    with _progress() as progress:
        total = sum(len(lesson.read().cells) for lesson in lessons)
        task = progress.add_task("Checking" if check else "Executing", total=total)
        work = publish.check if check else publish.build
        work(lessons, lambda: progress.advance(task))
    if not check:
        thread.refresh(folder)
    for lesson in lessons:
        click.echo(f"{lesson.name} is current" if check else f"{lesson.name} → {_short(lesson.notebook)}")


@main.command()
def refresh() -> None:
    """Bring the list of claims and the page of terms up to date with the lessons, the questions and the glossary."""
    from course.publish import thread

    for path in thread.refresh(find_folder(Path.cwd())):
        click.echo(f"{_short(path)} is current")


@main.command()
@click.argument("names", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Export every lesson, and a page that leads to all of them.")
@_output("build/slides", "The folder for the decks.")
@click.option("--style", type=click.Path(path_type=Path), help="CSS to add to the decks' own.")
@click.option("--logo", type=click.Path(path_type=Path), help="A picture for the corner of each page.")
def slides(names: tuple[str, ...], every: bool, output: Path, style: Path | None, logo: Path | None) -> None:
    """Export the lessons in NAMES as slides: one HTML file each, which needs no network."""
    if not names and not every:
        raise click.UsageError("Name a lesson, such as 02_billing, or say --all.")
    from course.publish import deck_index
    from course.publish.slides import export

    decks = []
    for lesson in find_lessons(find_saved(Path.cwd()), names):
        decks.append((lesson, export(lesson, output, style, logo)))
        click.echo(f"{lesson.name} → {_short(decks[-1][1])}")
    if every:
        click.echo(f"all of them → {_short(deck_index.write(decks, output))}")


@main.command()
@_output("build", "The folder for the PDF.")
def handout(output: Path) -> None:
    """Print the whole course as one PDF. It takes Chromium, Chrome or Edge."""
    from course.publish.handout import export

    click.echo(f"→ {_short(export(find_lessons(find_saved(Path.cwd())), output))}")


@main.command()
@_output("build/site", "The folder for the site. A JupyterLite in its folder `lite` stays, and pages lead to it.")
@click.option("--repository", metavar="OWNER/REPO", help="On GitHub, for the Binder buttons; else pyproject's.")
@click.option("--address", default="", metavar="URL", help="Where the site will lie; needed for a sitemap.")
@click.option("--lite", is_flag=True, help="Also build lessons that run in the browser, into the folder `lite`.")
@click.option(
    "--pyodide",
    type=click.Path(exists=True, path_type=Path),
    help="With --lite: a release of Pyodide, for more lessons; see deploy/README.md.",
)
def site(output: Path, repository: str | None, address: str, lite: bool, pyodide: Path | None) -> None:
    """Build the course as a web site: pages with live widgets, for any static host or a folder on disk."""
    from course.publish import site as publish

    if pyodide and not lite:
        raise click.UsageError("--pyodide is for lessons that run in the browser: say --lite too.")
    repository = repository or publish.REPOSITORY
    folder = find_saved(Path.cwd())
    if lite:
        _build_lite(folder, output / publish.LITE, pyodide)
    with _progress("steps") as progress:
        task = progress.add_task("Building", total=publish.steps(len(find_lessons(folder))))
        first = publish.build(folder, output, repository, address, lambda: progress.advance(task))
    click.echo(f"→ {_short(first)}")
    if repository == publish.PLACEHOLDER:
        click.echo(f"The Binder buttons name {repository}. Say --repository to name yours.", err=True)
    if not address:
        click.echo("No sitemap was written: it must name the site's address. Say --address to have one.", err=True)


def _build_lite(folder: Path, output: Path, pyodide: Path | None) -> None:
    from course.publish import lite as publish

    with _progress("steps") as progress:
        task = progress.add_task("Building for the browser", total=publish.STEPS)
        excluded = publish.build(folder, output, pyodide, advance=lambda: progress.advance(task))
    for name, why in excluded.items():
        click.echo(f"{name} runs in the browser" if not why else f"{name} does not: {why}")


@main.command()
@_output("dist", "The folder for the files. Those of an earlier release there are removed.")
def release(output: Path) -> None:
    """Build all files of a release: package, slides, handout, site, exercises, and their checksums."""
    from course.publish import release as publish

    try:
        plan = publish.plan()
        with _progress("steps") as progress:
            task = progress.add_task(f"Building {plan.version}", total=plan.steps)
            files = publish.build(plan, output, lambda: progress.advance(task))
    except publish.ReleaseError as error:
        raise click.ClickException(str(error)) from error
    for path in files:
        click.echo(f"{path.stat().st_size / 1e6:6.2f} MB  {_short(path)}")


@main.command()
@click.argument("names", nargs=-1)
def exercises(names: tuple[str, ...]) -> None:
    """Make what students get of the exercises in NAMES, or of all: without solutions and hidden tests."""
    from course.publish import exercises as publish

    folder = publish.find_exercises(Path.cwd())
    for path in publish.release(folder, publish.assignments(folder, names)):
        click.echo(f"{path.stem} → {_short(path)}")


@main.command("new-lesson")
@click.argument("word")
@click.option("--title", required=True, help="What the lesson is called.")
@click.option("--minutes", default=40, show_default=True, type=click.IntRange(5, 45), help="How long it takes.")
@click.option(
    "--claims", default="C01", show_default=True, help="What it teaches: ids of data/claims.csv, with commas."
)
def new_lesson(word: str, title: str, minutes: int, claims: str) -> None:
    """Begin a lesson, its quiz and its exercise, in the course's shape; WORD names it, such as latency."""
    from course.publish import exercises, thread
    from course.publish import new_lesson as publish

    folder = find_folder(Path.cwd())
    lesson = publish.create(folder.parent, word, title, minutes, [claim.strip() for claim in claims.split(",")])
    released = exercises.release(folder.parent / "exercises", [lesson.name])
    thread.refresh(folder)
    for path in (lesson.source, folder.parent / "data" / "quizzes" / f"{lesson.name}.json", *released):
        click.echo(f"→ {_short(path)}")
    click.echo("Now run: make notebooks. Each lesson shows the list of lessons, so all are executed. Then: make test")


@main.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--assignment", "names", multiple=True, help="Such as 02_billing; else all that were handed in.")
@_output("grades", "The folder for the gradebook and the tables. A run that was stopped goes on there.")
@click.option("--jobs", type=click.IntRange(1, 64), help="How many at once; else one for each processor.")
@click.option("--no-sandbox", is_flag=True, help="Run students' code unprotected, where nothing can shut it in.")
def grade(submissions: Path, names: tuple[str, ...], output: Path, jobs: int | None, no_sandbox: bool) -> None:
    """Grade the notebooks in SUBMISSIONS (student/assignment/notebook); tables for Canvas and Moodle come out."""
    from course.grading.problem import GradingProblem
    from course.publish.exercises import find_exercises

    source = find_exercises(Path.cwd())
    try:
        from course.grading import run
    except ImportError as error:
        raise click.ClickException(
            f"Grading needs {error.name}, which is not here. It runs on Linux, with the instructor's packages: "
            "pip install -r requirements-dev.txt"
        ) from error
    if no_sandbox:
        click.echo("Warning: students' code can read your files and use your network.", err=True)
    try:
        with _progress("submissions") as progress:
            task = progress.add_task("Grading", total=None)
            summary = run.grade(
                submissions,
                source,
                output,
                list(names),
                jobs,
                sandboxed=not no_sandbox,
                progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
    except GradingProblem as problem:
        raise click.ClickException(str(problem)) from problem
    for remark in summary.remarks:
        click.echo(remark, err=True)
    click.echo(summary.told())
    for path in summary.files:
        click.echo(f"→ {_short(path)}")


@main.group()
def quiz() -> None:
    """Take the quizzes elsewhere."""


@quiz.command("export")
@click.argument("names", nargs=-1)
@click.option(
    "--to",
    "form",
    required=True,
    type=click.Choice(["qti", "moodle", "jupyterquiz"]),
    help="QTI for Canvas and others, Moodle XML, or JupyterQuiz.",
)
@_output("build/quizzes", "The folder for the files.")
def export_quizzes(names: tuple[str, ...], form: str, output: Path) -> None:
    """Write quizzes for a learning platform: those in NAMES, such as 02_billing, or all. Feedback is kept."""
    from course.publish import lms

    for path in lms.export(form, names, output):
        click.echo(f"→ {_short(path)}")


main.add_command(classroom)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8790, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option(
    "--mode",
    type=click.Choice(["practice", "live"]),
    default="practice",
    show_default=True,
    help="Live calls the vendors for whose API you have a key.",
)
@click.option("--database", default="sqlite:///gateway.sqlite", show_default=True, help="An SQLAlchemy URL.")
@click.option("--env-file", type=click.Path(dir_okay=False, path_type=Path), help="Also write the lines to a file.")
@click.option("--pace", default=0.0, type=click.FloatRange(0, 10), help="Seconds between two pieces of a stream.")
@click.option("--expose", is_flag=True, help="Allow an address that other computers can reach.")
def serve(host: str, port: int, mode: str, database: str, env_file: Path | None, pace: float, expose: bool) -> None:
    """Run the AI API platform alone, and say how any program reaches it."""
    from course import serve as serving
    from course.gateway.gateway import environment

    if not serving.is_loopback(host):
        if not expose:
            raise click.UsageError(
                f"Other computers can reach {host}. If you want that, add --expose, and put TLS in front of it."
            )
        click.echo(f"Warning: other computers can reach {host}, and nothing is encrypted.", err=True)
    try:
        listening = serving.listen(host, port)
        opened, status = serving.open_gateway(mode, database, pace)
        shown = f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{listening.getsockname()[1]}"
        lines = serving.environment_lines(environment(url, opened.key, opened.admin_key))
        if env_file:
            serving.write_private(env_file, lines)
    except serving.ServeError as error:
        raise click.ClickException(str(error)) from error
    click.echo(lines)
    click.echo(f"{status} The platform is at {url}. The keys are shown only now. Stop it with Ctrl+C.", err=True)
    serving.run(opened, listening)


@main.command()
@click.pass_context
def doctor(context: click.Context) -> None:
    """Check this set-up, and say what to do about what is wrong; exit 1 if something is."""
    from course import doctor as checks

    findings = []
    for finding in checks.examine():
        findings.append(finding)
        click.echo(finding.line())
    click.echo(checks.verdict(findings))
    if any(finding.state == checks.WRONG for finding in findings):
        context.exit(1)


_DATABASE = click.option(
    "--database", default="sqlite:///gateway.sqlite", show_default=True, help="An SQLAlchemy URL."
)


@main.group()
def audit() -> None:
    """Check the platform's audit log."""


@audit.command()
@_DATABASE
@click.option(
    "--noted", default="", metavar="HASH", help="A head that an earlier check printed: it must still be there."
)
@click.pass_context
def verify(context: click.Context, database: str, noted: str) -> None:
    """Say whether the log is as it was written; exit 1 if an entry was changed, removed, added or moved."""
    with _store(database) as store:
        verdict = store.verify_audit(noted)
    if not verdict.intact:
        click.echo(f"NOT INTACT: {verdict.problem}")
        context.exit(1)
    click.echo(f"Intact. Entries: {verdict.entries:,}. Note the head elsewhere: {verdict.head}")


@main.command()
@click.argument("what", type=click.Choice(["usage", "audit"]))
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True)
@_DATABASE
@click.option(
    "--output", type=click.File("w", encoding="utf-8", lazy=True), default="-", help="A file; else the screen."
)
def export(what: str, form: str, database: str, output) -> None:
    """Write every call (usage) or every change (audit) as CSV or JSON Lines. Neither holds a prompt."""
    from course.gateway import export as exporting

    with _store(database) as store:
        for line in exporting.lines(exporting.WHAT[what](store), form):
            output.write(line)


@main.command()
@_DATABASE
def retention(database: str) -> None:
    """Delete for good what projects keep no longer, from the database, its log and its backups."""
    from course.gateway.pipeline import utc_micros

    with _store(database) as store:
        gone = store.purge(utc_micros())
        store.erase()
    click.echo(f"Stored contents deleted: {gone:,}. The ledger and the audit log stay.")


@main.command()
@_DATABASE
def backup(database: str) -> None:
    """Copy the platform's database into a file beside it, which the retention job will know."""
    with _store(database) as store:
        click.echo(store.backup())


@main.group()
def prices() -> None:
    """Look after the price book."""


@prices.command()
@click.pass_context
def diff(context: click.Context) -> None:
    """List where our prices and the installed genai-prices differ; exit 1 if a difference is not explained."""
    from rich.table import Table

    from course import catalog_check

    found = catalog_check.diff()
    if not found:
        click.echo(f"Every price agrees with {catalog_check.LIBRARY}.")
        return
    table = Table("model", "meter", "above", "on", "ours", catalog_check.LIBRARY, "explanation")
    for each in found:
        numbers = ("none" if price is None else str(price) for price in (each.ours, each.theirs))
        explanation = each.explanation or "none: open the vendor's page"
        table.add_row(each.model, each.meter, f"{each.above_tokens:,}", str(each.on), *numbers, explanation)
    Console().print(table)
    if any(not each.explanation for each in found):
        context.exit(1)


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def lab(context: click.Context, arguments: tuple[str, ...]) -> None:
    """Open JupyterLab on the first lesson. ARGUMENTS, such as --no-browser, are for JupyterLab."""
    from course import bootstrap

    try:
        context.exit(bootstrap.lab(arguments))
    except bootstrap.Problem as problem:
        raise click.ClickException(str(problem)) from problem


@contextlib.contextmanager
def _store(database: str) -> Iterator:
    from course import serve as serving

    try:
        with serving.open_store(database) as store:
            yield store
    except serving.ServeError as error:
        raise click.ClickException(str(error)) from error


def _progress(what: str = "cells") -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(what),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def _short(path: Path) -> Path:
    """The path as seen from here, when it lies below."""
    path = path.resolve()
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


if __name__ == "__main__":
    main(prog_name="course")
