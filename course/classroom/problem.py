"""What can go wrong, said to the one who can do something about it."""


class ClassroomProblem(Exception):
    """The message says what happened, why, and what to do next."""
