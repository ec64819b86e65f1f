"""Event: what happened, when it was announced and recognised, whom it touched, what the press claimed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from eventstudy.calendars import Moment, Timing
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.events.faults import InvalidRecord, in_one_line, problems_of
from eventstudy.events.when import CLOCK, DATE, OFFSET, checked, parse_when
from eventstudy.language import Phrase, Translated
from eventstudy.tables.written import plain_when, zone
from eventstudy.text import separated

_WEIGHT = ("weight", "gewicht")
_ANY = r"^[^\x00]*$"
_FILLED = r"^[^\x00]*[^\s\x00][^\x00]*$"
_FIGURE = r"^[^\x00]*[0-9][^\x00]*$"
_TICKERS = r"^[^\x00]*[^\s\x00,][^\x00]*$"
SLUG = "^[A-Za-z0-9]+([_-]+[A-Za-z0-9]+)*$"
_WORD = "^[a-z][a-z0-9_-]*$"
_CODE = "^[A-Z][A-Z0-9_]*$"
_MEANINGS = {
    _ANY: Phrase("text that a file can hold"),
    _FILLED: Phrase("text that a file can hold"),
    _FIGURE: Phrase("text with a number in it"),
    SLUG: Phrase("a slug: letters, digits and hyphens"),
    _WORD: Phrase("one lower-case word"),
    _CODE: Phrase("one word in capitals"),
}


def iso(when: date | datetime) -> str:
    """ISO 8601 text that `parse_when` reads back to the same moment."""
    if isinstance(when, datetime) and (offset := when.utcoffset()) and offset.seconds % 60:
        when = when.astimezone(UTC)  # local mean times were odd seconds off, which ISO 8601 cannot say
    return when.isoformat()


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _as_tickers(value: Any) -> Any:
    return tuple(separated(value)) if isinstance(value, str) else _as_tuple(value)


def _one_ticker(value: str) -> str:
    if not value.isprintable() or value != value.strip() or "," in value or ";" in value:
        raise ValueError(Phrase("{value!r} is not one ticker", value=value))
    return value


def _once_each(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        raise ValueError(Phrase("there is none; name at least one"))
    if len(set(values)) < len(values):
        twice = sorted({v for v in values if values.count(v) > 1})
        raise ValueError(Phrase("{names:list} stands there twice", names=twice))
    return values


def _zone(value: str) -> str:
    try:
        zone(value)
    except InvalidRequest as error:
        raise ValueError(in_one_line(error)) from error
    return value


def _when(value: Any, info: ValidationInfo) -> date | datetime:
    """A date, or an instant with its zone: its own, or that of the event."""
    try:
        if type(value) not in (str, date, datetime):  # what pandas and numpy call a day or an instant
            value = plain_when(value)
        if isinstance(value, str):
            return parse_when(value, tz=info.data.get("tz"))
        return checked(value, info.data.get("tz"))
    except InvalidRequest as error:
        raise ValueError(in_one_line(error)) from error


def _day(value: Any) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError(Phrase("{value!r} is not a date; write 2025-01-27", value=value))


def _list_or_text(schema: dict[str, Any]) -> None:
    listed = {"type": schema.pop("type"), "items": schema.pop("items"), "minItems": 1, "uniqueItems": True}
    schema["anyOf"] = [listed, {"type": "string", "pattern": _TICKERS}]


_T = TypeVar("_T")
_Several = Annotated[tuple[_T, ...], BeforeValidator(_as_tuple)]
_Filled = Annotated[str, StringConstraints(pattern=_FILLED)]
_Figure = Annotated[str, StringConstraints(pattern=_FIGURE)]
_Ticker = Annotated[str, StringConstraints(min_length=1), AfterValidator(_one_ticker)]
_Day = Annotated[
    date,
    PlainValidator(_day),
    PlainSerializer(date.isoformat, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{DATE}$"}),
]
_When = Annotated[
    date | datetime,
    PlainValidator(_when),
    PlainSerializer(iso, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{DATE}([Tt ]{CLOCK}{OFFSET}?)?$"}),
]


class Table(BaseModel):
    """A table of a registry file: strict, frozen, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    if not TYPE_CHECKING:  # type checkers derive the signature from the fields

        def __init__(self, /, **fields: Any) -> None:
            """Check the fields.

            Raises:
                InvalidRecord: unknown, missing or impossible ones; all of them are named at once.
            """
            try:
                super().__init__(**fields)
            except ValidationError as error:
                keys = (field.alias or name for name, field in type(self).model_fields.items())
                kind, id = type(self).__name__.lower(), fields.get("id", "")
                problems = problems_of(error, keys, _MEANINGS)
                raise InvalidRecord(problems, where=f"{kind} {id}".strip()) from error

    def to_dict(self) -> dict[str, Any]:
        """The table as JSON has it: keys as in files, dates as ISO text, without fields that have their default.

        Example:
            >>> es.load_registry()["deepseek-r1"].to_dict()["announced"]
            '2025-01-20'
        """
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class Group(Table):
    """Tickers that play one part in an event."""

    role: Annotated[str, StringConstraints(pattern=_WORD)] = Field(
        default="treated", description="treated, exposed, peer, control or another lower-case word"
    )
    name: Annotated[str, StringConstraints(pattern=_ANY)] = Field(default="", description="for people: chip makers")
    name_de: _Filled | None = Field(default=None, description="the name in German")
    benchmark: _Ticker | None = Field(default=None, description="of these tickers, where it is not the event's: ^GDAXI")
    tickers: Annotated[tuple[_Ticker, ...], BeforeValidator(_as_tickers), AfterValidator(_once_each)] = Field(
        description="each once, as the price source writes them; a text names several by commas",
        json_schema_extra=_list_or_text,
    )


