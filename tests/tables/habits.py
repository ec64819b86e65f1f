"""Habits of people and of their programs: the same closes as `shapes.py`, as they look after a spreadsheet, a copy or a mail."""

# ruff: noqa: E501

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pandas as pd

from tests.tables.shapes import CLOSE, DAYS, Shape, book, de, long, one, packed, rows_of, wide

Day = pd.Timestamp
_FULL_WIDTH = str.maketrans("0123456789.,/", "０１２３４５６７８９．，／")
_ARABIC = str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫")
_WEEKDAYS = "月火水木金土日"
_RUSSIAN, _TURKISH = ("января", "февраля"), ("Ocak", "Şubat")
_CROATIAN = ("siječnja", "veljače")
_CZECH, _DUTCH = ("ledna", "února"), ("januari", "februari")


def iso(day: Day) -> str:
    """2024-01-02"""
    return f"{day:%Y-%m-%d}"


def rows(cell: Callable[[Day], str], number: str = "{:.2f}") -> str:
    """Rows of a wide table without a heading."""
    return "".join(
        ",".join([cell(d), *(number.format(v) for v in row)]) + "\n"
        for d, row in zip(DAYS, CLOSE.to_numpy(), strict=True)
    )


def _dated(day: Callable[[Day], str], **more: Any) -> str:
    return wide(day, **more)


def _numbered(number: Callable[[float], str], **more: Any) -> str:
    return wide(number=number, **more)


def _nested() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("inner.zip", packed(**{"prices.csv": wide()}))
    return buffer.getvalue()


