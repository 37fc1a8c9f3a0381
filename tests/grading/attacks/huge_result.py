# stopped by: it is longer than
def cost_of_call(*anything):
    return "x" * 5_000_000
