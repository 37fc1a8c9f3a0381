"""A kernel's client that cannot miss an answer."""

import asyncio

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from traitlets import Type

LOOK_AGAIN = 1.0  # seconds


class _ShellChannel(AsyncZMQSocketChannel):
    async def get_msg(self, timeout: float | None = None) -> dict:
        """The next message, after `timeout` seconds at most, None for no limit. Raises queue.Empty.

        What `interact` shows makes nbclient send on the socket on which it waits for the kernel's answer. A ZeroMQ
        socket wakes its reader once for what came in (zmq_getsockopt, ZMQ_FD: edge-triggered), and sending takes
        that call away. So about one such cell in a hundred waited until its time was up, or for ever.
        """
        loop = asyncio.get_running_loop()
        end = None if timeout is None else loop.time() + timeout
        while end is None or end - loop.time() > LOOK_AGAIN:
            if await self.socket.poll(LOOK_AGAIN * 1000):
                return await super().get_msg(0)
        return await super().get_msg(max(0.0, end - loop.time()))


class PatientClient(AsyncKernelClient):
    shell_channel_class = Type(_ShellChannel)