def _of_1904() -> bytes:
    from openpyxl import Workbook
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    made = Workbook()
    made.epoch = CALENDAR_MAC_1904
    for row in rows_of(["Date", *CLOSE.columns], day=lambda d: d.to_pydatetime()):
        made.active.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def _shapes() -> dict[str, Shape]:
    found: dict[str, Shape] = {}

    def add(
        about: str, text: str | bytes, name: str = "prices.csv", tickers: tuple[str, ...] = ("NVDA", "SPY")
    ) -> None:
        found[about] = Shape(about, name, text.encode() if isinstance(text, str) else text, tickers)

    # numbers
    add("thin blanks between thousands", _numbered(lambda v: f"{v:,.2f}".replace(",", "\u2009"), sep=";"))
    add("blanks as wide as a digit between thousands", _numbered(lambda v: f"{v:,.2f}".replace(",", "\u2007"), sep=";"))
    add("pence, `480.12p`", _numbered(lambda v: f"{v:.2f}p"))
    add("the code of a currency in front, `USD 480.12`", _numbered(lambda v: f"USD {v:.2f}"))
    add("`R$ 4.726,00`", _numbered(lambda v: "R$ " + de(v), sep=";"))
    add("`4 726,00 zł`", _numbered(lambda v: de(v, " ") + " zł", sep=";"))
    add("`CHF 4’726.00`", _numbered(lambda v: f"CHF {v:,.2f}".replace(",", "’"), sep=";"))
    add("full-width digits, `４８０．１２`", _numbered(lambda v: f"{v:.2f}".translate(_FULL_WIDTH)))
    add("dates in full-width digits, `２０２４／０１／０２`", _dated(lambda d: f"{d:%Y/%m/%d}".translate(_FULL_WIDTH)))
    add("a workbook of full-width digits",
        book(rows_of(["Date", *CLOSE.columns], lambda d: f"{d:%Y/%m/%d}".translate(_FULL_WIDTH), lambda v: f"{v:,.2f}".translate(_FULL_WIDTH))), "prices.xlsx")  # fmt: skip
    add("stamps to the second, `20240102160000`", _dated(lambda d: f"{d:%Y%m%d}160000"))
    add("stamps to the minute, `202401021600`", _dated(lambda d: f"{d:%Y%m%d}1600"))
    add("eight digits with the year last, `02012024`", _dated(lambda d: f"{d:%d%m%Y}"))
    add("eight digits with the month first, `01022024`", _dated(lambda d: f"{d:%m%d%Y}"))
    add("six digits with the year last, `020124`", _dated(lambda d: f"{d:%d%m%y}"))
    add("six digits with the year first, `240102`", _dated(lambda d: f"{d:%y%m%d}"))
    add("a workbook of eight digits as numbers, which have no zero in front",
        book(rows_of(["Date", *CLOSE.columns], lambda d: int(f"{d:%d%m%Y}"))), "prices.xlsx")  # fmt: skip
    add("Arabic digits, `٤٨٠٫١٢`", _numbered(lambda v: f"{v:.2f}".translate(_ARABIC)))
    add('numbers that a spreadsheet is to leave alone, `="480.12"`', _numbered(lambda v: f'="{v:.2f}"'))
    add('the same after it was saved again, `"=""480.12"""`', _numbered(lambda v: f'"=""{v:.2f}"""'))
    add("a minus of print (U+2212) in a column of changes",
        one(head="Date,Close,Change", row=lambda d, v: f"{iso(d)},{v:.2f},\u22121.25%"), "NVDA.csv", ("NVDA",))  # fmt: skip
    add("`Close (16:00 ET)` and no other close",
        one(head="Date,Open,High,Low,Close (16:00 ET),Volume"), "NVDA.csv", ("NVDA",))  # fmt: skip
    # dates
    add('dates that a spreadsheet is to leave alone, `="2024-01-02"`', _dated(lambda d: f'="{iso(d)}"'))
    add("dates behind an apostrophe", _dated(lambda d: f"'{iso(d)}"))
    add("`02JAN2024` (SAS)", _dated(lambda d: f"{d:%d%b%Y}".upper()))
    add("`2024. 1. 2.` (Korea)", _dated(lambda d: f"{d.year}. {d.month}. {d.day}."))
    add("`2024.01.02.` (Hungary)", _dated(lambda d: f"{d:%Y.%m.%d.}"))
    add("`2. 1. 2024` (Czech)", _dated(lambda d: f"{d.day}. {d.month}. {d.year}", sep=";"))
    add("`2024/01/02(火)`", _dated(lambda d: f"{d:%Y/%m/%d}({_WEEKDAYS[d.weekday()]})"))
    add("`2024-01-02 (Tue)`", _dated(lambda d: f"{iso(d)} ({d:%a})"))
    add("`2 января 2024 г.`", _dated(lambda d: f"{d.day} {_RUSSIAN[d.month - 1]} {d.year} г."))
    add("`2 Ocak 2024`", _dated(lambda d: f"{d.day} {_TURKISH[d.month - 1]} {d.year}"))
    add(
        "`2. siječnja 2024`, `1. veljače 2024` (Croatian)",
        _dated(lambda d: f"{d.day}. {_CROATIAN[d.month - 1]} {d.year}"),
    )
    add("`2 janúar 2024` (Icelandic)", _dated(lambda d: f"{d.day} {('janúar', 'febrúar')[d.month - 1]} {d.year}"))
    add("`2 sausio 2024` (Lithuanian)", _dated(lambda d: f"{d.day} {('sausio', 'vasario')[d.month - 1]} {d.year}"))
    add("`2. ledna 2024`", _dated(lambda d: f"{d.day}. {_CZECH[d.month - 1]} {d.year}"))
    add("`2 januari 2024`", _dated(lambda d: f"{d.day} {_DUTCH[d.month - 1]} {d.year}"))
    add("days of weeks, `2024-W01-2`", _dated(lambda d: "{}-W{:02d}-{}".format(*d.isocalendar())))
    add(
        'times as mails have them, `"Tue, 02 Jan 2024 00:00:00 GMT"`',
        _dated(lambda d: f'"{d:%a, %d %b %Y 00:00:00} GMT"'),
    )
    add(
        "closes of New York by the clock of Greenwich, `2024-01-02T21:00:00Z`",
        _dated(lambda d: f"{d:%Y-%m-%dT21:00:00Z}"),
    )
    add(
        "closes of Tokyo by the clock of Greenwich, `2024-01-02T06:00:00Z`", _dated(lambda d: f"{d:%Y-%m-%dT06:00:00Z}")
    )
    add(
        "midnights after the session, `2024-01-03T00:00:00Z`",
        _dated(lambda d: f"{d + pd.Timedelta(1, 'D'):%Y-%m-%dT00:00:00Z}"),
    )
    add("millionths of seconds since 1970", _dated(lambda d: str(int(d.timestamp() * 1e6))))
    add(
        "day, name of the month and year in columns",
        "Day,Month,Year,NVDA,AMD,SPY\n" + rows(lambda d: f"{d.day},{d:%b},{d.year}"),
    )
    # what stands around a table
    add("a row of totals below", wide(below="Total,19200.00,55400.00,189040.00\n"))
    add("rows of the mean and the range below", wide(below="Average,480.0,1379.0,4727.0\nMin,470.0,1300.0,4600.0\n"))
    add(
        "the headings again between rows",
        "Date,NVDA,AMD,SPY\n" + rows(iso).replace("2024-01-16", "Date,NVDA,AMD,SPY\n2024-01-16"),
    )
    add("a row of units below the headings", "Date,NVDA,AMD,SPY\n,USD,USD,USD\n" + rows(iso))
    add(
        "the mark of an encoding between two files",
        "\ufeffDate,NVDA,AMD,SPY\n" + rows(iso).replace("2024-01-16", "\ufeff2024-01-16"),
    )
    add("the end of a text as DOS marked it", wide() + "\x1a")
    add("a table pasted into one column, each row in quotes", "".join(f'"{line}"\n' for line in wide().splitlines()))
    add(
        "columns of a fixed width",
        "".join("".join(f"{c:<12}" for c in line.split(",")) + "\n" for line in wide().splitlines()),
        "prices.txt",
    )
    # headings
    add("two levels in one heading, `('Close', 'NVDA')`", wide(names=lambda t: f"\"('Close', '{t}')\""))
    add("`NVDA - NVIDIA Corp`", wide(names=lambda t: f"{t} - {t.title()} Corp"))
    add("`Nvidia Holdings (NVDA)`", wide(names=lambda t: f"{t.title()} Holdings ({t})"))
    add(
        "names, tickers and fields above each other",
        "Name,Nvidia,AMD Inc,SPDR\nTicker,NVDA,AMD,SPY\nField,PX_LAST,PX_LAST,PX_LAST\n" + rows(iso),
    )
    add("`date,variable,value` (melted)", long("date,variable,value", lambda t, d, v: f"{iso(d)},{t},{v:.2f}"))
    add(
        "`Close*` and `Adj Close**`",
        one(
            head="Date,Open,High,Low,Close*,Adj Close**,Volume",
            row=lambda d, v: f"{iso(d)},{v},{v},{v},{v:.2f},{v:.2f},100",
        ),
        "NVDA.csv",
        ("NVDA",),
    )
    # packed, and workbooks
    add("a zip in a zip", _nested(), "prices.zip")
    add(
        "a zip with the words of the vendor",
        packed(**{"prices.csv": wide(), "README.txt": "Terms of use\nof these data\n"}),
        "prices.zip",
    )
    add("a zip in a gz", gzip.compress(packed(**{"prices.csv": wide()})), "prices.zip.gz")
    add("a workbook that counts days from 1904", _of_1904(), "prices.xlsx")
    add(
        "a workbook with a row of means below",
        book([*rows_of(["Date", *CLOSE.columns], day=lambda d: d.to_pydatetime()), ["Mean", 1, 2, 3]]),
        "prices.xlsx",
    )
    add("a workbook of a sheet a ticker, and notes", _sheets(), "prices.xlsx")
    # comments, and names of files
    add(
        "comments between rows, one in quotes",
        "Date,NVDA,AMD,SPY\n" + rows(iso).replace("2024-01-16", '"# from here on, by hand"\n2024-01-16'),
    )
    add("one ticker in `NVDA-US.csv`", one(), "NVDA-US.csv", ("NVDA",))
    add(
        "the firm by its name in a file of its ticker",
        one(head="Date,Company,Close", row=lambda d, v: f"{iso(d)},NVIDIA Corporation,{v:.2f}"),
        "NVDA.csv",
        ("NVDA",),
    )
    add("`NVDA-US`, long", long("ticker,date,close", lambda t, d, v: f"{t}-US,{iso(d)},{v:.2f}"))
    add(
        "Swedish",
        one(head="Datum;Öppning;Högst;Lägst;Stängning;Volym;+/- %", row=lambda d, v: f"{iso(d)};1;1;1;{de(v)};7;1,2"),
        "NVDA.csv",
        ("NVDA",),
    )
    add(
        "Finnish",
        one(
            head="Päivämäärä;Viimeisin;Avaus;Ylin;Alin;Vaihto",
            row=lambda d, v: f"{d.day}.{d.month}.{d.year};{de(v)};1;1;1;7",
        ),
        "NVDA.csv",
        ("NVDA",),
    )
    return found


