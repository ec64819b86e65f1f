"""A checked claim as the JSON object that scripts rely on (schema `eventstudy.claim/1`), and its verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.document import warnings_as_dicts
from eventstudy.investigate._claim_numbers import Quote
from eventstudy.investigate._claim_search import Found, Match, move_agrees
from eventstudy.investigate._claim_text import paragraph
from eventstudy.investigate._claim_words import Understood
from eventstudy.sentences import LEVEL

if TYPE_CHECKING:
    from eventstudy.investigate.claim import Checked, Extreme, Move, Part

SCHEMA = "eventstudy.claim/1"

_DIVIDENDS = 0.002
"""A number below a close by less than this share looks like a close adjusted for later dividends."""


def document(checked: Checked, lang: str) -> dict[str, Any]:
    """All of a checked claim as plain values; the sentence is written from these alone."""
    found, move, quoted = checked.found, checked.move, checked.quoted
    start = found.start.value if found.start else None
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "understood": understood(checked.claim, checked.name),
        "event": {
            "id": checked.event.id,
            "title": checked.event.title,
            "announced": checked.event.announced.isoformat(),
            "day0": checked.day0.isoformat(),
        },
        "searched": {
            "first": quoted.date(quoted.first).isoformat(),
            "last": quoted.date(len(quoted.close) - 1).isoformat(),
        },
        "fields": [name for name in ("close", "high", "low", "open") if name in quoted.fields],
        "currency": checked.currency,
        "benchmark": checked.benchmark,
        "found": {"from": _match(found.start), "to": _match(found.end)},
        "not_compared": [{"printed": n.plain, "unit": n.unit} for n in checked.foreign],
        "matches": {name: [_match(m) for m in several] for name, several in found.matches.items()},
        "nearest": {
            "from": _nearest(checked, checked.claim.start, found.start),
            "to": _nearest(checked, checked.claim.end, found.end),
        },
        "move": _number(move.size) if move else None,
        "sessions": move.sessions if move else None,
        "peak": _extreme(move.peak, start) if move else None,
        "trough": _extreme(move.trough, start) if move else None,
        "fall_from_peak": _number(move.trough.value / move.peak.value - 1) if move else None,
        "rebound": _rebound(found, move),
        "market_move": _number(move.market) if move else None,
        "days": _days(checked),
        "abnormal": _part(checked.whole),
        "abnormal_to_extreme": _part(checked.until),
        "verdict": verdict(checked),
        "warnings": warnings_as_dicts((*checked.warned, *(checked.study.warned if checked.study else ()))),
        "config": checked.study.config.as_dict() if checked.study else None,
        "provenance": dict(checked.provenance),
        "lang": lang,
    }
    return told | {"sentence": paragraph(told, lang)}


def understood(claim: Understood, name: str) -> dict[str, Any]:
    """What was understood, before anything is looked up; prices keep their printed digits, with a decimal point."""
    percent, span = claim.percent, claim.span
    sign = -1 if claim.down else 1
    return {
        "ticker": claim.ticker,
        "name": name,
        "from": claim.start.plain if claim.start else None,
        "to": claim.end.plain if claim.end else None,
        "unit": claim.unit,
        "percent": sign * percent.value / 100 if percent else None,
        "change": claim.change.plain if claim.change else None,
        "span": claim.phrase,
        "span_sessions": span.most if span else None,
        "weekday": span.weekday if span else None,
        "direction": None if claim.down is None else "down" if claim.down else "up",
        "dates": [{"year": day.year, "month": day.month, "day": day.day} for day in claim.days],
        "loosely": {
            n: q.loose for n, q in (("from", claim.start), ("to", claim.end), ("percent", percent)) if q and q.loose
        },
        "at_times": claim.at_times,
        "language": claim.language,
        "text": claim.text,
        "aside": list(claim.aside),
    }


def _match(match: Match | None) -> dict[str, Any] | None:
    if match is None:
        return None
    exact = match.manner == "exact"
    return {
        "value": match.value,
        "field": match.field,
        "date": match.date.isoformat(),
        "exact": exact,
        "manner": match.manner,
    }


def _nearest(checked: Checked, number: Quote | None, match: Match | None) -> dict[str, Any] | None:
    """The close that comes nearest to a number that was looked for and not found."""
    if number is None or match is not None or number in checked.foreign:
        return None
    quoted = checked.quoted
    away = np.abs(quoted.close[quoted.first :] - number.value)
    row = quoted.first + int(np.nanargmin(away))
    close = float(quoted.close[row])
    like = bool(0 < close - number.value < _DIVIDENDS * close)
    return {"value": close, "date": quoted.date(row).isoformat(), "like_adjusted": like}


def _extreme(extreme: Extreme, start: float | None) -> dict[str, Any]:
    move = None if start is None else _number(extreme.value / start - 1)
    return {"value": _number(extreme.value), "date": extreme.date.isoformat(), "move": move}


def _rebound(found: Found, move: Move | None) -> float | None:
    """The way back from the close that was left out to the second number."""
    if move is None or move.omitted is None or found.end is None:
        return None
    return _number(found.end.value / move.omitted.value - 1)


def _days(checked: Checked) -> list[dict[str, Any]]:
    """Each session of the move: close, its move, that of the benchmark, and the abnormal return."""
    move, close, market = checked.move, checked.quoted.close, checked.market
    if move is None:
        return []
    return [
        {
            "session": checked.quoted.date(row).isoformat(),
            "close": _number(close[row]),
            "ret": _number(close[row] / close[row - 1] - 1) if row else None,
            "market": _number(market[row] / market[row - 1] - 1) if row else None,
            "ar": _number(checked.study.returns.ar[0, row - move.first]) if checked.study else None,
        }
        for row in range(move.first, move.last + 1)
    ]


def _part(part: Part | None) -> dict[str, Any] | None:
    return None if part is None else {n: v if isinstance(v, int | str) else _number(v) for n, v in vars(part).items()}


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def verdict(checked: Checked) -> dict[str, Any]:
    """The fields of the verdict; None where one cannot be told."""
    claim, found, move = checked.claim, checked.found, checked.move
    sought = [(claim.start, found.start), (claim.end, found.end)]
    numbers = all(match is not None for number, match in sought if number)
    if not claim.start or not claim.end:
        numbers = numbers and (not (claim.percent or claim.change) or found.in_order is not None)
    down = None if move is None else move.size < 0
    return {
        "numbers_found": numbers,
        "phrase_ok": _phrase_ok(claim, move, found.end),
        "direction_ok": _direction_ok(claim, found, down),
        "trough_omitted": None if move is None else bool(down and move.omitted),
        "attributable": _attributable(checked.whole, move),
        "peak_omitted": None if move is None else bool(not down and move.omitted),
        "order_ok": found.in_order,
        "size_ok": move_agrees(claim, found.start.value, found.end.value)
        if move and found.start and found.end
        else None,
        "dates_ok": _dates_ok(checked),
        "truncated": any(match is not None and match.manner == "truncated" for _, match in sought),
    }


def _direction_ok(claim: Understood, found: Found, down: bool | None) -> bool | None:
    if found.in_order is False:
        return False
    return None if down is None else claim.down is None or claim.down == down


def _phrase_ok(claim: Understood, move: Move | None, end: Match | None) -> bool | None:
    if claim.span is None or move is None or end is None:
        return None
    if move.sessions > claim.span.most:
        return False
    if claim.span.weekday is not None:
        return end.date.weekday() == claim.span.weekday
    return None if claim.span.intraday else True


def _dates_ok(checked: Checked) -> bool | None:
    claim, found = checked.claim, checked.found
    if not claim.days or found.end is None:
        return None
    days = [day.near(checked.day0) for day in claim.days]
    if len(days) > 1 and found.start is not None:
        return days[0] == found.start.date and days[-1] == found.end.date
    return days[-1] == found.end.date


def _attributable(part: Part | None, move: Move | None) -> bool | None:
    """Whether the model leaves something that ordinary days do not bring, by both tests, on the side of the move."""
    if part is None or move is None:
        return None
    both = part.p < LEVEL and (not part.test or part.p_ranks < LEVEL)
    return bool(both and np.sign(part.car) == np.sign(move.size))
