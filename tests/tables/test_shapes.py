"""Each shape in which people hold prices is read to the same numbers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from eventstudy.errors import EventStudyError, InvalidFile
from eventstudy.prices import Reading, load_prices

from tests.tables.downloads import DOWNLOADS, NAMELESS
from tests.tables.downloads import OF as OF_DOWNLOADS
from tests.tables.exports import EXPORTS
from tests.tables.exports import OF as OF_EXPORTS
from tests.tables.habits import HABITS, REFUSED
from tests.tables.shapes import BEGIN, CLOSE, END, RETURNS, SHAPES, WRITTEN, Shape
from tests.tables.vendors import OF, VENDORS

FURTHER: dict[str, Shape] = {**VENDORS, **EXPORTS, **HABITS, **DOWNLOADS}
WHOSE = OF | OF_EXPORTS | OF_DOWNLOADS


@pytest.mark.parametrize("key", SHAPES)
def test_the_same_prices_are_read(tmp_path: Path, key: str) -> None:
    shape = SHAPES[key]
    path = tmp_path / shape.name
    path.write_bytes(shape.content)
    table = load_prices(list(shape.tickers), path=path, reading=Reading(**dict(shape.choices)))  # type: ignore[arg-type]
    assert table.read_as
    for asked in shape.tickers:
        ticker = table.names.get(asked, asked)
        found = table.fields["ret" if shape.returns else "close"][ticker].dropna()
        wanted = (RETURNS if shape.returns else CLOSE)[asked.upper()].reindex(found.index)
        np.testing.assert_allclose(found, wanted, rtol=1e-6 if shape.returns or key == "scientific" else 1e-12)
        assert len(found) >= (8 if key == "said-dmy" else len(RETURNS) - 1)


@pytest.mark.parametrize(
    "key", [pytest.param(k, marks=pytest.mark.slow if i % 5 else []) for i, k in enumerate(FURTHER)]
)
def test_the_same_prices_are_read_of_vendors_and_exports(tmp_path: Path, key: str) -> None:
    shape = FURTHER[key]
    path = tmp_path / shape.name
    path.write_bytes(shape.content)
    table = load_prices(list(shape.tickers), path=path, reading=Reading(**dict(shape.choices)))  # type: ignore[arg-type]
    for asked in shape.tickers:
        found = table.fields["ret" if shape.returns else "close"][table.names.get(asked, asked)].dropna()
        wanted = (RETURNS if shape.returns else shape.scale * CLOSE)[WHOSE.get(asked, asked)].reindex(found.index)
        np.testing.assert_allclose(found, wanted, rtol=shape.rtol, atol=1e-6 if shape.returns else 0)
        assert len(found) >= (8 if shape.choices and "dates" in dict(shape.choices) else 39)


@pytest.mark.parametrize("key", REFUSED)
def test_what_may_mean_something_else_is_refused(tmp_path: Path, key: str) -> None:
    text, said = REFUSED[key]
    path = tmp_path / "prices.csv"
    path.write_bytes(text.encode())
    try:
        missing: Mapping[str, EventStudyError] = load_prices(["NVDA", "SPY"], path=path).missing
    except EventStudyError as error:
        missing = {"NVDA": error, "SPY": error}
    assert all(said in str(missing[ticker]) for ticker in ("NVDA", "SPY"))


@pytest.mark.parametrize("key", NAMELESS)
def test_columns_without_names_are_not_guessed(tmp_path: Path, key: str) -> None:
    path = tmp_path / "NVDA.csv"
    path.write_text(NAMELESS[key], encoding="utf-8")
    with pytest.raises(InvalidFile, match="there is no row that names the columns"):
        load_prices(["NVDA"], path=path)


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_the_pages_list_the_shapes(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.partition(BEGIN)[2].partition(END)[0] == WRITTEN[page](), "python -m tests.tables.shapes"
