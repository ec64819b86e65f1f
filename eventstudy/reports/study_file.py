"""The study file: which events, tickers and options `eventstudy update` keeps reports of, and where they go.

title = "Chip makers and R1"      output = "reports"      formats = ["html", "xlsx"]      lang = "de"
registry = "events.toml"          events = ["deepseek-r1"]
[options]                         # the words of `eventstudy run`, for all events
benchmark = "SPY"
[event.deepseek-r1]               # and for one of them
day0 = "recognised"
[mail]                            # off unless it is there; the password is EVENTSTUDY_SMTP_PASSWORD
to = ["desk@example.org"]  from = "reports@example.org"  host = "mail.example.org"
[webhook]                         # the address is in the environment, under this name
url_env = "EVENTSTUDY_WEBHOOK_URL"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidFile, UnknownName
from eventstudy.reports.parts import Lang

if TYPE_CHECKING:
    from eventstudy.events import Event

_REQUESTED = ("tickers", "day0", "source", "prices", "factors", "factor_unit", "allow_excluded")
"""Options besides the fields of `StudyConfig`."""

_PATHS = ("prices", "factors", "exclude_dates")

Options = dict[str, Any]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Mail(_Table):
    """Where a mail about changes goes; the password is `EVENTSTUDY_SMTP_PASSWORD`."""

    to: Annotated[list[str], Field(min_length=1)]
    sender: str = Field(alias="from")
    host: str
    port: int = 587
    user: str | None = None
    starttls: bool = True


class Webhook(_Table):
    """Where a message about changes is posted: the name of the environment variable that holds the address."""

    url_env: str = "EVENTSTUDY_WEBHOOK_URL"


class StudyFile(_Table):
    """A study file as it was read; paths are absolute."""

    path: Path
    title: str = "Event studies"
    output: Path = Path("reports")
    formats: tuple[Literal["html", "pdf", "md", "xlsx", "latex", "json"], ...] = ("html",)
    lang: Lang = "en"
    base: str = Field(default="", pattern="^(https?://.*/)?$")
    """The address where the folder will be seen, ending in a slash; for the links of the feed."""
    registry: Path | None = None
    events: tuple[str, ...] = ()
    options: Options = {}
    event: dict[str, Options] = {}
    mail: Mail | None = None
    webhook: Webhook | None = None

    def chosen(self) -> list[Event]:
        """The events that are meant, in order.

        Raises:
            UnknownName: no event of that id. InvalidFile: the registry cannot be read.
        """
        from eventstudy.events import load_registry, shipped_registry

        known = load_registry(self.registry) if self.registry else shipped_registry()
        ids = self.events or tuple(event.id for event in known)
        for id in self.event:
            if id not in ids:
                raise UnknownName("event", id, ids, where=f"{self.path}, [event.{id}]")
        return [known[id] for id in ids]

    def options_of(self, id: str) -> Options:
        """The options of one event, with absolute paths."""
        merged = {**self.options, **self.event.get(id, {})}
        return {name: str(self.near(value)) if name in _PATHS else value for name, value in merged.items()}

    def near(self, path: str | Path) -> Path:
        """A path of the file, counted from the folder it is in."""
        return self.path.parent / Path(path)


def read_study(path: str | Path) -> StudyFile:
    """Read a study file.

    Raises:
        InvalidFile: no such file, not TOML, unknown keys, or values that cannot be meant; all of them are named.
    """
    import tomllib

    path = Path(path).absolute()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        hint = None if path.exists() else 'a study file begins with: events = ["deepseek-r1"]'
        raise InvalidFile(f"cannot read the study file: {error}", where=str(path), hint=hint) from error
    table = {name.replace("-", "_"): value for name, value in table.items()}
    try:
        study = StudyFile(path=path, **table)
    except (ValidationError, TypeError) as error:
        raise InvalidFile(_problems(error), where=str(path)) from error
    if not study.events and not study.registry:
        raise InvalidFile("the study file names no event", where=str(path), hint='events = ["deepseek-r1"]')
    options = _checked(study.options, f"{path}, [options]")
    by_event = {id: _checked(own, f"{path}, [event.{id}]") for id, own in study.event.items()}
    places = {"output": study.near(study.output), "registry": study.near(study.registry) if study.registry else None}
    return study.model_copy(update={"options": options, "event": by_event, **places})


def _checked(options: Mapping[str, Any], where: str) -> Options:
    plain = {name.replace("-", "_"): value for name, value in options.items()}
    known = sorted({*_REQUESTED, *(field.name for field in fields(StudyConfig))})
    if unknown := sorted(set(plain) - set(known)):
        raise InvalidFile(f"unknown options: {', '.join(unknown)}", where=where, available=", ".join(known))
    return plain


def _problems(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    told = [f"{'.'.join(map(str, p['loc'])) or 'file'}: {p['msg'].lower()}" for p in error.errors()]
    return "the study file cannot be meant: " + "; ".join(told)
