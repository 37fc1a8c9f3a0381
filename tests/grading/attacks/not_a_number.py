# stopped by: ValueError: Out of range float values are not JSON compliant
def cost_of_call(*anything):
    return float("nan")
