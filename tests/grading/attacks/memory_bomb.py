# stopped by: MemoryError
def cost_of_call(*anything):
    hoard = []
    while True:
        hoard.append(bytearray(400_000_000))
