# stopped by: OSError: [Errno 97]
import socket


def cost_of_call(*anything):
    socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
