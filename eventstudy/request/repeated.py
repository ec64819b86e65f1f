"""A study once more, from the JSON object of its result."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from eventstudy.config import StudyConfig, in_file
from eventstudy.disk import read_text
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence
from eventstudy.events import BadRow, Event, Group, Registry, load_registry, parse_when, shipped_registry
from eventstudy.request.events import with_tickers
from eventstudy.request.shares import counts_shares
from eventstudy.request.study import run
from eventstudy.study.differences import differences, reasons
from eventstudy.study.document import SCHEMA
from eventstudy.study.result import StudyResult

_HINT = Sentence("run ... --format json writes one")
_OURS = ("bundled", "store", "yahoo")
"""Sources that can be asked for the same prices by name."""


def read_result(path: str | Path) -> dict[str, Any]:
    """The JSON object of a result that was written into a file at `path`.

    Raises:
        InvalidFile: it is no file, or no JSON object.
    """
    text = read_text(path, Sentence("the result"))
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidFile(Sentence("this is no JSON: {said}", said=error), where=str(path), hint=_HINT) from error
    if not isinstance(told, dict):
        raise InvalidFile(Sentence("this is no result of a study"), where=str(path), hint=_HINT)
    return told


def again(
    told: Mapping[str, Any],
    *,
    prices: str | Path | Sequence[str | Path] | None = None,
    abnormal: str | Path | None = None,
    factors: str | Path | None = None,
    shares: str | Path | None = None,
    benchmark_portfolios: str | Path | None = None,
    assign: str | Path | None = None,
    registry: str | Path | None = None,
    **words: Any,
) -> StudyResult:
    """The study of a result, run again with its own choices, events and tickers.

    `told`: the JSON object (`StudyResult.to_dict`). `prices`, `abnormal`, `factors`, `shares`, `benchmark_portfolios`,
    `assign`: the files it was made of, where it was made of files. `registry`: where its events stand; events that are in none
    are made of what the result says of them, but for windows of their own and groups by a column, which stand nowhere else.
    `words`: others of `run`.

    Raises:
        InvalidFile: not a result, or not a whole one. InvalidRequest: it was made of files, and they are not named.
    """
    if told.get("schema") != SCHEMA:
        named = told.get("schema")
        raise InvalidFile(
            Sentence("this is {named}, and only a result of a study can be run again", named=named)
            if named
            else Sentence("this is no result of a study"),
            hint=_HINT,
        )
    known = load_registry(registry) if registry else shipped_registry()
    sources, choices, events, day0, as_of = _read(told, known)
    grouped = told["provenance"].get("group_by")
    _check_tables(told, known, choices, grouped)
    if choices.get("model") == "given" and abnormal is None:
        raise InvalidRequest(
            Sentence("this result was given abnormal returns"), hint=Sentence("name their file: --abnormal FILE")
        )
    if told["provenance"].get("benchmark_portfolios"):
        if benchmark_portfolios is None or assign is None:
            raise InvalidRequest(
                Sentence("this result compares firms with portfolios"),
                hint=Sentence("name their files: --benchmark-portfolios FILE --assign FILE"),
            )
        choices.pop("benchmark")
        sources.discard("portfolios")
    counted = told["provenance"].get("shares") if counts_shares(choices) else None
    if counted == "given" and shares is None:
        raise InvalidRequest(
            Sentence("this result was given shares outstanding"), hint=Sentence("name their file: --shares FILE")
        )
    if abnormal is not None and choices.get("model") != "given":
        raise InvalidRequest(
            Sentence("this result was given no abnormal returns"), hint=Sentence("leave out --abnormal")
        )
    if (
        prices is None
        and abnormal is None
        and (foreign := {source for source in sources if not source.startswith(_OURS)})
    ):
        raise InvalidRequest(
            Sentence("the prices of this result came from a file"),
            available=", ".join(sorted(foreign)),
            hint=Sentence("name it: --prices FILE"),
        )
    source = (
        "auto"
        if prices is not None or abnormal is not None or len(sources) != 1 or sources & {"yahoo"}
        else next(iter(sources)).partition(",")[0]
    )
    return run(
        Registry(events, left_out=known.left_out if registry else _left_out(told)),
        day0=day0,
        source=source,
        prices=prices,
        abnormal=abnormal,
        group_by=grouped,
        factors=factors,
        benchmark_portfolios=benchmark_portfolios,
        assign=assign,
        shares=shares or ("yahoo" if counted == "yahoo" else None),
        as_of=as_of,
        **{**choices, **words},
    )


def _check_tables(told: Mapping[str, Any], known: Registry, choices: Mapping[str, Any], grouped: str | None) -> None:
    """Refuse a study whose windows or groups stand in a table of events that is not there.

    Raises:
        InvalidRequest: an event of the result is not among those that are known.
    """
    lacking = [str(one["id"]) for one in told["events"] if not _stands(one, known)]
    of_table = {
        "the windows of this result": bool(choices.get("own_windows")),
        "the estimation windows of this result": bool(choices.get("own_estimation")),
        "the weights of this result": choices.get("weights") == "value" and not told["provenance"].get("shares"),
        f"the groups of this result, by {grouped},": grouped is not None,
    }
    if lacking and any(of_table.values()):
        what = next(what for what, there in of_table.items() if there)
        raise InvalidRequest(
            Sentence("{what} are those of its table of events", what=what),
            where=Sentence("without them: {lacking}", lacking=", ".join(lacking[:5])),
            hint=Sentence("name the table: --registry FILE"),
        )


def _stands(one: Mapping[str, Any], known: Registry) -> bool:
    """Whether an event of a result is among those that are known."""
    return one["id"] in known and known[one["id"]].announced.isoformat() == one["announced"]


def _left_out(told: Mapping[str, Any]) -> list[BadRow]:
    """The rows of its table of events that the result could not read."""
    return [
        BadRow(e["event_id"], e["ticker"], e["params"]["why"]) for e in told["excluded"] if e["reason"] == "BAD_ROW"
    ]


def _read(told: Mapping[str, Any], known: Registry) -> tuple[set[str], dict[str, Any], list[Event], str, str | None]:
    """The sources of a result, its choices, events, day 0 and last day.

    Raises:
        InvalidFile: something that every result has is not there, or is something else.
    """
    try:
        differences(told, told), reasons(told, told), told["provenance"]["prices_sha256"]  # what is read of it later
        sources = set((told["provenance"].get("sources") or {"": told["provenance"]["source"]}).values())
        events, day0 = _events(told, known), [one["day0_policy"] for one in told["events"]]
        choices, as_of = _choices(told["config"]), told["provenance"].get("as_of")
        _left_out(told)
    except InvalidRequest as error:
        raise in_file(error, "events") from error
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        lacks = isinstance(error, KeyError)
        what = (
            Sentence("this result is not whole: {lacking} is missing", lacking=error.args[0])
            if lacks
            else Sentence("what this result says cannot be meant")
        )
        raise InvalidFile(what, hint=_HINT) from error
    if not events:
        raise InvalidFile(Sentence("this result names no event"), hint=_HINT)
    return set(map(str, sources)), choices, events, str(day0[0]), as_of


def _choices(config: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a `StudyConfig` that a result names."""
    known = {field.name for field in fields(StudyConfig)}
    found = {name: value for name, value in config.items() if name in known}
    if isinstance(found.get("benchmark"), list) or found.get("model") == "given":
        found["benchmark"] = None  # each event has its own, or none is compared with
    if found.get("window_days"):
        found["windows"] = found["event_window"] = None  # the sessions that these calendar days hold
    if found.get("estimation_windows") == [found.get("estimation_window")]:
        found["estimation_windows"] = ()
    return found


