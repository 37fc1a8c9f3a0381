"""Programs of others that answer OpenAI's chat completions without a model, to measure the gateway against.

They are no part of the course: each is installed into a folder of its own under build/peers, when asked for.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2

FOLDER = Path(__file__).resolve().parents[2] / "build" / "peers"
# Neither may look for news of itself, nor ask anybody for prices, while it is measured.
_ALONE = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False", "NO_PROXY": "*"}
_INSTALL_SECONDS = 900
_START_SECONDS = 600
KEY = "sk-5f0e1d2c3b4a59687766554433221100"


class Missing(RuntimeError):
    """A peer cannot be had on this computer; the message says why."""


@dataclass(frozen=True)
class Peer:
    """`install` gives the commands that put `package` into a folder; `serve` writes what the peer reads there, and
    gives the command that serves one answer to one question, and its environment.
    """

    name: str
    package: str
    install: Callable[[Path, str], list[list]]
    serve: Callable[[Path, int, str, str, str], tuple[list, Mapping[str, str]]]

    def start(self, model: str, question: str, answer: str) -> Running:
        """Install the peer if it is not there, and serve. Raises `Missing`."""
        folder = FOLDER / self.name.lower()
        installed = folder / "installed"
        if not installed.exists() or installed.read_text(encoding="utf-8") != self.package:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            for command in self.install(folder, self.package):
                _run(self.name, command)
            installed.write_text(self.package, encoding="utf-8")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command, environment = self.serve(folder, port, model, question, answer)
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **_ALONE, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        body = {"model": model, "messages": [{"role": "user", "content": question}]}
        running = Running(self.name, f"http://127.0.0.1:{port}/v1/chat/completions", process, body)
        running.wait()
        return running


@dataclass(frozen=True)
class Running:
    """A peer that serves; `body` is what it answers."""

    name: str
    url: str
    process: subprocess.Popen
    body: dict

    def target(self) -> tuple[str, str, str]:
        return self.url, KEY, json.dumps(self.body)

    def wait(self) -> None:
        """Return when it answers. Raises `Missing`."""
        headers = {"authorization": f"Bearer {KEY}"}
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(httpx2.TransportError):
                answer = httpx2.post(self.url, json=self.body, headers=headers, trust_env=False, timeout=30)
                if answer.status_code == 200:
                    return
            time.sleep(0.5)
        self.stop()
        raise Missing(f"{self.name} is installed, but does not answer.")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def _install_with_pip(folder: Path, package: str) -> list[list]:
    uv, python = shutil.which("uv"), _python(folder)  # uv takes seconds where pip takes minutes
    install = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    return [[sys.executable, "-m", "venv", folder], [*install, "-q", package]]


def _install_with_npm(folder: Path, package: str) -> list[list]:
    npm = shutil.which("npm")
    if npm is None:
        raise Missing("aimock needs Node.js with npm, and there is none.")
    return [[npm, "install", "--no-audit", "--no-fund", "--prefix", folder, package]]


def _serve_litellm(folder: Path, port: int, model: str, question: str, answer: str):
    """Its proxy with a key and a mock response. Its own budgets want PostgreSQL, and would make it slower still."""
    parameters = {"model": f"openai/{model}", "api_key": "none", "mock_response": answer}
    settings = {
        "model_list": [{"model_name": model, "litellm_params": parameters}],
        "general_settings": {"master_key": KEY},
    }
    config = folder / "config.yaml"
    config.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
    return [_python(folder).with_name("litellm"), "--config", config, "--host", "127.0.0.1", "--port", str(port)], {}


def _serve_aimock(folder: Path, port: int, model: str, question: str, answer: str):
    fixtures = folder / "fixtures.json"
    fixture = {"match": {"userMessage": question}, "response": {"content": answer}}
    fixtures.write_text(json.dumps({"fixtures": [fixture]}), encoding="utf-8")
    program = folder / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"
    command = [shutil.which("node"), program, "--port", str(port), "--fixtures", fixtures, "--log-level", "silent"]
    return command, {"AIMOCK_API_KEYS": KEY}


PEERS = {
    "LiteLLM": Peer("LiteLLM", "litellm[proxy]==1.108.7", _install_with_pip, _serve_litellm),
    "aimock": Peer("aimock", "@copilotkit/aimock@1.43.0", _install_with_npm, _serve_aimock),
}


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _run(name: str, command: list) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Missing(f"{name} cannot be installed here: {said[-1] if said else 'it does not say why'}")
