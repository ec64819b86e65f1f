"""`eventstudy claim`: is the press claim true?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eventstudy.cli._output import finish, output_options, put
from eventstudy.cli._study import some_options
from eventstudy.errors import InvalidRequest
from eventstudy.text import columns, json_text, wrapped

if TYPE_CHECKING:
    from eventstudy.events import Event
    from eventstudy.investigate._claim_words import Understood
    from eventstudy.investigate.claim import Checked

_CONFIG = ("model", "returns", "benchmark", "estimation_window", "missing", "min_estimation", "max_shift", "seed")
_LISTED = 4
"""Up to so many further matches of a number are shown."""


@click.command("claim")
@some_options(
    *(
        "--benchmark",
        "--day0",
        "--model",
        "--returns",
        "--estimation-window",
        "--no-prediction-error",
        "--min-estimation",
    ),
    *(
        "--max-shift",
        "--source",
        "--prices",
        "--registry",
        "--factors",
        "--factor-unit",
        "--missing",
        "--as-of",
        "--seed",
    ),
    "--allow-excluded",
)
@click.option("--ticker", help="Whose price is meant. [default: the company that the sentence names]")
@click.option("--from", "start", metavar="X", help="The price before, digits as printed: 142, 1.234,50.")
@click.option("--to", "end", metavar="Y", help="The price after, digits as printed; with --unit percent the change.")
@click.option("--unit", help="Of these numbers: USD, EUR, percent.")
@click.option("--around", metavar="D", help="When: prices are searched ten sessions on either side.")
@click.option("--span", help='Over what time: "few trading days".')
@click.option("--names", type=click.Path(), help="CSV of your own with ticker,name, beside the names that ship.")
@click.option("--number", type=click.IntRange(1), default=1, show_default=True, help="Which claim of the event.")
@click.option("--lang", type=click.Choice(["en", "de"]), default="en", show_default=True, help="Of the paragraph.")
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context, /, form: str, output: str | None, quiet: bool, verbose: bool, lang: str, **options: Any
) -> None:
    """Is the press claim true?

    WHAT is an event id whose claim is checked, or a sentence in English or German in quotes; or say the numbers by --ticker,
    --from, --to and --around.

    \b
    eventstudy claim deepseek-r1
    eventstudy claim "Nvidia fell from 142.62 to 118.42 dollars on Monday" --around 2025-01-27
    eventstudy claim --ticker NVDA --from 142 --to 128.99 --around 2025-01-20 --span "few trading days"
    """
    allowed = options.pop("allow_excluded")
    checked = _checked(options)
    told = checked.to_dict(lang)
    if form == "json":
        put(json_text(told), output)
    elif form == "csv":
        put(_csv(told), output)
    else:
        put(_screen(told, verbose=verbose), output)
    finish(
        ctx, lacking=checked.incomplete, allowed=allowed, believable=checked.study is None or checked.study.believable
    )


def _checked(options: dict[str, Any]) -> Checked:
    from eventstudy.config import StudyConfig
    from eventstudy.investigate.claim import check, load_names
    from eventstudy.request import factors_for, last_day

    names = load_names(options["names"])
    claim, event = _meant(options, names)
    config = StudyConfig(
        **{name: options[name] for name in _CONFIG}, prediction_error=not options["no_prediction_error"]
    )
    return check(
        claim,
        event,
        config=config,
        day0=options["day0"],
        source=options["source"],
        prices=options["prices"],
        factors=factors_for(options["factors"], options["factor_unit"], config),
        as_of=last_day(options["as_of"]),
        names=names,
    )


def _meant(options: dict[str, Any], names: dict[str, str]) -> tuple[Understood, Event]:
    """The claim as it is understood, and the event around which it is looked up."""
    from eventstudy.events import load_registry, shipped_registry
    from eventstudy.investigate.claim import event_of, from_parts, of_registry, understand
    from eventstudy.request import events_of

    what, ticker, span = options["what"], options["ticker"], options["span"]
    numbers = options["start"] or options["end"]
    known = load_registry(options["registry"]) if options["registry"] else shipped_registry()
    if what and not _is_name(what):
        if numbers:
            raise InvalidRequest(
                "a sentence and numbers were both given", hint="leave out --from and --to, or the sentence"
            )
        claim = understand(what, names, ticker, span)
        return claim, event_of(claim, list(known), options["around"])
    events = list(events_of(what, registry=options["registry"])) if what else []
    if numbers:
        if not ticker:
            raise InvalidRequest("whose price is it?", hint="name it: --ticker NVDA")
        claim = from_parts(ticker, start=options["start"], end=options["end"], unit=options["unit"], phrase=span)
        return claim, events[0] if len(events) == 1 else event_of(claim, list(known), options["around"])
    claims = [(claim, event) for event in events for claim in event.claim]
    if not what:
        raise InvalidRequest(
            "there is no claim",
            available=", ".join(event.id for event in known if event.claim),
            hint="name an event with a claim, give a sentence in quotes, or --ticker, --from, --to and --around",
        )
    if len(claims) < options["number"]:
        raise InvalidRequest(
            f"{what} has {len(claims)} claims, not {options['number']}", hint="add [[event.claim]] to the event"
        )
    found, event = claims[options["number"] - 1]
    return of_registry(found, event, names), event


def _is_name(what: str) -> bool:
    """Whether WHAT is an event id or a file, rather than a sentence."""
    return not any(c.isspace() for c in what.strip()) or Path(what).is_file()


# ---- a claim as a person reads it ------------------------------------------------------------------------------------------


def _screen(told: dict[str, Any], *, verbose: bool) -> str:
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
    from eventstudy.sentences import percent

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


def _csv(told: dict[str, Any]) -> str:
    """One row a session of the move."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ["session", "close", "ret", "market", "ar"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(told["days"])
    return text.getvalue()
