"""Tables of prices as vendors and exports have them: the same closes as `shapes.py`, each in the shape of one of them."""

# ruff: noqa: E501

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pandas as pd
from openpyxl import Workbook

from tests.tables.shapes import CLOSE, Shape, book
from tests.tables.shapes import DAYS as D

C: Any = CLOSE

OF = {
    "^GSPC": "SPY",
    "SP500": "SPY",
    "500325": "NVDA",
    "XUDLUSS": "NVDA",
    "000001": "NVDA",
    "600000": "NVDA",
    "000001.SZ": "NVDA",
}
"""Whose closes stand under another name."""

ABOUT = {
    "inv de": "Investing in German",
    "inv fr": "Investing in French",
    "inv es": "Investing in Spanish",
    "inv it": "Investing in Italian",
    "inv pt": "Investing in Portuguese",
    "inv pl": "Investing in Polish",
    "inv nl": "Investing in Dutch",
    "inv ru": "Investing in Russian",
    "inv jp": "Investing in Japanese",
    "inv sv": "Investing in Swedish",
    "yahoo page en": "Yahoo's page, copied",
    "yahoo dividends rows": "Yahoo's page with rows of dividends",
    "yahoo null rows": "Yahoo with a row of `null`",
    "yahoo index": "an index from Yahoo, `^GSPC.csv`",
    "stooq pl semicolon": "Stooq, one ticker in brackets",
    "stooq pl": "Stooq in Polish with semicolons",
    "marketwatch": "MarketWatch",
    "wsj": "Wall Street Journal: blanks behind commas, 01/02/24",
    "macrotrends": "Macrotrends, its terms above",
    "tradingview": "TradingView, seconds since 1970",
    "tradingview iso": "TradingView, times with a zone",
    "tradingview day": "TradingView, days",
    "googlefinance": "GOOGLEFINANCE in Google Sheets, days with 16:00:00",
    "alpha vantage": "Alpha Vantage, adjusted",
    "alpha numbered": "numbered headings, `4. close`",
    "tiingo": "Tiingo",
    "quandl": "Quandl's WIKI",
    "polygon": "Polygon, nanoseconds since 1970",
    "ib tws": "Interactive Brokers",
    "metastock": "MetaStock",
    "metatrader": "MetaTrader",
    "nse": "NSE of India, commas of lakhs",
    "bse": "BSE of India, 2-January-2024",
    "lakh commas": 'wide, "4,72,600.00" (lakhs)',
    "swiss apos typographic": "Swiss with typographic apostrophes",
    "swiss fr comma": "Swiss with apostrophes and a decimal comma",
    "fr nbsp": "French with hard blanks between thousands",
    "de euro suffix": "German with a sign of euros behind",
    "ariva": "Ariva",
    "onvista": "Onvista",
    "boerse frankfurt": "Börse Frankfurt, 02.01.24",
    "comdirect": "Comdirect with a title",
    "euronext": "Euronext with titles",
    "boursorama": "Boursorama, tabs",
    "nasdaq nordic": "Nasdaq Nordic",
    "fred dots": "FRED, a missing value as a point",
    "ecb": "ECB's data portal",
    "boe": "Bank of England",
    "bundesbank": "Bundesbank, three rows of headings",
    "akshare": "AKShare",
    "netease gbk": "NetEase in GB18030, apostrophes before codes",
    "tushare sz": "Tushare, newest first",
    "wind xlsx": "Wind, a workbook",
    "csmar": "CSMAR",
    "bbg bdh xlsx": "Bloomberg's BDH, a workbook",
    "bbg header block": "Bloomberg with a block of titles",
    "bbg #N/A": "Bloomberg with #N/A N/A",
    "datastream": "Datastream, names above codes",
    "datastream error col": "Datastream with a column #ERROR",
    "datastream xlsx": "Datastream, a workbook, @NVDA(P)",
    "refinitiv": "Refinitiv, long",
    "eikon wide": "Eikon, wide RICs",
    "crsp old": "CRSP daily, old names",
    "crsp lower slashes": "CRSP daily, small letters, 01/02/2024",
    "crsp ciz": "CRSP daily, new names (CIZ)",
    "crsp ambiguous dates": "CRSP daily up to the 12th, as is said",
    "compustat": "Compustat daily",
    "compustat iso": "Compustat daily, 2024-01-02",
    "kaggle sp500": "Kaggle's five years of the S&P 500",
    "kaggle unnamed index": "Kaggle, row numbers in front",
    "kaggle adj": "Kaggle, long, adjusted closes",
    "transposed csv": "days side by side, a row a ticker",
    "transposed dmy": "days side by side, decimal comma",
    "transposed xlsx": "days side by side, a workbook",
    "comment lines": "lines of `#` above",
    "spaces fixed width": "columns apart by blanks",
    "markdown": "a table of Markdown",
    "quotes single": "single quotes",
    "negative parentheses rets": "returns, negative ones in brackets",
    "trailing comments": "sources and notes below",
    "utf8 bom tab": "UTF-8 with a mark, tabs",
    "utf16 no bom": "UTF-16 without a mark",
    "multi sheets xlsx": "a workbook of two sheets, one called Prices",
    "long returns %": "`Rendite (%)`, long",
    "german months abbr": "02. Jan 2024",
    "date time cols": "a column of times beside the date",
    "usd header": "`NVDA (USD)`",
    "Close_NVDA": "`Close_NVDA`, `Volume_NVDA`",
    "semicolon decimal point thousand comma": "semicolons, 4,726.00",
    "percent change cols": "a column of changes beside each price",
}