class Claim(Table):
    """A press claim to be checked. Its numbers are text: the digits as printed count."""

    text: _Filled = Field(description="the sentence, word for word")
    ticker: _Ticker | None = Field(default=None, description="whose price is meant")
    from_: _Figure | None = Field(default=None, alias="from", description='the number before, in quotes: "142"')
    to: _Figure | None = Field(default=None, description='the number after, in quotes: "128.99"')
    unit: _Filled | None = Field(default=None, description="of the numbers: USD, EUR, percent")
    span: _Filled | None = Field(default=None, description="over what time: a few trading days")
    span_de: _Filled | None = Field(default=None, description="the span in German")
    source: _Filled | None = Field(default=None, description="who printed it, and when")


class Found(Table):
    """Where an event was found, and how well its time is known."""

    finder: Annotated[str, StringConstraints(pattern=_WORD)] = Field(description="who found it: edgar, fomc, ...")
    key: _Filled = Field(description="what the finder calls it: an accession number, a date")
    stamp: Literal["release", "scheduled", "acceptance", "vendor", "date"] = Field(
        description="what its time is that of"
    )
    precision: Literal["second", "minute", "hour", "day"] = Field(description="how exactly the time is known")
    period: _Day | None = Field(default=None, description="the day or the end of the period that it is about")
    amends: _Filled | None = Field(default=None, description="the key of what it amends")
    flags: _Several[Annotated[str, StringConstraints(pattern=_CODE)]] = Field(
        default=(), description="what to know of it: FILED_LATER, NO_CLOCK, ..."
    )


