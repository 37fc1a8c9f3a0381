# stopped by: TimeoutError: it took longer than 0.5 seconds
import time


def cost_of_call(*anything):
    time.sleep(86_400)