def A(d: pd.Timestamp, t: Any) -> float:
    """A close."""
    return float(C[t].to_numpy()[int(D.searchsorted(d))])


def one(
    head: str,
    row: Callable[[pd.Timestamp, float], str],
    t: str = "NVDA",
    order: int = -1,
    above: str = "",
) -> str:
    """The prices of one ticker, newest first."""
    return above + "\n".join([head, *[row(d, A(d, t)) for d in D][::order]]) + "\n"


def n(v: float, th: str = ",", dec: str = ".", dig: int = 2) -> str:
    """A number with these marks."""
    return f"{v:,.{dig}f}".replace(",", "@").replace(".", dec).replace("@", th)


def q(*cells: str) -> str:
    """Cells in quotes."""
    return ",".join(f'"{c}"' for c in cells)


def lakh(v: float) -> str:
    """4,72,600.00"""
    whole, part = f"{v:.2f}".split(".")
    if len(whole) > 3:
        front, pieces = whole[:-3], list[str]()
        while len(front) > 2:
            pieces.insert(0, front[-2:])
            front = front[:-2]
        whole = ",".join([*([front] if front else []), *pieces, whole[-3:]])
    return f"{whole}.{part}"


def _two_sheets() -> bytes:
    made = Workbook()
    made.active.title = "README"
    made.active.append(["My prices, downloaded by hand"])
    sheet = made.create_sheet("Prices")
    sheet.append(["Date", "NVDA", "SPY"])
    for d in D:
        sheet.append([d.to_pydatetime(), A(d, "NVDA"), A(d, "SPY")])
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def _shapes() -> dict[str, Shape]:
    found: dict[str, Shape] = {}

    def add(
        key: str,
        name: str,
        content: str | bytes,
        tickers: tuple[str, ...] = ("NVDA",),
        scale: float = 1,
        kind: str = "close",
        rtol: float = 1e-9,
        **said: str,
    ) -> None:
        raw = content.encode() if isinstance(content, str) else content
        found[key] = Shape(ABOUT[key], name, raw, tickers, kind == "ret", tuple(said.items()), scale, rtol)

    add(
        "inv de",
        "NVDA Historische Daten.csv",
        "\ufeff"
        + one(
            '"Datum","Zuletzt","Eröffn.","Hoch","Tief","Vol.","+/- %"',
            lambda d, v: q(
                f"{d:%d.%m.%Y}", n(v, ".", ","), n(v, ".", ","), n(v, ".", ","), n(v, ".", ","), "41,24M", "-1,50%"
            ),
        ),
    )
    add(
        "inv fr",
        "NVDA Données Historiques.csv",
        one(
            '"Date","Dernier","Ouv."," Plus Haut","Plus Bas","Vol.","Variation %"',
            lambda d, v: q(
                f"{d:%d/%m/%Y}", n(v, ".", ","), n(v, ".", ","), n(v, ".", ","), n(v, ".", ","), "41,24M", "-1,50%"
            ),
        ),
    )
    add(
        "inv es",
        "NVDA Datos históricos.csv",
        one(
            '"Fecha","Último","Apertura","Máximo","Mínimo","Vol.","% var."',
            lambda d, v: q(
                f"{d:%d.%m.%Y}", n(v, ".", ","), n(v, ".", ","), n(v, ".", ","), n(v, ".", ","), "41,24M", "-1,50%"
            ),
        ),
    )
    add(
        "inv it",
        "NVDA Dati Storici.csv",
        one(
            '"Data","Ultimo","Apertura","Massimo","Minimo","Vol.","Var. %"',
            lambda d, v: q(
                f"{d:%d.%m.%Y}", n(v, ".", ","), n(v, ".", ","), n(v, ".", ","), n(v, ".", ","), "41,24M", "-1,50%"
            ),
        ),
    )
    add(
        "inv pt",
        "NVDA Dados Históricos.csv",
        one(
            '"Data","Último","Abertura","Máxima","Mínima","Vol.","Var%"',
            lambda d, v: q(
                f"{d:%d.%m.%Y}", n(v, ".", ","), n(v, ".", ","), n(v, ".", ","), n(v, ".", ","), "41,24M", "-1,50%"
            ),
        ),
    )
    add(
        "inv pl",
        "NVDA dane historyczne.csv",
        one(
            '"Data","Ostatnio","Otwarcie","Max.","Min.","Wol.","Zmiana%"',
            lambda d, v: q(
                f"{d:%d.%m.%Y}", n(v, ".", ","), n(v, ".", ","), n(v, ".", ","), n(v, ".", ","), "41,24M", "-1,50%"
            ),
        ),
    )
    add(
        "inv nl",
        "NVDA Historische gegevens.csv",
        one(
            '"Datum","Laatste","Open","Hoog","Laag","Vol.","Verschil %"',
            lambda d, v: q(
                f"{d:%d-%m-%Y}", n(v, ".", ","), n(v, ".", ","), n(v, ".", ","), n(v, ".", ","), "41,24M", "-1,50%"
            ),
        ),
    )
    add(
        "inv ru",
        "NVDA Прошлые данные.csv",
        one(
            '"Дата","Цена","Откр.","Макс.","Мин.","Объём","Изм. %"',
            lambda d, v: q(
                f"{d:%d.%m.%Y}", n(v, ".", ","), n(v, ".", ","), n(v, ".", ","), n(v, ".", ","), "41,24M", "-1,50%"
            ),
        ),
    )
    add(
        "inv jp",
        "NVDA 過去データ.csv",
        one(
            '"日付け","終値","始値","高値","安値","出来高","変化率 %"',
            lambda d, v: q(f"{d.year}年{d.month}月{d.day}日", n(v), n(v), n(v), n(v), "41.24M", "-1.50%"),
        ),
    )
    add(
        "inv sv",
        "NVDA Historisk data.csv",
        one(
            '"Datum","Senaste","Öppen","Högst","Lägst","Vol.","+/- %"',
            lambda d, v: q(
                f"{d:%Y-%m-%d}", n(v, ".", ","), n(v, ".", ","), n(v, ".", ","), n(v, ".", ","), "41,24M", "-1,50%"
            ),
        ),
    )
    # yahoo
    add(
        "yahoo page en",
        "NVDA.csv",
        one(
            "Date\tOpen\tHigh\tLow\tClose\tAdj Close\tVolume",
            lambda d, v: f"{d:%b} {d.day}, {d.year}\t{n(v)}\t{n(v)}\t{n(v)}\t{n(v)}\t{n(v)}\t41,000,000",
        ),
    )
    add(
        "yahoo dividends rows",
        "NVDA.csv",
        one(
            "Date\tOpen\tHigh\tLow\tClose\tAdj Close\tVolume",
            lambda d, v: f"{d:%b} {d.day}, {d.year}\t{n(v)}\t{n(v)}\t{n(v)}\t{n(v)}\t{n(v)}\t41,000,000",
        )
        + "Feb 1, 2024\t0.04 Dividend\n",
    )
    add(
        "yahoo null rows",
        "NVDA.csv",
        one(
            "Date,Open,High,Low,Close,Adj Close,Volume",
            lambda d, v: f"{d:%Y-%m-%d},{v},{v},{v},{v:.2f},{v:.2f},100",
            order=1,
        )
        + "2024-02-27,null,null,null,null,null,null\n",
    )
    add(
        "yahoo index",
        "^GSPC.csv",
        one(
            "Date,Open,High,Low,Close,Adj Close,Volume",
            lambda d, v: f"{d:%Y-%m-%d},{v},{v},{v},{v:.2f},{v:.2f},100",
            order=1,
            t="SPY",
        ),
        tickers=("^GSPC",),
    )
    # stooq
    add(
        "stooq pl semicolon",
        "nvda.us.txt",
        one(
            "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>",
            lambda d, v: f"NVDA.US,D,{d:%Y%m%d},000000,{v},{v},{v},{v:.2f},10,0",
            order=1,
        ),
    )
    add(
        "stooq pl",
        "nvda_us_d.csv",
        one(
            "Data;Otwarcie;Najwyzszy;Najnizszy;Zamkniecie;Wolumen",
            lambda d, v: f"{d:%Y-%m-%d};{v:.2f};{v:.2f};{v:.2f};{v:.2f};100",
            order=1,
        ),
    )
    # vendors
    add(
        "marketwatch",
        "Download Data - STOCK_US_XNAS_NVDA.csv",
        one(
            "Date,Open,High,Low,Close,Volume",
            lambda d, v: f'{d:%m/%d/%Y},"{n(v)}","{n(v)}","{n(v)}","{n(v)}","41,000,000"',
        ),
    )
    add(
        "wsj",
        "HistoricalPrices.csv",
        one(
            "Date, Open, High, Low, Close, Volume",
            lambda d, v: f"{d:%m/%d/%y}, {v:.2f}, {v:.2f}, {v:.2f}, {v:.2f}, 41000000",
        ),
    )
    add(
        "macrotrends",
        "NVDA.csv",
        one(
            "date,open,high,low,close,volume",
            lambda d, v: f"{d:%Y-%m-%d},{v:.4f},{v:.4f},{v:.4f},{v:.4f},100",
            order=1,
            above='Macrotrends Data Download\n\n\n"NVDA - Historical Price and Volume Data"\n\nDISCLAIMER AND TERMS OF USE: HISTORICAL STOCK DATA IS PROVIDED "AS IS" AND SOLELY FOR INFORMATIONAL PURPOSES.\n"For questions, contact info, thanks."\n\n',
        ),
    )
    add(
        "tradingview",
        "NASDAQ_NVDA, 1D.csv",
        one(
            "time,open,high,low,close,Volume,MA,Upper",
            lambda d, v: f"{int((d + pd.Timedelta(hours=14.5)).timestamp())},{v},{v},{v},{v:.2f},100,1,2",
            order=1,
        ),
    )
    add(
        "tradingview iso",
        "NASDAQ_NVDA, 1D.csv",
        one("time,open,high,low,close", lambda d, v: f"{d:%Y-%m-%dT09:30:00-05:00},{v},{v},{v},{v:.2f}", order=1),
    )
    add(
        "tradingview day",
        "NASDAQ_NVDA, 1D_a1b2c.csv",
        one("time,open,high,low,close,Volume", lambda d, v: f"{d:%Y-%m-%d},{v},{v},{v},{v:.2f},5", order=1),
    )
    add(
        "googlefinance",
        "Untitled spreadsheet - Sheet1.csv",
        one("Date,Close", lambda d, v: f"{d.month}/{d.day}/{d.year} 16:00:00,{v:.2f}", order=1),
    )
    add(
        "alpha vantage",
        "daily_NVDA.csv",
        one(
            "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient",
            lambda d, v: f"{d:%Y-%m-%d},{v},{v},{v},{v:.2f},{v:.2f},100,0.0000,1.0",
        ),
    )
    add(
        "alpha numbered",
        "NVDA.csv",
        one("date,1. open,2. high,3. low,4. close,5. volume", lambda d, v: f"{d:%Y-%m-%d},{v},{v},{v},{v:.2f},100"),
    )
    add(
        "tiingo",
        "NVDA.csv",
        one(
            "date,close,high,low,open,volume,adjClose,adjHigh,adjLow,adjOpen,adjVolume,divCash,splitFactor",
            lambda d, v: f"{d:%Y-%m-%dT00:00:00.000Z},{v:.2f},{v},{v},{v},100,{v:.2f},1,1,1,1,0.0,1.0",
            order=1,
        ),
    )
    add(
        "quandl",
        "WIKI-NVDA.csv",
        one(
            "Date,Open,High,Low,Close,Volume,Ex-Dividend,Split Ratio,Adj. Open,Adj. High,Adj. Low,Adj. Close,Adj. Volume",
            lambda d, v: f"{d:%Y-%m-%d},{v},{v},{v},{v:.2f},100,0.0,1.0,1,1,1,{v:.2f},1",
        ),
    )
    add(
        "polygon",
        "NVDA.csv",
        one(
            "ticker,volume,open,close,high,low,window_start,transactions",
            lambda d, v: f"NVDA,100,{v},{v:.2f},{v},{v},{int((d + pd.Timedelta(hours=5)).timestamp()) * 10**9},5",
            order=1,
        ),
    )
    add(
        "ib tws",
        "NVDA.csv",
        one(
            "Date,Open,High,Low,Close,Volume,WAP,Count", lambda d, v: f"{d:%Y%m%d},{v},{v},{v},{v:.2f},100,1,2", order=1
        ),
    )
    add(
        "metastock",
        "x.csv",
        one(
            "<ticker>,<date>,<open>,<high>,<low>,<close>,<vol>",
            lambda d, v: f"NVDA,{d:%Y%m%d},{v},{v},{v},{v:.2f},100",
            order=1,
        ),
    )
    add(
        "metatrader",
        "NVDA_D1.csv",
        one(
            "<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>",
            lambda d, v: f"{d:%Y.%m.%d}\t{v}\t{v}\t{v}\t{v:.2f}\t5\t0\t1",
            order=1,
        ),
    )
    add(
        "nse",
        "Quote-Equity-NVDA-EQ.csv",
        one(
            '"Date ","series ","OPEN ","HIGH ","LOW ","PREV. CLOSE ","ltp ","close ","vwap ","52W H ","52W L ","VOLUME ","VALUE ","No of trades "',
            lambda d, v: q(
                f"{d:%d-%b-%Y}",
                "EQ",
                n(v),
                n(v),
                n(v),
                n(v * 0.9),
                n(v),
                lakh(v),
                n(v),
                n(v),
                n(v),
                "1,23,45,678",
                "1,23,456.7",
                "12,345",
            ),
        ),
    )
    add(
        "bse",
        "500325.csv",
        one(
            "Date,Open Price,High Price,Low Price,Close Price,WAP,No.of Shares,No. of Trades,Total Turnover (Rs.),Deliverable Quantity,% Deli. Qty to Traded Qty,Spread High-Low,Spread Close-Open",
            lambda d, v: f"{d.day}-{d:%B}-{d.year},{v:.2f},{v:.2f},{v:.2f},{v:.2f},1,2,3,4,5,6,7,8,",
        ),
        tickers=("500325",),
    )
    add(
        "lakh commas",
        "prices.csv",
        "Date,NVDA,SPY\n"
        + "".join(f'{d:%Y-%m-%d},"{lakh(A(d, "NVDA") * 1000)}","{lakh(A(d, "SPY") * 1000)}"\n' for d in D),
        ("NVDA", "SPY"),
        1000,
        rtol=1e-6,
    )
    add(
        "swiss apos typographic",
        "kurse.csv",
        "Datum;NVDA;SPY\n" + "".join(f"{d:%d.%m.%Y};{n(A(d, 'NVDA'), '’')};{n(A(d, 'SPY'), '’')}\n" for d in D),
        ("NVDA", "SPY"),
    )
    add(
        "swiss fr comma",
        "cours.csv",
        "Date;NVDA;SPY\n"
        + "".join(f"{d:%d.%m.%Y};{n(A(d, 'NVDA'), chr(39), ',')};{n(A(d, 'SPY'), chr(39), ',')}\n" for d in D),
        ("NVDA", "SPY"),
    )
    add(
        "fr nbsp",
        "cours.csv",
        "Date;NVDA;SPY\n"
        + "".join(f"{d:%d/%m/%Y};{n(A(d, 'NVDA'), chr(160), ',')};{n(A(d, 'SPY'), chr(160), ',')}\n" for d in D),
        ("NVDA", "SPY"),
    )
    add(
        "de euro suffix",
        "kurse.csv",
        "Datum;NVDA;SPY\n"
        + "".join(f"{d:%d.%m.%Y};{n(A(d, 'NVDA'), '.', ',')} €;{n(A(d, 'SPY'), '.', ',')} €\n" for d in D),
        ("NVDA", "SPY"),
    )
    add(
        "ariva",
        "wkn_918422_historic.csv",
        one(
            "Datum;Erster;Hoch;Tief;Schlusskurs;Stuecke;Volumen",
            lambda d, v: (
                f"{d:%Y-%m-%d};{n(v, '.', ',')};{n(v, '.', ',')};{n(v, '.', ',')};{n(v, '.', ',')};1.234;567.890"
            ),
        ),
        ticker="NVDA",
    )
    add(
        "onvista",
        "history.csv",
        one(
            "Datum;Eröffnung;Hoch;Tief;Schluss;Volumen",
            lambda d, v: f"{d:%d.%m.%Y};{n(v, '', ',')};{n(v, '', ',')};{n(v, '', ',')};{n(v, '', ',')};1234",
        ),
    )
    add(
        "boerse frankfurt",
        "Kurshistorie.csv",
        one(
            "Datum;Schluss;Eröffnung;Tageshoch;Tagestief;Umsatz in Stk.;Umsatz in €",
            lambda d, v: f"{d:%d.%m.%y};{n(v, '.', ',')};1;1;1;1.234;5.678,00",
        ),
    )
    add(
        "comdirect",
        "wkn.csv",
        one(
            "Datum;Eröffnung;Hoch;Tief;Schluss;Volumen",
            lambda d, v: f"{d:%d.%m.%Y};{n(v, '.', ',')};{n(v, '.', ',')};{n(v, '.', ',')};{n(v, '.', ',')};1.234",
            above='"Tagesdaten NVDA (WKN 918422), Xetra"\n\n',
        ),
    )
    add(
        "euronext",
        "NVDA_2024.csv",
        one(
            "Date;Open;High;Low;Last;Close;Number of Shares;Number of Trades;Turnover;vwap",
            lambda d, v: f"{d:%d/%m/%Y};{v:.2f};{v:.2f};{v:.2f};{v:.2f};{v:.2f};1;2;3;4",
            above='"Historical Data"\n"From 2024-01-02 to 2024-02-26"\n"NVDA"\n',
        ),
    )
    add(
        "boursorama",
        "NVDA.txt",
        one(
            "date\touv\thaut\tbas\tclot\tvol\tdevise\t",
            lambda d, v: f"{d:%d/%m/%Y 00:00}\t{v:.2f}\t{v:.2f}\t{v:.2f}\t{v:.2f}\t100\tUSD\t",
        ),
    )
    add(
        "nasdaq nordic",
        "NVDA-2024.csv",
        one(
            "Date;Bid;Ask;Opening price;High price;Low price;Closing price;Average price;Total volume;Turnover;Trades;",
            lambda d, v: (
                f"{d:%Y-%m-%d};{n(v, '', ',')};{n(v, '', ',')};{n(v, '', ',')};{n(v, '', ',')};{n(v, '', ',')};{n(v, '', ',')};1,0;100;1;1;"
            ),
            above="sep=;\n",
        ),
    )
    add(
        "fred dots",
        "fredgraph.csv",
        "DATE,SP500\n"
        + "".join(f"{d:%Y-%m-%d},{A(d, 'SPY'):.2f}\n" if i != 5 else f"{d:%Y-%m-%d},.\n" for i, d in enumerate(D)),
        ("SP500",),
    )
    add(
        "ecb",
        "data.csv",
        "DATE,TIME PERIOD,US dollar/Euro (EXR.D.USD.EUR.SP00.A)\n"
        + "".join(f'"{d:%Y-%m-%d}","{d:%d %b %Y}","{A(d, "NVDA"):.4f}"\n' for d in D),
        ("NVDA",),
        ticker="NVDA",
    )
    add(
        "boe",
        "results.csv",
        "Date,XUDLUSS\n" + "".join(f'"{d:%d %b %Y}",{A(d, "NVDA"):.4f}\n' for d in D[::-1]),
        ("XUDLUSS",),
    )
    add(
        "bundesbank",
        "BBK01.csv",
        '"";BBEX3.D.USD.EUR.BB.AC.000;BBEX3.D.USD.EUR.BB.AC.000_FLAGS\n"";Euro-Referenzkurs;\nEinheit;USD;\n'
        + "".join(f"{d:%Y-%m-%d};{n(A(d, 'NVDA'), '', ',')};\n" for d in D),
        ("NVDA",),
        ticker="NVDA",
    )
    # A shares
    add(
        "akshare",
        "000001.csv",
        "日期,股票代码,开盘,收盘,最高,最低,成交量,成交额,振幅,涨跌幅,涨跌额,换手率\n"
        + "".join(f"{d:%Y-%m-%d},000001,{A(d, 'NVDA')},{A(d, 'NVDA'):.2f},1,1,100,1,1,1,1,1\n" for d in D),
        ("000001",),
    )
    add(
        "netease gbk",
        "600000.csv",
        (
            "日期,股票代码,名称,收盘价,最高价,最低价,开盘价,前收盘,涨跌额,涨跌幅,换手率,成交量,成交金额\n"
            + "".join(f"{d:%Y-%m-%d},'600000,浦发银行,{A(d, 'NVDA'):.2f},1,1,1,1,1,1,1,100,1\n" for d in D)
        ).encode("gb18030"),
        ("600000",),
    )
    add(
        "tushare sz",
        "x.csv",
        "ts_code,trade_date,open,high,low,close,vol\n"
        + "".join(f"000001.SZ,{d:%Y%m%d},1,1,1,{A(d, 'NVDA'):.2f},1\n" for d in D[::-1]),
        ("000001.SZ",),
    )
    add(
        "wind xlsx",
        "x.xlsx",
        book(
            [
                ["Wind", "", ""],
                ["Code", "000001.SZ", "600000.SH"],
                ["Name", "平安银行", "浦发银行"],
                ["Date", "close", "close"],
                *[[d.to_pydatetime(), A(d, "NVDA"), A(d, "SPY")] for d in D],
                ["数据来源：Wind"],
            ]
        ),
        ("000001.SZ",),
    )
    add(
        "csmar",
        "TRD_Dalyr.csv",
        "Stkcd,Trddt,Clsprc,Dretwd,Markettype\n"
        + "".join(f"000001,{d:%Y-%m-%d},{A(d, 'NVDA'):.2f},0.01,4\n" for d in D),
        ("000001",),
    )
    # Bloomberg
    add(
        "bbg bdh xlsx",
        "x.xlsx",
        book(
            [
                ["NVDA US Equity", None, None, "SPY US Equity"],
                ["Date", "PX_LAST", None, "Date", "PX_LAST"],
                *[[d.to_pydatetime(), A(d, "NVDA"), None, d.to_pydatetime(), A(d, "SPY")] for d in D],
            ]
        ),
        ("NVDA", "SPY"),
    )
    add(
        "bbg header block",
        "x.xlsx",
        book(
            [
                ["Security", "NVDA US Equity"],
                ["Start Date", "01/02/2024"],
                ["End Date", "02/26/2024"],
                ["Period", "D"],
                ["Currency", "USD"],
                [],
                ["Date", "PX_LAST", "PX_VOLUME"],
                *[[d.to_pydatetime(), A(d, "NVDA"), 100] for d in D[::-1]],
            ]
        ),
    )
    add(
        "bbg #N/A",
        "x.csv",
        "Dates,NVDA US Equity,SPY US Equity\n"
        + "".join(f"{d:%m/%d/%Y},{A(d, 'NVDA') if i != 7 else '#N/A N/A'},{A(d, 'SPY')}\n" for i, d in enumerate(D)),
        ("NVDA", "SPY"),
    )
    # Refinitiv / Datastream
    add(
        "datastream",
        "x.csv",
        "Name,NVIDIA,S&P 500 ETF\nCode,NVDA,SPY\n"
        + "".join(f"{d:%d/%m/%Y},{A(d, 'NVDA'):.2f},{A(d, 'SPY'):.2f}\n" for d in D),
        ("NVDA", "SPY"),
    )
    add(
        "datastream error col",
        "x.csv",
        "Name,NVIDIA,#ERROR,S&P 500 ETF\nCode,NVDA,#ERROR,SPY\n"
        + "".join(f"{d:%d/%m/%Y},{A(d, 'NVDA'):.2f},,{A(d, 'SPY'):.2f}\n" for d in D),
        ("NVDA", "SPY"),
    )
    add(
        "datastream xlsx",
        "x.xlsx",
        book(
            [
                ["Start", "2024-01-02"],
                ["End", "2024-02-26"],
                ["Frequency", "D"],
                ["Name", "NVIDIA", "#ERROR", "SPDR"],
                ["Code", "@NVDA(P)", "$$ER: 2380", "@SPY(P)"],
                *[[d.to_pydatetime(), A(d, "NVDA"), None, A(d, "SPY")] for d in D],
            ]
        ),
        ("NVDA", "SPY"),
    )
    add(
        "refinitiv",
        "x.csv",
        "Instrument,Date,Price Close,Volume\n"
        + "".join(f"NVDA.O,{d:%Y-%m-%dT00:00:00Z},{A(d, 'NVDA'):.2f},1\n" for d in D),
    )
    add(
        "eikon wide",
        "x.csv",
        "Date,NVDA.O,SPY.P\n" + "".join(f"{d:%Y-%m-%d},{A(d, 'NVDA'):.2f},{A(d, 'SPY'):.2f}\n" for d in D),
        ("NVDA", "SPY"),
    )
    # WRDS
    add(
        "crsp old",
        "crsp.csv",
        "PERMNO,date,TICKER,COMNAM,PRC,VOL,RET,SHROUT,CFACPR,CFACSHR,sprtrn\n"
        + "".join(
            f"86580,{d:%Y%m%d},NVDA,NVIDIA CORP,{'-' if i == 5 else ''}{A(d, 'NVDA'):.2f},100,{'C' if i == 0 else f'{C.NVDA.pct_change().iloc[i]:.6f}'},2464000,1,1,0.001\n"
            for i, d in enumerate(D)
        ),
        ("NVDA",),
    )
    add(
        "crsp lower slashes",
        "crsp.csv",
        "permno,date,ticker,prc,vol,ret,cfacpr\n"
        + "".join(
            f"86580,{d:%m/%d/%Y},NVDA,{A(d, 'NVDA'):.2f},100,{C.NVDA.pct_change().fillna(0).iloc[i]:.6f},1\n"
            for i, d in enumerate(D)
        ),
        ("NVDA",),
    )
    add(
        "crsp ciz",
        "crsp.csv",
        "PERMNO,DlyCalDt,Ticker,DlyPrc,DlyRet,DlyVol,DlyPrcFlg,ShrOut,vwretd\n"
        + "".join(
            f"86580,{d:%Y-%m-%d},NVDA,{A(d, 'NVDA'):.2f},{C.NVDA.pct_change().fillna(0).iloc[i]:.6f},100,TR,1,0.001\n"
            for i, d in enumerate(D)
        ),
        ("NVDA",),
    )
    add(
        "crsp ambiguous dates",
        "crsp.csv",
        "permno,date,ticker,prc\n" + "".join(f"86580,{d:%m/%d/%Y},NVDA,{A(d, 'NVDA'):.2f}\n" for d in D[:8]),
        ("NVDA",),
        dates="mdy",
    )
    add(
        "compustat",
        "comp.csv",
        "gvkey,iid,datadate,tic,conm,cshtrd,prccd,ajexdi,trfd\n"
        + "".join(f"117768,01,{d:%Y%m%d},NVDA,NVIDIA CORP,100,{A(d, 'NVDA'):.2f},1,1.01\n" for d in D),
        ("NVDA",),
    )
    add(
        "compustat iso",
        "comp.csv",
        "gvkey,datadate,tic,prccd\n" + "".join(f"117768,{d:%Y-%m-%d},NVDA,{A(d, 'NVDA'):.2f}\n" for d in D),
        ("NVDA",),
    )
    # kaggle
    add(
        "kaggle sp500",
        "all_stocks_5yr.csv",
        "date,open,high,low,close,volume,Name\n"
        + "".join(f"{d:%Y-%m-%d},1,1,1,{A(d, t):.2f},1,{t}\n" for t in C for d in D),
        ("NVDA", "SPY"),
    )
    add(
        "kaggle unnamed index",
        "prices.csv",
        ",Date,Symbol,Close\n"
        + "".join(f"{i},{d:%Y-%m-%d},{t},{A(d, t):.2f}\n" for i, (t, d) in enumerate((t, d) for t in C for d in D)),
        ("NVDA", "SPY"),
    )
    add(
        "kaggle adj",
        "x.csv",
        "Date,Symbol,Adj Close,Close,High,Low,Open,Volume\n"
        + "".join(f"{d:%Y-%m-%d},{t},{A(d, t):.2f},{A(d, t):.2f},1,1,1,100\n" for t in C for d in D),
        ("NVDA", "SPY"),
    )
    # transposed
    add(
        "transposed csv",
        "x.csv",
        "Ticker,"
        + ",".join(f"{d:%Y-%m-%d}" for d in D)
        + "\n"
        + "".join(f"{t}," + ",".join(f"{A(d, t):.2f}" for d in D) + "\n" for t in C),
        ("NVDA", "SPY"),
    )
    add(
        "transposed dmy",
        "x.csv",
        "Ticker;"
        + ";".join(f"{d:%d/%m/%Y}" for d in D)
        + "\n"
        + "".join(f"{t};" + ";".join(n(A(d, t), ".", ",") for d in D) + "\n" for t in C),
        ("NVDA", "SPY"),
    )
    add(
        "transposed xlsx",
        "x.xlsx",
        book([["Ticker", *[d.to_pydatetime() for d in D]], *[[t, *[A(d, t) for d in D]] for t in C]]),
        ("NVDA", "SPY"),
    )
    # misc
    add(
        "comment lines",
        "x.csv",
        "# prices from my database\n# closes\ndate,NVDA,SPY\n"
        + "".join(f"{d:%Y-%m-%d},{A(d, 'NVDA'):.2f},{A(d, 'SPY'):.2f}\n" for d in D),
        ("NVDA", "SPY"),
    )
    add(
        "spaces fixed width",
        "x.txt",
        "date       NVDA    SPY\n" + "".join(f"{d:%Y-%m-%d} {A(d, 'NVDA'):8.2f} {A(d, 'SPY'):8.2f}\n" for d in D),
        ("NVDA", "SPY"),
    )
    add(
        "markdown",
        "x.txt",
        "| date | NVDA | SPY |\n|---|---|---|\n"
        + "".join(f"| {d:%Y-%m-%d} | {A(d, 'NVDA'):.2f} | {A(d, 'SPY'):.2f} |\n" for d in D),
        ("NVDA", "SPY"),
    )
    add(
        "quotes single",
        "x.csv",
        "'date','NVDA','SPY'\n" + "".join(f"'{d:%Y-%m-%d}','{A(d, 'NVDA'):.2f}','{A(d, 'SPY'):.2f}'\n" for d in D),
        ("NVDA", "SPY"),
    )
    add(
        "negative parentheses rets",
        "x.csv",
        "date,NVDA,SPY\n"
        + "".join(
            f"{d:%Y-%m-%d},"
            + ",".join((f"({abs(r):.6f})" if r < 0 else f"{r:.6f}") for r in C.pct_change().loc[d, ["NVDA", "SPY"]])
            + "\n"
            for d in D[1:]
        ),
        ("NVDA", "SPY"),
        1,
        "ret",
        1e-4,
    )
    add(
        "trailing comments",
        "x.csv",
        "date,NVDA,SPY\n"
        + "".join(f"{d:%Y-%m-%d},{A(d, 'NVDA'):.2f},{A(d, 'SPY'):.2f}\n" for d in D)
        + "\n\nSource: X\nNotes, with, commas\n",
        ("NVDA", "SPY"),
    )
    add(
        "utf8 bom tab",
        "x.csv",
        "\ufeffdate\tNVDA\tSPY\n" + "".join(f"{d:%Y-%m-%d}\t{A(d, 'NVDA'):.2f}\t{A(d, 'SPY'):.2f}\n" for d in D),
        ("NVDA", "SPY"),
    )
    add(
        "utf16 no bom",
        "x.csv",
        ("date,NVDA,SPY\n" + "".join(f"{d:%Y-%m-%d},{A(d, 'NVDA'):.2f},{A(d, 'SPY'):.2f}\n" for d in D)).encode(
            "utf-16-le"
        ),
        ("NVDA", "SPY"),
    )
    add("multi sheets xlsx", "x.xlsx", _two_sheets(), ("NVDA", "SPY"))
    add(
        "long returns %",
        "x.csv",
        "Symbol;Datum;Rendite (%)\n"
        + "".join(f"{t};{d:%d.%m.%Y};{n(100 * C[t].pct_change().loc[d], '', ',', 8)}\n" for t in C for d in D[1:]),
        ("NVDA", "SPY"),
        1,
        "ret",
        1e-6,
    )
    add(
        "german months abbr",
        "x.csv",
        "Datum;NVDA;SPY\n"
        + "".join(
            f"{d.day:02d}. {['Jan', 'Feb', 'Mär'][d.month - 1]} {d.year};{n(A(d, 'NVDA'), '', ',')};{n(A(d, 'SPY'), '', ',')}\n"
            for d in D
        ),
        ("NVDA", "SPY"),
    )
    add(
        "date time cols",
        "x.csv",
        "Date,Time,Symbol,Close\n" + "".join(f"{d:%Y-%m-%d},16:00,{t},{A(d, t):.2f}\n" for t in C for d in D),
        ("NVDA", "SPY"),
    )
    add(
        "usd header",
        "x.csv",
        "Date,NVDA (USD),SPY (USD)\n" + "".join(f"{d:%Y-%m-%d},{A(d, 'NVDA'):.2f},{A(d, 'SPY'):.2f}\n" for d in D),
        ("NVDA", "SPY"),
    )
    add(
        "Close_NVDA",
        "x.csv",
        "Date,Close_NVDA,Close_SPY,Volume_NVDA,Volume_SPY\n"
        + "".join(f"{d:%Y-%m-%d},{A(d, 'NVDA'):.2f},{A(d, 'SPY'):.2f},5,5\n" for d in D),
        ("NVDA", "SPY"),
    )
    add(
        "semicolon decimal point thousand comma",
        "x.csv",
        "Date;NVDA;SPY\n" + "".join(f"{d:%Y-%m-%d};{n(A(d, 'NVDA'))};{n(A(d, 'SPY'))}\n" for d in D),
        ("NVDA", "SPY"),
    )
    add(
        "percent change cols",
        "x.csv",
        "Date,NVDA,NVDA Change %,SPY,SPY Change %\n"
        + "".join(f"{d:%Y-%m-%d},{A(d, 'NVDA'):.2f},1.0%,{A(d, 'SPY'):.2f},2.0%\n" for d in D),
        ("NVDA", "SPY"),
    )
    return found


VENDORS = _shapes()
