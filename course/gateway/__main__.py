"""`python -m course.gateway`: the same as `course serve`."""

from course.cli import serve

if __name__ == "__main__":
    serve(prog_name="python -m course.gateway")
