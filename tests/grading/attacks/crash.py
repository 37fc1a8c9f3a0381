# stopped by: it crashed, or left, or used more than it may
import ctypes


def cost_of_call(*anything):
    ctypes.string_at(0)
