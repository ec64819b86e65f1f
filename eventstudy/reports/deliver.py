"""Tells somebody that reports changed: by mail or by a POST. Off unless the study file says so; the standard library only.

Passwords and addresses that are secret come from the environment and are never printed.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from eventstudy.reports.study_file import Mail, StudyFile, Webhook
from eventstudy.text import json_text

if TYPE_CHECKING:
    from eventstudy.reports.update import Summary

PASSWORD = "EVENTSTUDY_SMTP_PASSWORD"
_SECONDS = 30


def deliver(study: StudyFile, summary: Summary) -> Iterator[str]:
    """Send what the study file asks for; a sentence for each delivery that failed. Nothing is sent where nothing changed."""
    if not summary.news:
        return
    for name, send in (("mail", _mail), ("webhook", _post)):
        try:
            send(study, summary)
        except smtplib.SMTPException as error:
            yield f"the {name} was not sent: {type(error).__name__}"
        except (OSError, HTTPException, ValueError) as error:
            yield f"the {name} was not sent: {_told(error)}"


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


def _mail(study: StudyFile, summary: Summary) -> None:
    mail = study.mail
    if mail is None:
        return
    message = EmailMessage()
    message["Subject"] = " ".join(study.title.split())
    message["From"], message["To"] = mail.sender, ", ".join(mail.to)
    message.set_content(text_of(summary) + (f"\n{study.base}index.html\n" if study.base else ""))
    with smtplib.SMTP(mail.host, mail.port, timeout=_SECONDS) as server:
        if mail.starttls:
            server.starttls(context=ssl.create_default_context())
        _log_in(server, mail)
        server.send_message(message)


def _log_in(server: smtplib.SMTP, mail: Mail) -> None:
    if mail.user is None:
        return
    if PASSWORD not in os.environ:
        raise _Unset(f"{PASSWORD} is not set")
    server.login(mail.user, os.environ[PASSWORD])


class _NoRedirects(HTTPRedirectHandler):
    """A message goes where it was meant to go, and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        """Follow none."""


def _post(study: StudyFile, summary: Summary) -> None:
    if study.webhook is None:
        return
    address = _address(study.webhook)
    body = {"title": study.title, "text": text_of(summary), **summary.to_dict()}
    data = json_text(body, indent=None).encode()
    request = Request(address, data, {"Content-Type": "application/json; charset=utf-8"})
    with build_opener(_NoRedirects).open(request, timeout=_SECONDS):
        pass


def _address(webhook: Webhook) -> str:
    address = os.environ.get(webhook.url_env, "")
    if urlsplit(address).scheme not in ("http", "https"):
        raise _Unset(f"{webhook.url_env} is not set to an http or https address")
    return address


class _Unset(ValueError):
    """A setting of the environment that is not there."""

    @property
    def strerror(self) -> str:
        """What is missing; it names the variable, not its value."""
        return str(self)
