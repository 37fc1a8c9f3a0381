# stopped by: gave '0.008', which is not a number
import os
import sys

line = "x" * 1_000_000
for _ in range(1000):
    print(line)
for _ in range(100):
    sys.__stdout__.write(line)
    os.write(1, line.encode())


def cost_of_call(*anything):
    for _ in range(1000):
        print(line)
    return "0.008"
