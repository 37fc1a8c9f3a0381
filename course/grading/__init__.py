"""Grades exercises: students' code runs behind walls and only answers calls; tests and grades stay on this side.

`run` goes through the submissions. A `worker` process, which we trust, judges one submission after another: it runs
the test cells of the instructor's own source. Whatever a student wrote runs in a sandbox that a `forkserver` opens
for each submission, and nothing but strict JSON comes back from there.
"""
