"""JSON and YAML, screens of databases, fields below each other, columns nobody names: read to the same numbers, or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from eventstudy import EventStudy, load_registry
from eventstudy.errors import InvalidFile
from eventstudy.events import as_events, from_frame
from eventstudy.language import in_language
from eventstudy.prices import Reading, load_prices

PAIRS = [("NVDA", "2025-01-27"), ("AMD", "2025-02-03"), ("ON", "2025-02-14")]
RECORDS = [{"ticker": t, "date": d} for t, d in PAIRS]
FRAME = pd.DataFrame(RECORDS)
MS = [int(pd.Timestamp(d).timestamp() * 1000) for _, d in PAIRS]


def told(found: Any) -> str:
    return "; ".join(map(str, found.read_as))


def dumped(value: Any) -> str:
    return json.dumps(value, indent=1)


LISTS: dict[str, tuple[str, str | bytes]] = {
    "records": ("e.json", dumped(RECORDS)),
    "columns": ("e.json", dumped(FRAME.to_dict("list"))),
    "pandas": ("e.json", FRAME.to_json()),
    "pandas, split": ("e.json", FRAME.to_json(orient="split")),
    "pandas, table": ("e.json", FRAME.to_json(orient="table")),
    "in an answer": ("e.json", dumped({"source": "x", "count": 3, "meta": {"page": 1}, "data": {"events": RECORDS}})),
    "by id": ("e.json", dumped({f"e{i}": one for i, one in enumerate(RECORDS)})),
    "nested": ("e.json", dumped([{"company": {"ticker": t}, "announced": {"date": d}} for t, d in PAIRS])),
    "rows below headings": ("e.json", dumped([["ticker", "date"], *PAIRS])),
    "lists of tickers": ("e.json", dumped([{"tickers": [t], "date": d} for t, d in PAIRS])),
    "milliseconds": ("e.json", dumped([{"ticker": t, "date": ms} for (t, _), ms in zip(PAIRS, MS, strict=True)])),
    "dates by ticker": ("e.json", dumped(dict(PAIRS))),
    "tickers by date": ("e.json", dumped({d: t for t, d in PAIRS})),
    "several dates by ticker": ("e.json", dumped({t: [d] for t, d in PAIRS})),
    "lines": ("e.jsonl", "\n".join(map(json.dumps, RECORDS))),
    "lines with a mark": ("e.ndjson", "\ufeff" + "\n".join(map(json.dumps, RECORDS)) + "\n"),
    "UTF-16": ("e.json", dumped(RECORDS).encode("utf-16")),
    "called text": ("e.txt", dumped(RECORDS)),
    "YAML": ("e.yaml", "".join(f"- ticker: {t}\n  date: {d}\n" for t, d in PAIRS)),
    "YAML, named": ("e.yml", "events:\n" + "".join(f"  - {{ticker: {t}, date: '{d}'}}\n" for t, d in PAIRS)),
    "YAML, columns": ("e.yaml", "ticker: [NVDA, AMD, ON]\ndate: [2025-01-27, 2025-02-03, 2025-02-14]\n"),
    "Markdown": (
        "e.md",
        "# Mine\n\n| Ticker | Date |\n|:--|--:|\n" + "".join(f"| **{t}** | {d} |\n" for t, d in PAIRS),
    ),
    "Markdown, links": (
        "e.md",
        "Ticker | Date\n--- | ---\n" + "".join(f"[{t}](https://x.org) | {d}\n" for t, d in PAIRS),
    ),
    "no headings": ("e.csv", "".join(f"{t};{d}\n" for t, d in PAIRS)),
    "no headings, a title": ("e.csv", "".join(f"{d},{t},Something new\n" for t, d in PAIRS)),
}


@pytest.mark.parametrize("key", LISTS)
def test_a_list_of_events_is_read_whatever_it_is_written_in(tmp_path: Path, key: str) -> None:
    name, content = LISTS[key]
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = load_registry(path)
    assert [(e.tickers[0], e.announced.isoformat()[:10]) for e in found] == PAIRS
    assert not found.left_out
    if "a title" in key:
        assert [e.title for e in found] == ["Something new"] * 3


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("e.json", dumped(RECORDS)[:-20], ["cannot be read as JSON", "row 12", "written only half"]),
        ("e.jsonl", json.dumps(RECORDS[0]) + "\n" + json.dumps(RECORDS[1])[:-4], ["cannot be read as JSON", "row 2"]),
        ("e.json", '{"error": "rate limit"}', ["the file is JSON, not a table", "rate limit"]),
        ("e.json", dumped({"old": RECORDS, "new": RECORDS}), ["JSON with several tables", "old, new"]),
        ("e.json", '[{"ticker": "A", "ticker": "B", "date": "2025-01-27"}]', ["'ticker' stands twice in one record"]),
        ("e.json", "[" * 100_000, ["cannot be read as JSON"]),
        ("e.yaml", "- ticker: A\n  ticker: B\n  date: 2025-01-27\n", ["'ticker' stands twice in one record"]),
        ("e.yaml", "- &a {ticker: A, date: 2025-01-27}\n- *a\n", ["cannot be read as YAML", "row 2"]),
        ("e.yaml", "- ticker: [A\n", ["cannot be read as YAML"]),
        ("e.yaml", "only words\n", ["the file is YAML, not a table"]),
        ("e.csv", "INSERT INTO events VALUES ('NVDA', '2025-01-27');\n", ["the file is SQL, not a table"]),
        ("e.csv", "NVDA,CEO,2025-01-27\nAMD,CEO,2025-02-03\n", ["no row that names the columns"]),
        ("e.csv", "ticker,date\nA,Q1 FY25\n", ["'Q1 FY25' is a quarter"]),
    ],
)
def test_what_is_no_list_is_told_from_one(tmp_path: Path, name: str, content: str, said: list[str]) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(InvalidFile) as caught:
        load_registry(tmp_path / name)
    for words in said:
        assert words in str(caught.value)
    assert in_language(caught.value.what, "de") != caught.value.what


def test_records_are_counted_where_one_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "e.json").write_text(dumped([*RECORDS, {"ticker": "XYZ", "date": "soon"}]))
    found = load_registry(tmp_path / "e.json")
    assert [bad.said for bad in found.left_out] == ["record 4, column date: 'soon' is not a date"]


@pytest.mark.parametrize(
    "given",
    [
        PAIRS,
        [list(pair) for pair in PAIRS],
        RECORDS,
        tuple(RECORDS),
        dict(PAIRS),
        {t: pd.Timestamp(d) for t, d in PAIRS},
        np.array(PAIRS),
        FRAME.to_dict("list"),
        (one for one in PAIRS),
    ],
    ids=lambda v: type(v).__name__,
)
def test_events_of_plain_python_are_those_of_a_frame(given: Any) -> None:
    assert [(e.tickers, e.announced) for e in as_events(given)] == [(e.tickers, e.announced) for e in from_frame(FRAME)]


def test_a_study_takes_plain_python_and_refuses_what_is_none() -> None:
    days = pd.bdate_range("2024-01-01", periods=300)
    prices = pd.DataFrame(
        100 + np.random.default_rng(5).standard_normal((300, 3)).cumsum(axis=0), days, ["A", "B", "M"]
    )
    study = EventStudy(benchmark="M", windows=[(0, 0)], calendar=None)
    day = days[280]
    frame = study.run(pd.DataFrame({"ticker": ["A"], "date": [day]}), prices)
    assert study.run([("A", day)], prices).windows().equals(frame.windows())
    assert study.run({"A": day}, prices, keep="aggregate").windows().iloc[0]["n"] == 1
    for nothing in (["A", "B"], "A", 5, [day], [("A", day), ("B",)]):
        with pytest.raises(InvalidFile, match="no table"):
            study.run(nothing, prices)  # type: ignore[arg-type]


# ---- prices --------------------------------------------------------------------------------------------------------------

DAYS = pd.bdate_range("2024-01-02", periods=60)
RNG = np.random.default_rng(11)
CLOSES = pd.DataFrame(
    np.round(100 * np.exp(np.cumsum(0.02 * RNG.standard_normal((60, 2)), axis=0)), 2), DAYS, ["NVDA", "SPY"]
)
OPENS = (CLOSES.shift().bfill() * (1 + 0.003 * RNG.standard_normal((60, 2)))).round(2)
HIGHS, LOWS = OPENS.where(OPENS > CLOSES, CLOSES) + 0.5, OPENS.where(OPENS < CLOSES, CLOSES) - 0.5
LONG = CLOSES.rename_axis("date").reset_index().melt("date", var_name="ticker", value_name="close")
LONG["date"] = LONG["date"].dt.strftime("%Y-%m-%d")


VOLUMES = np.exp(np.random.default_rng(5).normal(15, 0.4, len(DAYS))).astype(int)


def at(frame: pd.DataFrame, day: pd.Timestamp, ticker: str) -> float:
    return float(frame[ticker].to_numpy()[int(DAYS.searchsorted(day))])


def each(written: Any) -> str:
    """A row of each ticker and day."""
    return "".join(written(t, d, at(CLOSES, d, t)) for t in ("NVDA", "SPY") for d in DAYS)


def bars(
    order: str,
    *,
    up: bool = True,
    mark: str = ",",
    day: str = "%Y-%m-%d",
    more: str = "",
    last: pd.DataFrame | None = None,
) -> str:
    """Four prices of NVDA a day in this order, without headings, and a volume, or .97 of the `last`."""
    of = {"o": OPENS, "h": HIGHS, "l": LOWS, "c": CLOSES}
    rows = []
    for d in DAYS:
        fifth = "1200" if last is None else f"{0.97 * at(last, d, 'NVDA'):.4f}"
        rows.append(mark.join([f"{d:{day}}{more}", *(f"{at(of[f], d, 'NVDA'):.2f}" for f in order), fifth]) + "\n")
    return "".join(rows if up else rows[::-1])


AV = {
    "Meta Data": {"1. Information": "Daily", "2. Symbol": "NVDA"},
    "Time Series (Daily)": {
        f"{d:%Y-%m-%d}": {"1. open": "1.0", "4. close": str(c)} for d, c in reversed([*CLOSES["NVDA"].items()])
    },
}
BARS = [
    {"t": int(d.tz_localize("America/New_York").timestamp() * 1000), "o": o, "h": h, "l": low, "c": c, "v": 100}
    for d, o, h, low, c in zip(DAYS, OPENS["NVDA"], HIGHS["NVDA"], LOWS["NVDA"], CLOSES["NVDA"], strict=True)
]
FIELDS = "date,ticker,{},value\n" + each(
    lambda t, d, c: f"{d:%Y-%m-%d},{t},PX_LAST,{c}\n{d:%Y-%m-%d},{t},PX_VOLUME,1000\n{d:%Y-%m-%d},{t},EPS,1.5\n"
)
PRICES: dict[str, tuple[str, str]] = {
    "records": ("p.json", LONG.to_json(orient="records")),
    "pandas": ("p.json", CLOSES.set_axis(DAYS.strftime("%Y-%m-%d")).to_json()),
    "pandas, ISO": ("p.json", CLOSES.to_json(date_format="iso")),
    "pandas, by day": ("p.json", CLOSES.set_axis(DAYS.strftime("%Y-%m-%d")).to_json(orient="index")),
    "pandas, split": ("p.json", CLOSES.to_json(orient="split", date_format="iso")),
    "lines": ("p.jsonl", LONG.to_json(orient="records", lines=True)),
    "by day, texts": ("NVDA.json", dumped(AV)),
    "results": ("x.json", dumped({"ticker": "NVDA", "status": "OK", "results": BARS})),
    "a screen of psql": (
        "p.txt",
        " ticker |    date    | close\n--------+------------+-------\n"
        + each(lambda t, d, c: f" {t:6} | {d:%Y-%m-%d} | {c}\n")
        + "(120 rows)\n",
    ),
    "a screen of mysql": (
        "p.txt",
        "+--------+------------+-------+\n| ticker | date       | close |\n+--------+------------+-------+\n"
        + each(lambda t, d, c: f"| {t:6} | {d:%Y-%m-%d} | {c} |\n")
        + "+--------+------------+-------+\n",
    ),
    "fields": ("p.csv", FIELDS.format("field")),
    "variables": ("p.csv", FIELDS.format("variable")),
    "fields, a comma": ("p.csv", FIELDS.format("item").replace(",", ";").replace(".", ",")),
    "no headings, long": ("p.csv", each(lambda t, d, c: f"{t},{d:%Y-%m-%d},{c}\n")),
    "no headings": ("NVDA.csv", "".join(f"{d:%Y-%m-%d},{c}\n" for d, c in CLOSES["NVDA"].items())),
    "no headings, day by day": (
        "p.csv",
        "".join(f"{d:%Y-%m-%d},{t},{at(CLOSES, d, t)}\n" for d in DAYS for t in ("NVDA", "SPY")),
    ),
    "bars": ("NVDA.txt", bars("ohlc", mark=";", day="%Y%m%d")),
    "bars at midnight": ("NVDA.csv", bars("ohlc", day="%Y.%m.%d", more=",00:00")),
    "bars, newest first": ("NVDA.csv", bars("ohlc", up=False)),
    "bars, close first": ("NVDA.csv", bars("chlo")),
    "bars, close and newest first": ("NVDA.csv", bars("chlo", up=False)),
}


@pytest.mark.parametrize("key", PRICES)
def test_prices_are_read_to_the_same_numbers(tmp_path: Path, key: str) -> None:
    name, content = PRICES[key]
    (tmp_path / name).write_text(content)
    found = load_prices(["NVDA"], path=tmp_path / name)
    assert not found.missing
    np.testing.assert_array_equal(found.close.index, DAYS)
    np.testing.assert_allclose(found.close["NVDA"], CLOSES["NVDA"], rtol=1e-12)
    if "fields" in key:
        assert "put side by side" in told(found)
        assert (found.fields["volume"]["NVDA"] == 1000).all()
    if "bars" in key:
        np.testing.assert_allclose(found.fields["open"]["NVDA"], OPENS["NVDA"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (FIELDS.format("field") + "2024-01-02,NVDA,PX_LAST,99\n", "PX_LAST of 2024-01-02 is given twice"),
        (FIELDS.format("field") + "2024-01-02,NVDA,,99\n", "no field says what this number is"),
        (bars("ohcl"), "no row that names the columns"),
        (bars("olhc"), "no row that names the columns"),
        (bars("ohlc", last=CLOSES), "no row that names the columns"),
        ("".join(f"{d:%Y-%m-%d},{v}\n" for d, v in zip(DAYS, VOLUMES, strict=True)), "no row that names the columns"),
        (
            "".join(f"{d:%Y-%m-%d},NVDA,{v}\n" for d, v in zip(DAYS, VOLUMES, strict=True)),
            "no row that names the columns",
        ),
        ("".join(bars("ohlc").splitlines(keepends=True)[:12]), "no row that names the columns"),
        ("-- MySQL dump 8\n/*!40101 SET NAMES utf8 */;\nCREATE TABLE px (d date);\n", "the file is SQL, not a table"),
    ],
)
def test_what_can_be_another_thing_is_refused(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "NVDA.csv").write_text(content)
    with pytest.raises(InvalidFile, match=said):
        load_prices(["NVDA"], path=tmp_path / "NVDA.csv")


def test_a_frame_with_fields_below_each_other() -> None:
    volume = LONG.assign(close=5.0)
    frame = pd.concat([LONG.assign(field="close"), volume.assign(field="volume")]).rename(columns={"close": "value"})
    found = load_prices(["NVDA"], path=frame[["date", "ticker", "field", "value"]])
    np.testing.assert_allclose(found.close["NVDA"], CLOSES["NVDA"])


def test_a_folder_of_answers_in_json_is_read_and_one_with_tables_is_read_without_them(tmp_path: Path) -> None:
    for t in CLOSES:
        (tmp_path / f"{t}.json").write_text(
            dumped({"results": json.loads(LONG[LONG.ticker == t].to_json(orient="records"))})
        )
    found = load_prices(["NVDA", "SPY"], path=tmp_path)
    np.testing.assert_allclose(found.close[["NVDA", "SPY"]], CLOSES)
    (tmp_path / "SPY.csv").write_text(LONG[LONG.ticker == "SPY"].to_csv(index=False))
    assert load_prices(["SPY", "NVDA"], path=tmp_path).missing.keys() == {"NVDA"}


def test_cells_merged_over_rows_stand_for_each_of_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Mine", None, None],
        ["Date", "Ticker", "Title"],
        [pd.Timestamp("2025-01-27").to_pydatetime(), "NVDA", "R1"],
    ):
        sheet.append(row)
    sheet["B4"], sheet["B5"] = "AMD", "ON"
    for cells in ("A1:C1", "A3:A4", "C3:C5"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "e.xlsx")
    found = load_registry(tmp_path / "e.xlsx")
    assert [(e.tickers[0], e.title, str(e.announced)) for e in found] == [
        ("NVDA", "R1", "2025-01-27"),
        ("AMD", "R1", "2025-01-27"),
    ]
    assert [bad.said for bad in found.left_out] == ["row 5, column Date: is blank"]  # its date is not merged
    assert "cells merged over several rows" in " ".join(map(str, found.read_as))


@pytest.mark.parametrize("name", ["NVDA", "ABCD"])
@pytest.mark.parametrize("times", [1, 100])
def test_the_returns_of_one_share(tmp_path: Path, name: str, times: int) -> None:
    """A well-known share does not move by so little a day; losses of more than all are no decimals."""
    returns = times * CLOSES["NVDA"].pct_change().dropna()
    path = tmp_path / f"{name}.csv"
    path.write_text("date,ret\n" + "".join(f"{d:%Y-%m-%d},{r:.8f}\n" for d, r in returns.items()))
    if (name, times) == ("ABCD", 1) and 1.4826 * returns.sub(returns.median()).abs().median() > 0.015:
        with pytest.raises(InvalidFile, match="reads two ways"):
            load_prices(path=path)
        return
    if name == "ABCD" and times == 100:
        with pytest.raises(InvalidFile, match="reads two ways"):  # basis points, perhaps
            load_prices(path=path)
        return
    np.testing.assert_allclose(load_prices(path=path).fields["ret"][name], returns / times, atol=1e-8)


def test_when_the_market_took_notice_is_read_from_a_table(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text(
        "ticker,date,recognised,recognised_reason\nNVDA,2025-01-20,27.01.2025,an app\nAMD,2025-01-20,,\n"
        "ON,2025-01-20,28.01.2025,\nXX,2025-01-20,soon,\nYY,2025-01-20,03.01.2025,too early\n"
    )
    found = load_registry(path)
    assert [(str(e.recognised), e.recognised_reason) for e in found] == [
        ("2025-01-27", "an app"),
        ("None", None),
        ("2025-01-28", "as the table of events says"),
    ]
    assert found[next(iter(found)).id].moment("recognised")
    said = " ".join(bad.said for bad in found.left_out)
    assert "'soon' is not a date" in said
    assert "is before the announcement" in said
    days = pd.bdate_range("2024-01-01", periods=300)
    prices = pd.DataFrame(100 + np.random.default_rng(5).standard_normal((300, 2)).cumsum(axis=0), days, ["NVDA", "M"])
    frame = pd.DataFrame({"ticker": ["NVDA"], "date": ["2025-01-14"], "recognised": ["2025-01-21"]})
    study = EventStudy(benchmark="M", windows=[(0, 0)], calendar=None)
    for keep in ("pairs", "aggregate"):
        assert (
            study.run(frame, prices, day0="recognised", keep=keep)
            .windows()
            .iloc[0]["n" if keep == "aggregate" else "car"]
        )
    assert json.loads(study.run(frame, prices, day0="recognised").to_json())["firms"][0]["day0"] == "2025-01-21"


def test_reading_values_as_closes_is_still_asked() -> None:
    gross = (CLOSES / CLOSES.shift()).iloc[1:]
    as_closes = load_prices(path=gross, reading=Reading(values="close"))
    assert "ret" not in as_closes.fields


@pytest.mark.parametrize("least", [0.01, 0.005])
def test_closes_between_two_ticks_are_no_gross_returns(tmp_path: Path, least: float) -> None:
    prices = 1 + least * np.random.default_rng(2).integers(-1, 2, len(DAYS))
    pd.DataFrame({"date": DAYS.strftime("%Y-%m-%d"), "NVDA": prices}).to_csv(tmp_path / "p.csv", index=False)
    with pytest.raises(InvalidFile, match=r"reads two ways: a gross return \(1 for no move\), or a close"):
        load_prices(["NVDA"], path=tmp_path / "p.csv")


@pytest.mark.parametrize(("symbol", "missing"), [("NVDA", []), ("AMD", ["NVDA"])])
def test_an_answer_is_of_the_symbol_that_it_names(tmp_path: Path, symbol: str, missing: list[str]) -> None:
    rows = [{"datetime": f"{d:%Y-%m-%d}", "close": c} for d, c in CLOSES["NVDA"].items()]
    (tmp_path / "p.json").write_text(dumped({"code": 200, "meta": {"symbol": symbol, "id": 7}, "values": rows}))
    assert list(load_prices(["NVDA"], path=tmp_path / "p.json").missing) == missing


def test_a_code_of_an_answer_is_no_ticker(tmp_path: Path) -> None:
    rows = [{"date": f"{d:%Y-%m-%d}", "close": c} for d, c in CLOSES["NVDA"].items()]
    (tmp_path / "p.json").write_text(dumped({"code": 200, "data": rows}))
    np.testing.assert_allclose(load_prices(["NVDA"], path=tmp_path / "p.json").close["NVDA"], CLOSES["NVDA"])


@pytest.mark.parametrize("rows", ["Apple Inc,2025-01-27,US\n", "Nvidia,2025-01-27,BUY\nApple,2025-02-03,SELL\n"])
def test_a_market_or_a_verdict_is_no_ticker(tmp_path: Path, rows: str) -> None:
    (tmp_path / "e.csv").write_text(rows)
    with pytest.raises(InvalidFile, match="no row that names the columns"):
        load_registry(tmp_path / "e.csv")


@pytest.mark.parametrize("heading", ["ticker", "tickers", "symbols"])
@pytest.mark.parametrize(
    ("cell", "tickers"),
    [
        ("EUR/USD", ["EUR/USD"]),
        ("SAP DE", ["SAP DE"]),
        ("VOD LN", ["VOD LN"]),
        ("AT & T", ["AT & T"]),
        ("[NVDA]", ["NVDA"]),
        ("BRK, B", None),
        ("NVDA, AMD", ["NVDA", "AMD"]),
        ("NVDA & AMD", ["NVDA", "AMD"]),
    ],
)
def test_a_pair_a_market_and_a_class_are_one_ticker(heading: str, cell: str, tickers: list[str] | None) -> None:
    frame = pd.DataFrame({heading: [cell], "date": ["2025-01-27"]})
    if tickers is None:
        with pytest.raises(InvalidFile, match="is not one ticker"):
            from_frame(frame)
        return
    found = from_frame(frame)
    assert [t for e in found for g in e.group for t in g.tickers] == tickers
    assert ("more in cells" in told(found)) == (len(tickers) > 1)
