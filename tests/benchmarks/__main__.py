"""`python -m tests.benchmarks [WHAT]`: every budget as a ratio to its yardstick, both measured in turn in the same run.

Without a word: start-up, report, engine, calibration, robustness, quickly. With one of

    startup             the budgets of the command            before COMMIT   one event, by an earlier commit and by this one
    engine [--full]     the engine alone                      workers         two processes on a GARCH model
    reading             files beside pandas and python-calamine
    clocks              minutes, and returns as CRSP writes them
    stages              100,000 events, stage by stage
    panels              50 million rows of Parquet            blocks              up to ten million events on them
    peers           other programs, in environments of their own
    figures [GROUP ..]  what the site shows, into `figures.json`; panels, peers and workers are kept there too
    picture             the chart of the site, from `figures.json`

Medians of interleaved repetitions, imports apart unless they are what is measured. Nothing here fails a build: a ratio is read,
and quoted with its yardstick.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from tests.benchmarks import (
    calibration,
    clocks,
    engine,
    figures,
    panels,
    peers,
    picture,
    prices,
    reading,
    robustness,
    stages,
    startup,
    workers,
)


def everything() -> None:
    """A quick look at all of them."""
    startup.startup()
    startup.report()
    engine.main()
    calibration.calibration()
    prices.prices()
    prices.looks()
    robustness.main()


def kept(name: str, value: object) -> None:
    """Put a measurement beside the figures of the site."""
    print(value)
    figures.keep(name, value)


def main(words: list[str]) -> None:
    """Do what is asked."""
    what, rest = (words[0], words[1:]) if words else ("", [])
    known: dict[str, Callable[[], object]] = {
        "": everything,
        "startup": lambda: startup.startup(*map(int, rest)),
        "before": lambda: kept("before", startup.before(rest[0])),
        "engine": lambda: engine.main(full="--full" in rest),
        "workers": lambda: kept("workers", workers.measure(*map(int, rest))),
        "stages": lambda: kept("stages", stages.measure()),
        "blocks": lambda: kept("blocks", panels.curve(*map(int, rest))),
        "panels": lambda: kept("panel", panels.measure(*map(int, rest))),
        "peers": lambda: kept("peers", peers.measure(*map(int, rest))),
        "figures": lambda: figures.measure(*rest),
        "clocks": lambda: kept("clocks", clocks.clocks(*map(int, rest))),
        "reading": lambda: reading.reading(*map(int, rest)),
        "picture": lambda: print(picture.draw()),
    }
    if what not in known:
        raise SystemExit(f"there is no benchmark {what!r}: {', '.join(filter(None, known))}")
    known[what]()


if __name__ == "__main__":
    main(sys.argv[1:])
