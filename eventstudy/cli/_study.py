"""The options that `run` and all commands like it share, and how they become a result."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from eventstudy import plugins
from eventstudy.cli._command import Choice, Files, Under, completing
from eventstudy.cli._output import progress, say
from eventstudy.errors import InvalidRequest, NeedsPairs, Sentence
from eventstudy.language import Phrase
from eventstudy.tables.place import TABLES
from eventstudy.text import separated

if TYPE_CHECKING:
    from eventstudy.analyses.confounders import Confounders
    from eventstudy.analyses.masked import Masked
    from eventstudy.study.aggregate import AggregateResult
    from eventstudy.study.result import StudyResult

F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R", "StudyResult", "AggregateResult")


def _pair(**more: Any) -> dict[str, Any]:
    return {"nargs": 2, "type": int, "metavar": "A B", **more}


_OPTIONS: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (("--date",), {"help": "When it happened: 2025-01-27 (or 27.01.2025, Jan 27 2025), or 2025-01-27T07:00:00-05:00."}),
    (("--tickers",), {"multiple": True, "help": "Tickers, comma separated; may be repeated."}),
    (("--benchmark",), {"help": "Ticker of the benchmark, or SPY,.DE=^GDAXI for some. [default: the event's, or SPY]"}),
    (("--currency",), {"help": "Put all prices in one: USD. [default: each in its own]"}),
    (("--peers",), {"multiple": True, "help": "Tickers to compare with, or NVDA=INTC for one. [default: the event's]"}),
    (("--day0",), {"default": "announced", "show_default": True,
                 "help": "Day of reaction: announced (first session after it), recognised, or a date."}),
    (("--timing",), {"type": Choice(["pre", "intraday", "post", "unknown"]), "default": "unknown",
                   "help": "When on that day the news came: before trading, during or after it."}),
    (("--tz",), {"help": "Zone of a --date that is a local time: America/New_York."}),
    (("--frequency",), {"type": Choice(["daily", "weekly", "monthly"]), "default": "daily", "show_default": True,
                        "help": "What a row is; windows then count weeks or months."}),
    (("--event-month", "--event-week", "event_period"), {"type": Choice(["same", "next"]), "default": "same",
                        "show_default": True, "help": "Month (week) 0: the one that holds day 0, or the next."}),
    (("--outcome",), {"type": Choice(["return", "volume", "volatility"]), "default": "return", "show_default": True,
                    "help": "What is studied: returns, trading volume, or how much prices moved."}),
    (("--model",), {"default": "",
                  "help": "Model of normal returns: see `eventstudy methods models`."
                           " [default: market; constant_mean for volume]"}),
    (("--no-alpha",), {"is_flag": True, "help": "Market model or CAPM without intercept."}),
    (("--returns",), {"type": Choice(["simple", "log", "difference"]), "default": "simple", "show_default": True,
                      "help": "difference: changes of yields, spreads, implied volatilities."}),
    (("--unit-in",), {"type": Choice(["decimal", "percent", "bp", "points"]),
                      "help": "Unit of the levels, for --returns difference."}),
    (("--unit-out",), {"type": Choice(["percent", "bp", "points"]),
                       "help": "Unit to show their changes in. [default: bp; points for points]"}),
    (("--snapshot",), {"metavar": "'15:30 ZONE'", "help": "When the levels were taken, for events with a time."}),
    (("--estimation-window",), _pair(multiple=True, default=[(-260, -11)], show_default="-260 -11",
                                     help="Sessions relative to day 0, before or after the event; may be repeated.")),
    (("--event-window",), _pair(default=(-5, 5), show_default=True, help="Sessions relative to day 0, with it or without.")),
    (("--window-days",), _pair(help="Event window in calendar days from day 0, in place of sessions.")),
    (("--window-dates",), {"nargs": 2, "metavar": "DATE DATE",
                           "help": "Event window from one date to another, of events of one day 0."}),
    (("--weights",), {"type": Choice(["equal", "value"]), "default": "equal", "show_default": True,
                      "help": "value: by the column weight of the events, or close before the event times --shares."}),
    (("--own-windows",), {"is_flag": True, "help": "Each event's own window: columns window_start, window_end of its table."}),
    (("--own-estimation",), {"is_flag": True,
                             "help": "Each event's own estimation window: columns estimation_start, estimation_end."}),
    (("--window", "windows"), _pair(multiple=True, help="Days over which abnormal returns are added up (CAR); may be repeated."
                                              " [default: 0 0, -1 1, 0 1, 0 5, -5 5]")),
    (("--primary",), _pair(help="The window declared before looking: judged by itself. [default: all are judged together]")),
    (("--test", "tests"), {"multiple": True, "help": "A test to add; may be repeated: see `eventstudy methods tests`."}),
    (("--variant", "variants"), {"multiple": True, "metavar": "NAME=FORM", "help": "Form of a test: corrado_rank=paper."}),
    (("--no-prediction-error",), {"is_flag": True, "help": "Leave the forecast error out of standard errors (not advised)."}),
    (("--alternative",), {"type": Choice(["two-sided", "greater", "less"]), "default": "two-sided", "show_default": True,
                          "help": "What p-values look for; one side only if it was fixed beforehand."}),
    (("--level",), {"type": float, "default": 0.95, "show_default": True, "help": "Level of confidence intervals and bands."}),
    (("--bhar",), {"type": Choice(["auto", "model", "market", "matched"]), "default": "auto", "show_default": True,
                   "help": "What buy-and-hold returns compare with."}),
    (("--delisting",), {"type": Choice(["truncate", "reinvest"]), "default": "truncate", "show_default": True,
                        "help": "Buy-and-hold returns after the last trade: end, or go on in the benchmark."}),
    (("--regime",), {"type": Choice(["auto", "always", "never"]), "default": "auto", "show_default": True,
                     "help": "Judge windows by the scale of the days near them: if these were wilder, always, never."}),
    (("--min-estimation",), {"type": int, "default": 100, "show_default": True,
                           "help": "Fewest days from which a model is estimated."}),
    (("--max-shift",), {"type": int, "default": 7, "show_default": True, "help": "Most calendar days from the news to day 0."}),
    (("--calendar",), {"type": Choice(["exchange", "prices"]), "default": "exchange", "show_default": True,
                       "help": "Sessions: of each ticker's exchange, or the dates of the prices."}),
    (("--exclude-dates",), {"type": click.Path(), "help": "File of dates left out of estimation, one a line."}),
    (("--accept",), {"multiple": True, "metavar": "CODE[:TICKER[:DATE]]",
                     "help": "A doubt of the prices that is taken for right; may be repeated."}),
    (("--drop-day", "drop_days"), {"multiple": True, "metavar": "TICKER=DATE",
                                   "help": "Take a close for missing: NVDA=2024-10-17; may be repeated."}),
    (("--mask-other-events",), {"default": "1", "show_default": True, "metavar": "N|none",
                                "help": "Leave estimation days within N sessions of the firm's other events out."}),
    (("--source",), {"default": "auto", "show_default": True, "help": "Price source: see `eventstudy methods sources`."}),
    (("--prices",), {"type": Files(),
                     "help": "Prices: a file (CSV, XLSX, XLS, ODS, Parquet, zip, gz), - for stdin, or a folder; repeatable."}),
    (("--abnormal",), {"type": click.Path(), "help": "Abnormal returns of your own, in place of prices: ticker, date, ar."}),
    (("--ticker",), {"help": "Whose prices a file is of that names nobody."}),
    (("--dates",), {"type": Choice(["dmy", "mdy", "ymd"]), "help": "Order of dates, where a file leaves it open."}),
    (("--decimal",), {"type": Choice(["comma", "point"]), "help": "Decimal mark, where a file leaves it open."}),
    (("--times",), {"type": Choice(["written", "after", "before"]), "help": "The day that times in a price file are of."}),
    (("--values",), {"type": Choice(["close", "returns"]), "help": "What the numbers of a price file are."}),
    (("--exchange",), {"multiple": True, "metavar": "TICKER=EXCHANGE", "help": "Where one trades: AAA=XLON; repeatable."}),
    (("--group-by",), {"metavar": "COLUMN", "help": "Groups of firms: category, or a further column of the file of events."}),
    (("--strict",), {"is_flag": True, "help": "Refuse a file for one bad row, instead of leaving out its security or event."}),
    (("--registry",), {"type": click.Path(), "help": "Registry to look event ids up in. [default: the one that ships]"}),
    (("--factors",), {"type": click.Path(), "help": "Factor file: date, mkt_rf, ..., rf, or Ken French's; or ken_french."}),
    (("--factor-unit",), {"type": Choice(["percent", "decimal"]), "help": "Unit of the factor file."}),
    (("--shares",), {"type": click.Path(), "metavar": "FILE|yahoo",
                   "help": "Shares outstanding, for volume and --weights value: ticker, shares[, date]."}),
    (("--earnings",), {"metavar": "FILE|yahoo", "help": "Earnings to warn of: CSV with ticker,date[,timing], or Yahoo's."}),
    (("--news",), {"type": click.Path(), "multiple": True,
                   "help": "Other news to warn of: CSV with date,what[,timing][,event_id][,ticker][,what_de]; a row with an"
                           " event_id is that event's own news and no other; may be repeated."}),
    (("--benchmark-portfolios",), {"type": click.Path(), "metavar": "FILE",
                                   "help": "Monthly portfolios as benchmarks, as Ken French publishes them; with --assign."}),
    (("--assign",), {"type": click.Path(), "metavar": "FILE", "help": "The portfolio of each firm: ticker, month, portfolio."}),
    (("--missing",), {"type": Choice(["drop", "trade_to_trade"]), "default": "drop", "show_default": True,
                    "help": "A day without a price: left out, or one return from trade to trade."}),
    (("--as-of",), {"metavar": "DATE|last-session", "help": "Read no price that is newer."}),
    (("--seed",), {"type": int, "default": 0, "show_default": True, "help": "Seed of tests that draw at random."}),
    (("--workers",), {"type": int, "default": 1, "show_default": True,
                      "help": "Processes that share what takes long, such as GARCH or the pages of a site."}),
    (("--scheduler",), {"type": Choice(["processes", "dask"]), "default": "processes", "show_default": True,
                      "help": "Who shares it: processes of this machine, or Dask."}),
    (("--address",), {"metavar": "tcp://HOST:PORT", "help": "Address of the Dask scheduler."}),
    (("--allow-excluded",), {"is_flag": True, "help": "Exit 0 although something was left out."}),
]  # fmt: skip


_HEADINGS = {
    "Who and when": (
        "date", "tickers", "benchmark", "currency", "peers", "day0", "timing", "tz", "registry", "max-shift", "group-by",
    ),
    "What is normal": (
        "outcome", "model", "no-alpha", "returns", "unit-in", "unit-out", "snapshot", "estimation-window", "own-estimation",
        "min-estimation", "calendar", "exclude-dates", "mask-other-events", "missing", "factors", "factor-unit", "shares",
        "benchmark-portfolios", "assign",
    ),
    "Over which days": ("frequency", "event-month", "event-window", "window-days", "window-dates", "own-windows",
        "window", "primary", "bhar", "delisting"),
    "Was it chance": ("test", "variant", "no-prediction-error", "alternative", "level", "weights", "regime", "seed"),
    "Prices": (
        "source", "prices", "abnormal", "ticker", "dates", "decimal", "times", "values", "exchange", "strict", "accept",
        "drop-day", "as-of",
    ),
    "Other news": ("earnings", "news"),
    "How it runs": ("workers", "scheduler", "address", "allow-excluded"),
}  # fmt: skip
"""What `--help` shows together."""

_COMPLETED = {"--model": "models", "--test": "tests", "--source": "sources"}
"""Options whose values a shell may complete, and the family of these."""


def _heading(flag: str) -> str:
    return next(heading for heading, flags in _HEADINGS.items() if flag.removeprefix("--") in flags)


def _place(flag: str) -> int:
    """Where an option stands among all, as they are shown."""
    return [flag for flags in _HEADINGS.values() for flag in flags].index(flag.removeprefix("--"))


def study_options(f: F) -> F:
    """WHAT and all options of a study."""
    return options_without()(f)


def options_without(*unwanted: str) -> Callable[[F], F]:
    """WHAT and the options of a study but these, which the command has for something else."""
    return some_options(*(names[0] for names, _ in _OPTIONS if names[0] not in unwanted))


def options_but(*unwanted: str, argument: str = "what") -> Callable[[F], F]:
    """An argument and the options of a study without these, by their flags."""
    return some_options(*(names[0] for names, _ in _OPTIONS if names[0] not in unwanted), argument=argument)


def some_options(*wanted: str, argument: str = "what") -> Callable[[F], F]:
    """WHAT, or another argument that must be given, and these options of a study, by their flags."""

    def add(f: F) -> F:
        for names, settings in sorted(_OPTIONS, key=lambda one: _place(one[0][0]), reverse=True):
            if names[0] in wanted:
                variable = f"EVENTSTUDY_{names[0].lstrip('-').replace('-', '_').upper()}"
                more: dict[str, Any] = {"envvar": variable, "cls": Under, "heading": _heading(names[0])}
                if names[0] in _COMPLETED:
                    more["shell_complete"] = completing(_COMPLETED[names[0]])
                f = click.option(*names, **more, **settings)(f)
        events: dict[str, Any] = {"shell_complete": completing("events")} if argument == "what" else {}
        return click.argument(argument, required=argument != "what", **events)(f)

    return add


def mask_option(f: F) -> F:
    """`--mask-confounded`."""
    text = "Show the answer without the days that carry other news as well."
    return click.option("--mask-confounded", is_flag=True, help=text)(f)


def study(options: dict[str, Any], *, quiet: bool) -> StudyResult:
    """The result of a study with these options, taken out of `options`; the rest of them is left there."""
    from eventstudy.request import run

    return _told(run(**_words(options, quiet=quiet)), quiet=quiet)


def from_where(options: dict[str, Any]) -> dict[str, Any]:
    """Where the prices of a study come from, and what is said of how its file is read: words of `longer_prices`."""
    from eventstudy.request.study import reading_of

    dates, decimal, values, unit, ticker, strict, times = (
        options.get(name) for name in ("dates", "decimal", "values", "unit_in", "ticker", "strict", "times")
    )
    reading = reading_of({"returns": options.get("returns")}, dates, decimal, values, unit, ticker, bool(strict), times)
    return {"source": options["source"], "prices": options["prices"], "reading": reading}


def only_of_days(options: dict[str, Any], what: str) -> None:
    """Refuse weeks and months before anything is fetched, where `what` is asked of days alone.

    Raises:
        InvalidRequest: --frequency names another one.
    """
    from eventstudy.config import StudyConfig

    StudyConfig(frequency=options["frequency"]).check_daily(what)


def sums_are_kept(options: dict[str, Any]) -> bool:
    """Whether a study with these options keeps sums alone where nothing is said of it."""
    what, prices = options["what"], options["prices"]
    if not prices and not str(what).lower().endswith(TABLES):
        return False
    from eventstudy.scale.words import kept

    return kept(None, what, prices) == "aggregate"


def prices_are_a_folder(options: dict[str, Any]) -> bool:
    """Whether the prices of a study with these options are a folder of Parquet files."""
    from eventstudy.scale.panel import is_panel

    return is_panel(options["prices"])


def sums(options: dict[str, Any], *, quiet: bool) -> AggregateResult:
    """The sums of a study with these options."""
    from eventstudy.request import run_aggregate

    words = _words(options, quiet=quiet)
    for name, default in {
        "mask_confounded": False,
        "abnormal": None,
        "shares": None,
        "benchmark_portfolios": None,
        "assign": None,
        "window_dates": None,
        "earnings": None,
        "news": (),
    }.items():
        given = options.pop(name, None) or words.pop(name, None)
        if given:
            flag = name.replace("_", "-")
            raise NeedsPairs(
                Sentence("--{flag} needs every pair", flag=flag),
                hint=Sentence("--keep pairs, or leave out --{flag}", flag=flag),
            )
        words.pop(name, default)
    return _told(run_aggregate(**words), quiet=quiet)


def what_else(options: dict[str, Any], *, quiet: bool) -> tuple[Confounders, Masked | None]:
    """Other news on the days of a study with these options, and with `mask_confounded` the answer without them."""
    from eventstudy.request import what_else

    found, masked = what_else(mask_confounded=options.pop("mask_confounded"), **_words(options, quiet=quiet))
    _told(found.result, quiet=quiet)
    return found, masked


def _told(result: R, *, quiet: bool) -> R:
    """The result, once it is said what its price file was taken for."""
    say_events_read(result.provenance.get("events_read_as", ()), quiet=quiet)
    if read_as := result.provenance.get("read_as"):
        say(Phrase("read as: {what:;}", what=read_as), quiet=quiet)
    if read_as := result.provenance.get("factors", {}).get("read_as"):
        say(Phrase("factors read as: {what:;}", what=read_as), quiet=quiet)
    return result


def say_events_read(read_as: Sequence[str], *, quiet: bool = False) -> None:
    """Say what a list of events was taken for, if anything is to be said."""
    if read_as:
        say(Phrase("events read as: {what:;}", what=read_as), quiet=quiet)


def words_of(options: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    """The options that are there as words of `request.run`; those of `_NOT_ASKED` that are not, are left out."""
    lacking = [name for name in _NOT_ASKED if name not in options]
    blank = {name: () if name in ("tickers", "peers") else None for name in lacking}
    words = _words({**blank, **options}, quiet=quiet)
    return {name: value for name, value in words.items() if name not in lacking}


_NOT_ASKED = (
    "what",
    "frequency",
    "abnormal",
    "date",
    "tickers",
    "timing",
    "tz",
    "outcome",
    "peers",
    "bhar",
    "delisting",
    "shares",
    "benchmark_portfolios",
    "assign",
    "window_dates",
    "currency",
)
"""Words of a study that some commands do not take."""


def _words(options: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    """The options as the words of `request.run`."""
    from eventstudy.request import read_dates

    take = options.pop
    take("allow_excluded")
    spans = take("estimation_window")
    for name in ("estimation_window", "event_window", "min_estimation"):
        if options.get("frequency", "daily") != "daily" and _unasked(name):
            options[name] = None  # that of days; weeks and months have their own
            spans = (None,) if name == "estimation_window" else spans
    if options.get("window_dates") or options.get("window_days"):
        if _on_the_line("event_window"):
            named = "--window-dates" if options.get("window_dates") else "--window-days"
            raise InvalidRequest(
                Sentence("--event-window and {named} are both named", named=named),
                hint=Sentence("leave one of them out"),
            )
        options["event_window"] = None
    if ":" in str(options.get("model", "")):
        raise InvalidRequest(
            Sentence("{options} is a model of your own, and no code of yours is run here", options=options["model"]),
            hint=Sentence("in Python: from eventstudy import EventStudy; EventStudy(model=f)"),
        )
    _say_date(options, quiet=quiet)
    excluded = take("exclude_dates")
    source = options["source"].lower()
    options["source"] = source if source == "auto" else plugins.meant("sources", source)
    return dict(
        what=take("what"),
        tickers=split(take("tickers")),
        peers=split(take("peers")),
        windows=take("windows") or None,
        estimation_window=spans[0],
        estimation_windows=spans[1:] and spans,
        variants=_variants(take("variants")),
        prediction_error=not take("no_prediction_error"),
        alpha=not take("no_alpha"),
        calendar="exchange" if take("calendar") == "exchange" else None,
        exclude_dates=read_dates(excluded) if excluded else (),
        mask_other_events=_sessions(take("mask_other_events")),
        progress=progress(quiet),
        **{name: take(name) for name in _PASSED if name in options},
    )


def _say_date(options: dict[str, Any], *, quiet: bool) -> None:
    """Say what a date of digits that does not begin with the year was taken for: 09.01.25 is 2025-01-09."""
    from eventstudy.events import parse_when
    from eventstudy.tables.written import said_of_day_first, taken_apart

    text = str(options.get("date") or "").strip()
    if re.match(r"[0-9]{1,2}[-/. ][0-9]", text):
        when = parse_when(text, tz=options.get("tz"), order=options.get("dates"))
        usual = None if options.get("dates") else said_of_day_first(taken_apart(text))
        say(f"date {text} read as {usual or when.isoformat()}", quiet=quiet)


_PASSED = (
    "date", "frequency", "abnormal", "benchmark", "currency", "day0", "timing", "tz", "model", "returns", "event_window",
    "tests",
    "min_estimation", "max_shift", "source", "prices", "registry", "factors", "factor_unit", "missing", "as_of", "seed",
    "dates", "decimal", "times", "values", "ticker", "exchange", "strict", "group_by",
    "outcome", "earnings", "news", "bhar", "delisting", "alternative", "level", "regime", "shares", "workers", "scheduler",
    "address", "primary", "accept", "drop_days", "unit_in", "unit_out", "snapshot", "window_days", "own_windows",
    "own_estimation",
    "weights", "event_period", "benchmark_portfolios", "assign", "window_dates",
)  # fmt: skip


def _unasked(name: str) -> bool:
    """Whether an option of the command has its default because nobody named it."""
    context = click.get_current_context(silent=True)
    return context is not None and context.get_parameter_source(name) is click.core.ParameterSource.DEFAULT


def _on_the_line(name: str) -> bool:
    """Whether an option stands on the line of the command, or in the environment."""
    context = click.get_current_context(silent=True)
    asked = (click.core.ParameterSource.COMMANDLINE, click.core.ParameterSource.ENVIRONMENT)
    return context is not None and context.get_parameter_source(name) in asked


def split(texts: Sequence[str]) -> list[str]:
    """The names in the comma-separated texts of an option that may be repeated.

    Raises:
        InvalidRequest: the option is there, and names nothing: an empty variable of a shell is not all of them.
    """
    found = separated(",".join(texts))
    if texts and not found:
        raise InvalidRequest(Sentence("an option names no ticker"), hint=Sentence("name one, or leave the option out"))
    return found


def _sessions(text: str) -> int | None:
    """A number of sessions, or none."""
    if text.strip().lower() == "none":
        return None
    try:
        return int(text)
    except ValueError as error:
        raise InvalidRequest(
            Sentence("--mask-other-events is {text!r}", text=text), available=Sentence("none, or sessions: 0, 1, 3")
        ) from error


def _variants(texts: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        name, _, form = text.partition("=")
        if not form:
            raise InvalidRequest(
                Sentence("--variant {text!r} names no form", text=text),
                hint=Sentence("write --variant corrado_rank=paper"),
            )
        found[name] = form
    return found
