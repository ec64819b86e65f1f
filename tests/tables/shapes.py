"""Tables of prices as people hold them: each shape is a writer of the same prices; `python -m tests.tables.shapes` lists them.

The closes of three tickers on 40 sessions of early 2024, in cents, so that every shape says the same to the last digit.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

DAYS = pd.bdate_range("2024-01-02", periods=40)
_RNG = np.random.default_rng(15)
CLOSE = pd.DataFrame(
    np.round(np.array([480.0, 1385.0, 4726.0]) * np.cumprod(1 + 0.01 * _RNG.standard_normal((40, 3)), axis=0), 2),
    DAYS,
    ["NVDA", "AMD", "SPY"],
)


def _at(day: pd.Timestamp, ticker: str) -> float:
    return float(CLOSE[ticker].to_numpy()[int(DAYS.searchsorted(day))])


@dataclass(frozen=True)
class Shape:
    """A way in which prices are written: the name of its file, its bytes, and what must be read."""

    about: str
    name: str
    content: bytes
    tickers: tuple[str, ...] = ("NVDA", "SPY")
    """Asked for."""
    returns: bool = False
    """Whether it holds returns in place of prices."""
    choices: tuple[tuple[str, str], ...] = ()
    """What a person has to say of it."""
    scale: float = 1.0
    """What the closes are multiplied by."""
    rtol: float = 1e-9


def de(value: float, thousands: str = ".") -> str:
    """1.234,50"""
    return f"{value:,.2f}".replace(",", "@").replace(".", ",").replace("@", thousands)


def wide(
    dates: Callable[[pd.Timestamp], str] = lambda d: f"{d:%Y-%m-%d}",
    number: Callable[[float], str] = lambda v: f"{v:.2f}",
    sep: str = ",",
    head: str = "Date",
    names: Callable[[str], str] = str,
    order: int = 1,
    above: str = "",
    below: str = "",
    quote: bool = False,
) -> str:
    """One column a ticker."""
    cell = (lambda t: f'"{t}"') if quote else (lambda t: t)
    rows = [sep.join([head, *map(names, CLOSE.columns)])]
    rows += [
        sep.join([dates(d), *(cell(number(v)) for v in row)]) for d, row in zip(DAYS, CLOSE.to_numpy(), strict=True)
    ][::order]
    return above + "\n".join(rows) + "\n" + below


def long(
    head: str = "ticker,date,close",
    row: Callable[[str, pd.Timestamp, float], str] = lambda t, d, v: f"{t},{d:%Y-%m-%d},{v:.2f}",
) -> str:
    """One row a ticker and day."""
    return "\n".join([head, *(row(t, d, _at(d, t)) for t in CLOSE.columns for d in DAYS)]) + "\n"


def one(
    ticker: str = "NVDA",
    head: str = "Date,Open,High,Low,Close,Volume",
    row: Callable[[pd.Timestamp, float], str] = lambda d, v: f"{d:%Y-%m-%d},{v:.2f},{v:.2f},{v:.2f},{v:.2f},1000000",
    order: int = 1,
) -> str:
    """The prices of one ticker, which stands nowhere."""
    return "\n".join([head, *[row(d, _at(d, ticker)) for d in DAYS][::order]]) + "\n"


def levels(first: str = "field", index: bool = True) -> str:
    """What `yf.download(...).to_csv()` writes."""
    fields = ["Close", "High", "Low", "Open", "Volume"]
    frame = pd.concat(
        {f: CLOSE if f != "Volume" else CLOSE * 0 + 1000 for f in fields}, axis=1, names=["Price", "Ticker"]
    )
    frame = frame if first == "field" else frame.swaplevel(axis=1).sort_index(axis=1)
    return frame.rename_axis(index="Date" if index else None).to_csv(float_format="%.2f")


def book(rows: list[list[Any]], kind: str = "openpyxl") -> bytes:
    """A workbook with one sheet."""
    from openpyxl import Workbook

    made = Workbook()
    for row in rows:
        made.active.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def rows_of(
    head: list[Any], day: Callable[[pd.Timestamp], Any] = lambda d: d.date(), cell: Callable[[float], Any] = float
) -> list[list[Any]]:
    """Rows of a wide sheet."""
    return [head, *([day(d), *map(cell, row)] for d, row in zip(DAYS, CLOSE.to_numpy(), strict=True))]


def packed(**files: str) -> bytes:
    """A zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def arrow(frame: pd.DataFrame, how: str) -> bytes:
    """Parquet or Feather."""
    buffer = io.BytesIO()
    getattr(frame, f"to_{how}")(buffer)
    return buffer.getvalue()


