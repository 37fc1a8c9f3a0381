"""Forwards a request to its vendor with the learner's own key, and nowhere else.

Method, path, query and body pass unchanged, and so do the headers but for the key and those that concern one
connection alone. No redirect is followed: it would take the key along.
"""

from __future__ import annotations

from collections.abc import Iterable
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2

from ..live_settings import BACK, LiveProblem, Upstream
from ..types import Fault
from .connections import TOGETHER, Connections

# A model may think for minutes before it says its first word; vendors' SDKs wait as long.
_TIMEOUT = httpx2.Timeout(connect=10, read=600, write=60, pool=60)
_LIMITS = httpx2.Limits(max_connections=None, max_keepalive_connections=TOGETHER, keepalive_expiry=60)

_HOP_BY_HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}
_KEYS = {b"authorization", b"x-api-key", b"x-goog-api-key", b"api-key"}
_NOT_SENT = _HOP_BY_HOP | _KEYS | {b"host", b"content-length", b"accept-encoding", b"cookie", b"expect"}
# The server sets the date itself; cookies are between gateway and vendor. The body is passed on unpacked.
_NOT_PASSED_ON = _HOP_BY_HOP | {b"date", b"server", b"set-cookie", b"content-encoding"}

# The detail of a fault after which the vendor may have the request, and answer and bill it.
SENT = {"sent": True}

Headers = list[tuple[bytes, bytes]]


class Forwarder:
    """Sends requests to vendors over connections that all calls share."""

    def __init__(self):
        certificates = httpx2.create_ssl_context()  # takes a while to read

        def client() -> httpx2.AsyncClient:
            return httpx2.AsyncClient(
                timeout=_TIMEOUT,
                limits=_LIMITS,
                follow_redirects=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                verify=certificates,
                # A proxy could read what is not encrypted.
                mounts={"http://": httpx2.AsyncHTTPTransport(verify=certificates, limits=_LIMITS)},
            )

        try:
            self._connections = Connections(client)
        except (ImportError, ValueError):
            raise LiveProblem(
                "The proxy in this computer's environment (HTTPS_PROXY or ALL_PROXY) is of a kind that cannot be "
                "used. Set HTTPS_PROXY to an address that begins with http://, or remove it."
            ) from None

    async def send(
        self, upstream: Upstream, method: str, path: str, query: bytes, headers: Iterable, body: bytes
    ) -> httpx2.Response:
        """The vendor's answer, its body not yet read. `path` follows the base URL; `headers` are pairs of bytes.
        Raises `Fault` unavailable or timeout, with the detail `SENT` where the vendor may have got the request.
        """
        headers = list(headers)
        kept = [(name, value) for name, value in headers if name not in _NOT_SENT]
        base = httpx2.URL(upstream.url)
        target = base.raw_path.rstrip(b"/") + path.encode("ascii") + (b"?" + query if query else b"")
        request = self._connections.build_request(
            method,
            base.copy_with(raw_path=target),
            headers=[*kept, (b"accept-encoding", b"identity"), *_credentials(upstream, headers)],
            content=body or None,
        )
        try:
            answer = await self._connections.send(request)
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            raise _fault(upstream, error) from None
        if answer.is_redirect:
            await answer.aclose()
            raise Fault(
                "unavailable",
                f"{_begin(upstream.name)} answered with another address, and a call is not sent on, so that your key "
                f"stays with its vendor. {BACK}",
            )
        return answer


def passed_on(answer: httpx2.Response, length: bool = True) -> Headers:
    """The headers of an answer as the caller gets them; without their `length` where the body changes."""
    unpacked = b"content-encoding" in {name.lower() for name, _ in answer.headers.raw}
    dropped = _NOT_PASSED_ON | (set() if length and not unpacked else {b"content-length"})
    return [(name.lower(), value) for name, value in answer.headers.raw if name.lower() not in dropped]


def without_key(text: bytes, upstream: Upstream) -> bytes:
    """What a vendor said, without the key, should it have repeated it."""
    return text.replace(upstream.key.encode("ascii"), b"[key removed]") if upstream.key else text


def may_be_billed(error: BaseException) -> bool:
    """Whether the vendor may have got the request that ended in this error."""
    return not isinstance(error, Fault) or "sent" in error.detail


def _credentials(upstream: Upstream, headers: Headers) -> Headers:
    """The key in the vendor's own way."""
    key = upstream.key.encode("ascii")
    if not key:
        return []
    if upstream.vendor == "google":
        return [(b"x-goog-api-key", key)]
    if upstream.vendor == "anthropic" and any(name == b"x-api-key" for name, _ in headers):
        return [(b"x-api-key", key)]
    return [(b"authorization", b"Bearer " + key)]


def _fault(upstream: Upstream, error: Exception) -> Fault:
    name = upstream.name
    if isinstance(error, httpx2.TimeoutException) and not isinstance(error, httpx2.ConnectTimeout):
        return Fault("timeout", f"{_begin(name)} took too long to answer. Try again. {BACK}", detail=SENT)
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.ProxyError):
        check = "whether it runs" if upstream.own else "this computer's network"
        return Fault("unavailable", f"{_begin(name)} cannot be reached. Check {check}, then try again. {BACK}")
    broken = f"The connection to {name} broke before an answer came. Try again. {BACK}"
    return Fault("unavailable", broken, detail=SENT)


def _begin(name: str) -> str:
    return name[:1].upper() + name[1:]
