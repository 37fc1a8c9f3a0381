"""`python -m course COMMAND`: works from a bare clone, because it sets up what the command needs."""

import sys

from course.bootstrap import main

sys.exit(main(sys.argv[1:]))
