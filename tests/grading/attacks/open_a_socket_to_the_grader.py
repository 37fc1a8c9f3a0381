# stopped by: ConnectionRefusedError
import socket


def cost_of_call(*anything):
    socket.create_connection(("127.0.0.1", PORT_OF_A_SERVER_OUTSIDE), timeout=5)
