# stopped by: it did not stop after 0.5 seconds
import os
import struct


def cost_of_call(*anything):
    while True:
        try:
            os.write(3, struct.pack(">I", 8) + b'{"id":0}')
        except BaseException:
            continue