class Event(Table):
    """What happened, and to whom.

    `announced` and `recognised` are dates or instants with a zone. `timing` says when on the announced date
    the news came. `recognised` is when the market took notice, where that is known to differ, and
    `recognised_reason` why one thinks so. Made in Python, an event is checked as one from a file is.

    Raises:
        InvalidRecord: fields that cannot be meant; all of them are named at once.

    Example:
        >>> event = es.load_registry()["deepseek-r1"]
        >>> event.title, event.announced.isoformat()
        ('DeepSeek releases the R1 model', '2025-01-20')
        >>> event.tickers[:3]
        ('NVDA', 'AVGO', 'AMD')
    """

    id: Annotated[str, StringConstraints(pattern=SLUG)] = Field(description="unique; letters, digits and hyphens")
    title: _Filled = Field(description="what happened, in a few words")
    title_de: _Filled | None = Field(default=None, description="the title in German")
    tz: Annotated[_Filled, AfterValidator(_zone)] | None = Field(
        default=None, description="zone of a local time: America/New_York"
    )
    announced: _When = Field(description="a date, an instant with offset, or a local time of `tz`")
    timing: Timing = Field(default="unknown", description="when on its day the news came; of an announced date only")
    recognised: _When | None = Field(default=None, description="when the market took notice")
    recognised_reason: _Filled | None = Field(
        default=None, validate_default=True, description="why it is thought to have noticed then"
    )
    recognised_reason_de: _Filled | None = Field(default=None, description="the same in German")
    category: _Filled | None = Field(default=None, description="one word or two: technology")
    tags: _Several[_Filled] = Field(default=(), description="words to find it by")
    sources: _Several[_Filled] = Field(default=(), description="where it can be read; web addresses become links")
    sources_de: _Several[_Filled] = Field(default=(), description="the same in German, where they are no addresses")
    notes: Annotated[str, StringConstraints(pattern=_ANY)] = Field(default="", description="what a reader must know")
    notes_de: _Filled | None = Field(default=None, description="the notes in German")
    benchmark: _Ticker | None = Field(default=None, description="ticker of the market: SPY")
    found: Found | None = Field(default=None, description="the [event.found] table, of an event that a finder found")
    attributes: Mapping[str, str | Mapping[str, str]] = Field(
        default_factory=dict,
        description="further columns of a table of events: sector, size, ...; a table of texts by ticker where these differ",
    )
    group: _Several[Group] = Field(default=(), description="one [[event.group]] table each")
    claim: _Several[Claim] = Field(default=(), description="one [[event.claim]] table each")

    @field_validator("timing")
    @classmethod
    def _only_of_a_date(cls, timing: Timing, info: ValidationInfo) -> Timing:
        if timing != "unknown" and isinstance(info.data.get("announced"), datetime):
            raise ValueError(Phrase("goes with a date, but announced already says the time; leave it out"))
        return timing

    @field_validator("recognised")
    @classmethod
    def _not_before(cls, recognised: date | datetime | None, info: ValidationInfo) -> date | datetime | None:
        announced = info.data.get("announced")
        if recognised and announced and _precedes(recognised, announced):
            told = {"recognised": recognised.isoformat(), "announced": announced.isoformat()}
            raise ValueError(Phrase("{recognised} is before the announcement {announced}", **told))
        return recognised

    @field_validator("recognised_reason")
    @classmethod
    def _together(cls, reason: str | None, info: ValidationInfo) -> str | None:
        given = info.data.get("recognised", "faulty") is not None
        if given and reason is None:
            raise ValueError(Phrase("is missing; say why the market is thought to have noticed then"))
        if reason is not None and not given:
            raise ValueError(Phrase("there is no recognised date it could be the reason of"))
        return reason

    def said(self, name: str) -> Translated:
        """A text of the event (`title`, `notes`, `recognised_reason`), with what it is in other languages.

        `name`: which of these.

        Example:
            >>> event = es.load_registry()["deepseek-r1"]
            >>> str(event.said("title"))
            'DeepSeek releases the R1 model'
        """
        return Translated(getattr(self, name) or "", de=getattr(self, f"{name}_de"))

    @property
    def tickers(self) -> tuple[str, ...]:
        """Every ticker of every group once, in order."""
        return tuple(dict.fromkeys(ticker for group in self.group for ticker in group.tickers))

    def attribute(self, name: str, ticker: str) -> str | None:
        """What a further column of a table of events says of a ticker; None: nothing.

        `name`: the column. `ticker`: whose value, where the events of several tickers differ.

        Example:
            >>> import pandas as pd
            >>> table = pd.DataFrame({"ticker": ["NVDA"], "date": ["2025-01-27"], "sector": ["chips"]})
            >>> es.run(table, source="bundled").events[0].attribute("sector", "NVDA")
            'chips'
        """
        found = self.attributes.get(name)
        return found if found is None or isinstance(found, str) else found.get(ticker)

    def weight_of(self, ticker: str) -> float:
        """The weight that the column `weight` of a table of events gives a ticker, above zero.

        `ticker`: one of the event's.

        Raises:
            InvalidRequest: it gives none, or one that is not above zero.

        Example:
            >>> import pandas as pd
            >>> table = pd.DataFrame({"ticker": ["NVDA"], "date": ["2025-01-27"], "weight": [3.0]})
            >>> es.run(table, source="bundled").events[0].weight_of("NVDA")
            3.0
        """
        import numpy as np  # what lists events does without

        from eventstudy.tables.numbers import numbers_of
        from eventstudy.tables.place import Place, Reading

        named = next((name for name in self.attributes if name.strip().casefold() in _WEIGHT), "weight")
        said, where = self.attribute(named, ticker), Sentence("event {id}, ticker {ticker}", id=self.id, ticker=ticker)
        found = numbers_of(Place(where, lambda _: named), {named: np.array([said or ""])}, Reading(), {named: named})
        weight = float(found.values[named][0])
        if not 0 < weight < float("inf"):
            raise InvalidRequest(
                Sentence("means are to be weighted by value, and no weight is named")
                if said is None
                else Sentence("the weight is {said!r}", said=said),
                where=where,
                hint=Sentence(
                    "give the table of events a column weight, such as the value of the firm before the event,"
                    " above zero; or name the shares outstanding: --shares FILE"
                ),
            )
        return weight

    def benchmark_of(self, ticker: str) -> str | None:
        """The benchmark that the ticker's first group with one names, else the event's.

        `ticker`: one of the event's.

        Example:
            >>> es.load_registry()["deepseek-r1"].benchmark_of("NVDA")
            'SPY'
        """
        own = (g.benchmark for g in self.group if ticker in g.tickers and g.benchmark)
        return next(own, self.benchmark)

    def __hash__(self) -> int:
        """By what makes it this event; attributes are left aside."""
        return hash((self.id, self.announced, self.group))

    def _repr_html_(self) -> str:
        """What is known of it as a table, for Jupyter."""
        from eventstudy.events.notebook import event_page

        return event_page(self)

    def moment(self, which: Literal["announced", "recognised"] = "announced") -> Moment | None:
        """What `calendars.day0` maps to a session; None when the event has no recognised date.

        `timing` belongs to the announcement: a recognised date counts from its first session on.

        `which`: the date that is meant.

        Example:
            >>> es.load_registry()["deepseek-r1"].moment("recognised")
            Moment(when=datetime.date(2025, 1, 27), timing='unknown')
        """
        if which == "announced":
            return Moment(self.announced, self.timing)
        return None if self.recognised is None else Moment(self.recognised)


def _precedes(one: date | datetime, other: date | datetime) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one < other
    days = [when.date() if isinstance(when, datetime) else when for when in (one, other)]
    return days[0] < days[1]
