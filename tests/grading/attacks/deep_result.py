# stopped by: it is nested too deeply
def cost_of_call(*anything):
    result = []
    for _ in range(100_000):
        result = [result]
    return result
