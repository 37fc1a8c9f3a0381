# stopped by: TimeoutError: it took longer than 0.5 seconds
def cost_of_call(*anything):
    while True:
        pass
