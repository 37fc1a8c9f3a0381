# stopped by: it sent something that is not an answer: it is longer than
import os
import struct


def cost_of_call(*anything):
    os.write(3, struct.pack(">I", 4_000_000_000))
