"""`python -m tests.simulation.pages`: puts the stored figures into the tables of the docs, which a test holds against them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from tests.simulation import dates, firms, pairs
from tests.simulation.tables import TABLES, cells, errors, runs

METHODS = Path(__file__).parents[2] / "docs" / "methods"
ONE, THREE, ELEVEN = "[0, 0]", "[-1, +1]", "[-5, +5]"
WINDOWS = (ONE, THREE, ELEVEN)
_STORMS = {
    "t(5), twice as wild from day −10 on": "from -10, x2",
    "1.5 times from day −10 on": "from -10, x1.5",
    "twice from day −20 on": "from -20, x2",
    "1.5 times from day −20 on": "from -20, x1.5",
}
_LATE = {
    "twice from day −3 on": "from -3, x2",
    "1.5 times from day −3 on": "from -3, x1.5",
    "twice from day −10 to +7": "from -10 to +7, x2",
}
_EVENT_DAYS = {
    "firms, not the market, 1.5 times from day −5 to +5": "firm-specific x1.5",
    "firms, not the market, twice from day −5 to +5": "firm-specific x2",
}
_ALONE = {
    **_STORMS,
    "1.25 times from day −10 on": "from -10, x1.25",
    **_LATE,
    "1.5 times from day −10 to +7": "from -10 to +7, x1.5",
    "1.25 times from day −3 on": "from -3, x1.25",
    "normal, twice from day −10 on": "from -10, x2, normal",
    "normal, twice from day −3 on": "from -3, x2, normal",
    "the firm alone twice from day −10 on": "from -10, x2, firm alone",
    "the market alone twice from day −10 on": "from -10, x2, market alone",
}
_SAID = (("placebo", 1), ("exact_t", 1), ("told", 0))
_CALM = {"normal": "normal", "t(5)": "t5", "GARCH": "GARCH"}
_RECENT = {
    "twice as wild from day −10 on": "from -10, x2",
    "1.5 times from day −10 on": "from -10, x1.5",
    "twice from day −3 on": "from -3, x2",
    "1.5 times from day −3 on": "from -3, x1.5",
}
_CROWDED = {
    "20 firms, dates of their own": ("1", "20 own"),
    "60 firms, 60 dates three sessions apart": ("1.8", "60 firms, 60 dates x3d"),
    "30 firms, 30 dates one session apart": ("3.6", "30 dates x1d"),
    "60 firms, 20 dates three sessions apart": ("3.9", "60 firms, 20 dates x3d"),
    "20 firms, 10 dates four sessions apart": ("2.2", "20 firms, 10 dates x4d"),
    "one firm, 12 events five sessions apart": ("2.2", "1 ticker, 12 events x5d"),
    "30 firms, 3 dates": ("3.7", "30 firms, 3 dates"),
}
_FOUND = {
    "all firms −1.5 % on day 0": ("-1.5 % on day 0", "windows", ONE),
    "all firms −3 %, spread over days 0 to 5": ("-3 % over days 0 to 5", "windows", "[0, +5]"),
    "one group of five −3 % on day 0": ("one group -3 %", "groups x windows", ONE),
    "one firm −15 % on day 0": ("one firm -15 %", "tickers x windows", ONE),
    "the same, over eleven days": ("one firm -15 %", "tickers x windows", ELEVEN),
    "one firm −30 % on day 0": ("one firm -30 %", "tickers x windows", ONE),
    "that one, over eleven days": ("one firm -30 %", "tickers x windows", ELEVEN),
}
Rows = Mapping[str, Sequence[str]]


@cache
def _stored() -> Mapping[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {}
    for path in (firms.STORED, dates.STORED, pairs.STORED):
        with path.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                key = row["part"], row["design"], row["what"], row["window"]
                found[key] = 100 * int(row["counted"]) / int(row["draws"])
    return found


def _each(part: str, design: str, windows: Sequence[str] = WINDOWS, decimals: int = 1, what: str = "placebo") -> str:
    return " / ".join(f"{_stored()[part, design, what, window]:.{decimals}f}" for window in windows)


def of_tables() -> Rows:
    """Of each table of other code its cells, how many studies one rests on, and how many lie apart."""
    found = {}
    for table, told in TABLES.items():
        own = [cell for cell in cells() if cell.table == table]
        draws = sorted(runs()[cell.key].draws for cell in own)
        held = [abs(errors(cell)) for cell in own if cell.percent is not None]
        far = f"{sum(one > 2 for one in held)} of {len(held)}"
        found[told] = [str(len(own)), " to ".join(f"{n:,}" for n in sorted({draws[0], draws[-1]})), far]
    return found


def tables() -> Mapping[tuple[str, str], Rows]:
    """Page and the beginning of the head of a table -> its rows: what stands first, and the cells beside it."""
    laws = {"normal": "normal", "t(4)": "t4", "lognormal": "lognormal", "GARCH(.08, .90), innovations t(5)": "GARCH"}
    together = ("windows, raw", "windows", "groups x windows", "tickers x windows")
    days = ("bmp", "cda", "corrado_rank", "grank_t", "headline")
    alone = {"normal": "normal", "t(4)": "t4", "lognormal": "lognormal", "GARCH": "GARCH"} | _ALONE
    return {
        ("one-firm", "| errors | `placebo` |"): {
            label: [_each("A1", f"one firm, {storm}", what=what, decimals=n) for what, n in _SAID]
            for label, storm in alone.items()
        },
        ("one-firm", "| M, L |"): {
            f"{m}, {length}": [_each("A B1", f"one firm, {law}, M {m}", [window]) for law in firms.BY_LENGTH]
            for m in (100, 250)
            for length, window in ((1, ONE), (3, THREE), (11, ELEVEN), (21, "[-10, +10]"))
        },
        ("one-firm", "| errors | k = 1 |"): {
            label: [_each("A2", f"one firm, {law}, effect {k}", decimals=0) for k in (1, 2, 3, 4)]
            for label, law in laws.items()
        },
        ("one-firm", "| errors | 3 firms |"): {
            label: [_each("A4", f"{firms} firms, {storm}") for firms in (3, 20)]
            for label, storm in (_CALM | _STORMS | _LATE | _EVENT_DAYS).items()
        },
        ("one-firm", "| t(5) errors | no day after"): {
            label: [
                _each("A6", f"one firm, {storm}, prices to +0", [ONE]),
                _each("A6", f"one firm, {storm}, prices to +1", [THREE]),
                _each("A6", f"one firm, {storm}, prices to +5"),
            ]
            for label, storm in _RECENT.items()
        },
        ("choosing", "| errors | windows, each by itself |"): {
            label: [f"{_stored()['B4', f'20 firms of one date, {storm}', what, 'five']:.0f}" for what in together]
            for label, storm in (_CALM | _STORMS).items()
        },
        ("choosing", "| what happened | looked at |"): {
            label: [
                window,
                *(
                    f"{_stored()['B4', f'20 firms of one date, {name}', what, window]:.0f}"
                    for what in (f"{of}, raw", of)
                ),
            ]
            for label, (name, of, window) in _FOUND.items()
        },
        ("rulings", "| what is simulated | figures |"): of_tables(),
        ("correlation", "| design | f, about |"): {
            label: [f, *(f"{_stored()['B1', design, what, ELEVEN]:.1f}" for what in days)]
            for label, (f, design) in _CROWDED.items()
        },
    }


def filled(text: str, head: str, rows: Rows) -> str:
    """A page with these rows under the table that begins so."""
    lines = text.splitlines()
    [at] = [n for n, line in enumerate(lines) if line.startswith(head)]
    end = next(n for n in range(at, len(lines) + 1) if n == len(lines) or not lines[n].startswith("|"))
    made = [f"| {' | '.join((label, *cells))} |" for label, cells in rows.items()]
    return "\n".join([*lines[: at + 2], *made, *lines[end:]]) + "\n"


def main() -> None:
    """Write all tables."""
    for (page, head), rows in tables().items():
        path = METHODS / f"{page}.md"
        path.write_text(filled(path.read_text(encoding="utf-8"), head, rows), encoding="utf-8")


if __name__ == "__main__":
    main()
