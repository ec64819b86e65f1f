"""Reference portfolios as benchmarks: each firm is compared with that of its size and book-to-market, month by month."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd

from eventstudy.config import PORTFOLIO_OF, StudyConfig
from eventstudy.disk import read_bytes, read_text
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence
from eventstudy.events import Event
from eventstudy.panel import Warned
from eventstudy.prices import PORTFOLIOS, PriceTable, Reading, frame_to_table, read_factors

_COLUMNS = ("ticker", "month", "portfolio")


def check_portfolios(portfolios: str | Path | None, assign: str | Path | None, config: StudyConfig) -> None:
    """Refuse portfolios without firms in them, or in a study that has other benchmarks or rows.

    Raises:
        InvalidRequest: as said.
    """
    if portfolios is None or assign is None:
        raise InvalidRequest(
            Sentence("portfolios are benchmarks of firms that are assigned to them"),
            hint=Sentence("name both: --benchmark-portfolios FILE --assign FILE (ticker, month, portfolio)"),
        )
    if config.frequency != "monthly":
        raise InvalidRequest(
            Sentence("portfolios have one row a month, and the frequency is {frequency}", frequency=config.frequency),
            hint=Sentence("--frequency monthly"),
        )
    if config.benchmark is not None or config.model == "given" or config.returns != "simple":
        raise InvalidRequest(
            Sentence("each firm is compared with its portfolio, in simple returns"),
            hint=Sentence("leave out --benchmark, --abnormal and --returns"),
        )


def with_portfolios(
    table: PriceTable, events: Iterable[Event], config: StudyConfig, portfolios: str | Path, assign: str | Path
) -> tuple[PriceTable, StudyConfig, list[Warned], dict[str, str]]:
    """The prices with the portfolio of each firm as a ticker, the study that compares with it, a warning, and what is noted.

    `portfolios`: a file of months as Ken French publishes it, of whose tables the first is taken; `assign`: which portfolio a
    ticker is in from a month on, until its next row.

    Raises:
        InvalidFile, InvalidRequest: a file cannot be read, a portfolio is none of the file, a ticker is in none.
    """
    if read_bytes(portfolios, Sentence("the portfolios")).startswith(b"PK"):
        raise InvalidFile(
            Sentence("the portfolios are in a zip file"),
            where=str(portfolios),
            hint=Sentence("unpack it and name the file in it"),
        )
    months = read_factors(portfolios, None, monthly=True)
    assigned = _assigned(assign, [str(c) for c in months.columns], portfolios)
    tickers = sorted({t for event in events for t in event.tickers})
    if lacking := [t for t in tickers if t not in assigned]:
        raise InvalidRequest(
            Sentence("no portfolio is assigned to {lacking}", lacking=", ".join(lacking[:5])),
            where=str(assign),
            available=", ".join(sorted(assigned)[:10]),
        )
    values, days = months.to_numpy(float), months.index.to_numpy("datetime64[M]")
    made = {}
    for ticker in tickers:
        since, places = assigned[ticker]
        at = np.searchsorted(since, days, side="right") - 1
        own = values[np.arange(len(days)), places[np.maximum(at, 0)]]
        made[PORTFOLIO_OF + ticker] = np.where(at >= 0, own, np.nan)
    frame = pd.DataFrame(made, months.index)
    read = frame_to_table(frame, reading=Reading(values="returns", unit="decimal"), all_checked=True)
    read = replace(read, info={t: replace(i, source=PORTFOLIOS) for t, i in read.info.items()}, read_as=())
    chosen = replace(config, benchmark=",".join(f"{t}={PORTFOLIO_OF}{t}" for t in tickers))
    noted = {name: str(months.attrs[name]) for name in ("table", "vintage") if months.attrs.get(name)}
    told = Warned.of(
        "REBALANCED",
        table=noted.get("table") or Path(portfolios).name,
        first=months.index[0].date(),
        last=months.index[-1].date(),
    )
    return table.beside(read), chosen, [told], noted


def _as_written(names: list[str], portfolios: str | Path) -> list[str]:
    """The names of portfolios as their file writes them."""
    for line in read_text(portfolios, Sentence("the portfolios")).splitlines():
        cells = [cell.strip() for cell in line.split(",")][1:]
        if [_folded(cell) for cell in cells] == names:
            return cells
    return names


def _folded(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def _assigned(path: str | Path, names: list[str], portfolios: str | Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Ticker -> the months from which its portfolios count, ascending, and their places among the file's `names`."""
    where = str(path)
    try:
        table = pd.read_csv(
            StringIO(read_text(path, Sentence("the portfolios of firms"))), dtype=str, keep_default_na=False
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise InvalidFile(Sentence("cannot read the portfolios of firms: {said}", said=error), where=where) from error
    table.columns = pd.Index([str(c).strip().lower() for c in table.columns])
    if lacking := [c for c in _COLUMNS if c not in table.columns]:
        raise InvalidFile(
            Sentence("portfolios of firms have columns {columns}", columns=", ".join(_COLUMNS)),
            where=where,
            available=", ".join(table.columns),
            hint=Sentence("add {lacking}", lacking=", ".join(lacking)),
        )
    found: dict[str, dict[np.datetime64, int]] = {}
    for line, (ticker, month, portfolio) in enumerate(table[list(_COLUMNS)].itertuples(index=False), 2):
        read = re.fullmatch(r"(\d{4})-?(0[1-9]|1[0-2])(?:-?\d\d)?", month.strip())
        folded = _folded(portfolio)
        at = f"{where}, line {line}"
        if read is None:
            raise InvalidFile(
                Sentence("the month {month!r} cannot be read", month=month),
                where=at,
                hint=Sentence("write 2015-03 or 201503"),
            )
        if folded not in names:
            raise InvalidFile(
                Sentence("there is no portfolio {portfolio!r}", portfolio=portfolio),
                where=at,
                available=", ".join(_as_written(names, portfolios)),
            )
        own = found.setdefault(ticker.strip(), {})
        since = np.datetime64(f"{read[1]}-{read[2]}", "M")
        if own.setdefault(since, names.index(folded)) != names.index(folded):
            raise InvalidFile(
                Sentence(
                    "{ticker} is in two portfolios from {read}-{read2} on",
                    ticker=ticker.strip(),
                    read=read[1],
                    read2=read[2],
                ),
                where=at,
            )
    return {
        ticker: (np.array(sorted(own)), np.array([own[m] for m in sorted(own)], dtype=np.int64))
        for ticker, own in found.items()
    }
