"""`python -m course COMMAND`: in a bare clone it first sets up what the command needs."""

import sys

from course import bootstrap

if bootstrap.LESSONS == bootstrap.ROOT:
    sys.exit(bootstrap.main(sys.argv[1:]))

from course import cli  # what it needs was installed with the package

cli.main(prog_name="course")
