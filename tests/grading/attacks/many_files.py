# stopped by: No space left on device
def cost_of_call(*anything):
    number = 0
    while True:
        open(f"file-{number}", "w").close()
        number += 1
