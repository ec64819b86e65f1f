"""A claim and what became of it, as a person reads it; from the plain values of `Checked.to_dict`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eventstudy.sentences import percent
from eventstudy.text import columns, wrapped

_LISTED = 4
"""Up to so many further matches of a number are shown."""


def text(told: dict[str, Any], *, verbose: bool = False) -> str:
    """What was understood, where it was found, the sessions of the move, the paragraph, and the verdict."""
    blocks = [
        list(_understood(told)),
        list(_found(told, None if verbose else _LISTED)),
        list(_days(told)),
        wrapped(told["sentence"]),
        list(_verdict(told)),
        [
            line
            for w in told["warnings"]
            if verbose or w["code"] in _SAID
            for line in wrapped(f"{w['code']} {w['message']}")
        ],
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


_LOOSELY = {"about": "about", "under": "just under", "over": "just over"}
_SAID = ("NO_ABNORMAL",)


def _understood(told: dict[str, Any]) -> Iterator[str]:

    u, event = told["understood"], told["event"]
    if u["text"]:
        yield from wrapped(f"claim: {u['text']}")
    loosely = {key: f"{_LOOSELY[how]} " for key, how in u["loosely"].items()}
    said = [f"{key} {loosely.get(key, '')}{u[key]}" for key in ("from", "to", "change") if u[key]]
    said += [f"{loosely.get('percent', '')}{100 * u['percent']:+.10g} %"] if u["percent"] is not None else []
    said += ["at its furthest"] if u["at_times"] else []
    said += [u["unit"]] if u["unit"] else []
    said += [f"“{u['span']}” ({_most(u['span_sessions'])})"] if u["span"] else []
    said += [{"up": "rising", "down": "falling"}[u["direction"]]] if u["direction"] else []
    said += [f"dates {', '.join(_date(d) for d in u['dates'])}"] if u["dates"] else []
    yield from wrapped(f"understood: {u['ticker']} ({u['name']}), {', '.join(said)}")
    if u["aside"]:
        yield f"not used: {', '.join(u['aside'])}"
    first, last = told["searched"]["first"], told["searched"]["last"]
    which = f", {event['title']}" if event["title"] else ""
    yield from wrapped(
        f"searched: {', '.join(told['fields'])} from {first} to {last}, around {event['day0']} ({event['id']}{which})"
    )


def _most(sessions: int | None) -> str:
    if sessions is None:
        return "not understood"
    return f"at most {sessions} session{'s' if sessions != 1 else ''}"


def _date(day: dict[str, int | None]) -> str:
    return "-".join(str(part).zfill(2) for part in (day["year"], day["month"], day["day"]) if part is not None)


def _found(told: dict[str, Any], most: int | None) -> Iterator[str]:

    rows, also = [], []
    for key in ("from", "to"):
        match, printed, near = told["found"][key], told["understood"][key], told["nearest"][key]
        if match:
            said = match["manner"] if printed else "by the size of the move"
            rows.append([f"{key} {printed or ''}".strip(), f"{match['field']} {match['value']}", match["date"], said])
        elif near:
            rows.append([f"{key} {printed}", "not found", near["date"], f"nearest close {near['value']}"])
        elif printed:
            rows.append([f"{key} {printed}", "not looked for"])
        others = [f"{m['field']} {m['value']} {m['date']} ({m['manner']})" for m in told["matches"][key] if m != match]
        more = f" and {len(others) - most} more" if most is not None and len(others) > most else ""
        also += [f"{printed} also matches: {'; '.join(others[:most])}{more}"] if others else []
    if rows:
        yield columns(rows)
    for line in also:
        yield from wrapped(line)


def _days(told: dict[str, Any]) -> Iterator[str]:
    days = told["days"]
    if not days:
        return

    def cell(value: float | None) -> str:
        return "" if value is None else percent(value)

    head = ["session", "close", "change", told["benchmark"], "abnormal"]
    rows = [[d["session"], str(d["close"]), cell(d["ret"]), cell(d["market"]), cell(d["ar"])] for d in days]
    total = [
        "in all",
        "",
        cell(told["move"]),
        cell(told["market_move"]),
        cell(told["abnormal"] and told["abnormal"]["car"]),
    ]
    shown = rows if len(rows) <= 12 else [*rows[:6], ["..."], *rows[-5:]]
    yield columns([head, *shown, total], range(1, 5))


def _verdict(told: dict[str, Any]) -> Iterator[str]:

    words = {True: "yes", False: "no", None: "cannot be told"}
    verdict = dict(told["verdict"])
    verdict.pop("peak_omitted" if (told["move"] or 0) < 0 else "trough_omitted")
    asked = {"numbers_found": "numbers found", "order_ok": "in this order", "direction_ok": "direction right"}
    asked |= {"size_ok": "size right", "phrase_ok": "time span right", "dates_ok": "dates right"}
    asked |= {"trough_omitted": "trough left out", "peak_omitted": "peak left out"}
    asked |= {"attributable": "more than market and ordinary days"}
    always = ("numbers_found", "direction_ok", "phrase_ok", "attributable")
    shown = [
        f"{name}: {words[verdict.get(key)]}"
        for key, name in asked.items()
        if key in always or verdict.get(key) is not None
    ]

    yield from wrapped(f"verdict: {'; '.join(shown)}")
