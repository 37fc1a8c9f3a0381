# stopped by: Network is unreachable
import socket


def cost_of_call(*anything):
    socket.create_connection(("192.0.2.1", 443), timeout=5)
