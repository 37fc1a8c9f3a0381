# stopped by: RuntimeError: can't start new thread
import threading
import time


def cost_of_call(*anything):
    while True:
        threading.Thread(target=time.sleep, args=(86_400,), daemon=True).start()
