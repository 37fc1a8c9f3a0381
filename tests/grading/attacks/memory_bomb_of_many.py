# stopped by: it used more than 700 MB of memory | it took longer than 0.5 seconds
import os
import time


def cost_of_call(*anything):
    for _ in range(10):
        if not os.fork():
            hoard = b"x" * 150_000_000
            time.sleep(86_400)
    time.sleep(86_400)