RETURNS = CLOSE.pct_change().iloc[1:]
SERIAL = (DAYS - pd.Timestamp("1899-12-30")).days


def returns_wide(factor: float = 1.0, mark: str = "", digits: int = 12) -> str:
    """Returns, one column a ticker."""
    rows = [",".join(["Date", *CLOSE.columns])]
    rows += [
        ",".join([f"{d:%Y-%m-%d}", *(f"{factor * v:.{digits}f}{mark}" for v in row)])
        for d, row in zip(RETURNS.index, RETURNS.to_numpy(), strict=True)
    ]
    return "\n".join(rows) + "\n"


def returns_long(head: str, factor: float = 1.0, mark: str = "") -> str:
    """Returns, one row a ticker and day."""
    return (
        "\n".join(
            [
                head,
                *(
                    f"{t},{d:%Y-%m-%d},{factor * RETURNS.loc[d, t]:.12f}{mark}"
                    for t in CLOSE.columns
                    for d in RETURNS.index
                ),
            ]
        )
        + "\n"
    )


MONTHS_DE = ["Januar", "Februar", "März", "April"]


def _shapes() -> dict[str, Shape]:
    found: dict[str, Shape] = {}

    def add(key: str, about: str, text: str | bytes, name: str = "prices.csv", **more: Any) -> None:
        found[key] = Shape(about, name, text.encode() if isinstance(text, str) else text, **more)

    # dates
    for key, about, dates in (
        ("iso", "2024-01-02", lambda d: f"{d:%Y-%m-%d}"),
        ("slashed-ymd", "2024/1/2", lambda d: f"{d.year}/{d.month}/{d.day}"),
        ("dotted-ymd", "2024.01.02", lambda d: f"{d:%Y.%m.%d}"),
        ("compact", "20240102", lambda d: f"{d:%Y%m%d}"),
        ("dmy", "02/01/2024, settled by 16/01/2024", lambda d: f"{d:%d/%m/%Y}"),
        ("mdy", "01/02/2024, settled by 01/16/2024", lambda d: f"{d:%m/%d/%Y}"),
        ("mdy-short", "1/2/24", lambda d: f"{d.month}/{d.day}/{d:%y}"),
        ("dmy-dashed", "02-01-2024", lambda d: f"{d:%d-%m-%Y}"),
        ("dotted", "02.01.2024", lambda d: f"{d:%d.%m.%Y}"),
        ("dotted-short", "2.1.24", lambda d: f"{d.day}.{d.month}.{d:%y}"),
        ("d-mon-yyyy", "02 Jan 2024", lambda d: f"{d:%d %b %Y}"),
        ("mon-d-yyyy", "Jan 2 2024", lambda d: f"{d:%b} {d.day} {d.year}"),
        ("d-mon-yy", "02-Jan-24", lambda d: f"{d:%d-%b-%y}"),
        ("yyyy-mon-d", "2024-Jan-02", lambda d: f"{d:%Y-%b-%d}"),
        ("weekday", "Tue 02/01/2024", lambda d: f"{d:%a %d/%m/%Y}"),
        ("midnight", "2024-01-02 00:00:00", lambda d: f"{d:%Y-%m-%d 00:00:00}"),
        ("close-time", "2024-01-02 16:00", lambda d: f"{d:%Y-%m-%d 16:00}"),
        ("zone", "2024-01-02 00:00:00-05:00", lambda d: f"{d:%Y-%m-%d 00:00:00-05:00}"),
        ("utc-midnight-ny", "2024-01-02 05:00:00+00:00", lambda d: f"{d:%Y-%m-%d 05:00:00+00:00}"),
        ("utc-midnight-tokyo", "2024-01-01 15:00:00+00:00", lambda d: f"{d - pd.Timedelta(1, 'D'):%Y-%m-%dT15:00:00Z}"),
        ("serial", "45293 (days as Excel counts them)", lambda d: str((d - pd.Timestamp("1899-12-30")).days)),
        ("unix", "1704153600 (seconds since 1970)", lambda d: str(int(d.timestamp()))),
        ("unix-ms", "1704153600000", lambda d: str(int(d.timestamp() * 1000))),
        ("cjk", "2024年1月2日", lambda d: f"{d.year}年{d.month}月{d.day}日"),
        ("german-months", "2. Januar 2024", lambda d: f"{d.day}. {MONTHS_DE[d.month - 1]} {d.year}"),
    ):
        add(f"dates-{key}", f"wide, dates as {about}", wide(dates))
    add(
        "dates-french",
        "French months, `2 janv. 2024`",
        wide(lambda d: f"{d.day} {('janv.', 'févr.', 'mars')[d.month - 1]} {d.year}"),
    )
    add("dates-quoted", 'dates with a comma in quotes, `"Jan 2, 2024"`', wide(lambda d: f'"{d:%b} {d.day}, {d.year}"'))
    # numbers and separators
    add("sep-semicolon", "semicolons, decimal points", wide(sep=";"))
    add("sep-tab", "tabs", wide(sep="\t"), "prices.tsv")
    add("sep-pipe", "bars", wide(sep="|"), "prices.txt")
    add("sep-line", "a first line `sep=;`", "sep=;\n" + wide(sep=";"))
    add(
        "de",
        "German Excel: ';', decimal comma, 02.01.2024",
        "\ufeff" + wide(lambda d: f"{d:%d.%m.%Y}", lambda v: f"{v:.2f}".replace(".", ","), ";", "Datum"),
    )
    add("de-thousands", "German Excel with points between thousands", wide(lambda d: f"{d:%d.%m.%Y}", de, ";", "Datum"))
    add("de-tab", "decimal comma and tabs", wide(lambda d: f"{d:%d.%m.%Y}", de, "\t", "Datum"), "kurse.txt")
    add(
        "fr",
        "French Excel: spaces between thousands",
        wide(lambda d: f"{d:%d/%m/%Y}", lambda v: de(v, "\u202f"), ";", "Date"),
    )
    add("ch", "Swiss: 4'726.00", wide(number=lambda v: f"{v:,.2f}".replace(",", "'"), sep=";"))
    add("us-thousands", 'US thousands, "4,726.00"', wide(number=lambda v: f"{v:,.2f}", quote=True))
    add("dollars", 'a sign of dollars, "$4,726.00"', wide(number=lambda v: f"${v:,.2f}", quote=True))
    add("euros", "a sign of euros, `4726.00 €`", wide(number=lambda v: f"{v:.2f} €"))
    add("quotes", "every cell in quotes", wide(quote=True))
    add(
        "quoted-comma",
        'decimal comma in quotes between commas, "480,12"',
        wide(number=lambda v: f"{v:.2f}".replace(".", ","), quote=True),
    )
    add("scientific", "4.726000e+03", wide(number=lambda v: f"{v:.6e}"))
    add("crlf", "Windows line ends", wide().replace("\n", "\r\n"))
    add("cr", "old Mac line ends", wide().replace("\n", "\r"))
    add(
        "cp1252",
        "cp1252, heading `Kürzel`",
        long("Kürzel;Datum;Schlußkurs", lambda t, d, v: f"{t};{d:%d.%m.%Y};{v:.2f}".replace(".", "."))
        .replace(".", ".")
        .encode("cp1252"),
    )
    add("utf-16", "UTF-16 with a mark (Excel's Unicode text)", wide(sep="\t").encode("utf-16"), "prices.txt")
    add("gb18030", "GB18030, Chinese headings", long("股票代码,日期,收盘价").encode("gb18030"))
    for key, mark in (
        ("na", "N/A"),
        ("bloomberg", "#N/A N/A"),
        ("dash", "-"),
        ("null", "null"),
        ("nan", "NaN"),
        ("point", "."),
        ("empty", ""),
        ("nv", "#NV"),
        ("ka", "k.A."),
    ):
        add(
            f"missing-{key}",
            f"missing values as {mark!r}",
            wide().replace(f"{_at(DAYS[5], CLOSE.columns[1]):.2f}", mark),
        )
    add("newest-first", "newest row first", wide(order=-1))
    add("blank-lines", "blank lines and lines of separators", wide(above="\n", below="\n,,,\n,,,\n"))
    add("trailing", "a separator at the end of every row", wide().replace("\n", ",\n"))
    add(
        "row-numbers",
        "row numbers in front, without a heading",
        "".join(f"{'' if i == 0 else i - 1},{line}\n" for i, line in enumerate(wide().splitlines())),
    )
    add(
        "r-write-table",
        "row names that no heading counts (R)",
        "".join(line + "\n" if i == 0 else f'"{i}",{line}\n' for i, line in enumerate(wide().splitlines())),
    )
    add("titles", "titles above the headings", wide(above="Closing prices of three shares\nSource: a vendor\n\n"))
    add("titles-pairs", "titles in pairs above the headings", wide(above="Currency,USD\nPeriod,Daily\n"))
    add("footer", "words below the table", wide(below="Source: the vendor of these prices\n"))
    # headings
    for key, head in (
        ("symbol", "Symbol,Date,Close"), ("name", "Name,date,close"), ("ric", "RIC,Trade Date,Price Close"), ("code", "Code,Date,Last Price"),  # noqa: E501
        ("brackets", "<TICKER>,<DATE>,<CLOSE>"), ("german", "Kürzel,Datum,Schlusskurs"), ("french", "Titre,Date,Clôture"), ("spanish", "Símbolo,Fecha,Cierre"),  # noqa: E501
        ("italian", "Titolo,Data,Chiusura"), ("polish", "Walor,Data,Zamknięcie"), ("chinese", "代码,日期,收盘"), ("japanese", "銘柄コード,日付,終値"),  # noqa: E501
        ("portuguese", "Código,Data,Fechamento"), ("in-usd", "Ticker,Date,Close (USD)"), ("capitals", "TICKER,DATE,CLOSE"),
    ):  # fmt: skip
        add(f"heads-{key}", f"long: `{head}`", long(head))
    add(
        "extra",
        "columns that are not needed",
        long("ticker,date,close,SMA 3,signal", lambda t, d, v: f"{t},{d:%Y-%m-%d},{v:.2f},{v * 2:.2f},hold"),
    )
    add(
        "stooq",
        "Stooq in bulk",
        long(
            "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>",
            lambda t, d, v: f"{t}.US,D,{d:%Y%m%d},000000,{v},{v},{v},{v:.2f},10,0",
        ),
        "bulk.txt",
    )
    add(
        "tushare",
        "A shares: ts_code, trade_date, pct_chg",
        long(
            "ts_code,trade_date,open,high,low,close,pre_close,change,pct_chg,vol,amount",
            lambda t, d, v: f"{t},{d:%Y%m%d},{v},{v},{v},{v:.2f},{v},0.1,0.2,10,10",
        ),
    )
    add(
        "crsp",
        "CRSP, a negative price is the middle of bid and ask",
        long(
            "PERMNO,date,TICKER,PRC",
            lambda t, d, v: f"{10000 + len(t) * 7 + ord(t[0])},{d:%Y%m%d},{t},{'-' if d.day == 9 else ''}{v:.2f}",
        ),
    )
    add(
        "bloomberg",
        "Bloomberg: NVDA US Equity",
        wide(lambda d: f"{d:%m/%d/%Y}", head="Dates", names=lambda t: f"{t} US Equity"),
    )
    add(
        "bloomberg-field",
        "Bloomberg with a row of fields",
        wide(lambda d: f"{d:%m/%d/%Y}", head="Dates", names=lambda t: f"{t} US Equity").replace(
            "\n", "\n,PX_LAST,PX_LAST,PX_LAST\n", 1
        ),
    )
    add("mic", "XNAS:NVDA", wide(names=lambda t: f"XNAS:{t}"))
    add("ric-wide", "NVDA.O", wide(names=lambda t: f"{t}.O"))
    add("lower", "tickers in small letters", wide(names=str.lower), tickers=("nvda", "spy"))
    add("quantmod", "R's quantmod: NVDA.Close", wide(names=lambda t: f"{t}.Close"))
    add("field-first", "Close NVDA", wide(names=lambda t: f"Close {t}"))
    add("download", "yf.download, fields above tickers", levels())
    add("download-by-ticker", "yf.download, tickers above fields", levels("ticker"))
    add(
        "side-by-side",
        "Bloomberg's BDH: dates beside each series",
        "NVDA US Equity,,,SPY US Equity,\nDate,PX_LAST,,Date,PX_LAST\n"
        + "".join(f"{d:%Y-%m-%d},{_at(d, 'NVDA'):.2f},,{d:%Y-%m-%d},{_at(d, 'SPY'):.2f}\n" for d in DAYS),
    )
    # one file a ticker
    alone = {"tickers": ("NVDA",)}
    add("one-yahoo", "Yahoo: NVDA.csv", one(), "NVDA.csv", **alone)
    add(
        "one-stars",
        "Yahoo's page: Close*, Adj Close**",
        one(head="Date,Open,High,Low,Close*,Volume"),
        "NVDA.csv",
        **alone,
    )
    add("one-stooq", "Stooq: nvda_us_d.csv", one(), "nvda_us_d.csv", **alone)
    add(
        "one-polish",
        "Stooq in Polish",
        one(head="Data,Otwarcie,Najwyzszy,Najnizszy,Zamkniecie,Wolumen"),
        "nvda_us_d.csv",
        **alone,
    )
    add(
        "one-investing",
        "Investing: Price, Vol. in M, Change %, newest first",
        one(
            "NVDA",
            '"Date","Price","Open","High","Low","Vol.","Change %"',
            lambda d, v: f'"{d:%m/%d/%Y}","{v:,.2f}","{v:,.2f}","{v:,.2f}","{v:,.2f}","41.24M","-1.5%"',
            -1,
        ),
        "NVDA Historical Data.csv",
        **alone,
    )
    add(
        "one-nasdaq",
        "Nasdaq: Close/Last with dollars, newest first",
        one(
            "NVDA",
            "Date,Close/Last,Volume,Open,High,Low",
            lambda d, v: f"{d:%m/%d/%Y},${v:.2f},1000,${v:.2f},${v:.2f},${v:.2f}",
            -1,
        ),
        "NVDA_2024.csv",
        **alone,
    )
    add(
        "one-alpha",
        "timestamp, adjusted off",
        one(head="timestamp,open,high,low,close,volume"),
        "daily_NVDA.csv",
        **alone,
    )
    add(
        "one-fred",
        "FRED: observation_date and the series",
        one("NVDA", "observation_date,NVDA", lambda d, v: f"{d:%Y-%m-%d},{v:.2f}"),
        "fredgraph.csv",
        **alone,
    )
    add(
        "one-ecb",
        "TIME_PERIOD, OBS_VALUE",
        one("NVDA", "KEY,FREQ,TIME_PERIOD,OBS_VALUE,OBS_STATUS", lambda d, v: f"X.Y,D,{d:%Y-%m-%d},{v:.2f},A"),
        "NVDA.csv",
        **alone,
    )
    add(
        "one-nordic",
        "Swedish headings and commas",
        one("NVDA", "Datum;Stängningskurs", lambda d, v: f"{d:%Y-%m-%d};{v:.2f}".replace(".", ",")),
        "NVDA.csv",
        **alone,
    )
    add("one-sole", "no name anywhere, one ticker asked for", one(), "download.csv", **alone)
    add("one-title", "the ticker in a title: Symbol,NVDA", "Symbol,NVDA\nStart,x\n" + one(), "export.csv", **alone)
    add("one-download", "yf.download of one ticker", levels().replace("AMD", "NVD2"), "x.csv", **alone)
    # files of other kinds
    add("xlsx", "a workbook, dates as dates", book(rows_of(["Date", *CLOSE.columns])), "prices.xlsx")
    add(
        "xlsx-text",
        "a workbook, dates as text 02.01.2024",
        book(rows_of(["Datum", *CLOSE.columns], lambda d: f"{d:%d.%m.%Y}")),
        "prices.xlsx",
    )
    add(
        "xlsx-serial",
        "a workbook, dates as bare numbers",
        book(rows_of(["Date", *CLOSE.columns], lambda d: (d - pd.Timestamp("1899-12-30")).days)),
        "prices.xlsx",
    )
    add(
        "xlsx-commas",
        "a workbook, numbers as text with commas",
        book(rows_of(["Date", *CLOSE.columns], cell=de)),
        "prices.xlsx",
    )
    add(
        "xlsx-titles",
        "a workbook with titles",
        book([["Prices"], [], ["made by hand"], *rows_of(["Date", *CLOSE.columns])]),
        "prices.xlsx",
    )
    add(
        "xlsx-bloomberg",
        "a workbook from Bloomberg, fields below",
        book([["Dates", *(f"{t} US Equity" for t in CLOSE.columns)], [None, *["PX_LAST"] * 3], *rows_of([])[1:]]),
        "prices.xlsx",
    )
    add(
        "xlsx-merged",
        "two rows of headings, tickers merged",
        book(
            [
                [None, "NVDA", None, "SPY", None],
                ["Date", "Close", "Volume", "Close", "Volume"],
                *[[d.date(), CLOSE.loc[d, "NVDA"], 10, CLOSE.loc[d, "SPY"], 10] for d in DAYS],
            ]
        ),
        "prices.xlsx",
    )
    add("parquet", "Parquet, wide", arrow(CLOSE.rename_axis("Date"), "parquet"), "prices.parquet")
    add(
        "parquet-levels",
        "Parquet of yf.download",
        arrow(
            pd.concat({"Close": CLOSE, "Open": CLOSE}, axis=1, names=["Price", "Ticker"]).rename_axis(index="Date"),
            "parquet",
        ),
        "prices.parquet",
    )
    add(
        "feather",
        "Feather, long",
        arrow(CLOSE.rename_axis("date").reset_index().melt("date", var_name="ticker", value_name="close"), "feather"),
        "prices.feather",
    )
    add("gz", "gz", gzip.compress(wide().encode()), "prices.csv.gz")
    add("zip", "zip of one file", packed(**{"prices.csv": wide()}), "prices.zip")
    add(
        "zip-many",
        "zip of files of one ticker each",
        packed(**{"NVDA.csv": one(), "SPY.csv": one("SPY"), "AMD.csv": one("AMD")}),
        "prices.zip",
    )
    add("misnamed", "a tab-separated text called .xls", wide(sep="\t"), "prices.xls")
    # returns
    add("returns-wide", "returns, wide", returns_wide(), returns=True)
    add("returns-percent", "returns with a sign of per cent", returns_wide(100, "%"), returns=True)
    add("returns-long", "returns, long", returns_long("ticker,date,ret"), returns=True)
    add("returns-pct", "returns, `return (%)`", returns_long("ticker,date,return (%)", 100), returns=True)
    for head in ("ret_pct", "daily_return_pct", "Return (pct)"):
        add(f"returns-{head}", f"returns, `{head}`", returns_long(f"ticker,date,{head}", 100), returns=True)
    for head in ("ret (bp)", "return_bps", "Return (basis points)"):
        add(f"returns-{head}", f"returns, `{head}`", returns_long(f"ticker,date,{head}", 10_000), returns=True)
    add(
        "returns-fields",
        "returns, `NVDA_ret_bp`",
        returns_wide(10_000).replace("NVDA,AMD,SPY", "NVDA_ret_bp,AMD_ret_bp,SPY_ret_bp"),
        returns=True,
    )
    add(
        "returns-said",
        "returns in per cent, as is said",
        returns_wide(100),
        returns=True,
        choices=(("values", "returns"), ("unit", "percent")),
    )
    add(
        "returns-bp",
        "returns in basis points, as is said",
        returns_long("ticker,date,ret", 10_000),
        returns=True,
        choices=(("unit", "bp"),),
    )
    # said
    few = wide(lambda d: f"{d:%d/%m/%Y}").splitlines()
    add(
        "said-dmy",
        "dates up to the 12th, as is said",
        "\n".join([few[0], *few[1:9]]) + "\n",
        choices=(("dates", "dmy"),),
    )
    add(
        "said-comma",
        "numbers such as 4,726, as is said",
        wide(number=lambda v: f"{v:.3f}".replace(".", ","), sep=";"),
        choices=(("decimal", "comma"),),
    )
    return found


