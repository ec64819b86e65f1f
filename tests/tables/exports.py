"""Further exports and downloads, of programs and of exchanges: the same closes as `shapes.py`, each in the shape of one of them."""


# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from tests.tables.shapes import CLOSE, Shape, book
from tests.tables.shapes import DAYS as D

Day = pd.Timestamp
NAMES = ("NVDA", "AMD", "SPY")
ONE, TWO = ("NVDA",), ("NVDA", "SPY")


def at(day: Day, ticker: str = "NVDA") -> float:
    """A close."""
    return float(CLOSE[ticker].to_numpy()[int(D.searchsorted(day))])


def lines(*head: str, rows: Iterable[str], foot: tuple[str, ...] = ()) -> str:
    """A text of lines."""
    return "\n".join([*head, *rows, *foot]) + "\n"


def of_one(row: Callable[[Day, float], str], ticker: str = "NVDA", order: int = 1) -> list[str]:
    """A row a day."""
    return [row(d, at(d, ticker)) for d in D][::order]


def of_all(row: Callable[[str, Day, float], str]) -> list[str]:
    """A row a ticker and day."""
    return [row(t, d, at(d, t)) for t in NAMES for d in D]


def of_days(row: Callable[[Day, float, float, float], str]) -> list[str]:
    """A row a day with all tickers."""
    return [row(d, *(at(d, t) for t in NAMES)) for d in D]


def us(v: float) -> str:
    """1,234.50"""
    return f"{v:,.2f}"


def de(v: float, thousands: str = ".") -> str:
    """1.234,50"""
    return us(v).replace(",", "@").replace(".", ",").replace("@", thousands)


def flat(v: float) -> str:
    """1234,50"""
    return de(v, "")


def roc(d: Day) -> str:
    """113/01/02, as Taiwan counts years."""
    return f"{d.year - 1911}/{d:%m/%d}"


