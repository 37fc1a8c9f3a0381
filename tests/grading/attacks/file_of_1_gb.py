# stopped by: OSError
def cost_of_call(*anything):
    with open("large", "wb") as file:
        for _ in range(1000):
            file.write(b"x" * 1_000_000)
