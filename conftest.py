"""A lesson is executed once: nbval compares each cell, and one more item all that nbval does not look at."""

import os
import tempfile
from pathlib import Path

import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbval.kernel import RunningKernel, start_new_kernel
from nbval.plugin import IPyNbFile, coalesce_streams

from course.publish import notebooks
from course.publish.lesson import Lesson, LessonError


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path):
    collectors = yield
    source = file_path.parent / "source" / f"{file_path.stem}.py"
    return [_with_lesson(each, Lesson(source)) if source.exists() else each for each in collectors]


def _with_lesson(collector: pytest.Collector, lesson: Lesson) -> pytest.Collector:
    if not isinstance(collector, IPyNbFile):
        return collector
    return LessonFile.from_parent(collector.parent, path=collector.path, lesson=lesson)


class LessonFile(IPyNbFile):
    """A lesson's notebook: nbval's items, one for each code cell, and then `InStep`."""

    def __init__(self, *, lesson: Lesson, **how):
        super().__init__(**how)
        self.lesson = lesson

    def collect(self):
        yield from super().collect()
        yield InStep.from_parent(self, name="In step")

    def setup(self):
        self.kernel = RecordedKernel(self.lesson)
        self.setup_sanitize_files()


class RecordedKernel(RunningKernel):
    """nbval's kernel, started as `course notebooks` starts one. What it sends, nbclient makes a notebook of."""

    def __init__(self, lesson: Lesson):
        self._asked = {}  # the index of a cell, by the message that asked to execute it
        self._own = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        with open(os.devnull, "w") as nowhere:
            self.km, self.kc = start_new_kernel(
                kernel_name="python3",
                stderr=nowhere,
                cwd=str(lesson.folder),
                env=notebooks.environment(self._own.name),
                extra_arguments=list(notebooks.KERNEL_OPTIONS),
            )
        self._ensure_iopub_up()
        self.notebook = lesson.read()
        self._client = NotebookClient(self.notebook, record_timing=False)
        self._client.kc = self.kc  # what a cell shows inside a widget, nbclient puts there
        self._waiting = [index for index, cell in enumerate(self.notebook.cells) if cell.cell_type == "code"]

    def execute_cell_input(self, cell_input, allow_stdin=None):
        message = self.kc.execute(cell_input, allow_stdin=allow_stdin, stop_on_error=False)
        self._client.clear_before_next_output = False
        if self._waiting:
            self._asked[message] = self._waiting.pop(0)
        return message

    def get_message(self, stream, timeout=None):
        message = super().get_message(stream, timeout)
        index = self._asked.get(message["parent_header"].get("msg_id"))
        if stream == "iopub" and index is not None:
            self._record(message, index)
        return message

    def recorded(self):
        """The lesson as it came out. Raises LessonError while cells of it were not executed."""
        if self._waiting:
            raise LessonError(f"{len(self._waiting)} code cells were not executed. Run the whole notebook.")
        self._client.set_widgets_metadata()
        return self.notebook

    def stop(self):
        super().stop()
        self._own.cleanup()

    def _record(self, message: dict, index: int) -> None:
        cell = self.notebook.cells[index]
        try:
            self._client.process_message(message, cell, index)
        except CellExecutionComplete:
            cell.outputs = coalesce_streams(cell.outputs)


class InStep(pytest.Item):
    """Whether the source gives what is saved, also where nbval does not look: prose, metadata, widgets, pictures."""

    def runtest(self):
        lesson = self.parent.lesson
        fresh = notebooks.finish(self.parent.kernel.recorded(), lesson)
        if found := notebooks.findings(fresh, lesson):
            raise LessonError("\n\n".join(found))

    def repr_failure(self, excinfo):
        return str(excinfo.value) if excinfo.errisinstance(LessonError) else super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, None, f"{self.path.name}::{self.name}"
