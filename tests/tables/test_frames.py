"""Prices as notebooks hold them: every kind of frame is read to the same closes, or refused by one of our errors."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from eventstudy.errors import InvalidFile, InvalidRequest
from eventstudy.prices import load_prices
from eventstudy.tables.written import plain_when

D = pd.bdate_range("2024-01-02", periods=60)
_RNG = np.random.default_rng(1)
C: Any = pd.DataFrame(
    np.round(100 * np.exp(np.cumsum(0.01 * _RNG.standard_normal((60, 3)), axis=0)), 4), D, ["NVDA", "AMD", "SPY"]
)
L: Any = C.rename_axis("date").reset_index().melt("date", var_name="ticker", value_name="close")


def ohlc(t: Any) -> pd.DataFrame:
    """What `Ticker.history` returns."""
    more = {"Open": C[t], "High": C[t] * 1.01, "Low": C[t] * 0.99, "Close": C[t]}
    return pd.DataFrame(more | {"Volume": 1000, "Dividends": 0.0, "Stock Splits": 0.0})


dl: Any = pd.concat(
    {f: C if f != "Volume" else C * 0 + 1000 for f in ["Close", "High", "Low", "Open", "Volume"]},
    axis=1,
    names=["Price", "Ticker"],
).rename_axis("Date")
S: dict[str, Any] = {}
S["wide"] = C
S["wide date col"] = C.rename_axis("Date").reset_index()
S["wide tz NY"] = C.tz_localize("America/New_York")
S["wide tz UTC midnight"] = C.tz_localize("UTC")
S["wide tz NY->UTC"] = C.tz_localize("America/New_York").tz_convert("UTC")
S["tokyo->UTC"] = C.tz_localize("Asia/Tokyo").tz_convert("UTC")
S["tokyo"] = C.tz_localize("Asia/Tokyo")
S["period D"] = C.to_period("D")
S["period M"] = C.iloc[::20].set_axis(pd.PeriodIndex(D[::20], freq="M"))
S["date objs"] = C.set_axis([d.date() for d in D])
S["datetime objs"] = C.set_axis(pd.Index([d.to_pydatetime() for d in D], dtype=object))
S["str iso"] = C.set_axis(D.strftime("%Y-%m-%d"))
S["str dmy"] = C.set_axis(D.strftime("%d/%m/%Y"))
S["int yyyymmdd"] = C.set_axis(D.strftime("%Y%m%d").astype(int))
S["int yyyymmdd named"] = C.set_axis(D.strftime("%Y%m%d").astype(int)).rename_axis("date")
S["np datetime64[D]"] = C.set_axis(D.to_numpy("datetime64[D]"))
S["datetime 16:00"] = C.set_axis(D + pd.Timedelta(hours=16))
S["categorical cols"] = C.set_axis(pd.CategoricalIndex(C.columns), axis=1)
S["float32"] = C.astype("float32")
S["int prices"] = (C * 100).round().astype(int)
S["object"] = C.astype(object)
S["Float64"] = C.astype("Float64")
S["arrow dtype"] = C.astype("double[pyarrow]")
S["str prices"] = C.astype(str)
S["Decimal"] = C.map(lambda v: Decimal(str(v)))
S["yf download"] = dl
S["yf download by ticker"] = dl.swaplevel(axis=1).sort_index(axis=1)
S["yf one ticker multi"] = dl.loc[:, pd.IndexSlice[:, ["NVDA"]]]
S["yf download tz"] = dl.tz_localize("America/New_York")
S["yf Close only"] = dl["Close"]
S["history"] = ohlc("NVDA").tz_localize("America/New_York").rename_axis("Date")
S["history as Series"] = ohlc("NVDA")["Close"]
S["series named"] = C["NVDA"]
S["series unnamed"] = C["NVDA"].rename(None)
S["dict hist"] = {t: ohlc(t) for t in C}
S["dict series"] = {t: C[t] for t in C}
S["dict tz hist"] = {t: ohlc(t).tz_localize("America/New_York") for t in C}
S["dict of lists"] = {"date": list(D), "NVDA": C.NVDA.tolist(), "SPY": C.SPY.tolist()}
S["dict fields"] = {"Close": C, "Open": C}
S["list of dicts"] = L.to_dict("records")
S["list of frames"] = [ohlc("NVDA"), ohlc("SPY")]
S["long"] = L
S["long multiindex date ticker"] = L.set_index(["date", "ticker"])
S["long multiindex ticker date"] = L.set_index(["ticker", "date"])
S["long series multi"] = L.set_index(["ticker", "date"])["close"]
S["stack unnamed levels"] = C.stack()
S["stack unnamed frame"] = C.stack().to_frame("close")
S["long cat ticker"] = L.assign(ticker=L.ticker.astype("category"))
S["long dup cols"] = pd.concat([L, L[["close"]]], axis=1)
S["transposed"] = C.T
S["transposed str"] = C.T.set_axis([str(d.date()) for d in D], axis=1)
S["polars wide"] = pl.from_pandas(C.rename_axis("date").reset_index())
S["polars long"] = pl.from_pandas(L)
S["polars date"] = pl.from_pandas(L).with_columns(pl.col("date").cast(pl.Date))
S["polars lazy"] = pl.from_pandas(L).lazy()
S["polars series"] = pl.Series("NVDA", C.NVDA.tolist())
S["polars str date"] = pl.from_pandas(L).with_columns(pl.col("date").dt.strftime("%Y-%m-%d"))
for zone in ("America/New_York", "Europe/Berlin", "Asia/Tokyo"):
    S[f"polars {zone}"] = pl.from_pandas(C.tz_localize(zone).rename_axis("date").reset_index())
S["polars decimal"] = pl.from_pandas(L).with_columns(pl.col("close").cast(pl.Decimal(18, 4)))
S["arrow"] = pa.Table.from_pandas(L)
S["arrow batch"] = pa.RecordBatch.from_pandas(L)
S["arrow dict"] = pa.Table.from_pandas(L.assign(ticker=L.ticker.astype("category")))
S["arrow date32"] = pa.table(
    {"date": pa.array([d.date() for d in D]), "NVDA": C.NVDA.to_numpy(), "SPY": C.SPY.to_numpy()}
)
S["structured array"] = np.array(
    [(str(d.date()), a, b) for d, a, b in zip(D, C.NVDA, C.SPY, strict=False)],
    dtype=[("date", "U10"), ("NVDA", "f8"), ("SPY", "f8")],
)
S["np array"] = C.to_numpy()
S["returns wide"] = C.pct_change().iloc[1:]
S["empty"] = pd.DataFrame()
S["no rows"] = C.iloc[:0]
S["nan index"] = C.set_axis([pd.NaT, *D[1:]])
S["dup index"] = pd.concat([C, C.iloc[[3]] + 1])
S["bool col"] = C.assign(SPY=True)
S["inf"] = C.assign(SPY=np.inf)
S["complex"] = C.astype(complex)
S["range index no dates"] = C.reset_index(drop=True)
S["int cols permno"] = C.set_axis([10001, 10002, 10003], axis=1)
S["tuple cols flat"] = dl.set_axis([str(c) for c in dl.columns], axis=1)
S["generator"] = (x for x in [1])
_n = C.astype(object)
_n.iloc[4, 0] = None
S["none in cells"] = _n
S["unsorted"] = C.sample(frac=1, random_state=1)
S["columns level names None"] = dl.rename_axis(columns=[None, None])
S["three levels"] = pd.concat({"stock": dl}, axis=1)
S["pct strings"] = (C.pct_change().iloc[1:] * 100).map(lambda v: f"{v:.10f}%")
S["xarray-like"] = object()
S["timestamps col"] = L.assign(date=L.date.map(lambda d: int(d.timestamp())))
S["ns ints"] = L.assign(date=L.date.astype("int64"))

REFUSED = {
    "period M": "given twice", "list of frames": "no table",
    "long dup cols": "there twice", "polars series": "no column 'date'", "np array": "no table", "empty": "no prices",
    "no rows": "no prices", "nan index": "the date is empty", "dup index": "given twice", "inf": "infinite",
    "range index no dates": "no column 'date'", "generator": "no table", "xarray-like": "no table"
}  # fmt: skip
ALONE = ("history", "history as Series", "series named", "series unnamed", "yf one ticker multi", "bool col")
RETURNS = ("returns wide", "pct strings")
OTHER = ("int prices", "int cols permno", "complex")


@pytest.mark.parametrize("key", [pytest.param(k, marks=pytest.mark.slow if i % 2 else []) for i, k in enumerate(S)])
def test_a_frame_is_read_to_the_same_closes_or_refused(key: str) -> None:
    asked = ["NVDA"] if key in ALONE else ["NVDA", "SPY"]
    if key in REFUSED:
        with pytest.raises(InvalidFile, match=REFUSED[key]):
            load_prices(asked, path=S[key])
        return
    table = load_prices(asked, path=S[key])
    if key == "int cols permno":
        assert set(table.missing) == set(asked)
        assert load_prices(["10001"], path=S[key]).tickers == ["10001"]
        return
    if key == "complex":
        assert all("is not a number" in error.what for error in table.missing.values())
        return
    for ticker in asked:
        found = table.fields["ret" if key in RETURNS else "close"][table.names.get(ticker, ticker)].dropna()
        wanted = C[ticker].pct_change().iloc[1:] if key in RETURNS else C[ticker]
        wanted = (wanted * 100).round() if key == "int prices" else wanted
        wanted = wanted.drop(D[4]) if key == "none in cells" and ticker == "NVDA" else wanted
        assert list(found.index) == list(wanted.index)
        np.testing.assert_allclose(found, wanted, rtol=1e-6)
    assert not table.missing


@pytest.mark.parametrize(
    "given", [pd.Period("2025-01", "M"), pd.Period("2025-01-27", "W"), np.datetime64("2025-01"), np.datetime64("2025")]
)
def test_a_month_is_no_day(given: Any) -> None:
    with pytest.raises(InvalidRequest, match="more than a day"):
        plain_when(given)
    assert plain_when(pd.Period("2025-01-27", "D")) == plain_when(np.datetime64("2025-01-27")) == date(2025, 1, 27)