def shapes() -> dict[str, Shape]:
    """By what they are."""
    found: dict[str, Shape] = {}

    def add(
        about: str,
        content: str | bytes,
        name: str = "x.csv",
        tickers: tuple[str, ...] = ONE,
        encoding: str = "utf-8",
        **more: Any,
    ) -> None:
        found[about] = Shape(
            about, name, content.encode(encoding) if isinstance(content, str) else content, tickers, **more
        )

    # data terminals
    add(
        "LSEG Workspace, price history with titles",
        lines(
            "NVDA.O",
            "Price History",
            "Interval,Daily",
            "",
            "Exchange Date,Close,Net,%Chg,Open,Low,High,Volume,Turnover - USD,Flow",
            rows=of_one(
                lambda d, v: (
                    f'{d:%d-%b-%Y},{v:.2f},1.2,"+0.25%",{v:.2f},{v - 1:.2f},{v + 1:.2f},"41,000,000","19,800,000,000",100'
                ),
                order=-1,
            ),
        ),
        "Price History.csv",
    )
    add(
        "LSEG Data Library, `TRDPRC_1`",
        lines(
            "Date,TRDPRC_1,HIGH_1,LOW_1,ACVOL_UNS,OPEN_PRC,BID,ASK",
            rows=of_one(
                lambda d, v: (
                    f"{d:%Y-%m-%d},{v:.2f},{v + 1:.2f},{v - 1:.2f},4100000,{v:.2f},{v - 0.01:.2f},{v + 0.01:.2f}"
                )
            ),
        ),
        "NVDA.O.csv",
    )
    add(
        "LSEG get_data, `Price Close` and `Total Return`",
        lines(
            "Instrument,Date,Price Close,Volume",
            rows=of_all(lambda t, d, v: f"{t}.O,{d:%Y-%m-%d}T00:00:00Z,{v:.2f},100"),
        ),
        tickers=TWO,
    )
    add(
        "Bloomberg terminal, grid of HP",
        lines(
            "Security,NVDA US Equity",
            "Start Date,1/2/2024",
            "End Date,2/26/2024",
            "Period,D",
            "Currency,USD",
            "",
            "Date,PX_LAST,PX_VOLUME,CHG_PCT_1D",
            rows=of_one(lambda d, v: f"{d.month}/{d.day}/{d.year},{v:.2f},41000000,0.52", order=-1),
        ),
        "grid1.csv",
    )
    add(
        "Bloomberg BQL, long",
        lines("ID,DATE,CURRENCY,PX_LAST()", rows=of_all(lambda t, d, v: f"{t} US Equity,{d:%Y-%m-%d},USD,{v:.2f}")),
        tickers=TWO,
    )
    add(
        "blp for Python, field in capitals below the security",
        lines(
            ",NVDA US Equity,SPY US Equity",
            ",PX_LAST,PX_LAST",
            rows=[f"{d:%Y-%m-%d},{at(d):.2f},{at(d, 'SPY'):.2f}" for d in D],
        ),
        tickers=TWO,
    )
    add(
        "FactSet, price history",
        lines(
            "NVDA-US",
            "NVIDIA Corporation",
            "Price History: 02-Jan-2024 - 26-Feb-2024",
            "",
            "Date,Price,CVol,Change,% Change,% Return,Total Return (Gross),Cumulative Return %,Open,High,Low",
            rows=of_one(
                lambda d, v: f"{d:%m/%d/%Y},{v:.2f},41000000,1.0,0.2,0.2,0.2,1.5,{v:.2f},{v + 1:.2f},{v - 1:.2f}",
                order=-1,
            ),
        ),
        "FactSet.csv",
    )
    add(
        "FactSet, workbook",
        book(
            [
                ["NVDA-US", None, None],
                [None, None, None],
                ["Date", "Price", "Volume"],
                *([d.to_pydatetime(), at(d), 41_000_000] for d in D),
            ]
        ),
        "factset.xlsx",
    )
    add(
        "Capital IQ, share pricing",
        book(
            [
                ["NasdaqGS:NVDA - Share Pricing", None, None],
                ["Currency: US Dollar", None, None],
                [None, None, None],
                ["Dates", "NasdaqGS:NVDA - Share Pricing", "NasdaqGS:NVDA - Volume"],
                *([d.strftime("%b-%d-%Y"), at(d), 41.0] for d in D),
                ["Source: S&P Capital IQ, historical prices", None, None],
            ]
        ),
        "ciq.xlsx",
    )
    add(
        "Datastream with currencies below the codes",
        lines(
            "Name,NVIDIA,ADVANCED MICRO DEVICES,SPDR S&P 500",
            "Code,@NVDA(P),@AMD(P),@SPY(P)",
            "CURRENCY,U$,U$,U$",
            rows=of_days(lambda d, a, b, c: f"{d:%d/%m/%Y},{a:.2f},{b:.2f},{c:.2f}"),
        ),
        tickers=TWO,
    )
    add(
        "WRDS CRSP, returns with letters",
        lines(
            "PERMNO,date,TICKER,COMNAM,PRC,VOL,RET,vwretd",
            rows=[
                f"{p},{d:%Y-%m-%d},{t},NAME,{-at(d, t) if i == 5 else at(d, t):.2f},1000,{'C' if i == 0 else 'B' if i == 7 else format(at(d, t) / at(D[i - 1], t) - 1, '.9f')},0.001"
                for p, t in ((86580, "NVDA"), (84398, "SPY"))
                for i, d in enumerate(D)
            ],
        ),
        tickers=TWO,
    )
    add(
        "Compustat North America, `PRCCD`",
        lines(
            "gvkey,iid,datadate,tic,conm,ajexdi,cshtrd,prccd,prchd,prcld,trfd",
            rows=of_all(
                lambda t, d, v: f"117768,01,{d:%d/%m/%Y},{t},NAME,1,41000000,{v:.2f},{v + 1:.2f},{v - 1:.2f},1.05"
            ),
        ),
        tickers=TWO,
    )
    # pages and apps
    add(
        "Barchart, `Last`, a line below",
        lines(
            "Symbol,Time,Open,High,Low,Last,Change,%Chg,Volume",
            rows=of_one(
                lambda d, v: f"NVDA,{d:%m/%d/%Y},{v:.2f},{v + 1:.2f},{v - 1:.2f},{v:.2f},1.5,+0.3%,41000000", order=-1
            ),
            foot=('"Downloaded from Barchart.com as of 02-28-2024 03:14am CST"',),
        ),
        "nvda_price-history.csv",
    )
    add(
        "Koyfin, `NVDA (Close)`",
        lines("Date,NVDA (Close),SPY (Close)", rows=of_days(lambda d, a, _, c: f"{d:%Y-%m-%d},{a:.2f},{c:.2f}")),
        tickers=TWO,
    )
    add(
        "YCharts, `NVDA Price`",
        lines("Date,NVDA Price,SPY Price", rows=of_days(lambda d, a, _, c: f"{d:%Y-%m-%d},{a:.2f},{c:.2f}")),
        tickers=TWO,
    )
    add(
        "stockanalysis.com",
        lines(
            "Date,Open,High,Low,Close,Adj. Close,Change,Volume",
            rows=of_one(
                lambda d, v: (
                    f'"{d:%b} {d.day}, {d.year}",{v:.2f},{v + 1:.2f},{v - 1:.2f},{v:.2f},{v:.2f},1.02%,"41,000,000"'
                ),
                order=-1,
            ),
        ),
        "nvda-stock-price-history.csv",
    )
    add(
        "TradingView with indicators",
        lines(
            "time,open,high,low,close,Volume,Volume MA,RSI,RSI-based MA",
            rows=of_one(
                lambda d, v: f"{d:%Y-%m-%d},{v:.2f},{v + 1:.2f},{v - 1:.2f},{v:.2f},41000000,40000000,55.1,54.2"
            ),
        ),
        "NASDAQ_NVDA, 1D.csv",
    )
    add(
        "TradingView, two symbols compared",
        lines(
            "time,close,NASDAQ:AMD: close,AMEX:SPY: close",
            rows=of_days(lambda d, a, b, c: f"{d:%Y-%m-%d},{a:.2f},{b:.2f},{c:.2f}"),
        ),
        "NASDAQ_NVDA, 1D.csv",
        tickers=("SPY",),
    )
    add(
        "Google Sheets in German",
        lines("Date;Close", rows=of_one(lambda d, v: f"{d:%d.%m.%Y} 16:00:00;{flat(v)}")),
        "NVDA.csv",
    )
    add(
        "finanzen.net, copied",
        lines(
            "Datum\tEröffnung\tTageshoch\tTagestief\tSchlusskurs",
            rows=of_one(lambda d, v: f"{d:%d.%m.%Y}\t{de(v)}\t{de(v + 1)}\t{de(v - 1)}\t{de(v)}", order=-1),
        ),
        "NVDA.txt",
    )
    add(
        "wallstreet-online, `Vortag`",
        lines(
            "Datum;Erster;Hoch;Tief;Schlusskurs;Stücke;Volumen",
            rows=of_one(
                lambda d, v: f"{d:%Y-%m-%d};{de(v)};{de(v + 1)};{de(v - 1)};{de(v)};12.345;5.900.000", order=-1
            ),
        ),
        "NVDA.csv",
    )
    add(
        "Fidelity, a line of copyright below",
        lines(
            "NVDA: NVIDIA CORP",
            "Date,Open,High,Low,Close,Volume",
            rows=of_one(lambda d, v: f"{d:%m/%d/%Y},{v:.2f},{v + 1:.2f},{v - 1:.2f},{v:.2f},41000000"),
            foot=("", '"Prices are as reported by the exchanges, and delayed."'),
        ),
        "history.csv",
    )
    add(
        "Yahoo Japan, in Shift-JIS",
        lines(
            "日付,始値,高値,安値,終値,出来高,調整後終値*",
            rows=of_one(
                lambda d, v: (
                    f'{d.year}年{d.month}月{d.day}日,"{us(v)}","{us(v + 1)}","{us(v - 1)}","{us(v)}","41,000,000","{us(v)}"'
                ),
                order=-1,
            ),
        ),
        "NVDA.csv",
        encoding="shift_jis",
    )
    # interfaces of services
    add(
        "Polygon aggregates, one letter a field",
        lines(
            "v,vw,o,c,h,l,t,n",
            rows=of_one(
                lambda d, v: (
                    f"41000000,{v:.4f},{v:.2f},{v:.2f},{v + 1:.2f},{v - 1:.2f},{int(d.timestamp() + 5 * 3600) * 1000},400000"
                )
            ),
        ),
        "NVDA.csv",
    )
    add(
        "Finnhub candles",
        lines(
            "c,h,l,o,s,t,v",
            rows=of_one(lambda d, v: f"{v:.2f},{v + 1:.2f},{v - 1:.2f},{v:.2f},ok,{int(d.timestamp())},41000000"),
        ),
        "NVDA.csv",
    )
    add(
        "Twelve Data",
        lines(
            "datetime;open;high;low;close;volume",
            rows=of_one(lambda d, v: f"{d:%Y-%m-%d};{v:.5f};{v + 1:.5f};{v - 1:.5f};{v:.5f};41000000", order=-1),
        ),
        "NVDA.csv",
    )
    add(
        "Marketstack",
        lines(
            "open,high,low,close,volume,adj_high,adj_low,adj_close,adj_open,adj_volume,split_factor,dividend,symbol,exchange,date",
            rows=of_all(
                lambda t, d, v: (
                    f"{v:.2f},{v + 1:.2f},{v - 1:.2f},{v:.2f},100,{v:.2f},{v:.2f},{v:.2f},{v:.2f},100,1.0,0.0,{t},XNAS,{d:%Y-%m-%d}T00:00:00+0000"
                )
            ),
        ),
        tickers=TWO,
    )
    add(
        "EODHD, `Adjusted_close`",
        lines(
            "Date,Open,High,Low,Close,Adjusted_close,Volume",
            rows=of_one(lambda d, v: f"{d:%Y-%m-%d},{v:.4f},{v + 1:.4f},{v - 1:.4f},{v:.4f},{v:.4f},41000000"),
        ),
        "NVDA.US.csv",
    )
    add(
        "Alpha Vantage, JSON turned by pandas",
        lines(
            ",1. open,2. high,3. low,4. close,5. volume",
            rows=of_one(lambda d, v: f"{d:%Y-%m-%d},{v:.4f},{v + 1:.4f},{v - 1:.4f},{v:.4f},41000000", order=-1),
        ),
        "NVDA.csv",
    )
    add(
        "Tiingo, `adjClose` and times",
        lines(
            "date,close,high,low,open,volume,adjClose,adjHigh,adjLow,adjOpen,adjVolume,divCash,splitFactor",
            rows=of_one(
                lambda d, v: (
                    f"{d:%Y-%m-%d} 00:00:00+00:00,{v:.2f},{v + 1:.2f},{v - 1:.2f},{v:.2f},41000000,{v:.2f},{v:.2f},{v:.2f},{v:.2f},41000000,0.0,1.0"
                )
            ),
        ),
        "NVDA.csv",
    )
    add(
        "ib_insync, bars",
        lines(
            ",date,open,high,low,close,volume,average,barCount",
            rows=[
                f"{i},{d:%Y-%m-%d},{at(d):.2f},{at(d) + 1:.2f},{at(d) - 1:.2f},{at(d):.2f},41000000.0,{at(d):.3f},200000"
                for i, d in enumerate(D)
            ],
        ),
        "NVDA.csv",
    )
    add(
        "Alpaca, symbol and timestamp",
        lines(
            "symbol,timestamp,open,high,low,close,volume,trade_count,vwap",
            rows=of_all(
                lambda t, d, v: (
                    f"{t},{d:%Y-%m-%d} 05:00:00+00:00,{v:.2f},{v + 1:.2f},{v - 1:.2f},{v:.2f},100.0,10.0,{v:.3f}"
                )
            ),
        ),
        tickers=TWO,
    )
    add(
        "Stooq, a text for MetaStock",
        lines(
            "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>",
            rows=of_one(lambda d, v: f"NVDA.US,D,{d:%Y%m%d},000000,{v:.2f},{v + 1:.2f},{v - 1:.2f},{v:.2f},41000000,0"),
        ),
        "nvda.us.txt",
    )
    # programs
    add(
        "quantmod, `NVDA.Close`",
        lines(
            '"Index","NVDA.Open","NVDA.High","NVDA.Low","NVDA.Close","NVDA.Volume","NVDA.Adjusted"',
            rows=of_one(lambda d, v: f"{d:%Y-%m-%d},{v:.2f},{v + 1:.2f},{v - 1:.2f},{v:.2f},41000000,{v:.2f}"),
        ),
        "x.csv",
    )
    add(
        "tidyquant",
        lines(
            '"symbol","date","open","high","low","close","volume","adjusted"',
            rows=of_all(lambda t, d, v: f'"{t}",{d:%Y-%m-%d},{v:.2f},{v:.2f},{v:.2f},{v:.2f},100,{v:.2f}'),
        ),
        tickers=TWO,
    )
    add(
        "R, write.table: one heading less than cells",
        lines('"NVDA" "AMD" "SPY"', rows=of_days(lambda d, a, b, c: f'"{d:%Y-%m-%d}" {a:.2f} {b:.2f} {c:.2f}')),
        "x.txt",
        tickers=TWO,
    )
    add(
        "R, write.csv2 with row names",
        lines(
            '"";"date";"NVDA";"SPY"',
            rows=[f'"{i + 1}";{d:%Y-%m-%d};{flat(at(d))};{flat(at(d, "SPY"))}' for i, d in enumerate(D)],
        ),
        tickers=TWO,
    )
    add(
        "Stata, 02jan2024",
        lines("date,ticker,prc", rows=of_all(lambda t, d, v: f"{d:%d%b%Y},{t},{v:.2f}".lower().replace(t.lower(), t))),
        tickers=TWO,
    )
    add(
        "SAS, 02JAN2024:00:00:00",
        lines("DATE,TICKER,CLOSE", rows=of_all(lambda t, d, v: f"{d:%d%b%Y}:00:00:00,{t},{v:.2f}".upper())),
        tickers=TWO,
    )
    add(
        "MATLAB timetable",
        lines("Time,NVDA,SPY", rows=of_days(lambda d, a, _, c: f"{d:%d-%b-%Y} 00:00:00,{a:.4f},{c:.4f}")),
        tickers=TWO,
    )
    add(
        "EViews, `obs`",
        lines("obs,NVDA,AMD,SPY", rows=of_days(lambda d, a, b, c: f"{d.month}/{d:%d/%Y},{a:.6f},{b:.6f},{c:.6f}")),
        tickers=TWO,
    )
    add(
        "MetaTrader 5, tabs and `<TICKVOL>`",
        lines(
            "<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>",
            rows=of_one(lambda d, v: f"{d:%Y.%m.%d}\t{v:.2f}\t{v + 1:.2f}\t{v - 1:.2f}\t{v:.2f}\t410000\t0\t2"),
        ),
        "NVDA_Daily.csv",
    )
    add(
        "Sierra Chart, blanks behind commas",
        lines(
            "Date, Time, Open, High, Low, Last, Volume, NumberOfTrades, BidVolume, AskVolume",
            rows=of_one(
                lambda d, v: (
                    f"{d.year}/{d.month}/{d.day}, 00:00:00, {v:.2f}, {v + 1:.2f}, {v - 1:.2f}, {v:.2f}, 41000000, 4000, 200, 210"
                )
            ),
        ),
        "NVDA.txt",
    )
    add(
        "TradeStation",
        lines(
            '"Date","Time","Open","High","Low","Close","Vol","OI"',
            rows=of_one(lambda d, v: f"{d:%m/%d/%Y},16:00,{v:.2f},{v + 1:.2f},{v - 1:.2f},{v:.2f},41000000,0"),
        ),
        "NVDA.txt",
    )
    add(
        "a date in three columns, German",
        lines(
            "Jahr;Monat;Tag;NVDA;SPY",
            rows=of_days(lambda d, a, _, c: f"{d.year};{d.month};{d.day};{flat(a)};{flat(c)}"),
        ),
        tickers=TWO,
    )
    add(
        "a date in three columns, long",
        lines("ticker,year,month,day,close", rows=of_all(lambda t, d, v: f"{t},{d.year},{d.month},{d.day},{v:.2f}")),
        tickers=TWO,
    )
    add(
        "a date in three columns, a workbook",
        book([["Year", "Month", "Day", "NVDA", "SPY"], *([d.year, d.month, d.day, at(d), at(d, "SPY")] for d in D)]),
        "x.xlsx",
        tickers=TWO,
    )
    # exchanges and banks
    add(
        "NSE bhavcopy",
        lines(
            "SYMBOL,SERIES,OPEN,HIGH,LOW,CLOSE,LAST,PREVCLOSE,TOTTRDQTY,TOTTRDVAL,TIMESTAMP,TOTALTRADES,ISIN",
            rows=of_all(
                lambda t, d, v: (
                    f"{t},EQ,{v:.2f},{v + 1:.2f},{v - 1:.2f},{v:.2f},{v - 0.5:.2f},{v:.2f},100,1000.5,{d:%d-%b-%Y},12,INE002A01018".replace(
                        f"{d:%b}", f"{d:%b}".upper()
                    )
                )
            ),
        ),
        tickers=TWO,
    )
    add(
        "Korea Exchange, in EUC-KR",
        lines(
            '"일자","종가","대비","등락률","시가","고가","저가","거래량","거래대금","시가총액","상장주식수"',
            rows=of_one(
                lambda d, v: (
                    f'"{d:%Y/%m/%d}","{v:.2f}","10","0.5","{v:.2f}","{v + 1:.2f}","{v - 1:.2f}","41000","1000000","1000000000","600000"'
                ),
                order=-1,
            ),
        ),
        "NVDA.csv",
        encoding="cp949",
    )
    add(
        "Taiwan, years of the republic, in Big5",
        lines(
            "日期,成交股數,成交金額,開盤價,最高價,最低價,收盤價,漲跌價差,成交筆數",
            rows=of_one(
                lambda d, v: (
                    f'"{roc(d)}","41,000","1,000,000","{us(v)}","{us(v + 1)}","{us(v - 1)}","{us(v)}","+1.00","900"'
                )
            ),
        ),
        "NVDA.csv",
        encoding="big5",
    )
    add(
        "J-Quants",
        lines(
            "Date,Code,Open,High,Low,Close,UpperLimit,LowerLimit,Volume,TurnoverValue,AdjustmentFactor,AdjustmentOpen,AdjustmentHigh,AdjustmentLow,AdjustmentClose,AdjustmentVolume",
            rows=[
                f"{d:%Y-%m-%d},{c},{at(d, t):.2f},{at(d, t):.2f},{at(d, t):.2f},{at(d, t):.2f},0,0,100.0,1000.0,1.0,{at(d, t):.2f},{at(d, t):.2f},{at(d, t):.2f},{at(d, t):.2f},100.0"
                for c, t in (("72030", "NVDA"), ("67580", "AMD"))
                for d in D
            ],
        ),
        tickers=("72030",),
    )
    add(
        "Nikkei, in Shift-JIS with a notice below",
        lines(
            '"データ日付","終値","始値","高値","安値"',
            rows=of_one(lambda d, v: f'"{d:%Y/%m/%d}","{v:.2f}","{v:.2f}","{v + 1:.2f}","{v - 1:.2f}"'),
            foot=('"本資料は日経の著作物であり、本資料の全部又は一部を転載することを禁じます。"',),
        ),
        "NVDA.csv",
        encoding="shift_jis",
    )
    add(
        "Moscow, in cp1251 with a title",
        lines(
            "history",
            "",
            "BOARDID;TRADEDATE;SHORTNAME;SECID;NUMTRADES;VALUE;OPEN;LOW;HIGH;LEGALCLOSEPRICE;WAPRICE;CLOSE;VOLUME",
            rows=of_one(
                lambda d, v: (
                    f"TQBR;{d:%Y-%m-%d};Сбербанк;NVDA;100;1000,5;{flat(v)};{flat(v - 1)};{flat(v + 1)};{flat(v)};{flat(v)};{flat(v)};41000"
                )
            ),
        ),
        encoding="cp1251",
    )
    add(
        "Finam, `<TICKER>;<PER>`",
        lines(
            "<TICKER>;<PER>;<DATE>;<TIME>;<OPEN>;<HIGH>;<LOW>;<CLOSE>;<VOL>",
            rows=of_one(lambda d, v: f"NVDA;D;{d:%d/%m/%y};00:00:00;{v:.7f};{v + 1:.7f};{v - 1:.7f};{v:.7f};41000"),
        ),
        "x.txt",
    )
    add(
        "Warsaw, ISIN and name",
        lines(
            "Data;Nazwa;ISIN;Waluta;Kurs otwarcia;Kurs max;Kurs min;Kurs zamknięcia;Zmiana;Wolumen;Liczba Transakcji;Obrót",
            rows=of_one(
                lambda d, v: (
                    f"{d:%Y-%m-%d};NVDA;US67066G1040;USD;{flat(v)};{flat(v + 1)};{flat(v - 1)};{flat(v)};0,5;41000;900;12,5"
                )
            ),
        ),
    )
    add(
        "Euronext, one share with its name above",
        lines(
            '"Historical Data"',
            '"From 2024-01-02 to 2024-02-26"',
            '"US67066G1040"',
            'Date;Open;High;Low;Last;Close;"Number of Shares";"Number of Trades";Turnover;vwap',
            rows=of_one(
                lambda d, v: (
                    f"'{d:%d/%m/%Y}';{v:.2f};{v + 1:.2f};{v - 1:.2f};{v:.2f};{v:.2f};41000;900;12345.5;{v:.4f}".replace(
                        "'", ""
                    )
                ),
                order=-1,
            ),
        ),
        "NVDA_historical_price.csv",
    )
    add(
        "SIX, Swiss words",
        lines(
            "Datum;Schlusskurs;Eröffnung;Tiefst;Höchst;Volumen (Stk.);Umsatz (CHF)",
            rows=of_one(
                lambda d, v: (
                    f"{d:%d.%m.%Y};{us(v).replace(',', chr(39))};{us(v).replace(',', chr(39))};{us(v).replace(',', chr(39))};{us(v).replace(',', chr(39))};41'000;19'800'000.50"
                ),
                order=-1,
            ),
        ),
        "NVDA.csv",
    )
    add(
        "London, pence, `Price (GBX)`",
        lines("Date,Price (GBX),Volume", rows=of_one(lambda d, v: f'{d:%d/%m/%Y},"{us(v)}","41,000"', order=-1)),
        "NVDA.csv",
    )
    add(
        "STOXX, `Indexvalue`",
        lines("Date;Symbol;Indexvalue", rows=of_one(lambda d, v: f"{d:%d.%m.%Y};SX5E;{v:.2f}", "SPY")),
        "h_sx5e.txt",
        tickers=("SX5E",),
    )
    add(
        "S&P Dow Jones, `Effective date`",
        book(
            [
                ["S&P Dow Jones Indices LLC", None],
                ["Date: 28-Feb-2024", None],
                [None, None],
                ["Effective date ", "S&P 500"],
                *([d.to_pydatetime(), at(d, "SPY")] for d in D),
                [None, None],
                ["Source: S&P Dow Jones Indices LLC. The data are for information only.", None],
            ]
        ),
        "PerformanceGraphExport.xlsx",
        tickers=("S&P 500",),
    )
    add(
        "MSCI, `Jan 02, 2024` and terms below",
        lines(
            "Index Name:,WORLD",
            "Currency:,USD",
            "",
            "Date,WORLD Standard (Large+Mid Cap)",
            rows=of_one(lambda d, v: f'"{d:%b %d, %Y}","{us(v)}"', "SPY"),
            foot=("", "© 2024 MSCI Inc. All rights reserved."),
        ),
        tickers=("WORLD Standard (Large+Mid Cap)",),
    )
    add(
        "CBOE, capitals",
        lines("DATE,OPEN,HIGH,LOW,CLOSE", rows=of_one(lambda d, v: f"{d:%m/%d/%Y},{v:.6f},{v:.6f},{v:.6f},{v:.6f}")),
        "NVDA_History.csv",
    )
    add(
        "FRED, one series",
        lines("observation_date,SP500", rows=of_one(lambda d, v: f"{d:%Y-%m-%d},{v:.2f}", "SPY")),
        tickers=("SP500",),
    )
    add(
        "SNB, a block of titles and `D0`",
        lines(
            '"CubeId";"capchstocki"',
            '"PublishingDate";"2024-03-01 09:00"',
            "",
            '"Date";"D0";"Value"',
            rows=of_one(lambda d, v: f'"{d:%Y-%m-%d}";"SPI";"{v:.2f}"', "SPY"),
        ),
        tickers=("SPI",),
    )
    add(
        "ECB, key and obs value",
        lines(
            "KEY,FREQ,TIME_PERIOD,OBS_VALUE,OBS_STATUS",
            rows=of_one(lambda d, v: f"FM.D.U2.EUR.4F.EI.DJEURST.HSTA,D,{d:%Y-%m-%d},{v:.2f},A", "SPY"),
        ),
        "SPY.csv",
        tickers=("SPY",),
    )
    add(
        "Hong Kong, Chinese in Big5",
        lines(
            "日期,開市,最高,最低,收市,成交量",
            rows=of_one(lambda d, v: f"{d:%Y/%m/%d},{v:.2f},{v + 1:.2f},{v - 1:.2f},{v:.2f},41000"),
        ),
        "NVDA.csv",
        encoding="big5",
    )
    add(
        "AKShare with codes, Chinese in UTF-8",
        lines(
            "日期,股票代码,开盘,收盘,最高,最低,成交量,成交额,振幅,涨跌幅,涨跌额,换手率",
            rows=[
                f"{d:%Y-%m-%d},{c},{at(d, t):.2f},{at(d, t):.2f},{at(d, t):.2f},{at(d, t):.2f},100,1000.5,0.5,0.5,0.5,0.5"
                for c, t in (("000001", "NVDA"), ("600519", "AMD"))
                for d in D
            ],
        ),
        tickers=("000001",),
    )
    add(
        "Tushare, `ts_code`",
        lines(
            "ts_code,trade_date,open,high,low,close,pre_close,change,pct_chg,vol,amount",
            rows=[
                f"{c},{d:%Y%m%d},{at(d, t):.2f},{at(d, t):.2f},{at(d, t):.2f},{at(d, t):.2f},{at(d, t):.2f},0.1,0.1,100.0,1000.5"
                for c, t in (("000001.SZ", "NVDA"), ("600519.SH", "AMD"))
                for d in D[::-1]
            ],
        ),
        tickers=("000001.SZ",),
    )
    add(
        "Kaggle's five years, `all_stocks_5yr`",
        lines(
            "date,open,high,low,close,volume,Name",
            rows=of_all(lambda t, d, v: f"{d:%Y-%m-%d},{v:.2f},{v:.2f},{v:.2f},{v:.2f},100,{t}"),
        ),
        "all_stocks_5yr.csv",
        tickers=TWO,
    )
    add(
        "FactSet, `p_price` and `ticker_region`",
        lines(
            "fsym_id,date,p_price,ticker_region",
            rows=of_all(lambda t, d, v: f"K7TPSX-R,{d:%Y-%m-%d},{v:.2f},{t}-US"),
        ),
        tickers=TWO,
    )
    add(
        "yf.download, written and read again: `Close`, `Close.1` above the tickers",
        lines(
            "Price,Close,Close.1,Volume,Volume.1",
            "Ticker,NVDA,SPY,NVDA,SPY",
            "Date,,,,",
            rows=of_days(lambda d, a, _, c: f"{d:%Y-%m-%d},{a:.2f},{c:.2f},100,200"),
        ),
        tickers=TWO,
    )
    add(
        "Excel in German with weekdays",
        lines(
            "Datum;NVDA;SPY",
            rows=of_days(
                lambda d, a, _, c: f"{['Mo', 'Di', 'Mi', 'Do', 'Fr'][d.weekday()]}, {d:%d.%m.%Y};{de(a)} €;{de(c)} €"
            ),
        ),
        tickers=TWO,
    )
    return found


OF = {
    "72030": "NVDA",
    "000001": "NVDA",
    "000001.SZ": "NVDA",
    "SX5E": "SPY",
    "S&P 500": "SPY",
    "SP500": "SPY",
    "SPI": "SPY",
    "WORLD Standard (Large+Mid Cap)": "SPY",
}
"""Whose closes stand under another name."""
EXPORTS = shapes()