def _events(told: Mapping[str, Any], known: Registry) -> list[Event]:
    """The events of a result with the tickers it has of each: those of the registry, or made of what the result says."""
    tickers: dict[str, list[str]] = {}
    for one in (*told["firms"], *told["excluded"]):
        tickers.setdefault(one["event_id"], []).append(one["ticker"])
    return [_event(one, list(dict.fromkeys(tickers.get(one["id"], ()))), known, told) for one in told["events"]]


def _event(one: Mapping[str, Any], tickers: list[str], known: Registry, told: Mapping[str, Any]) -> Event:
    if _stands(one, known):
        return with_tickers(known[one["id"]], tickers)
    groups, left = [], list(tickers)
    for group in told["groups"]:
        members = tuple(t for t in group["tickers"] if t in left)
        left = [t for t in left if t not in members]
        if members:
            groups.append(Group(role=group["role"], name=group["name"] or "", tickers=members))
    if left:
        groups.append(Group(tickers=tuple(left)))
    return Event(
        id=one["id"],
        title=one["title"],
        announced=parse_when(one["announced"]),
        timing=one.get("timing") or "unknown",
        recognised=parse_when(one["recognised"]) if one["recognised"] else None,
        recognised_reason=one["recognised"] and Sentence("as in the result"),
        sources=(Sentence("as in the result"),) if one["recognised"] else (),
        group=tuple(groups),
    )
