"""What further vendors, brokers and programs hand out: the same closes as `shapes.py`, each in the form of one of them."""

from __future__ import annotations

from tests.tables.exports import ONE, TWO, at, de, flat, lines, of_all, of_one
from tests.tables.shapes import DAYS, Shape

_OHLC = "Open,High,Low,Close"
_CHINESE = "一二三四五六日"
OF = {"72030": "NVDA"}
"""Whose closes stand under another name."""


def four(v: float) -> str:
    """A close in place of open, high, low and close."""
    return ",".join([f"{v:.2f}"] * 4)


def of_two(row: str) -> list[str]:
    """A row a day, of the closes of two tickers."""
    return [row.format(d=d, a=at(d), b=at(d, "SPY")) for d in DAYS]


def _shapes() -> dict[str, Shape]:
    found: dict[str, Shape] = {}

    def add(
        about: str, content: str, name: str = "x.csv", tickers: tuple[str, ...] = ONE, encoding: str = "utf-8"
    ) -> None:
        found[about] = Shape(about, name, content.encode(encoding), tickers)

    # terminals and databases
    add(
        "FactSet, returns and volume beside the price",
        lines(
            "NVIDIA Corporation (NVDA-US)",
            "Price History",
            "",
            "Date,Price,CVol,Change,% Change,% Return,Total Return (Gross),Open,High,Low",
            rows=of_one(lambda d, v: f'{d:%m/%d/%Y},{v:.2f},"41,000",1.2,0.25,0.25,101.3,{v:.2f},{v:.2f},{v:.2f}'),
        ),
        "Price History.csv",
    )
    add(
        "Capital IQ, `IQ_CLOSEPRICE` below the tickers",
        lines(
            "Date,NasdaqGS:NVDA,ARCA:SPY", ",IQ_CLOSEPRICE,IQ_CLOSEPRICE", rows=of_two("{d:%b-%d-%Y},{a:.2f},{b:.2f}")
        ),
        tickers=TWO,
    )
    add(
        "Capital IQ Pro, `SP_PRICE_CLOSE`",
        lines(
            "SP_ENTITY_NAME,SP_TICKER,SP_PRICING_DATE,SP_PRICE_CLOSE",
            rows=of_all(lambda t, d, v: f"Some {t},{t},{d:%m/%d/%Y},{v:.2f}"),
        ),
        tickers=TWO,
    )
    add(
        "LSEG, `Timestamp` and `Trade Close`",
        lines("Timestamp,NVDA.O,SPY.P", ",Trade Close,Trade Close", rows=of_two("{d:%d-%b-%Y},{a:.2f},{b:.2f}")),
        tickers=TWO,
    )
    add(
        "Morningstar, `Market Price`",
        lines("Name,Ticker,Date,Market Price", rows=of_all(lambda t, d, v: f"Some {t},{t},{d:%m/%d/%Y},{v:.2f}")),
        tickers=TWO,
    )
    add(
        "Compustat by SAS, `02JAN2024`",
        lines(
            "GVKEY,DATADATE,TIC,PRCCD,CURCDD,AJEXDI",
            rows=of_all(lambda t, d, v: f"1,{d:%d%b%Y},{t},{v:.2f},USD,1".upper()),
        ),
        tickers=TWO,
    )
    add(
        "Sharadar, `closeadj` and `closeunadj`",
        lines(
            "ticker,date,open,high,low,close,volume,closeadj,closeunadj,lastupdated",
            rows=of_all(lambda t, d, v: f"{t},{d:%Y-%m-%d},{four(v)},100.0,{v:.2f},{v:.2f},2025-01-01"),
        ),
        "SHARADAR_SEP.csv",
        TWO,
    )
    add(
        "SimFin, semicolons",
        lines(
            "Ticker;SimFinId;Date;Open;High;Low;Close;Adj. Close;Volume;Dividend;Shares Outstanding",
            rows=of_all(lambda t, d, v: f"{t};45846;{d:%Y-%m-%d};{four(v).replace(',', ';')};{v:.2f};100;;1000"),
        ),
        "us-shareprices-daily.csv",
        TWO,
    )
    add(
        "IEX, `uClose` and `fClose`",
        lines(
            "symbol,date,uOpen,uClose,fOpen,fClose,close,volume,change",
            rows=of_all(lambda t, d, v: f"{t},{d:%Y-%m-%d},{four(v)},{v:.2f},100,1.2"),
        ),
        tickers=TWO,
    )
    add(
        "J-Quants, codes of five digits",
        lines(
            "Date,Code,Open,High,Low,Close,UpperLimit,LowerLimit,Volume,TurnoverValue,AdjustmentFactor,AdjustmentClose",
            rows=of_one(lambda d, v: f"{d:%Y-%m-%d},72030,{four(v)},0,0,100,1000,1.0,{v:.2f}"),
        ),
        tickers=("72030",),
    )
    # China
    add(
        "Wind, `收盘价(元)`, in GB18030",
        lines(
            "证券代码,证券简称,日期,收盘价(元),成交量(股)",
            rows=of_all(lambda t, d, v: f"{t},股,{d:%Y-%m-%d},{v:.2f},100"),
        ),
        tickers=TWO,
        encoding="gb18030",
    )
    add(
        "Choice, `时间` and `涨跌幅%`, in GB18030",
        lines("代码,名称,时间,收盘价,涨跌幅%", rows=of_all(lambda t, d, v: f"{t}.O,股,{d:%Y-%m-%d},{v:.2f},0.3")),
        tickers=TWO,
        encoding="gb18030",
    )
    add(
        "Tonghuashun, days such as `2024-01-02,二`, a text called .xls",
        lines(
            "时间\t开盘\t最高\t最低\t收盘\t涨幅\t总手",
            rows=of_one(
                lambda d, v: f"{d:%Y-%m-%d},{_CHINESE[d.weekday()]}\t{four(v)}\t0.2%\t41".replace(
                    f"\t{four(v)}", "\t" + four(v).replace(",", "\t")
                )
            ),
        ),
        "NVDA.xls",
        encoding="gb18030",
    )
    add(
        "Tongdaxin, a title above and the source below",
        lines(
            "NVDA 股票 日线 不复权",
            "      日期\t    开盘\t    最高\t    最低\t    收盘\t    成交量",
            rows=of_one(lambda d, v: f"{d:%Y/%m/%d}\t{four(v)}\t100".replace(four(v), four(v).replace(",", "\t"))),
            foot=("数据来源:通达信",),
        ),
        "SH#NVDA.txt",
        encoding="gb18030",
    )
    # brokers and sites
    add(
        "Interactive Brokers, `20240102 16:00:00 US/Eastern`",
        lines(
            f"Date,{_OHLC},Volume,WAP,Count",
            rows=of_one(lambda d, v: f"{d:%Y%m%d} 16:00:00 US/Eastern,{four(v)},100,{v:.2f},5"),
        ),
        "NVDA.csv",
    )
    add(
        "EODHD, a count below the table",
        lines(
            f"Date,{_OHLC},Adjusted_close,Volume",
            rows=of_one(lambda d, v: f"{d:%Y-%m-%d},{four(v)},{v:.2f},100"),
            foot=("3480",),
        ),
        "NVDA.US.csv",
    )
    add(
        "Barchart, `Latest` and a line of the download",
        lines(
            "Time,Open,High,Low,Latest,Change,%Change,Volume",
            rows=of_one(lambda d, v: f"{d:%m/%d/%Y},{four(v)},1.2,0.5%,100"),
            foot=('"Downloaded from Barchart.com as of 01-01-2025 04:11am CST"',),
        ),
        "nvda_daily_historical-data-01-01-2025.csv",
    )
    add(
        "`Ticker.history().to_csv()`",
        lines(
            f"Date,{_OHLC},Volume,Dividends,Stock Splits",
            rows=of_one(lambda d, v: f"{d:%Y-%m-%d} 00:00:00-05:00,{four(v)},100,0.0,0.0"),
        ),
        "NVDA.csv",
    )
    add(
        "pandas-datareader, `Attributes` above `Symbols`",
        lines(
            "Attributes,Adj Close,Adj Close,Close,Close",
            "Symbols,NVDA,SPY,NVDA,SPY",
            "Date,,,,",
            rows=of_two("{d:%Y-%m-%d},{a:.2f},{b:.2f},{a:.2f},{b:.2f}"),
        ),
        tickers=TWO,
    )
    add(
        "Norgate, `Unadjusted Close`",
        lines(
            f"Date,{_OHLC},Volume,Turnover,Unadjusted Close,Dividend",
            rows=of_one(lambda d, v: f"{d:%Y%m%d},{four(v)},100,5000,{v:.2f},0.00"),
        ),
        "NVDA.csv",
    )
    add(
        "Portfolio Performance",
        lines("Datum;Schlusskurs", rows=of_one(lambda d, v: f"{d:%Y-%m-%d};{de(v)}")),
        "NVIDIA_Corp.csv",
    )
    add(
        "Avanza",
        lines(
            "Datum;Senast;Högst;Lägst;Volym",
            rows=of_one(lambda d, v: f"{d:%Y-%m-%d};{flat(v)};{flat(v)};{flat(v)};1000"),
        ),
        "NVDA.csv",
    )
    add(
        "Consorsbank",
        lines(
            "Datum;Erster;Hoch;Tief;Schluss;Volumen",
            rows=of_one(lambda d, v: f"{d:%d.%m.%Y};{de(v)};{de(v)};{de(v)};{de(v)};1.234.567"),
        ),
        "kurse_NVDA.csv",
    )
    add(
        "Saxo, `02-Jan-2024` under `Time`",
        lines("Time;Open;High;Low;Close", rows=of_one(lambda d, v: f"{d:%d-%b-%Y};{four(v).replace(',', ';')}")),
        "NVDA.csv",
    )
    add(
        "Bourse Direct, blanks between thousands",
        lines(
            "Date;Ouverture;Plus Haut;Plus Bas;Dernier;Volume",
            rows=of_one(lambda d, v: ";".join([f"{d:%d/%m/%Y}", *[de(v, " ")] * 4, "1 000 000"])),
        ),
        "NVDA.csv",
    )
    add(
        "Dukascopy, `Gmt time`",
        lines(f"Gmt time,{_OHLC},Volume", rows=of_one(lambda d, v: f"{d:%d.%m.%Y} 00:00:00.000,{four(v)},100")),
        "NVDA.csv",
    )
    add(
        "AmiBroker, `Date/Time`",
        lines(f"Ticker,Date/Time,{_OHLC},Volume", rows=of_one(lambda d, v: f"NVDA,{d:%m/%d/%Y},{four(v)},100")),
        "NVDA.csv",
    )
    return found  # fmt: skip


DOWNLOADS = _shapes()
NAMELESS = {
    "ABC Bourse": "".join(f"US67066G1040;{d:%d/%m/%y};{';'.join([flat(at(d))] * 4)};1000\n" for d in DAYS),
    "MetaTrader 4": "".join(f"{d:%Y.%m.%d},00:00,{four(at(d))},1000\n" for d in DAYS),
    "NinjaTrader": "".join(f"{d:%Y%m%d};{four(at(d)).replace(',', ';')};100\n" for d in DAYS),
}
"""Columns without names are not guessed."""
