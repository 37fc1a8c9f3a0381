# stopped by: ValueError
def cost_of_call(*anything):
    result = []
    result.append(result)
    return result
