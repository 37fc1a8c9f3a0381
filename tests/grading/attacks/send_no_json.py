# stopped by: it sent something that is not an answer
import os
import struct


def cost_of_call(*anything):
    os.write(3, struct.pack(">I", 9) + b"\x80pickle!!")
