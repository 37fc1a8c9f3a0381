"""A student of the hub, as a browser would be one: forms, cookies, Jupyter's REST API and its WebSocket."""

import json
import uuid
from datetime import UTC, datetime

import httpx2
from hub import PASSWORD
from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session
from jupyter_server.services.kernels.connection.base import deserialize_binary_message
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbformat import NotebookNode
from nbval.plugin import coalesce_streams
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

NAVIGATE = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}
PATIENCE = 180  # seconds, for a machine that has much else to do


class Student:
    """Somebody who logs in at the hub. Use it with `async with`."""

    def __init__(self, hub_url: str, name: str):
        self.name = name
        self.home = f"/user/{name}/"
        self._url = hub_url
        self._browser = httpx2.AsyncClient(base_url=hub_url, follow_redirects=True, trust_env=False, timeout=PATIENCE)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self._browser.aclose()

    async def visit(self, path: str) -> httpx2.Response:
        """Go to a page of the hub, and on to where it leads."""
        return await self._browser.get(path, headers=NAVIGATE)

    async def log_in(self, password: str = PASSWORD) -> httpx2.Response:
        await self.visit("/hub/login")
        form = {"username": self.name, "password": password, "_xsrf": self._token("/hub/")}
        return await self._browser.post("/hub/login", data=form, headers=NAVIGATE)

    async def start(self) -> str:
        """Start the student's server; gives the address where they then are."""
        await self.visit("/hub/spawn")
        path = f"/hub/api/users/{self.name}/server/progress"
        async with self._browser.stream("GET", path, headers=self._own("/hub/")) as events:
            async for line in events.aiter_lines():
                told = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
                if told.get("failed"):
                    raise RuntimeError(f"{self.name}'s server did not start: {told['message']}")
                if told.get("ready"):
                    break
        return (await self.visit(self.home)).url.path

    async def stop(self) -> None:
        """Stop the student's server, and wait until it is gone."""
        path = f"/hub/api/users/{self.name}"
        await self._browser.delete(f"{path}/server", headers=self._own("/hub/"))
        while (await self._browser.get(path, headers=self._own("/hub/"))).json()["servers"]:
            pass

    async def jupyter(self, method: str, path: str, whose: str = "", **sent) -> httpx2.Response:
        """Call the API of this student's server, or of the one `whose` it is."""
        return await self.call(method, f"/user/{whose or self.name}/api/{path}", **sent)

    async def call(self, method: str, path: str, **sent) -> httpx2.Response:
        """What a page of the student's own Jupyter calls."""
        return await self._browser.request(method, path, headers=self._own(self.home), **sent)

    async def connect(self, kernel: str, whose: str = ""):
        """A WebSocket to a kernel. Raises tornado's HTTPClientError where it is refused."""
        address = f"{self._url.replace('http', 'ws', 1)}/user/{whose or self.name}/api/kernels/{kernel}/channels"
        cookies = "; ".join(f"{each.name}={each.value}" for each in self._browser.cookies.jar)
        headers = {"Cookie": cookies, "Sec-Fetch-Mode": "websocket", "Origin": self._url}
        return await websocket_connect(HTTPRequest(address, headers=headers, request_timeout=PATIENCE))

    async def open_notebook(self, path: str) -> str:
        """Start a kernel for a notebook, as JupyterLab does; gives the kernel's ID."""
        wanted = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
        return (await self.jupyter("POST", "sessions", json=wanted)).raise_for_status().json()["kernel"]["id"]

    async def run(self, kernel: str, notebook: NotebookNode) -> NotebookNode:
        """Run all code cells in a kernel; gives the notebook with what came out."""
        channel = await self.connect(kernel)
        recorder = NotebookClient(notebook, record_timing=False)
        recorder.reset_execution_trackers()
        recorder.kc = _Frontend(channel)
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                cell.outputs = []
                await self._run_cell(channel, recorder, cell, index)
                cell.outputs = coalesce_streams(cell.outputs)  # one print may come in two pieces
        recorder.set_widgets_metadata()
        channel.close()
        return notebook

    async def _run_cell(self, channel, recorder: NotebookClient, cell: NotebookNode, index: int) -> None:
        asked = _execute_request(cell.source)
        await channel.write_message(json.dumps(asked))
        recorder.clear_before_next_output = False
        idle = replied = False
        while not (idle and replied):
            raw = await channel.read_message()
            if raw is None:
                raise RuntimeError(f"{self.name}'s kernel hung up in cell {cell.id}.")
            message = deserialize_binary_message(raw) if isinstance(raw, bytes) else json.loads(raw)
            if message["parent_header"].get("msg_id") != asked["header"]["msg_id"]:
                continue
            replied = replied or message["msg_type"] == "execute_reply"
            if message["channel"] == "iopub":
                try:
                    recorder.process_message(message, cell, index)
                except CellExecutionComplete:
                    idle = True

    def _own(self, path: str) -> dict[str, str]:
        """What a page of ours sends along with its own calls."""
        return {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin", "X-XSRFToken": self._token(path)}

    def _token(self, path: str) -> str:
        return next(each.value for each in self._browser.cookies.jar if (each.name, each.path) == ("_xsrf", path))


class _Frontend:
    """What nbclient needs of a kernel's client, to tell a widget what was printed into it."""

    def __init__(self, channel):
        self.session = Session()
        self.shell_channel = self
        self._channel = channel

    def send(self, message: dict) -> None:
        self._channel.write_message(json.dumps(message | {"channel": "shell"}, default=json_default))


def _execute_request(code: str) -> dict:
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "version": "5.3"}
    header |= {"username": "", "session": uuid.uuid4().hex, "date": datetime.now(UTC).isoformat()}
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
    content |= {"allow_stdin": False, "stop_on_error": True}
    return {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
