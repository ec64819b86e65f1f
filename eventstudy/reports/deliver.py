"""Tells somebody that reports changed: by mail or by a POST. Off unless the study file says so; the standard library only.

Passwords and addresses that are secret come from the environment and are never printed.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from email.message import EmailMessage
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from eventstudy.reports.study_file import Mail, StudyFile, Webhook, is_here
from eventstudy.text import json_text

if TYPE_CHECKING:
    from eventstudy.reports.update import Summary

PASSWORD = "EVENTSTUDY_SMTP_PASSWORD"
_SECONDS = 30


Message = dict[str, Any]
"""What one update had to tell: `text` for people, and the object of its summary."""


def queued(study: StudyFile, waiting: Any, summary: Summary | None = None) -> dict[str, list[Message]]:
    """What waits for each way that the study file names: what is left of earlier updates, and the news of this one.

    It stands in the manifest before it is sent, so that it is sent with the next update where it cannot be now.
    """
    new = [_message(summary)] if summary is not None and summary.calls_for(study.notify_if or ("changed",)) else []
    before = waiting if isinstance(waiting, dict) else {}
    ways = [name for name, there in (("mail", study.mail), ("webhook", study.webhook)) if there is not None]
    left = {name: [m for m in _listed(before.get(name)) if isinstance(m.get("text"), str)] for name in ways}
    return {name: [*old, *new][-MOST:] for name, old in left.items() if [*old, *new]}


MOST = 50
"""So many messages wait for a way that does not work; older ones are dropped."""


def _listed(found: Any) -> list[Message]:
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []


def _message(summary: Summary) -> Message:
    told = {name: value for name, value in summary.to_dict().items() if name != "output"}  # a path of this machine
    return {"text": text_of(summary), **told}


def deliver(study: StudyFile, waiting: dict[str, list[Message]]) -> tuple[dict[str, list[Message]], list[str]]:
    """Send what waits, in one message each way: what is left of it, and a sentence for each way that failed."""
    left, failed = dict(waiting), []
    for name, send in (("mail", _mail), ("webhook", _post)):
        if not waiting.get(name):
            continue
        try:
            send(study, waiting[name])
        except smtplib.SMTPException as error:
            failed.append(f"the {name} was not sent: {type(error).__name__}; {_WAITS}")
        except (OSError, HTTPException, ValueError) as error:
            failed.append(f"the {name} was not sent: {_told(error)}; {_WAITS}")
        else:
            del left[name]
    return left, failed


_WAITS = "it will be sent with the next update"


def _told(error: Exception) -> str:
    """What went wrong, without the address, which may be a secret."""
    reason = error.reason if isinstance(error, URLError) else error
    told = getattr(reason, "strerror", None) or type(reason).__name__
    return f"{told} ({error.code})" if hasattr(error, "code") else str(told)


def text_of(summary: Summary) -> str:
    """What changed, in lines."""
    lines = [f"{e.title}: {e.doubts}" for e in summary.events if e.doubts]
    lines += [f"{e.title}: {'; '.join(e.changes)}" for e in summary.news]
    lines += [f"{e.title}: {e.gap}" for e in summary.events if e.gap]
    return "\n".join(lines) + "\n"


def _text(waiting: list[Message]) -> str:
    """What several updates had to tell, each under its day where there are more than one."""
    if len(waiting) == 1:
        return str(waiting[0]["text"])
    return "\n".join(f"{message.get('as_of') or 'update'}:\n{message['text']}" for message in waiting)


def _mail(study: StudyFile, waiting: list[Message]) -> None:
    mail = study.mail
    assert mail is not None
    message = EmailMessage()
    message["Subject"] = " ".join(study.title.split())
    message["From"], message["To"] = mail.sender, ", ".join(mail.to)
    message.set_content(_text(waiting) + (f"\n{study.base}index.html\n" if study.base else ""))
    with _server(mail) as server:
        if mail.user is not None:
            if PASSWORD not in os.environ:
                raise _Unset(f"{PASSWORD} is not set")
            server.login(mail.user, os.environ[PASSWORD])
        server.send_message(message)


def _server(mail: Mail) -> smtplib.SMTP:
    """The mail server, over TLS unless the study file says no."""
    context = ssl.create_default_context()
    if mail.port == smtplib.SMTP_SSL_PORT:
        return smtplib.SMTP_SSL(mail.host, mail.port, timeout=_SECONDS, context=context)
    server = smtplib.SMTP(mail.host, mail.port, timeout=_SECONDS)
    try:
        if mail.starttls:
            server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server


class _NoRedirects(HTTPRedirectHandler):
    """A message goes where it was meant to go, and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        """Follow none."""


def _post(study: StudyFile, waiting: list[Message]) -> None:
    assert study.webhook is not None
    address = _address(study.webhook)
    body = {**waiting[-1], "title": study.title, "text": _text(waiting)}
    if len(waiting) > 1:
        body["earlier"] = waiting[:-1]
    data = json_text(body, indent=None).encode()
    request = Request(address, data, {"Content-Type": "application/json; charset=utf-8"})
    with build_opener(_NoRedirects).open(request, timeout=_SECONDS):
        pass


def _address(webhook: Webhook) -> str:
    address = os.environ.get(webhook.url_env, "")
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here(parts.hostname or "")):
        raise _Unset(f"{webhook.url_env} is not set to an https address")
    return address


class _Unset(ValueError):
    """A setting of the environment that is not there."""

    @property
    def strerror(self) -> str:
        """What is missing; it names the variable, not its value."""
        return str(self)
