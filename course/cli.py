"""The `course` command. It only reads the command line and prints; the work is done elsewhere."""

import difflib
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

import course
from course.data import DataError
from course.publish.lesson import LessonError, find_folder, find_lessons


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
    """Chat or API? Make the lessons, export the slides, open JupyterLab."""


@main.command()
@click.argument("names", nargs=-1)
@click.option("--check", is_flag=True, help="Save nothing; fail if a saved notebook is out of date.")
def notebooks(names: tuple[str, ...], check: bool) -> None:
    """Execute lessons and save their notebooks: those in NAMES, or all."""
    from course.publish import notebooks as publish

    lessons = find_lessons(find_folder(Path.cwd()), names)
    with _progress() as progress:
        total = sum(len(lesson.read().cells) for lesson in lessons)
        task = progress.add_task("Checking" if check else "Executing", total=total)
        work = publish.check if check else publish.build
        work(lessons, lambda: progress.advance(task))
    for lesson in lessons:
        click.echo(f"{lesson.name} is current" if check else f"{lesson.name} → {_short(lesson.notebook)}")


@main.command()
@click.argument("names", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Export every lesson.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/slides"),
    show_default=True,
    help="The folder for the decks.",
)
def slides(names: tuple[str, ...], every: bool, output: Path) -> None:
    """Export the lessons in NAMES as slides: one HTML file each, which needs no network."""
    if not names and not every:
        raise click.UsageError("Name a lesson, such as 02_billing, or say --all.")
    from course.publish.slides import export

    for lesson in find_lessons(find_folder(Path.cwd()), names):
        click.echo(f"{lesson.name} → {_short(export(lesson, output))}")


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


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("cells"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def _short(path: Path) -> Path:
    """The path as seen from here, when it lies below."""
    path = path.resolve()
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


if __name__ == "__main__":
    main(prog_name="course")
