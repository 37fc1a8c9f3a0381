"""Execute lessons: source → notebook, several at a time; or check that the saved ones are current."""

import base64
import difflib
import io
import json
import os
import re
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import nbformat
from nbformat import NotebookNode

from course.publish import glossary, shape
from course.publish.lesson import Lesson, LessonError
from course.publish.normalise import dumps, normalise

CELL_TIMEOUT = 120  # seconds
# For kernels that live a minute: quiet, and they rarely look for garbage, which takes a tenth of a lesson's time.
KERNEL_OPTIONS = (
    "--log-level=ERROR",
    "--IPKernelApp.exec_lines=__import__('gc').set_threshold(50_000, 20, 100)",
)
MAX_DIFF_LINES = 60
_PICTURE = re.compile(r"iVBORw0KGgo[\w+/=]+")
_SAME_PICTURE = 2.0  # mean difference of the colour values, of 255: other processors round differently


def execute(lessons: list[Lesson], advance: Callable[[], None] = lambda: None) -> list[NotebookNode]:
    """Run each lesson in a fresh kernel, two at once for each core: a lesson waits at times.

    `advance` is called at each cell, code or prose. Raises LessonError when a lesson failed: it names
    lesson, cell and error, for each that did.
    """
    with ThreadPoolExecutor(2 * os.cpu_count()) as threads:  # each only waits for its kernel's process
        outcomes = list(threads.map(lambda lesson: _attempt(lesson, advance), lessons))
    failures = [str(outcome) for outcome in outcomes if isinstance(outcome, LessonError)]
    if failures:
        raise LessonError("\n\n".join(failures))
    return outcomes


def build(lessons: list[Lesson], advance: Callable[[], None] = lambda: None) -> None:
    """Execute each lesson and save its notebook. Raises LessonError, and saves nothing, if one fails."""
    for lesson, notebook in zip(lessons, execute(lessons, advance), strict=True):
        lesson.notebook.write_bytes(dumps(notebook))


def check(lessons: list[Lesson], advance: Callable[[], None] = lambda: None) -> None:
    """Execute each lesson and compare with its saved notebook, which must also keep a lesson's shape.

    Raises LessonError with a readable difference for each that has drifted.
    """
    found = [
        finding
        for lesson, fresh in zip(lessons, execute(lessons, advance), strict=True)
        for finding in findings(fresh, lesson)
    ]
    if found:
        raise LessonError("\n\n".join(found))


def findings(fresh: NotebookNode, lesson: Lesson) -> list[str]:
    """What is wrong with the saved notebook of a lesson that gave `fresh` just now; empty when all is well."""
    found = []
    if not lesson.notebook.exists():
        found.append(f"{lesson.name} has no notebook yet. Run: course notebooks {lesson.name}")
    elif drift := difference(nbformat.read(lesson.notebook, as_version=4), fresh):
        found.append(
            f"{lesson.name}: the saved notebook is not what its source gives now. "
            f"Run: course notebooks {lesson.name}\n{drift}"
        )
    return found + [f"{lesson.name}: {problem}" for problem in shape.problems(fresh)]


def finish(executed: NotebookNode, lesson: Lesson) -> NotebookNode:
    """An executed lesson as it is saved. Raises LessonError for what must not be."""
    return normalise(glossary.mark(executed), lesson)


def difference(saved: NotebookNode, fresh: NotebookNode) -> str:
    """A unified diff of the two notebooks, cell by cell; empty when they say and show the same."""
    texts = [_readable(notebook) for notebook in (saved, fresh)]
    pictures = [[found[0] for text in each for found in _PICTURE.finditer(text)] for each in texts]
    lines = [[_PICTURE.sub("<picture>", line) for line in text] for text in texts]
    diff = list(difflib.unified_diff(*lines, "saved", "executed now", lineterm="", n=1))
    if len(diff) > MAX_DIFF_LINES:
        diff[MAX_DIFF_LINES:] = [f"… and {len(diff) - MAX_DIFF_LINES} lines more"]
    if not diff:
        diff = [
            f"picture {number} of {len(pictures[0])} looks different"
            for number, (before, now) in enumerate(zip(*pictures, strict=True), start=1)
            if not _look_alike(before, now)
        ]
    return "\n".join(diff)


def _attempt(lesson: Lesson, advance: Callable[[], None]) -> NotebookNode | LessonError:
    try:
        return finish(_run(lesson, advance), lesson)
    except LessonError as error:
        return error


def _run(lesson: Lesson, advance: Callable[[], None]) -> NotebookNode:
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    reached = ""

    def start(cell: NotebookNode, cell_index: int) -> None:
        nonlocal reached
        reached = cell.metadata.label
        advance()

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as own:
        client = NotebookClient(
            lesson.read(),
            AsyncKernelManager(kernel_name="python3", client_class="course.publish.patient_client.PatientClient"),
            timeout=CELL_TIMEOUT,
            record_timing=False,
            coalesce_streams=True,
            extra_arguments=list(KERNEL_OPTIONS),
            shutdown_kernel="immediate",  # a kernel takes half a second to take itself apart
            on_cell_start=start,
        )
        try:
            return client.execute(cwd=str(lesson.folder), env=environment(own))
        except CellExecutionError as error:
            reason = f"{error.ename}: {error.evalue}"
        except CellTimeoutError:
            reason = f"it ran for more than {CELL_TIMEOUT} seconds"
        except DeadKernelError:
            reason = "its Python process died"
    raise LessonError(f"{lesson.name} stopped in cell “{reached}”: {reason}")


def environment(own: str) -> dict[str, str]:
    """The environment of a student's fresh kernel: no progress, no key, no startup file of one's own.

    What the kernel leaves behind, it leaves in the folder `own`.
    """
    own_keys = re.compile(r"(OPENAI|ANTHROPIC|GEMINI|GOOGLE|OPENROUTER|COURSE)_")
    inherited = {name: value for name, value in os.environ.items() if not own_keys.match(name)}
    return inherited | {
        "COURSE_MODE": "practice",  # though a `.env` file beside the notebooks may say otherwise
        "COURSE_PROGRESS": "off",
        "IPYTHONDIR": own,
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONHASHSEED": "0",
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), own),
    }


def _readable(notebook: NotebookNode) -> list[str]:
    lines = [json.dumps(notebook.metadata, sort_keys=True)]
    for cell in notebook.cells:
        lines += [f"# cell {cell.id}, {cell.cell_type} {json.dumps(cell.metadata, sort_keys=True)}"]
        lines += cell.source.splitlines()
        for output in cell.get("outputs", []):
            lines += _flat(output)
    return lines


def _flat(value: object, name: str = "output") -> list[str]:
    """A nested value as lines `name: text`, so that a diff points at the line that changed."""
    if isinstance(value, dict):
        return [line for key in sorted(value) for line in _flat(value[key], f"{name}.{key}")]
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return [f"{name}: {line}" for line in text.splitlines()]


def _look_alike(before: str, now: str) -> bool:
    """Whether two pictures (PNG in base64) look the same; their bytes may differ between systems."""
    import numpy as np
    from PIL import Image

    first, second = (
        np.asarray(Image.open(io.BytesIO(base64.b64decode(each))).convert("RGB"), dtype=float)
        for each in (before, now)
    )
    return first.shape == second.shape and np.abs(first - second).mean() < _SAME_PICTURE
