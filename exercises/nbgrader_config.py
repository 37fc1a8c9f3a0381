"""How nbgrader treats this folder: `source` holds solutions, `release` is what students get."""

from pathlib import Path

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "chat_or_api"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
# A cell of a task ends in a line that says "not done yet" and names the task; it stays when the solution goes.
c.ClearSolutions.code_stub = {"python": "# Your code here, in place of the next line."}
c.ClearSolutions.text_stub = "*Your answer here.*"
