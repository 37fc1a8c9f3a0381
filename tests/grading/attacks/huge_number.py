# stopped by: OverflowError
def cost_of_call(*anything):
    return 10**4000
