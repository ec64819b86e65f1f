"""Asking a web service, for sources and finders that need no more than that. The only place that imports requests.

A vendor's key comes from the environment and from nowhere else, travels in a header, and is in no message, no log, no repr and
no exception: where an answer repeats it, it is blotted out.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from eventstudy.errors import EventStudyError, InvalidRequest, Sentence, SourceDown, SourceMalformed, SourceRateLimited

GIVE_UP = 50.0
"""Seconds after which one answer is no longer waited for."""
LARGEST = 200_000_000
"""Bytes that an answer may have."""


class Key:
    """A vendor's key, to be put into a header; it shows itself to nobody."""

    __slots__ = ("_scheme", "_secret")

    def __init__(self, secret: str, scheme: str) -> None:
        """`scheme`: the word before the key, such as Token."""
        self._secret, self._scheme = secret, scheme

    @classmethod
    def of(cls, variable: str, vendor: str, *, scheme: str = "Token", where: str | None = None) -> Key:
        """The key in an environment variable.

        Raises:
            InvalidRequest: there is none, or it holds what no header can.
        """
        secret = os.environ.get(variable, "").strip()
        if not secret:
            raise InvalidRequest(
                Sentence("{vendor} needs a key, and {variable} is not set", vendor=vendor, variable=variable),
                where=where,
                hint=Sentence("export {variable}=your-key", variable=variable),
            )
        if not (secret.isascii() and secret.isprintable() and " " not in secret):
            raise InvalidRequest(
                Sentence("{variable} does not hold a key: it has blanks or other odd characters", variable=variable),
                where=where,
            )
        return cls(secret, scheme)

    def __call__(self, request: Any) -> Any:
        """Put it into the headers of a request that is about to go out."""
        request.headers["Authorization"] = f"{self._scheme} {self._secret}"
        return request

    def blot(self, text: str) -> str:
        """The text without the key."""
        return text.replace(self._secret, "***")

    def __repr__(self) -> str:
        """Nothing of the key."""
        return "Key(***)"

    def __reduce__(self) -> Any:
        """Refuse to be stored."""
        raise TypeError(Sentence("a key is not stored"))


@dataclass(frozen=True)
class Answer:
    """What a service answered: its status, the kind of content it names, and the content."""

    status: int
    kind: str
    body: bytes
    later: str | None = None
    """The seconds (or the date) after which to ask again, as the service says it."""

    def excerpt(self, key: Key | None = None) -> str:
        """The beginning of it in one line, for messages."""
        text = " ".join(self.body[:2000].decode("utf-8", "replace").split())
        text = (key.blot(text) if key else text)[:160]
        return "".join(c if c.isprintable() else "?" for c in text) or Sentence("nothing")


def ask(
    url: str,
    service: str,
    *,
    params: Mapping[str, str] | None = None,
    key: Key | None = None,
    headers: Mapping[str, str] | None = None,
    enough: Callable[[bytes], bool] | None = None,
    passes: Collection[int] = (200, 404),
    where: str | None = None,
    timeout: float = 10.0,
    give_up: float = GIVE_UP,
) -> Answer:
    """The answer of a service, if it is one that its caller can make something of, which `passes` says by its status.

    `headers` go with the request, to this host alone: with a key or headers no redirect is followed. The answer is read whole,
    or as far as it is `enough`.

    Raises:
        SourceRateLimited: it asks to come back later. SourceDown: no answer in time, or one that says "broken".
        InvalidRequest: it refuses the key. SourceMalformed: any other answer.
    """
    heard = _Heard()
    asking = {"params": params, "auth": key, "timeout": timeout, "stream": True}
    asking |= {"headers": dict(headers or {}), "allow_redirects": key is None and not headers}
    worker = threading.Thread(target=_listen, args=(_requests(), url, asking, heard, enough), daemon=True)
    worker.start()
    worker.join(give_up)
    heard.given_up = True
    if heard.answer is None:
        silence = heard.silence or Sentence("no whole answer within {give_up:g} s", give_up=give_up)
        raise SourceDown(
            Sentence("{service} does not answer", service=service),
            where=where,
            available=silence,
            hint=Sentence("check the network; try again"),
        )
    if heard.answer.status in passes:
        return heard.answer
    raise _refusal(heard.answer, service, key, where)


