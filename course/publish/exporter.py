"""What every export of a lesson has in common: the course's templates, and a saved notebook to begin with."""

from pathlib import Path

from nbconvert.exporters import HTMLExporter
from traitlets import default

from course.publish.lesson import Lesson, LessonError

TEMPLATES = Path(__file__).parent / "templates"


class CourseExporter(HTMLExporter):
    """Exports a lesson by a template in TEMPLATES."""

    def read(self, lesson: Lesson) -> str:
        """The HTML of a lesson's saved notebook. Raises LessonError when it has none yet."""
        return self.convert(lesson)[0]

    def convert(self, lesson: Lesson) -> tuple[str, dict]:
        """The HTML of a lesson's saved notebook, and what its template was given. Raises LessonError."""
        if not lesson.notebook.exists():
            raise LessonError(f"{lesson.name} has no notebook yet. First run: course notebooks {lesson.name}")
        return self.from_filename(lesson.notebook)

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    @default("template_extension")
    def _template_extension_default(self) -> str:
        return ".html.j2"

    @default("exclude_anchor_links")
    def _exclude_anchor_links_default(self) -> bool:
        return True
