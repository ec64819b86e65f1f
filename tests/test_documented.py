"""What README and the site print is run: every console line of the command, and every Python block, page by page.

A page's blocks run one after the other in a folder that holds the files they name. A block after the line
`<!-- not run: reason -->` is left out, and so are lines of other commands than ours.
"""

from __future__ import annotations

import re
import shlex
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import eventstudy as es
import matplotlib
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from eventstudy import calendars, plugins
from eventstudy.cli import main
from eventstudy.events.scheduled import decisions

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    *sorted(p for p in (ROOT / "docs").rglob("*.md") if "_build" not in p.parts and p.parent.name != "methods"),
]
BLOCK = re.compile(r"(<!-- not run: [^>]+ -->\n)?```(console|python|toml)\n(.*?)```", re.S)


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """(kind, text) of the blocks of a page that are run."""
    for skipped, kind, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if not skipped:
            yield kind, text


def lines(text: str) -> Iterator[tuple[list[str], int]]:
    """The calls of our command in a console block, as arguments, and how each ends: 0, or as its comment says (`exit 4`)."""
    for line in text.replace("\\\n", " ").splitlines():
        told = re.search(r"#.*\bexit (\d+)", line)
        for call in re.split(r"\s&&\s", line):
            words = shlex.split(call, comments=True)
            if words[:1] == ["eventstudy"]:
                yield words[1 : words.index(">")] if ">" in words else words[1:], int(told[1]) if told else 0