def _requests() -> Any:
    try:
        import requests
    except ImportError:
        raise InvalidRequest(
            Sentence("asking a web service needs requests, which is not installed"),
            hint=Sentence("python -m pip install requests"),
        ) from None
    return requests


@dataclass
class _Heard:
    """What came of a request; of what went wrong only words: what requests raises carries the request, and that the key."""

    answer: Answer | None = None
    silence: str = ""
    given_up: bool = False


def _listen(
    requests: Any, url: str, asking: dict[str, Any], heard: _Heard, enough: Callable[[bytes], bool] | None
) -> None:
    """Ask, in a thread of its own: time-outs of requests are for one read, and a server may drip for ever."""
    try:
        with _answered(requests, url, asking) as response:
            parts, size = [], 0
            for part in response.iter_content(1 << 16):
                parts.append(part)
                size += len(part)
                if heard.given_up or size > LARGEST:
                    raise OSError(
                        Sentence("the answer does not end: {largest} MB and more", largest=LARGEST // 1_000_000)
                    )
                if enough is not None and enough(b"".join(parts)):
                    break
            kind = response.headers.get("Content-Type", "").lower()
            later = response.headers.get("Retry-After")
            heard.answer = Answer(response.status_code, kind, b"".join(parts), later)
    except requests.RequestException as error:
        heard.silence = type(error).__name__
    except (OSError, ValueError) as error:
        heard.silence = str(error)


def _answered(requests: Any, url: str, asking: dict[str, Any]) -> Any:
    """The answer of the host that is named: it may send the request on to another page of its own, never to another host.

    Raises:
        OSError: it sends the request elsewhere, in clear, or in circles.
    """
    follows, asking = asking["allow_redirects"], asking | {"allow_redirects": False}
    for _ in range(_ROUNDS):
        response = requests.get(url, **asking)
        if not (follows and response.is_redirect):
            return response
        there = urljoin(url, response.headers["Location"])
        response.close()
        (one, other), asking["params"] = (urlsplit(url), urlsplit(there)), None
        if other.hostname != one.hostname or other.scheme not in ("https", one.scheme):
            raise OSError(
                Sentence(
                    "the request is sent on to {scheme}://{hostname}", scheme=other.scheme, hostname=other.hostname
                )
            )
        url = there
    raise OSError(Sentence("the request is sent on again and again"))


_ROUNDS = 5


def _refusal(answer: Answer, service: str, key: Key | None, where: str | None) -> EventStudyError:
    status, said, later = answer.status, answer.excerpt(key), answer.later
    if status == 429:
        wait = Sentence("wait {later} seconds", later=later) if later and later.isdigit() else Sentence("wait")
        return SourceRateLimited(
            Sentence("{service} limits the rate of requests and asks us to wait", service=service),
            where=where,
            available=said,
            hint=Sentence("{wait} and run the same command again: what was had is kept", wait=wait),
        )
    if status in (401, 403) and key is not None:
        return InvalidRequest(
            Sentence("{service} refuses the key (HTTP {status})", service=service, status=status),
            where=where,
            available=said,
            hint=Sentence("check it"),
        )
    if status >= 500 or status in (401, 403, 408):
        return SourceDown(
            Sentence("{service} is out of order (HTTP {status})", service=service, status=status),
            where=where,
            available=said,
            hint=Sentence("try again later"),
        )
    return SourceMalformed(
        Sentence("{service} answers with HTTP {status}", service=service, status=status), where=where, available=said
    )
