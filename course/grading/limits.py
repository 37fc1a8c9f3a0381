"""What the code of one submission may use."""

from dataclasses import dataclass

WAITING = 4  # times as long as it may work, a cell or a call may wait


@dataclass(frozen=True)
class Limits:
    """Seconds of work for one cell and for one call of a function; seconds by the clock for the whole submission;
    bytes of memory, of all files together and of a cell's printed output; processes and threads; bytes of a notebook.
    """

    cell_seconds: float = 30
    call_seconds: float = 10
    seconds: float = 300
    memory: int = 2_000_000_000
    files: int = 64_000_000
    output: int = 20_000
    processes: int = 64
    notebook: int = 10_000_000
