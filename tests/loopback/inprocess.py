"""Recipe A: in this process, over plain HTTP; a session sends what is meant for Yahoo to the stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from tests.loopback.server import Service, serving


class _Detour(HTTPAdapter):
    """Sends every request for a host of yahoo.com to 127.0.0.1, and refuses all others."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def send(self, request: requests.PreparedRequest, *passed: Any, **named: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        if not (parts.hostname or "").endswith(".yahoo.com"):
            raise AssertionError(f"a test reached for the network: {request.url}")
        request.url = parts._replace(scheme="http", netloc=f"127.0.0.1:{self._port}").geturl()
        return super().send(request, *passed, **named | {"proxies": {}})


@contextmanager
def yahoo_in_process(service: Service) -> Iterator[requests.Session]:
    """A session for `Yahoo(session=...)` that reaches `service`."""
    with serving(service) as port, requests.Session() as session:
        session.trust_env = False
        for scheme in ("https://", "http://"):
            session.mount(scheme, _Detour(port))
        yield session


@contextmanager
def yfinance_alone(folder: Path) -> Iterator[Any]:
    """The yfinance package without memory of earlier tests, and with its caches in `folder`."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import yfinance
        from yfinance import base, cache, data

    def forget() -> None:
        data.SingletonMeta._instances.clear()
        data.YfData.cache_get.cache_clear()
        yfinance.set_tz_cache_location(str(folder))
        cache._TzCacheManager._tz_cache = None
        cache._CookieCacheManager._Cookie_cache = None
        base._tz_info_fetch_ctr = 0

    before = cache._TzDBManager.get_location()
    forget()
    try:
        yield yfinance
    finally:
        forget()
        yfinance.set_tz_cache_location(before)
