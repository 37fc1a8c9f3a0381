"""What an instructor can put right: it says what happened, why, and what to do next."""


class GradingProblem(Exception):
    pass
