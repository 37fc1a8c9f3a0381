# stopped by: it crashed, or left, or used more than it may
import os


def cost_of_call(*anything):
    os._exit(0)