def abroad(first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Made-up closes of two exchanges abroad, on their own sessions: an index and a firm that follows it."""
    rng = np.random.default_rng(7)
    made: dict[str, pd.Series[float]] = {}
    for firm, index, exchange in (("ASML.AS", "^AEX", "XAMS"), ("6857.T", "^N225", "XTKS")):
        sessions = pd.DatetimeIndex(calendars.sessions(exchange, first.date(), last.date()))
        market = rng.normal(0.0, 0.008, len(sessions))
        own = 1.2 * market + rng.normal(0.0, 0.015, len(sessions))
        made |= {n: pd.Series(100 * np.exp(np.cumsum(r)), sessions).round(2) for n, r in ((index, market), (firm, own))}
    return pd.DataFrame(made)


def years() -> pd.DataFrame:
    """Made-up closes of a market and two firms over eleven years of New York's sessions."""
    rng = np.random.default_rng(8)
    sessions = pd.DatetimeIndex(calendars.sessions("XNYS", date(2014, 1, 2), date(2024, 12, 31)))
    market = rng.normal(0.0004, 0.009, len(sessions))
    firms = {name: beta * market + rng.normal(0, 0.012, len(sessions)) for name, beta in (("NVDA", 1.4), ("AMD", 1.1))}
    made = {**firms, "SPY": market, "MKT": market + rng.normal(0, 0.001, len(sessions))}
    return (100 * (1 + pd.DataFrame(made, sessions)).cumprod()).round(4)


def bars() -> pd.DataFrame:
    """Made-up bars of five minutes of three tickers, on New York's hours of four months."""
    rng = np.random.default_rng(9)
    _, hours = calendars.hours("XNYS", date(2024, 10, 1), date(2025, 1, 31))
    days = [day.stretches[0] for day in hours]
    times = pd.DatetimeIndex(
        np.concatenate([pd.date_range(*day, freq="5min", inclusive="left") for day in days]), tz="UTC"
    )
    market = rng.normal(0, 0.0006, len(times))
    parts = []
    for ticker, beta in (("SPY", 1.0), ("NVDA", 1.5), ("AMD", 1.2)):
        close = (100 * np.exp(np.cumsum(beta * market + rng.normal(0, 0.0003, len(times))))).round(4)
        parts.append(pd.DataFrame({"ticker": ticker, "time": times, "open": np.r_[100.0, close[:-1]], "close": close}))
    return pd.concat(parts, ignore_index=True)


def write_bars() -> None:
    """What the page on minutes names."""
    made = bars()
    made.to_parquet("bars.parquet")
    made.assign(time=made["time"].dt.tz_convert("America/New_York").dt.tz_localize(None)).to_csv(
        "bars.csv", index=False
    )
    Path("fomc.csv").write_text("ticker,date\nSPY,2025-01-29T14:00:00-05:00\n")
    Path("statements.csv").write_text("ticker,date\nNVDA,2025-01-29T14:00:00-05:00\nAMD,2025-01-29T14:00:00-05:00\n")


def write_years() -> None:
    """What the page on months names."""
    daily = years()
    daily.to_csv("daily.csv", index_label="date", date_format="%Y-%m-%d")
    daily.groupby(pd.DatetimeIndex(daily.index).to_period("M")).tail(1).to_csv(
        "months.csv", index_label="date", date_format="%Y-%m-%d"
    )
    Path("offers.csv").write_text("ticker,date\nNVDA,2020-03-10\nAMD,2021-05-20\n")
    months = pd.DatetimeIndex(daily.index).to_period("M").unique()
    rows = [f"{m:%Y%m}, {1.5 * np.sin(i):8.4f}, {np.cos(i):8.4f}" for i, m in enumerate(months)]
    head = "This file was created using the 202412 CRSP database.\n\n  Average Value Weighted Returns -- Monthly"
    Path("25_Portfolios_5x5.csv").write_text("\n".join([head, ",BIG LoBM,ME4 BM2", *rows, ""]))
    Path("portfolios.csv").write_text(f"ticker,month,portfolio\nNVDA,{months[0]},BIG LoBM\nAMD,{months[0]},ME4 BM2\n")


def yields() -> pd.DataFrame:
    """Made-up yields in per cent on New York's sessions; they cross zero, and move by eight basis points at decisions."""
    days = pd.DatetimeIndex(calendars.sessions("XNYS", date(2020, 6, 1), date(2025, 1, 31)))
    changes = np.random.default_rng(20).normal(0, 0.04, len(days))
    between = (date(2022, 1, 1), date(2024, 12, 31))
    decided = [d.instant.date() for d in decisions() if between[0] <= d.instant.date() <= between[1]]
    for k, day in enumerate(decided):
        changes[days.get_loc(pd.Timestamp(day))] += -0.08 if k % 4 == 3 else 0.08
    return pd.DataFrame({"DGS2": np.cumsum(changes).round(3)}, days)


def write_yields() -> None:
    """What the page on levels names."""
    yields().to_csv("yields.csv", index_label="date", date_format="%Y-%m-%d")


OWN_FILES = {"levels.md": write_yields, "minutes.md": write_bars, "months.md": write_years}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files that pages name, made of the embedded sample."""
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    table = es.load_prices(["NVDA", "AMD", "MSFT", "SPY"]).close
    table = table.join(abroad(table.index[0], table.index[-1]), how="outer")
    table.to_csv("closes.csv", index_label="date", date_format="%Y-%m-%d")
    long = table.rename_axis("date").reset_index().melt("date", var_name="ticker", value_name="close")
    Path("panel").mkdir()
    long.to_parquet("panel/2024.parquet")
    events = pd.DataFrame({"ticker": ["NVDA", "AMD"], "date": ["2025-01-27", "2025-01-21"], "event_id": ["one", "two"]})
    events.to_csv("events.csv", index=False)
    events.to_csv("list.csv", index=False)
    events.to_excel("list.xlsx", index=False)
    events.assign(date=pd.to_datetime(events["date"])).to_parquet("events.parquet")
    market = 100 * table["SPY"].dropna().pct_change().dropna()
    pd.DataFrame({"mkt_rf": market.round(3), "rf": 0.017}).to_csv("ff.csv", index_label="date", date_format="%Y-%m-%d")
    Path("reports.csv").write_text(
        "ticker,date,timing\nNVDA,2024-05-22,post\nNVDA,2024-08-28,post\nNVDA,2024-11-20,post\n"
    )
    Path("study.toml").write_text('events = ["deepseek-r1"]\n[options]\ntickers = ["NVDA"]\nbenchmark = "SPY"\n')
    return tmp_path


@pytest.mark.render
@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_what_a_page_prints_runs(page: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    OWN_FILES.get(page.name, lambda: None)()
    names: dict[str, object] = {"events": pd.read_csv("events.csv"), "prices": pd.read_csv("closes.csv", index_col=0)}
    for kind, text in blocks(page):
        if kind == "python":
            exec(compile(text, str(page), "exec"), names)
        for words, code in lines(text) if kind == "console" else ():
            with pytest.raises(SystemExit) as ended:
                main(words)
            said = capsys.readouterr()
            assert ended.value.code in (0, None, code), f"eventstudy {shlex.join(words)}\n{said.err}"


SHOWN = re.compile(r"```text\n(eventstudy [^\n]*)\n(.*?)```", re.S)


@pytest.mark.parametrize(
    "page", [p for p in PAGES if SHOWN.search(p.read_text(encoding="utf-8"))], ids=lambda p: p.name
)
def test_what_a_page_shows_of_a_screen_is_on_it(page: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every line of a block that begins with a command is a line of what it prints; `...` stands for lines between."""
    for command, text in SHOWN.findall(page.read_text(encoding="utf-8")):
        with pytest.raises(SystemExit):
            main([*shlex.split(command)[1:], "--quiet"])
        printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
        shown = [line.rstrip() for line in text.splitlines() if line.strip() not in ("", "...")]
        assert len(shown) > 3
        assert [line for line in shown if line not in printed] == []


CALLS = re.compile(r"^(?:eventstudy|python -m eventstudy|import eventstudy|from eventstudy|es\.) ?.*", re.M)
LEFT_OUT = re.compile(r"<!-- not run: [^>]+ -->\n```text\n.*?```", re.S)


def escaping(text: str) -> list[str]:
    """Lines of a page that call the command or the package, in a block that nothing runs, compares or excuses."""
    for known in (BLOCK, SHOWN, LEFT_OUT):
        text = known.sub("", text)
    fenced = re.findall(r"^```(?!\{toctree)[^\n]*\n(.*?)^```", text, re.M | re.S)
    indented = re.findall(r"(?:^ {4}.*\n)+", text, re.M)
    return [line for block in (*fenced, *indented) for line in CALLS.findall(textwrap.dedent(block))]


@pytest.mark.parametrize(
    "block", ["    eventstudy run x\n", "```text\nA=1\neventstudy run x\n```\n", "```\nimport eventstudy as es\n```\n"]
)
def test_what_escapes_is_found(block: str) -> None:
    assert len(escaping(f"Words.\n\n{block}\nMore.\n")) == 1


def test_no_command_or_code_escapes() -> None:
    assert {page.name: lost for page in PAGES if (lost := escaping(page.read_text(encoding="utf-8")))} == {}
    methods = (ROOT / "docs" / "methods").glob("*.md")
    assert [
        page.name for page in methods if BLOCK.search(text := page.read_text(encoding="utf-8")) or escaping(text)
    ] == []


def test_pages_have_something_to_run() -> None:
    assert sum(1 for page in PAGES for kind, text in blocks(page) if kind == "console" for _ in lines(text)) > 30


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The example of a plug-in, known by its metadata as if it were installed."""
    example = ROOT / "examples" / "plugin"
    project = tomllib.loads((example / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    meta = tmp_path / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    for group, rows in project["entry-points"].items():
        (meta / "entry_points.txt").write_text("\n".join([f"[{group}]", *(f"{k} = {v}" for k, v in rows.items())]))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(example))
    plugins._modules.cache_clear()
    yield
    plugins._modules.cache_clear()
    for name in [n for n in sys.modules if n.startswith("eventstudy_example")]:
        del sys.modules[name]


@pytest.mark.render
@pytest.mark.usefixtures("installed")
def test_the_example_of_a_plug_in_is_a_model_like_any_other() -> None:
    assert "market_and_size" in plugins.names("models")
    closes = es.load_prices(["NVDA", "SPY"]).close.dropna()
    day = np.arange(len(closes))
    known = {"mkt_rf": (day * 7 % 11 - 5) / 500, "smb": (day * 5 % 13 - 6) / 700, "rf": np.full(len(day), 0.0001)}
    factors = pd.DataFrame(known, index=closes.index)
    events = pd.DataFrame({"ticker": ["NVDA"], "date": ["2025-01-27"]})
    found = es.EventStudy(model="market_and_size", calendar=None).run(events, closes, factors=factors)
    y = closes["NVDA"].pct_change() - factors["rf"]
    x = sm.add_constant(factors[["mkt_rf", "smb"]])
    at = int(closes.index.searchsorted(pd.Timestamp("2025-01-27")))
    fit = sm.OLS(y.iloc[at - 260 : at - 10], x.iloc[at - 260 : at - 10]).fit()
    assert found.tidy().query("rel_day == 0")["ar"].item() == pytest.approx(
        y.iloc[at] - fit.predict(x).iloc[at], rel=1e-9
    )
