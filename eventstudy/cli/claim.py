"""`eventstudy claim`: is the press claim true?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from eventstudy.cli._command import command
from eventstudy.cli._output import answer, finish, language_option, output_options
from eventstudy.cli._study import some_options
from eventstudy.errors import InvalidRequest, Sentence

if TYPE_CHECKING:
    from eventstudy.claims import Checked, CheckedEach, Understood
    from eventstudy.events import Event

_CONFIG = ("model", "returns", "benchmark", "missing", "min_estimation", "max_shift", "seed")


@command("claim")
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
    "--accept",
    "--shares",
    "--allow-excluded",
)
@click.option("--ticker", help="Whose price is meant. [default: the company that the sentence names]")
@click.option("--from", "start", metavar="X", help="The price before, digits as printed: 142, 1.234,50.")
@click.option("--to", "end", metavar="Y", help="The price after, digits as printed; with --unit percent the change.")
@click.option("--unit", help="Unit of these numbers: USD, EUR, percent.")
@click.option("--around", metavar="D", help="When: prices are searched ten sessions on either side.")
@click.option("--span", help='Over what time: "few trading days".')
@click.option("--names", type=click.Path(), help="CSV of your own with ticker,name, beside the names that ship.")
@click.option("--number", type=click.IntRange(1), default=1, show_default=True, help="Which claim of the event.")
@language_option()
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context, /, form: str, output: str | None, quiet: bool, verbose: bool, lang: str, **options: Any
) -> None:
    """Is the press claim true?

    WHAT is an event id whose claim is checked, or a sentence in English or German in quotes; or say the numbers by --ticker,
    --from, --to and --around. A sentence may name several firms, each with its number. Market value ("lost 593 billion dollars
    in market value") is turned into prices by the shares outstanding: those of the embedded prices ship, others come from
    --shares FILE.

    \b
    eventstudy claim deepseek-r1
    eventstudy claim "Nvidia fell from 142.62 to 118.42 dollars on Monday" --around 2025-01-27
    eventstudy claim --ticker NVDA --from 142 --to 128.99 --around 2025-01-20 --span "few trading days"
    """
    allowed = options.pop("allow_excluded")
    checked = _checked(options)
    answer(
        form,
        output,
        plain=lambda: checked.to_dict(lang),
        rows=checked.tidy,
        lines=lambda: [checked.text(lang, verbose=verbose)],
    )
    finish(ctx, lacking=checked.incomplete, allowed=allowed, believable=checked.believable)


def _checked(options: dict[str, Any]) -> Checked | CheckedEach:
    from eventstudy.claims import CheckedEach, check, load_names
    from eventstudy.config import StudyConfig
    from eventstudy.request import factors_for, last_day

    names = load_names(options["names"])
    meant = _meant(options, names)
    config = StudyConfig(
        **{name: options[name] for name in _CONFIG},
        estimation_window=options["estimation_window"][0],
        prediction_error=not options["no_prediction_error"],
    )
    parts = tuple(
        check(
            claim,
            event,
            config=config,
            day0=options["day0"],
            source=options["source"],
            prices=options["prices"],
            factors=factors_for(options["factors"], options["factor_unit"], config),
            as_of=last_day(options["as_of"]),
            names=names,
            shares=options["shares"],
        )
        for claim, event in meant
    )
    return parts[0] if len(parts) == 1 else CheckedEach(" ".join(options["what"].split()), parts)


def _meant(options: dict[str, Any], names: dict[str, str]) -> list[tuple[Understood, Event]]:
    """The claims as they are understood, and the event around which each is looked up."""
    from eventstudy.claims import event_of, from_parts, of_registry, understand, understand_each
    from eventstudy.events import load_registry, shipped_registry
    from eventstudy.request import events_of

    what, ticker, span = options["what"], options["ticker"], options["span"]
    numbers = options["start"] or options["end"]
    known = load_registry(options["registry"]) if options["registry"] else shipped_registry()
    if what and not _is_name(what):
        if numbers:
            raise InvalidRequest(
                Sentence("a sentence and numbers were both given"),
                hint=Sentence("leave out --from and --to, or the sentence"),
            )
        each = (understand(what, names, ticker, span),) if ticker else understand_each(what, names, span)
        return [(claim, event_of(claim, list(known), options["around"])) for claim in each]
    events = list(events_of(what, registry=options["registry"])) if what else []
    if numbers:
        if not ticker:
            raise InvalidRequest(Sentence("whose price is it?"), hint=Sentence("name it: --ticker NVDA"))
        claim = from_parts(ticker, start=options["start"], end=options["end"], unit=options["unit"], phrase=span)
        return [(claim, events[0] if len(events) == 1 else event_of(claim, list(known), options["around"]))]
    claims = [(claim, event) for event in events for claim in event.claim]
    if not what:
        raise InvalidRequest(
            Sentence("there is no claim"),
            available=", ".join(event.id for event in known if event.claim),
            hint=Sentence(
                "name an event with a claim, give a sentence in quotes, or --ticker, --from, --to and --around"
            ),
        )
    if len(claims) < options["number"]:
        raise InvalidRequest(
            Sentence("{what} has no claim {number}", what=what, number=options["number"]),
            available=", ".join(str(n) for n in range(1, len(claims) + 1)) or None,
            hint=None if claims else Sentence("add [[event.claim]] to the event"),
        )
    found, event = claims[options["number"] - 1]
    return [(of_registry(found, names), event)]


def _is_name(what: str) -> bool:
    """Whether WHAT is an event id or a file, rather than a sentence."""
    return not any(c.isspace() for c in what.strip()) or os.path.isfile(what)
