"""Studies to draw: the shipped event, and made-up ones with many dates, with gaps, without groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import eventstudy as es
import matplotlib
import numpy as np
import pandas as pd
import pytest
from eventstudy import plugins
from eventstudy.prices import PriceTable, SeriesInfo, load_prices
from eventstudy.study.result import StudyResult
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.worlds import closes, jumped


def made_up(
    firms: int, dates: int, holes: tuple[tuple[int, int], ...] = (), **choices: Any
) -> tuple[StudyResult, pd.DataFrame]:
    """A study of `firms` events on `dates` dates, and its prices; `holes` are (firm, day of its event window) without price."""
    days = pd.bdate_range("2019-01-01", periods=300 + 60 * dates)
    names = [f"F{i:02d}" for i in range(firms)]
    row = {name: 290 + 60 * (i % dates) for i, name in enumerate(names)}
    prices = closes(7, names, days)
    for name in names:
        prices = jumped(prices, row[name], {name: 0.04})
    for firm, day in holes:
        prices.loc[days[row[names[firm]] + day], names[firm]] = np.nan
    events = pd.DataFrame({"ticker": names, "date": [days[row[name]].date().isoformat() for name in names]})
    return es.EventStudy(benchmark="MKT", calendar=None, **choices).run(events, prices), prices


@pytest.fixture(scope="session")
def nvda() -> StudyResult:
    return es.run("deepseek-r1", tickers=["NVDA"], day0="recognised")


@pytest.fixture(scope="session")
def announced() -> StudyResult:
    return es.run("deepseek-r1")


@pytest.fixture(scope="session")
def recognised() -> StudyResult:
    return es.run("deepseek-r1", day0="recognised")


@pytest.fixture(scope="session")
def many_dates() -> StudyResult:
    return made_up(12, 6)[0]


def of_volume(tickers: tuple[str, ...] = (), day0: str = "recognised") -> StudyResult:
    """The shipped event as a study of volume: NVDA's is known, those of the others are made up."""
    table = load_prices(None, source="bundled")
    volume = table.fields["volume"].copy()
    rng = np.random.default_rng(11)
    for ticker in volume.columns[volume.isna().any()]:
        volume[ticker] = np.where(table.close[ticker].notna(), np.exp(rng.normal(17, 0.3, len(volume))), np.nan)
    prices = replace(table, fields={**table.fields, "volume": volume})
    return es.run("deepseek-r1", tickers=tickers, day0=day0, prices=prices, outcome="volume")


@pytest.fixture(scope="session")
def nvda_volume() -> StudyResult:
    return of_volume(("NVDA",))


@pytest.fixture(scope="session")
def announced_volume() -> StudyResult:
    return of_volume(day0="announced")


@pytest.fixture(scope="session")
def recognised_volume() -> StudyResult:
    return of_volume()


@pytest.fixture(scope="session")
def many_dates_volume() -> StudyResult:
    _, prices = made_up(6, 3)
    volume = pd.DataFrame(np.exp(np.random.default_rng(3).normal(14, 0.4, prices.shape)), prices.index, prices.columns)
    info = {ticker: SeriesInfo("made up", "as_given") for ticker in prices.columns}
    table = PriceTable({"close": prices, "volume": volume}, info)
    events = pd.DataFrame({"ticker": [f"F{i:02d}" for i in range(6)], "date": prices.index[[290, 350, 410] * 2]})
    return es.EventStudy(benchmark="MKT", calendar=None, outcome="volume").run(events, table)


OTHERS = ("recognised", "announced", "many_dates")
STUDIES = ("nvda", "recognised", *(pytest.param(study, marks=pytest.mark.render) for study in OTHERS[1:]))
"""One ticker, sixteen on one date; then those of other shapes."""
Look = Callable[..., Any]


def fit_for(name: str, study: str) -> str:
    """The fixture of this study that a chart can show: the one of volumes where it shows nothing else."""
    return study if "return" in plugins.load("charts", name).outcomes else f"{study}_volume"


@pytest.fixture(scope="session")
def look(request: pytest.FixtureRequest) -> Look:
    """`look(study, chart, lang)` is what `plot` gives, drawn once for all tests that only look at it."""
    drawn: dict[tuple[str, str, str], Any] = {}

    def get(study: str, name: str, lang: str = "en") -> Any:
        if (study, name, lang) not in drawn:
            drawn[study, name, lang] = request.getfixturevalue(fit_for(name, study)).plot(name, lang=lang)
        return drawn[study, name, lang]

    return get


def first_axes(drawn: Any) -> Axes:
    first: Axes = np.atleast_1d(np.asarray(drawn, dtype=object))[0]
    return first


def figure_of(drawn: Any) -> Figure:
    figure = first_axes(drawn).figure
    assert isinstance(figure, Figure)
    return figure


@pytest.fixture(autouse=True)
def _settings_untouched() -> Iterator[None]:
    before = dict(matplotlib.rcParams)
    yield
    assert dict(matplotlib.rcParams) == before
