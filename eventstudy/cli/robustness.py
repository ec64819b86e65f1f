"""`eventstudy robustness`: does the answer survive other choices?"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

import click

from eventstudy.cli._output import answer, draw, finish, output_options, picture_option
from eventstudy.cli._study import split, study, study_options
from eventstudy.text import columns, wrapped

if TYPE_CHECKING:
    from eventstudy.investigate.robustness import Robustness, Specification

_SHOWN = 3
_FIRMS = 20
"""Up to so many firms are shown by themselves."""


@click.command("robustness")
@study_options
@click.option("--models", multiple=True, help="Models to try. [default: market,market_adjusted,constant_mean]")
@click.option(
    "--benchmarks", multiple=True, help="Benchmarks to try; `peers`: an index of peers without the firms studied."
)
@click.option(
    "--also-estimation",
    "spans",
    nargs=2,
    type=int,
    multiple=True,
    metavar="A B",
    help="Estimation window to try; may be repeated. [default: parts of the study's own]",
)
@picture_option("--chart", "Draw the specification curve into this file.")
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context,
    /,
    models: tuple[str, ...],
    benchmarks: tuple[str, ...],
    spans: tuple[tuple[int, int], ...],
    chart: str | None,
    form: str,
    output: str | None,
    quiet: bool,
    verbose: bool,
    **options: Any,
) -> None:
    """Does the answer survive other models, benchmarks, windows and kinds of returns?

    The study is done once for every combination of choices; its own choices are always among them. CAR windows are those of
    --window.
    """
    from eventstudy.investigate.robustness import MODELS, robustness
    from eventstudy.request import factors_for, last_day, longer_prices
    from eventstudy.scale.workers import executor_of
    from eventstudy.screens import heading

    work = options["workers"], options["scheduler"], options["address"]
    from_where = {name: options[name] for name in ("source", "prices")}
    limit, allowed = last_day(options["as_of"]), options["allow_excluded"]
    given = options["factors"], options["factor_unit"]
    result = study(options, quiet=quiet)
    factors = factors_for(*given, result.config)
    asked = split(benchmarks)
    before = min([result.config.estimation_window.start, *(a for a, _ in spans)])
    found = robustness(
        result,
        longer_prices(
            result,
            **from_where,
            as_of=limit,
            sessions=result.config.estimation_window.start - before,
            more=[*asked, *(p.split("=")[-1] for p in result.config.peers)],
            everyone=True,
        ),
        models=split(models) or MODELS,
        benchmarks=asked,
        estimation_windows=spans,
        factors=factors,
        executor=executor_of(*work),
    )
    draw(found.plot, chart, quiet=quiet)
    answer(
        form,
        output,
        plain=found.to_dict,
        rows=found.tidy,
        lines=lambda: [*heading(result), "", *_screen(found)],
    )
    finish(
        ctx,
        lacking=result.incomplete or _lacks(found, split(models), asked, spans),
        allowed=allowed,
        believable=result.believable,
    )


def _lacks(found: Robustness, models: list[str], benchmarks: list[str], spans: tuple[tuple[int, int], ...]) -> bool:
    """Whether something that was asked for by name is in no specification."""
    made = found.specifications
    return bool(
        set(models) - {s.model for s in made}
        or set(benchmarks) - {s.benchmark for s in made}
        or set(spans) - {tuple(s.estimation_window) for s in made}
    )


def _screen(found: Robustness) -> list[str]:
    """The finding, what each option says, and the extremes."""
    from eventstudy.sentences import LEVEL, percent

    lines = [*wrapped(found.sentence), ""]
    table = [["choice", "option", "specifications", "median CAR", "smallest", "largest", "p < 5 %"]]
    for name, share in found.drivers.items():
        options = list(dict.fromkeys(str(getattr(s, name)) for s in found.specifications))
        for i, option in enumerate(options):
            those = [s for s in found.specifications if str(getattr(s, name)) == option]
            cars = sorted(s.car for s in those)
            hits = [s.p < LEVEL for s in those if s.judged.test]
            heading = f"{name.replace('_', ' ')} ({100 * share:.0f} %)" if i == 0 else ""
            figures = [percent(v) for v in (median(cars), cars[0], cars[-1])]
            shown = f"{100 * sum(hits) / len(hits):.0f} %" if hits else "n/a"
            table.append([heading, option, str(len(cars)), *figures, shown])
    lines += columns(table, range(2, 7)).splitlines()
    lines += wrapped("per cent beside a choice: its share of the variance of the CARs; p by " + ", ".join(found.tests))
    lines += wrapped(f"peers: equal-weighted index of {', '.join(found.peers)}") if found.peers else []
    lines += _firms(found)
    ordered = sorted(found.specifications, key=lambda s: s.car)
    extremes = [*ordered[:_SHOWN], *ordered[-_SHOWN:]] if len(ordered) > 2 * _SHOWN else ordered
    lines += ["", "the lowest and the highest (--format csv shows all):"]
    lines += columns([_row(s) for s in extremes], (4, 5)).splitlines()
    lines += [line for text in found.cautions for line in wrapped(text)]
    return [*lines, *(line for text in found.left_out for line in wrapped(f"left out: {text}"))]


def _firms(found: Robustness) -> list[str]:
    """How the CAR of each firm by itself fares, in a line or two."""
    table = found.firms()
    if table.empty:
        return []
    shown = table.iloc[:_FIRMS]
    each = [
        f"{ticker} {100 * same:.0f}/{100 * hits:.0f}"
        for ticker, same, hits in zip(
            shown["ticker"], shown["share_same_sign"], shown["share_significant"], strict=True
        )
    ]
    more = f", and {len(table) - len(shown)} more" if len(table) > len(shown) else ""
    return wrapped(f"firm by firm, % with the sign of its own / % with p < 5 % (exact t): {', '.join(each)}{more}")


def _row(one: Specification) -> list[str]:
    from eventstudy.sentences import p_text, percent

    words = [one.model, f"benchmark {one.benchmark}", f"estimated on {one.estimation_window}", f"{one.returns} returns"]
    return [words[0], words[1], words[2], words[3], f"CAR{one.window} {percent(one.car)}", f"p {p_text(one.p)}"]