SHAPES = _shapes()

TWO_WAYS = wide(lambda d: f"{d:%d/%m/%Y}").splitlines()


def early(dates: Callable[[date], str], sep: str = ",", n: int = 8) -> str:
    """Rows whose days are not after the 12th."""
    lines = wide(lambda d: dates(d), sep=sep).splitlines()
    return "\n".join(lines[: n + 1]) + "\n"


PAGE = Path(__file__).parents[2] / "docs" / "howto" / "files.md"
BEGIN, END = "<!-- shapes -->\n", "<!-- end of shapes -->\n"


README = PAGE.parents[2] / "README.md"
KINDS = {
    "dates": ("dates-dmy", "dates-dotted", "dates-compact", "dates-german-months", "dates-serial", "dates-unix"),
    "numbers": ("de-thousands", "fr", "ch", "dollars", "missing-bloomberg"),
    "text": ("sep-tab", "utf-16", "cp1252", "quotes", "titles", "footer"),
    "wide and long": ("heads-symbol", "heads-german", "heads-chinese", "quantmod", "Close_NVDA", "transposed csv"),
    "rows of headings": ("download", "datastream", "names, tickers and fields above each other", "side-by-side"),
    "one ticker, by the name of its file": ("one-yahoo", "one-stooq", "one-investing", "one-nasdaq"),
    "terminals": ("bloomberg", "bbg bdh xlsx", "refinitiv", "datastream xlsx", "FactSet, price history"),
    "databases": ("crsp old", "crsp ciz", "compustat", "csmar", "wind xlsx", "tushare"),
    "sites and brokers": ("ariva", "comdirect", "boursorama", "ib tws", "tradingview", "metatrader"),
    "returns in place of prices": ("returns-long", "returns-percent", "returns-ret (bp)", "WRDS CRSP, returns with letters"),
    "workbooks": ("xlsx", "xlsx-merged", "a workbook of a sheet a ticker, and notes", "a workbook that counts days from 1904"),
    "other files": ("parquet", "feather", "gz", "zip-many"),
}  # fmt: skip
"""The kinds of shapes, each with some of them."""


