"""Where students reach the gateway, which may be behind a proxy."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from .problem import ClassroomProblem


def checked(url: str) -> str:
    """The address of a gateway, without a slash at its end. Raises `ClassroomProblem`."""
    from course.serve import is_loopback

    try:
        parts = urlsplit(url)
        plain = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        plain = False
    if not plain or parts.username or parts.password or parts.query or parts.fragment or not url.isascii():
        raise ClassroomProblem(f"{url!r} is not the address of a gateway, such as https://ai.example.edu.")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ClassroomProblem(
            f"{url} begins with http://, so everybody on the way could read the keys. Use https://; the proxy in "
            "front of the gateway speaks it."
        )
    return url.rstrip("/")


class PublicAddress:
    """An ASGI app as it is seen from outside. What it says of its own address, such as on its front page, follows
    from `url`, never from headers that a client or a proxy may set. A proxy passes the path of each request
    unchanged; one that takes the path of `url` away is understood too.
    """

    def __init__(self, app, url: str):
        parts: SplitResult = urlsplit(url)
        self._app = app
        self._scheme = parts.scheme
        self._host = parts.netloc.encode("ascii")
        self._prefix = parts.path.rstrip("/")

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            scope["scheme"] = self._scheme
            kept = [header for header in scope["headers"] if header[0] != b"host"]
            scope["headers"] = [(b"host", self._host), *kept]
            if self._prefix:
                self._enter_prefix(scope)
        await self._app(scope, receive, send)

    def _enter_prefix(self, scope) -> None:
        scope["root_path"] = self._prefix
        if f"{scope['path']}/".startswith(f"{self._prefix}/"):
            return
        scope["path"] = f"{self._prefix}{scope['path']}"
        scope["raw_path"] = self._prefix.encode("ascii") + scope["raw_path"]