def _sheets() -> bytes:
    from openpyxl import Workbook

    made = Workbook()
    made.active.title = "Notes"
    made.active.append(["drawn on", Day("2024-03-01").date()])
    for ticker in CLOSE:
        sheet = made.create_sheet(ticker)
        for row in [
            ["Date", "Close", "Volume"],
            *([d.date(), float(v), 7] for d, v in zip(DAYS, CLOSE[ticker], strict=True)),
        ]:
            sheet.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


HABITS = _shapes()
_WEEKENDS = "Saturdays or Sundays"
REFUSED: dict[str, tuple[str, str]] = {
    "days since 1960 (SAS)": (_dated(lambda d: str((d - Day("1960-01-01")).days)), _WEEKENDS),
    "days since 1970 (R)": (_dated(lambda d: str((d - Day("1970-01-01")).days)), _WEEKENDS),
    "days since 1904 as bare numbers": (_dated(lambda d: str((d - Day("1904-01-01")).days)), _WEEKENDS),
    "days of the year, which numbers of deals look like": (_dated(lambda d: f"{d:%Y-%j}"), "is not a date"),
    "weeks": (_dated(lambda d: "{}-W{:02d}".format(*d.isocalendar())), "is given twice"),
    "quarters": (_dated(lambda d: f"{d.year}Q{d.quarter}"), "is a quarter of a year"),
    "years of Buddha": (_dated(lambda d: f"{d:%d/%m/}{d.year + 543}"), "date"),
    "year, day and month": (_dated(lambda d: f"{d:%Y-%d-%m}"), "date"),
    "two tickers of one name": ("Date,NVDA,NVDA,SPY\n" + rows(iso), "two columns"),
    "two closes of one name": ("Date,Close,Close,Volume\n" + rows(iso), "twice"),
    "zero bytes behind": (wide() + "\0" * 64, "zero bytes"),
    "a blank date below each other": (wide().replace("2024-01-16", ""), "empty"),
    "a total between rows": (wide().replace("2024-01-16", "Total,1,2,3\n2024-01-16"), "Total"),
    "hours of a day": (_dated(lambda d: f"{iso(d)} 15:00") + rows(lambda d: f"{iso(d)} 16:00", "{:.1f}"), "twice"),
}
"""Tables that must not be read, and what is said of them."""