def every() -> dict[str, Shape]:
    """All shapes."""
    from tests.tables.downloads import DOWNLOADS
    from tests.tables.exports import EXPORTS
    from tests.tables.habits import HABITS
    from tests.tables.vendors import VENDORS

    return {**SHAPES, **VENDORS, **EXPORTS, **DOWNLOADS, **HABITS}


def listed() -> str:
    """The shapes as a table of the page on files."""
    rows = [f"| {shape.about.replace('|', '/')} | `{shape.name}` |" for shape in every().values()]
    return "\n".join(["| what is read | as a file |", "| --- | --- |", *rows]) + "\n"


def in_short() -> str:
    """The kinds of shapes as a table of the README, and how many there are."""
    held = every()
    told = {
        key: shape.about.replace("|", "/").removeprefix("wide, dates as ").removeprefix("long: ")
        for key, shape in held.items()
    }
    rows = [f"| {kind} | {'; '.join(told[key] for key in keys)} |" for kind, keys in KINDS.items()]
    return "\n".join([f"| {len(held)} shapes | such as |", "| --- | --- |", *rows]) + "\n"


WRITTEN = {PAGE: listed, README: in_short}
"""The pages that have a table of shapes."""


if __name__ == "__main__":
    for page, table in WRITTEN.items():
        before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
        page.write_text(before + BEGIN + table() + END + rest.partition(END)[2], encoding="utf-8")
