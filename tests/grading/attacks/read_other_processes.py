# stopped by: LookupError: processes: ['1'], files: [], shared: []
import os


def cost_of_call(*anything):
    processes = [each for each in os.listdir("/proc") if each.isdigit()]
    files = [each for each in os.listdir() if each != "profile_default"]  # IPython's own
    raise LookupError(f"processes: {processes}, files: {files}, shared: {os.listdir('/dev/shm')}")
