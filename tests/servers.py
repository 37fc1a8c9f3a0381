"""Ends a server that a test started, with the kernels that it started in turn."""

import signal
import subprocess

import psutil


def end(process: subprocess.Popen, sign: int = signal.SIGTERM) -> None:
    """Ask `process` to stop, and kill what is left of it and its children after ten seconds."""
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    process.send_signal(sign)
    _, alive = psutil.wait_procs(family, timeout=10)
    for each in alive:
        each.kill()
