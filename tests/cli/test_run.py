"""`eventstudy run`: the main job, offline, on real prices."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import eventstudy
import pytest

from tests.cli.conftest import Ran

Es = Callable[..., Ran]
NVDA = ("run", "deepseek-r1", "--tickers", "NVDA", "--benchmark", "SPY")


def test_recognition_day_of_nvidia(es: Es) -> None:
    ran = es(*NVDA, "--day0", "recognised")
    assert ran.code == 0
    assert "day 0 is Mon 2025-01-27, as chosen by the user (--day0 recognised)" in ran.out
    assert "-13.37 %" in ran.out
    assert "-5.15" in ran.out
    assert "≤.004" in ran.out
    assert "≤: least possible" in ran.out
    assert "DAY0_CHOSEN" in ran.out


def test_release_day_is_a_holiday_and_moves_to_the_next_session(es: Es) -> None:
    ran = es(*NVDA)
    assert "announced 2025-01-20; day 0 is Tue 2025-01-21" in ran.out
    assert "DAY0_SHIFTED" in ran.out
    assert "--day0 recognised" in ran.out, "points to the other date of the registry"


@pytest.mark.slow
@pytest.mark.parametrize("tickers", [["NVDA"], []], ids=["one", "all"])
@pytest.mark.parametrize("verbose", [False, True], ids=["short", "verbose"])
def test_python_has_the_screen_of_the_command(es: Es, tickers: list[str], verbose: bool) -> None:
    words = [*(["--tickers", *tickers] if tickers else []), *(["--verbose"] if verbose else [])]
    result = eventstudy.run("deepseek-r1", tickers=tickers)
    assert result.text(verbose=verbose) + "\n" == es("run", "deepseek-r1", *words).out


def test_all_tickers_fit_one_screen_and_the_headline_is_the_portfolio(es: Es) -> None:
    ran = es("run", "deepseek-r1")
    assert len(ran.out.splitlines()) <= 56
    assert max(map(len, ran.out.splitlines())) <= 125
    assert "placebo (headline)" in ran.out
    assert "16 tickers on it are not 16 observations" in " ".join(ran.out.split())
    for name in ("cross_section_t (", "patell (", "bmp ("):
        assert name in ran.out.partition("not valid here")[2]


def test_json_and_table_say_the_same(es: Es) -> None:
    data = json.loads(es(*NVDA, "--day0", "recognised", "--format", "json").out)
    assert data["schema"] == "eventstudy.result/1"
    firm = data["firms"][0]
    assert firm["day0"] == "2025-01-27"
    window = next(w for w in firm["windows"] if (w["start"], w["end"]) == (0, 1))
    assert window["car"] == pytest.approx(-0.06928, abs=5e-6)
    assert window["p"] == pytest.approx(0.059, abs=5e-4)
    assert next(t for t in firm["windows"][0]["tests"] if t["name"] == "placebo")["p"] == pytest.approx(1 / 251)


def test_csv_is_the_tidy_table(es: Es) -> None:
    rows = list(csv.DictReader(io.StringIO(es(*NVDA, "--format", "csv").out)))
    columns = "event_id,ticker,rel_day,session,ret,expected,ar,ar_se,car,car_se,car_low,car_high,believable,doubts"
    assert list(rows[0]) == columns.split(",")
    assert [r["rel_day"] for r in rows] == [str(d) for d in range(-5, 6)]
    assert rows[5]["session"] == "2025-01-21"


def test_a_date_and_tickers_describe_an_event(es: Es) -> None:
    ran = es(
        "run", "--date", "2025-01-27T07:00:00-05:00", "--tickers", "NVDA,AMD", "--tickers", "MU", "--format", "json"
    )
    data = json.loads(ran.out)
    assert [f["ticker"] for f in data["firms"]] == ["NVDA", "AMD", "MU"]
    assert {f["day0"] for f in data["firms"]} == {"2025-01-27"}


def test_news_after_the_close_counts_from_the_next_session(es: Es) -> None:
    ran = es("run", "--date", "2025-01-24T16:00:00-05:00", "--tickers", "NVDA", "--format", "json")
    assert json.loads(ran.out)["firms"][0]["day0"] == "2025-01-27"


def test_output_goes_to_a_file_whole_or_not_at_all(es: Es, tmp_path: Path) -> None:
    ran = es(*NVDA, "--format", "json", "--output", str(tmp_path / "r.json"))
    assert ran.out == ""
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["firms"]
    assert es(*NVDA, "--output", str(tmp_path / "no" / "r.txt")).code == 2
    assert [p.name for p in tmp_path.iterdir()] == ["r.json"]


def test_same_inputs_same_bytes(es: Es) -> None:
    first, second = (es("run", "deepseek-r1", "--format", "json").out for _ in range(2))
    assert first == second


def test_an_excluded_ticker_is_named_and_ends_with_4(es: Es) -> None:
    args = ("run", "deepseek-r1", "--tickers", "NVDA,XYZ", "--source", "bundled")
    ran = es(*args)
    assert ran.code == 4
    assert "left out XYZ" in ran.out
    assert "NVDA" in ran.out
    assert es(*args, "--allow-excluded").code == 0
    assert json.loads(es(*args, "--format", "json").out)["excluded"][0]["reason"] == "NO_PRICES"


def test_a_window_beyond_the_data_is_partial(es: Es) -> None:
    args = ("--date", "2025-02-12", "--tickers", "NVDA,AMD", "--source", "bundled")
    ran = es("run", *args, "--format", "json")
    assert ran.code == 4
    data = json.loads(ran.out)
    assert {w["code"] for w in data["warnings"]} >= {"WINDOW_INCOMPLETE"}
    by_window = {(w["start"], w["end"]): w for w in data["firms"][0]["windows"]}
    assert by_window[0, 0]["car"] is not None
    assert by_window[0, 5]["car"] is None
    assert data["aggregate"]["windows"][-1]["caar"] is None


def test_a_prices_file_needs_no_other_source(es: Es, tmp_path: Path) -> None:
    from eventstudy.prices import load_prices

    closes = load_prices(["NA", "SPY"] if False else ["NVDA", "SPY"], source="bundled").close
    closes.rename(columns={"NVDA": "NA"}).to_csv(tmp_path / "wide.csv", index_label="date", date_format="%Y-%m-%d")
    ran = es("run", "--date", "2025-01-27", "--tickers", "NA", "--prices", str(tmp_path / "wide.csv"))
    assert ran.code == 0
    assert "NA: alpha" in ran.out


def test_settings_file_environment_and_flag_in_that_order(
    es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "eventstudy.toml").write_text('[run]\nbenchmark = "QQQ"\nmodel = "market_adjusted"\n')
    asked = ("run", "deepseek-r1", "--tickers", "NVDA", "--format", "json")
    assert json.loads(es(*asked).out)["config"]["benchmark"] == "QQQ"
    monkeypatch.setenv("EVENTSTUDY_BENCHMARK", "SPY")
    config = json.loads(es(*asked).out)["config"]
    assert (config["benchmark"], config["model"]) == ("SPY", "market_adjusted")
    assert json.loads(es(*asked, "--benchmark", "QQQ").out)["config"]["benchmark"] == "QQQ"


def test_factors_of_the_user(es: Es, tmp_path: Path) -> None:
    from eventstudy.prices import load_prices

    spy = load_prices(["SPY"], source="bundled").close["SPY"].pct_change().dropna()
    lines = "".join(f"{day:%Y-%m-%d},{100 * r:.6f},0.017\n" for day, r in spy.items())
    (tmp_path / "f.csv").write_text("date,Mkt-RF,RF\n" + lines)
    args = ("run", "deepseek-r1", "--tickers", "NVDA", "--model", "capm", "--factors", str(tmp_path / "f.csv"))
    assert "--factor-unit" in es(*args).err
    data = json.loads(es(*args, "--factor-unit", "percent", "--format", "json").out)
    assert data["firms"][0]["params"]["beta"] == pytest.approx(2.65, abs=0.02)


def test_plot_says_which_of_several_windows_it_draws(es: Callable[..., Ran]) -> None:
    words = ("plot", "deepseek-r1", "--tickers", "NVDA,AMD", "--chart", "forest", "--window", "-1", "1")
    assert "window" not in es(*words).err
    assert "2 windows are named: drawn is [-1, +1], the first" in es(*words, "--window", "0", "0").err
