# stopped by: There is no cost_of_call yet
while True:
    pass
