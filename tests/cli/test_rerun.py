"""`eventstudy rerun`: the same study from the JSON of its result, and what differs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from eventstudy.prices import load_prices

from tests.cli.conftest import Ran

Es = Callable[..., Ran]


@pytest.mark.parametrize(
    "words",
    [
        (
            "deepseek-r1",
            "--tickers",
            "NVDA",
            "--day0",
            "2025-01-24",
            "--estimation-window",
            "-250",
            "-20",
            "--no-alpha",
        ),
        (
            "--date",
            "2025-01-27",
            "--tickers",
            "NVDA,AMD",
            "--timing",
            "pre",
            "--window",
            "0",
            "1",
            "--test",
            "corrado_rank",
        ),
        pytest.param(("deepseek-r1", "--day0", "recognised", "--returns", "log"), marks=pytest.mark.slow),
        pytest.param(("deepseek-r1", "--tickers", "NVDA,XYZ", "--source", "bundled"), marks=pytest.mark.slow),
        pytest.param(("deepseek-r1", "--tickers", "AMD", "--outcome", "volatility"), marks=pytest.mark.slow),
    ],
)
def test_every_figure_of_a_study_comes_again(es: Es, words: tuple[str, ...]) -> None:
    assert es("run", *words, "--format", "json", "--output", "r.json").code in (0, 4)
    ran = es("rerun", "r.json")
    assert ran.code == 0, ran.out
    assert ran.out.endswith("figures are the same, from the same prices (by their hash).\n")
    assert es("rerun", "r.json", "--quiet").out == ""


def test_a_restated_price_is_found_and_every_figure_it_moves(es: Es, tmp_path: Path) -> None:
    closes = load_prices(["NVDA", "SPY"], "2023-12-01", "2025-02-14", source="bundled").close.copy()
    closes.to_csv(tmp_path / "p.csv", index_label="date")
    run = ("run", "deepseek-r1", "--tickers", "NVDA", "--prices", "p.csv", "--format", "json", "--output", "r.json")
    assert es(*run).code == 0
    refused = es("rerun", "r.json")
    assert (refused.code, refused.out) == (2, "")
    assert "--prices FILE" in refused.err
    assert es("rerun", "r.json", "--prices", "p.csv").code == 0
    closes["NVDA"] = closes["NVDA"].where(closes.index != "2025-01-24", 1.01 * closes["NVDA"])
    closes.to_csv(tmp_path / "p.csv", index_label="date")
    ran = es("rerun", "r.json", "--prices", "p.csv", "--format", "json")
    assert ran.code == 4
    found = json.loads(ran.out)
    assert (found["schema"], found["same"], found["same_prices"]) == ("eventstudy.rerun/1", False, False)
    assert found["reasons"] == ["a price of NVDA was restated: its return on 2025-01-24, 2025-01-27 is another"]
    moved = {one["figure"] for one in found["differences"]}
    assert {"NVDA 2025-01-24 ret", "NVDA 2025-01-27 ar", "NVDA [-5, +5] car"} <= moved
    assert "NVDA [+0, +0] car" not in moved
    assert "NVDA sigma" not in moved


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("[1]", 3, "no result"),
        ("{", 3, "no JSON"),
        ('{"schema": "eventstudy.scan/1"}', 3, "eventstudy.scan/1"),
        (None, 3, "no such"),
    ],
)
def test_what_is_no_result_is_refused(es: Es, tmp_path: Path, text: str | None, code: int, told: str) -> None:
    if text is not None:
        (tmp_path / "r.json").write_text(text)
    ran = es("rerun", "r.json")
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err


def test_a_result_that_is_not_whole_is_refused_in_our_words(es: Es, tmp_path: Path) -> None:
    run = ("run", "deepseek-r1", "--tickers", "NVDA,XYZ", "--source", "bundled", "--format", "json")
    whole = json.loads(es(*run).out)
    assert whole["excluded"]
    event = whole["events"][0]
    for changed, told in (
        ({"events": []}, "names no event"),
        ({"events": 5}, "cannot be meant"),
        ({"events": [{}]}, "not whole: id is missing"),
        ({"events": [event | {"id": "a b", "announced": "2025-01-20"}]}, "'a b' is not a slug"),
        ({"events": [event | {"announced": "soon"}]}, "soon"),
        ({"excluded": [{}]}, "not whole: ticker is missing"),
        ({"excluded": [5]}, "cannot be meant"),
        ({"excluded": None}, "cannot be meant"),
        ({"excluded": [{"ticker": "XYZ"}]}, "is missing"),
        ({"firms": [{}]}, "is missing"),
        ({"config": []}, "cannot be meant"),
        ({"provenance": {}}, "is missing"),
        ({"provenance": {"prices_sha256": ""}}, "source is missing"),
        ({"aggregate": None}, "cannot be meant"),
    ):
        (tmp_path / "r.json").write_text(json.dumps(whole | changed))
        ran = es("rerun", "r.json")
        assert (ran.code, ran.out) == (3, ""), (changed, ran.err)
        assert told in ran.err, changed
    for name in whole.keys() - {"offers"}:
        (tmp_path / "r.json").write_text(json.dumps({k: v for k, v in whole.items() if k != name}))
        assert es("rerun", "r.json").code == 3, name


LIST = """event_id,ticker,date,category,window_start,window_end,estimation_start,estimation_end
one,NVDA,2024-09-18,fomc,-1,1,-200,-11
one,AAPL,2024-09-18,fomc,0,2,-180,-21
two,NVDA,2024-10-04,jobs,0,3,-150,-31
"""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--own-windows",), "the windows of this result are those of its table of events"),
        (("--own-estimation",), "the estimation windows of this result are those of its table of events"),
        (("--group-by", "category"), "the groups of this result, by category, are those of its table of events"),
    ],
)
def test_what_stands_in_the_table_of_events_alone_is_asked_for(
    es: Es, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    run = ("run", "list.csv", *words, "--source", "bundled", "--format", "json", "--output", "r.json")
    assert es(*run).code == 0
    refused = es("rerun", "r.json")
    assert (refused.code, refused.out) == (2, "")
    assert told in refused.err
    assert "--registry FILE" in refused.err
    again = es("rerun", "r.json", "--registry", "list.csv")
    assert "figures are the same" in again.out, again.err


def test_the_shares_that_weigh_come_again_or_are_asked_for(es: Es, tmp_path: Path) -> None:
    (tmp_path / "shares.csv").write_text("ticker,shares\nNVDA,24490000000\nAMD,1622000000\n")
    run = ("run", "deepseek-r1", "--tickers", "NVDA,AMD", "--weights", "value", "--format", "json")
    assert es(*run, "--output", "r.json").code == 0
    assert "figures are the same" in es("rerun", "r.json").out
    assert es(*run, "--shares", "shares.csv", "--output", "r.json").code == 0
    refused = es("rerun", "r.json")
    assert (refused.code, "--shares FILE" in refused.err) == (2, True)
    assert "figures are the same" in es("rerun", "r.json", "--shares", "shares.csv").out


def test_groups_by_a_column_of_a_known_event_come_again(es: Es) -> None:
    run = ("run", "deepseek-r1", "--tickers", "NVDA,AMD", "--group-by", "category", "--format", "json")
    assert es(*run, "--output", "r.json").code == 0
    assert "figures are the same" in es("rerun", "r.json").out


def test_rows_that_could_not_be_read_are_no_difference(es: Es, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(f"{LIST}three,NVDA,soon,jobs,0,3,-150,-31\n")
    assert es("run", "list.csv", "--source", "bundled", "--format", "json", "--output", "r.json").code == 4
    assert "figures are the same" in es("rerun", "r.json").out
    assert "figures are the same" in es("rerun", "r.json", "--registry", "list.csv").out
    (tmp_path / "list.csv").write_text(LIST)
    ran = es("rerun", "r.json", "--registry", "list.csv")
    assert ran.code == 4
    assert "why: what cannot be read of the table of events was [row 5] and is –" in ran.out


def test_abnormal_returns_are_asked_for_by_their_name(es: Es, tmp_path: Path) -> None:
    closes = load_prices(["NVDA"], "2023-12-01", "2025-02-14", source="bundled").close["NVDA"]
    rows = [f"NVDA,{day:%Y-%m-%d},{value:.6f}" for day, value in closes.pct_change().dropna().items()]
    (tmp_path / "ar.csv").write_text("\n".join(["ticker,date,ar", *rows]) + "\n")
    run = ("run", "deepseek-r1", "--tickers", "NVDA", "--format", "json", "--output", "r.json")
    assert es(*run, "--abnormal", "ar.csv").code == 0
    refused = es("rerun", "r.json")
    assert (refused.code, refused.out) == (2, "")
    assert "name their file: --abnormal FILE" in refused.err
    assert "figures are the same" in es("rerun", "r.json", "--abnormal", "ar.csv").out
    assert es("rerun", "r.json", "--abnormal", "ar.csv", "--unit-in", "percent").code == 4
    assert es(*run).code == 0
    assert "leave out --abnormal" in es("rerun", "r.json", "--abnormal", "ar.csv").err
