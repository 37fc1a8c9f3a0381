# stopped by: PermissionError
import os


def cost_of_call(*anything):
    while True:
        os.truncate(os.memfd_create("hoard"), 1_000_000_000)
