"""Figures that rest on prices which look wrong are no finding: every surface says so before anything else.

The faults are planted in random walks; where no figure rests on the day of the fault, nothing is in doubt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import eventstudy
import numpy as np
import pandas as pd
import pytest
from eventstudy.analyses.counterfactual import counterfactual
from eventstudy.analyses.impact import impact
from eventstudy.analyses.reaction import scan
from eventstudy.analyses.regression import regress
from eventstudy.analyses.robustness import robustness
from eventstudy.analyses.spillover import spillover
from eventstudy.charts import words
from eventstudy.reports import render, site_of
from eventstudy.study.doubts import of_pairs
from eventstudy.study.text import screen

from tests.cli.conftest import Ran
from tests.panel.test_flagged import DAY0, DAYS, INSIDE, ROW, Change, jump, long, ran, with_adjusted
from tests.reports.pages import read
from tests.tiers import first

Es = Callable[..., Ran]

FINDING = ("stand out", "stands out", "out of the ordinary", "significant", "ungewöhnlich", "fallen auf")
DAY = str(DAYS[INSIDE])
GERMAN = f"{DAY[8:]}.{DAY[5:7]}.{DAY[:4]}"
GAP = ROW - 8
"""A row between the estimation and the event window."""


def spoilt(ticker: str = "AAA", row: int = INSIDE, factor: float = 100.0) -> pd.DataFrame:
    """Two firms and their benchmark; one close of one of them is so many times what it was."""
    frame = long()
    frame.loc[(frame["ticker"] == ticker) & (frame["date"] == DAYS[row]), "close"] *= factor
    return frame


def written(frame: pd.DataFrame, path: Path = Path("prices.csv")) -> str:
    frame.to_csv(path, index=False)
    return str(path)


def words_of(frame: pd.DataFrame, *tickers: str) -> list[str]:
    return ["--date", str(DAY0), "--tickers", ",".join(tickers), "--benchmark", "SPY", "--prices", written(frame)]


def says_no_finding(text: str, doubt: str, *before: str) -> None:
    """The doubt comes first, and nothing is found."""
    assert doubt in text
    assert all(text.index(doubt) < text.index(word) for word in before)
    assert [said for said in FINDING if said in text] == []


# ---- which pairs, and which not ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [INSIDE, ROW - 11, ROW - 3, ROW + 5])
def test_a_day_of_the_estimation_or_event_window_is_one_that_figures_rest_on(row: int) -> None:
    result = ran(spoilt(row=row))
    assert [[w.code for w in of_one] for of_one in of_pairs(result)] == [["UNIT_CHANGE"], []]
    assert not result.believable


@pytest.mark.parametrize("row", [GAP, ROW + 8])
def test_a_day_between_the_windows_or_after_them_is_none(row: int) -> None:
    result = ran(spoilt(row=row))
    assert result.believable
    assert {w.severity for w in result.warned if w.code == "UNIT_CHANGE"} <= {"caution"}
    assert not result.summary().startswith("DOUBT")


def test_a_day_left_out_of_the_estimation_is_none() -> None:
    left_out = [str(DAYS[INSIDE]), str(DAYS[INSIDE + 1])]
    study = eventstudy.EventStudy(exclude_dates=left_out, benchmark="SPY")
    events = pd.DataFrame({"ticker": ["AAA"], "date": [str(DAY0)]})
    assert study.run(events, spoilt()).believable
    assert not eventstudy.EventStudy(exclude_dates=left_out[:1], benchmark="SPY").run(events, spoilt()).believable


def test_a_benchmark_in_doubt_is_one_of_every_firm_whose_model_looks_at_it() -> None:
    told = ran(spoilt("SPY")).to_dict()
    assert [(f["ticker"], f["believable"], f["doubts"]) for f in told["firms"]] == [
        ("AAA", False, ["UNIT_CHANGE"]),
        ("BBB", False, ["UNIT_CHANGE"]),
    ]
    alone = eventstudy.run(date=DAY0, tickers=["AAA"], prices=spoilt("SPY"), model="constant_mean", benchmark="SPY")
    assert alone.believable


@pytest.mark.parametrize("change", [jump(ROW, 0.6), jump(INSIDE, 1.42)])
def test_a_large_move_alone_is_no_doubt(change: Change) -> None:
    result = ran(long(change=change))
    assert [w.severity for w in result.warned if w.code == "JUMP"] == ["caution"]
    assert result.believable


def test_volumes_rest_on_no_price() -> None:
    frame = spoilt()
    frame["volume"] = 1e6 * np.exp(np.random.default_rng(7).normal(0, 0.2, len(frame)))
    result = eventstudy.run(date=DAY0, tickers=["AAA", "BBB"], prices=frame, benchmark="SPY", outcome="volume")
    assert result.believable


# ---- what is said of them ---------------------------------------------------------------------------------------------


def test_the_object_grades_its_warnings_doubts_first(es: Es) -> None:
    done = es("run", *words_of(spoilt(), "BBB", "AAA"), "--format", "json")
    told = json.loads(done.out)
    grades = [w["severity"] for w in told["warnings"]]
    assert grades[0] == "doubt"
    assert set(grades) == {"doubt", "caution", "note"}
    first = told["warnings"][0]
    assert (first["code"], first["ticker"], first["session"]) == ("UNIT_CHANGE", "AAA", DAY)
    assert first["sessions"] == [DAY, str(DAYS[INSIDE + 1])]
    assert [(f["ticker"], f["believable"], f["doubts"]) for f in told["firms"]] == [
        ("BBB", True, []),
        ("AAA", False, ["UNIT_CHANGE"]),
    ]
    assert (told["aggregate"]["believable"], told["aggregate"]["doubts"]) == (False, ["UNIT_CHANGE"])
    assert done.code == 4


@pytest.mark.parametrize("more", [[], ["--verbose"], ["--allow-excluded"]])
def test_the_table_says_it_before_its_figures(es: Es, more: list[str]) -> None:
    done = es("run", *words_of(spoilt(), "AAA"), *more)
    says_no_finding(done.out, f"DOUBT AAA, {DAY}: the price is 100 times", "No finding for AAA", "CAR", "abnormal")
    assert done.code == 4, "what is allowed to be left out is not what cannot be believed"


def test_the_table_of_several_firms_names_the_one_in_doubt(es: Es) -> None:
    done = es("run", *words_of(spoilt(), "AAA", "BBB"))
    says_no_finding(done.out, f"DOUBT AAA, {DAY}", "No finding for the 2 stocks together", "CAR")
    assert "the figures rest on prices of AAA that look wrong" in " ".join(done.out.split())
    assert "below 5 % of all" not in done.out


def test_sound_prices_are_spoken_of_as_ever(es: Es) -> None:
    done = es("run", *words_of(long(), "AAA", "BBB"))
    assert "DOUBT" not in done.out
    assert "No finding" not in done.out
    assert done.code == 0
    assert all(f["believable"] for f in ran(long()).to_dict()["firms"])


def test_the_tidy_table_of_the_command_marks_the_rows(es: Es) -> None:
    done = es("run", *words_of(spoilt(), "AAA", "BBB"), "--format", "csv")
    rows = pd.read_csv(Path(written_out(done)), keep_default_na=False)
    assert rows.groupby("ticker")["believable"].unique().map(list).to_dict() == {"AAA": [False], "BBB": [True]}
    assert set(rows["doubts"]) == {"UNIT_CHANGE", ""}
    assert done.code == 4


def written_out(done: Ran) -> str:
    Path("out.csv").write_text(done.out)
    return "out.csv"


def test_a_notebook_shows_it_first() -> None:
    result = ran(spoilt(), ("AAA",))
    for shown in (result._repr_html_(), repr(result), result.summary()):
        says_no_finding(shown, f"DOUBT AAA, {DAY}", "No finding for AAA")
    assert result._repr_html_().startswith("<p>DOUBT AAA")


@pytest.mark.slow
@pytest.mark.parametrize("chart", ["car", "ar_bars", "forest", "reaction", "price_path"])
def test_a_chart_says_it_in_title_and_subtitle(chart: str) -> None:
    result = ran(spoilt())
    title, text = words(result.plot(chart))
    assert title == "2 tickers: no finding, for the prices of AAA look wrong"
    says_no_finding(f"{title} {text}", f"DOUBT AAA, {DAY}: the price is 100 times that of the day")
    assert "[UNIT_CHANGE]" in text
    (offer,) = result.offers
    assert f"Without {DAY} the CAR[0, 0] of AAA is" in text
    assert f"({offer.options})" in text
    title, text = words(result.plot(chart, lang="de"))
    assert title == "2 Werte: kein Ergebnis, denn die Kurse von AAA sehen falsch aus"
    says_no_finding(f"{title} {text}", f"ZWEIFEL AAA, {GERMAN}: der Kurs ist das Hundertfache")


def test_a_title_of_the_user_s_own_stands_after_the_doubt() -> None:
    title, _ = words(ran(spoilt()).plot("car", title="Mine"))
    assert title == "2 tickers: no finding, for the prices of AAA look wrong. Mine"


def test_a_chart_of_a_firm_that_is_not_in_doubt_says_nothing() -> None:
    title, text = words(ran(spoilt()).plot("car", tickers="BBB"))
    assert "DOUBT" not in text
    assert title.startswith("BBB lost 1.2 % on 27 January 2025")


@pytest.mark.render
@pytest.mark.parametrize(
    ("lang", "doubt", "instead"), [("en", "DOUBT", "No finding for"), ("de", "ZWEIFEL", "Kein Ergebnis für")]
)
@pytest.mark.parametrize("tickers", [("AAA",), ("AAA", "BBB")])
def test_a_report_says_it_before_its_figures(lang: Any, doubt: str, instead: str, tickers: tuple[str, ...]) -> None:
    text = render(ran(with_adjusted(ROW, 0.57), tickers), "md", lang=lang).decode().replace("\\", "")
    assert all(said not in text for said in ("stands out", "is out of the ordinary", "ist ungewöhnlich"))
    says_no_finding(text.partition("\n## ")[0], doubt, instead)
    assert text.index(doubt) < text.index("CAR")
    day = "27.01.2025" if lang == "de" else "2025-01-27"
    assert f"AAA, {day}: adj_close " in text
    page = read(render(ran(with_adjusted(ROW, 0.57), tickers), "html", lang=lang, answers={}))
    assert f"{doubt} AAA, {day}: adj_close" in "".join(page.text)


@pytest.mark.render
def test_index_and_feed_of_a_site_say_it() -> None:
    events = pd.DataFrame({"ticker": ["AAA", "BBB"], "date": [str(DAY0)] * 2, "event_id": ["one", "two"]})
    result = eventstudy.EventStudy(benchmark="SPY").run(events, spoilt())
    site = site_of(result, lang="de")
    files = {name: data.decode() for name, data in site.items()}
    assert f"ZWEIFEL one: AAA, {GERMAN}: der Kurs ist das Hundertfache" in "".join(read(site["index.html"]).text)
    assert "wie in einer anderen Einheit.</p>" in files["index.html"]
    assert "zweifelhaft" in files["index.html"]
    says_no_finding(files["index.html"], "ZWEIFEL")
    feed = files["feed.xml"]
    assert feed.count("<summary>ZWEIFEL AAA") == 1, "the other event is not in doubt"
    assert ".;" not in feed
    figures = [a["data-path"] for a, _ in read(site["index.html"]).figures if a.get("data-of") == "one.json"]
    assert figures == ["firms[0].day0"], "no CAR and no p of an event in doubt"
    assert "ZWEIFEL" not in files["two.html"]
    assert "2 Ereignisse, 2 Firmen, 2 Paare aus Ereignis und Firma" in files["index.html"]
    alone = site_of(eventstudy.EventStudy(benchmark="SPY").run(events[:1], long()))["index.html"].decode()
    assert "1 event, 1 firm, 1 pair of event and firm" in alone


@pytest.mark.render
def test_an_update_says_it_and_ends_with_4(es: Es) -> None:
    written(spoilt())
    Path("events.toml").write_text(
        f'[[event]]\nid = "one"\ntitle = "One"\nannounced = {DAY0}\n[[event.group]]\ntickers = ["AAA"]\n'
    )
    Path("study.toml").write_text(
        'registry = "events.toml"\nlang = "de"\noutput = "site"\n[options]\nprices = "prices.csv"\nbenchmark = "SPY"\n'
    )
    for status in ("neu", "unverändert"):
        done = es("update", "study.toml", "--as-of", "2025-02-14")
        assert f"one  ZWEIFEL AAA, {GERMAN}: der Kurs ist das Hundertfache" in done.out
        assert f"Ohne {GERMAN} ist die CAR[0, 0] von AAA" in done.out
        assert any(line.startswith(f"{status}  one") for line in done.out.splitlines())
        assert done.code == 4
    index = Path("site/index.html").read_text()
    assert f"ZWEIFEL One: AAA, {GERMAN}" in "".join(read(index.encode()).text)
    assert "<summary>ZWEIFEL AAA" in Path("site/feed.xml").read_text()


def test_sums_over_pairs_say_it_too(es: Es) -> None:
    Path("events.csv").write_text(f"ticker,date\nAAA,{DAY0}\nBBB,{DAY0}\n")
    words = ["run", "events.csv", "--keep", "aggregate", "--benchmark", "SPY", "--prices", written(spoilt())]
    done = es(*words)
    says_no_finding(done.out, f"DOUBT AAA on {DAY}", "No finding for the 2 pairs together", "CAAR")
    assert done.code == 4
    told = json.loads(es(*words, "--format", "json").out)
    assert told["aggregate"]["believable"] is False
    assert told["warnings"][0]["severity"] == "doubt"
    written(spoilt(row=GAP))
    assert es(*words).code == 0


@pytest.mark.parametrize("command", ["scan", "robustness", "confounders"])
def test_other_answers_name_it_above_all_and_end_with_4(es: Es, command: str) -> None:
    done = es(command, *words_of(spoilt(), "AAA"))
    assert f"DOUBT AAA, {DAY}" in done.out
    assert done.code == 4


def grouped(frame: pd.DataFrame) -> Any:
    """AAA and BBB as two groups of one event."""
    Path("groups.toml").write_text(
        f'[[event]]\nid = "one"\ntitle = "One"\nannounced = {DAY0}\n[[event.group]]\nname = "first"\ntickers = ["AAA"]\n'
        '[[event.group]]\nname = "second"\ntickers = ["BBB"]\n'
    )
    return eventstudy.run("groups.toml", prices=written(frame), benchmark="SPY")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("lang", ["en", "de"])
def test_a_group_says_of_how_many_its_mean_is(lang: Any) -> None:
    Path("groups.toml").write_text(
        f'[[event]]\nid = "one"\ntitle = "One"\nannounced = {DAY0}\n[[event.group]]\nname = "first"\n'
        'tickers = ["AAA", "BBB", "CCC"]\n'
    )
    frame = long(("AAA", "BBB", "CCC", "SPY"))
    frame.loc[(frame["ticker"] == "AAA") & (frame["date"] == DAYS[INSIDE]), "close"] *= 100
    result = eventstudy.run("groups.toml", prices=written(frame), benchmark="SPY")
    page = render(result, "md", lang=lang, answers={}).decode().replace("\\", "").replace("*", "")
    assert ("first (2 of 3)" if lang == "en" else "first (2 von 3)") in page
    assert "first (2 of 3)" in screen(result)


def other_answers(result: Any) -> dict[str, Any]:
    """What the other commands find out about a result."""
    Path("shares.csv").write_text("ticker,shares\nAAA,1000000\nBBB,1000000\n")
    return {
        "scan": scan(result),
        "robustness": robustness(result, models="market", returns=("simple",)),
        "counterfactual": counterfactual(result, models="market"),
        "impact": impact(result, shares="shares.csv"),
        "spillover": spillover(result),
    }


def told_by(answer: Any) -> list[str]:
    """Every sentence of an answer."""
    found: list[str] = []

    def walk(value: Any, key: str = "") -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                walk(inner, name)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, key)
        elif key == "sentence":
            found.append(value)

    walk(answer.to_dict())
    return found


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("command", first(["scan", "spillover", "impact", "robustness", "counterfactual"]))
def test_other_answers_state_no_finding(command: str) -> None:
    answer = other_answers(grouped(spoilt()))[command]
    sentences = told_by(answer)
    doubtful = [said for said in sentences if said.startswith("No finding for ")]
    assert doubtful
    assert all("prices of AAA that look wrong" in said for said in doubtful)
    if command != "scan":  # which has a sentence a firm, and BBB is not in doubt
        assert doubtful == sentences
    page = answer._repr_html_()
    assert 0 <= page.index("DOUBT AAA") < page.index("No finding for")
    title, text = words(answer.plot())
    assert "no finding" in title.lower()
    assert re.search(rf"DOUBT:? AAA(,| on) {DAY}", text)


@pytest.mark.usefixtures("here")
def test_other_answers_of_sound_prices_state_theirs() -> None:
    for name, answer in other_answers(grouped(long())).items():
        assert not any("No finding" in said for said in told_by(answer)), name


@pytest.mark.usefixtures("here")
def test_a_regression_states_no_finding() -> None:
    frame = spoilt()
    more = [frame[frame["ticker"] == "BBB"].assign(ticker=name) for name in ("CCC", "DDD", "EEE")]
    rng = np.random.default_rng(5)
    for other in more:
        other["close"] *= np.exp(rng.normal(0, 0.01, len(other)).cumsum())
    size = pd.DataFrame({"ticker": ["AAA", "BBB", "CCC", "DDD", "EEE"], "size": [1.0, 2.0, 4.0, 3.0, 5.0]})
    for tickers, doubtful in ((("AAA", "BBB", "CCC", "DDD", "EEE"), True), (("BBB", "CCC", "DDD", "EEE"), False)):
        answer = regress(ran(pd.concat([frame, *more]), tickers), size, "size")
        assert told_by(answer)[0].startswith("No finding for the CARs of 5 pairs") is doubtful
        assert answer.to_dict()["believable"] is not doubtful
        assert ("DOUBT AAA" in answer._repr_html_()) is doubtful


@pytest.mark.slow
def test_a_scan_names_no_day_and_groups_are_no_winners(es: Es) -> None:
    grouped(spoilt())
    options = ["groups.toml", "--prices", "prices.csv", "--benchmark", "SPY"]
    for command in ("scan", "spillover", "counterfactual"):
        done = es(command, *options)
        assert done.code == 4
        assert "DOUBT AAA" in done.out
        assert not {"lost, each", "gained, each"} & set(done.out.split(" by itself"))
        assert not [said for said in ("REACTION DAY", "lost:", "gained:", "below 5 % for") if said in done.out]
    alone = es("scan", *words_of(spoilt(), "AAA"))
    says_no_finding(alone.out.replace("No finding", ""), "DOUBT AAA", "days searched")


# ---- a claim ------------------------------------------------------------------------------------------------------------

JUDGED = ("is not among", "No change of", "closed at", "ordinary days bring", "ist nicht unter", "schloss am")
CLAIMS = {
    "a number that is there": ["--ticker", "AAA", "--to", "{close}", "--around", DAY],
    "a number that is not": ["--ticker", "AAA", "--to", "7", "--around", DAY],
    "a change that is not": ["AAA fell 17 percent on Monday", "--ticker", "AAA", "--around", DAY],
}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("what", CLAIMS)
@pytest.mark.parametrize(("lang", "doubt"), [("en", "DOUBT AAA"), ("de", "ZWEIFEL AAA")])
def test_a_claim_on_closes_that_look_wrong_is_neither_right_nor_wrong(es: Es, what: str, lang: str, doubt: str) -> None:
    frame = spoilt()
    close = frame.loc[(frame["ticker"] == "AAA") & (frame["date"] == DAYS[INSIDE - 1]), "close"].iloc[0]
    said = [part.format(close=f"{close:.2f}") for part in CLAIMS[what]]
    given = ["--prices", written(frame), "--benchmark", "SPY", "--lang", lang]
    done = es("claim", *said, *given)
    assert done.code == 4
    says_no_finding(done.out, doubt, {"en": "verdict:", "de": "Urteil:"}[lang])
    assert [word for word in JUDGED if word in done.out] == []
    told = json.loads(es("claim", *said, *given, "--format", "json").out)
    assert set(told["verdict"].values()) == {None}
    assert (told["believable"], told["closes_believable"], told["doubts"][0].startswith(doubt)) == (False, False, True)
    assert told["sentence"].startswith(doubt)


@pytest.mark.usefixtures("here")
def test_a_claim_beside_a_benchmark_that_looks_wrong_is_checked_and_its_abnormal_part_is_not(es: Es) -> None:
    frame = spoilt("SPY")
    closes = frame.loc[frame["ticker"] == "AAA"].set_index("date")["close"]
    first, last = f"{closes[DAYS[INSIDE - 1]]:.4f}", f"{closes[DAYS[INSIDE]]:.4f}"
    numbers = ["--ticker", "AAA", "--from", first, "--to", last, "--around", DAY]
    given = ["--prices", written(frame), "--benchmark", "SPY"]
    done = es("claim", *numbers, *given)
    assert done.code == 4
    assert done.out.startswith("DOUBT SPY")
    assert "numbers found: yes" in done.out
    assert "ordinary days bring" not in done.out
    assert "The market (SPY) moved" not in done.out
    verdict = json.loads(es("claim", *numbers, *given, "--format", "json").out)["verdict"]
    assert (verdict["numbers_found"], verdict["attributable"]) == (True, None)


# ---- accepted, dropped, left out of means -----------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["UNIT_CHANGE", "UNIT_CHANGE:AAA", f"UNIT_CHANGE:AAA:{DAY}"])
def test_a_doubt_that_is_accepted_by_name_is_a_caution(es: Es, what: str) -> None:
    done = es("run", *words_of(spoilt(), "AAA"), "--accept", what, "--format", "json")
    assert done.code == 0
    found = json.loads(done.out)
    assert found["config"]["accept"] == [what], "the user's choice is recorded"
    assert found["firms"][0]["believable"] is True
    (said,) = [w for w in found["warnings"] if w["code"] == "UNIT_CHANGE"]
    assert said["severity"] == "caution"
    assert said["message"].endswith("(accepted by the user)")


@pytest.mark.parametrize("what", ["SPLIT_NOT_APPLIED", "UNIT_CHANGE:BBB", "UNIT_CHANGE:AAA:2024-08-29"])
def test_another_doubt_is_not_accepted_with_it(es: Es, what: str) -> None:
    assert es("run", *words_of(spoilt(), "AAA"), "--accept", what).code == 4


@pytest.mark.parametrize(
    ("option", "value"), [("--accept", "NOISE"), ("--accept", "UNIT_CHANGE:AAA:soon"), ("--drop-day", "2024-08-30")]
)
def test_what_cannot_be_accepted_or_dropped_is_refused(es: Es, option: str, value: str) -> None:
    done = es("run", *words_of(spoilt(), "AAA"), option, value)
    assert done.code == 2
    assert value.rpartition(":")[2] in done.err


@pytest.mark.render
def test_settings_and_study_files_accept_as_the_command_does(es: Es) -> None:
    words = words_of(spoilt(), "AAA")
    Path("eventstudy.toml").write_text('[run]\naccept = ["UNIT_CHANGE:AAA"]\n')
    assert es("run", *words).code == 0
    Path("eventstudy.toml").unlink()
    Path("events.toml").write_text(
        f'[[event]]\nid = "one"\ntitle = "One"\nannounced = {DAY0}\n[[event.group]]\ntickers = ["AAA"]\n'
    )
    for more, code in (('accept = ["UNIT_CHANGE"]', 0), (f'drop_day = ["AAA={DAY}"]', 0), ("", 4)):
        Path("study.toml").write_text(
            f'registry = "events.toml"\noutput = "site"\n[options]\nprices = "prices.csv"\nbenchmark = "SPY"\n{more}\n'
        )
        assert es("update", "study.toml", "--as-of", "2025-02-14").code == code, more


def test_sums_accept_it_too(es: Es) -> None:
    Path("events.csv").write_text(f"ticker,date\nAAA,{DAY0}\nBBB,{DAY0}\n")
    words = ["run", "events.csv", "--keep", "aggregate", "--benchmark", "SPY", "--prices", written(spoilt())]
    assert es(*words).code == 4
    assert es(*words, "--accept", f"UNIT_CHANGE:AAA:{DAY}").code == 0
    assert es(*words, "--drop-day", f"AAA={DAY}").code == 0


def test_a_dropped_day_gives_the_figure_that_the_screen_offers(es: Es) -> None:
    offered = es("run", *words_of(spoilt(), "AAA")).out
    said = re.search(
        rf"Without {DAY} the CAR\[0, 0\] of AAA is (\S+) % \(--drop-day AAA={DAY}\)\.", " ".join(offered.split())
    )
    assert said is not None
    done = es("run", *words_of(spoilt(), "AAA"), "--drop-day", f"AAA={DAY}", "--format", "json")
    assert done.code == 0
    dropped = json.loads(done.out)["firms"][0]["windows"][0]["car"]
    assert f"{100 * dropped:+.2f}" == said[1]
    missing = spoilt()
    missing = missing[~((missing["ticker"] == "AAA") & (missing["date"] == DAYS[INSIDE]))]
    assert dropped == pytest.approx(ran(missing, ("AAA",)).to_dict()["firms"][0]["windows"][0]["car"], abs=1e-12)
    assert es("run", *words_of(spoilt(), "AAA"), "--drop-day", "AAA=2024-09-01").code == 2


def test_another_unit_from_a_day_on_is_no_bad_day() -> None:
    """Without its first day the step would be one day later: an offer of that day would be offered again."""
    frame = long()
    frame.loc[(frame["ticker"] == "AAA") & (frame["date"] >= DAYS[ROW + 2]), "close"] *= 100
    result = ran(frame, ("AAA",))
    assert [doubt.code for doubt in result.doubts[0]] == ["UNIT_CHANGE"]
    assert result.offers == ()


def test_an_offer_is_of_a_window_that_holds_the_day() -> None:
    (offer,) = ran(spoilt(row=ROW + 1), ("AAA",)).offers
    assert offer.window.start <= 1 <= offer.window.end
    (offer,) = ran(spoilt(row=INSIDE), ("AAA",)).offers
    assert (offer.window.start, offer.window.end) == (0, 0)


def test_a_table_without_firm_and_benchmark_names_both(es: Es) -> None:
    refused = es("run", *("YYY" if word == "SPY" else word for word in words_of(long(), "ZZZ")))
    assert refused.code == 5
    assert "has no ticker 'ZZZ'" in refused.err


def many_firms(n: int, effect: float) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """So many firms that move by an effect on day 0; the price of the first is spoilt."""
    names = tuple(f"F{i:02}" for i in range(n))
    frame = long((*names, "SPY"))
    frame.loc[frame["ticker"].isin(names) & (frame["date"] >= DAYS[ROW]), "close"] *= 1 + effect
    frame.loc[(frame["ticker"] == "F00") & (frame["date"] == DAYS[INSIDE]), "close"] *= 1.3
    return frame, names


def test_means_are_those_of_the_believable_pairs_and_say_so(es: Es) -> None:
    frame, names = many_firms(20, 0.08)
    result, sound = ran(frame, names), ran(frame, names[1:])
    told, alone = result.to_dict()["aggregate"], sound.to_dict()["aggregate"]
    assert (told["believable"], told["n"], told["n_doubtful"], told["with_doubtful"]["n"]) == (True, 19, 1, 20)
    for window, other in zip(told["windows"], alone["windows"], strict=True):
        assert window["caar"] == pytest.approx(other["caar"], abs=1e-12)
        assert window["headline"] == other["headline"]
    assert told["with_doubtful"]["windows"][0]["caar"] != pytest.approx(told["windows"][0]["caar"], abs=1e-6)
    lines = result.summary().splitlines()
    assert lines[0].startswith(f"DOUBT F00, {DAY}")
    assert lines[1] == "1 of 20 pairs is left out of the means: its prices look wrong."
    assert lines[2].startswith(f"Without {DAY} the CAR[0, 0] of F00 is ")
    assert lines[3].startswith("On Monday 27 January 2025 the 19 stocks ")
    assert lines[-1].startswith("Mean CAR of 19 pairs")
    assert alone["with_doubtful"] is None
    done = es("run", *words_of(frame, *names))
    assert done.code == 4, "something is left out, and named"
    assert "Means of 19 of 20 pairs; without F00, in doubt." in done.out
    assert "believable 19 pairs, 1 date" in done.out


@pytest.mark.slow
def test_a_chart_and_the_table_draw_the_same_mean_where_there_is_no_finding(es: Es) -> None:
    frame, names = many_firms(4, 0.08)
    result, said = ran(frame, names), "Means of 3 of 4 pairs; without F00, in doubt."
    assert result.withheld()
    assert {answer.n for answer in result.answers.values()} == {3}
    ax = result.plot("car")
    drawn, sound = (
        next(line for line in one.get_lines() if line.get_label() == "mean CAR").get_ydata()
        for one in (ax, ran(frame, names[1:]).plot("car"))
    )
    assert drawn == pytest.approx(sound)
    text = " ".join(words(ax)[1].split())
    assert said in text
    assert "Mean of 3 (thin lines)" in text
    assert "Mittel aus 3 von 4 Paaren; ohne F00, deren Kurse zweifelhaft sind." in " ".join(
        words(result.plot("car", lang="de"))[1].split()
    )
    assert said in es("run", *words_of(frame, *names)).out


@pytest.mark.parametrize(("n", "effect"), [(9, 0.08), (20, 0.0)])
def test_too_many_in_doubt_or_another_verdict_leave_no_finding(n: int, effect: float) -> None:
    frame, names = many_firms(n, effect)
    if not effect:  # the one in doubt turns the mean around
        frame.loc[(frame["ticker"] == "F00") & (frame["date"] >= DAYS[ROW]), "close"] *= 30
    told = ran(frame, names)
    assert told.to_dict()["aggregate"]["believable"] is False
    assert told.summary().splitlines()[-1].startswith(f"No finding for the {n} pairs together")


# ---- figures that cannot be -------------------------------------------------------------------------------------------


def test_a_beta_that_one_day_turns_negative_is_named_with_its_day() -> None:
    frame = long()
    both = [frame["ticker"] == t for t in ("AAA", "SPY")]
    market = frame.loc[both[1], "close"].to_numpy() ** 0.5
    frame.loc[both[1], "close"] = market
    drift = np.random.default_rng(8).normal(0, 0.004, len(DAYS)).cumsum()
    frame.loc[both[0], "close"] = 20 * (market / market[0]) ** 1.2 * np.exp(drift)
    assert ran(frame, ("AAA",)).believable
    later = frame["date"] >= DAYS[INSIDE]
    frame.loc[both[1] & later, "close"] *= 1.08  # below what is looked at in an index
    frame.loc[both[0] & later, "close"] *= 0.78
    result = ran(frame, ("AAA",))
    assert result.fit.params[0, 1] < 0
    (said,) = [w for w in result.warned if w.code == "IMPOSSIBLE_FIGURE"]
    assert (said.severity, said.session) == ("doubt", DAY)
    assert f"clearly positive without {DAY} alone" in said.message
    assert said.code in result.to_dict()["firms"][0]["doubts"]


def test_an_alpha_that_no_price_keeps_up_is_named_where_the_prices_passed_for_a_storm() -> None:
    frame = long()
    frame.loc[(frame["ticker"] == "AAA") & frame["date"].isin(DAYS[ROW - 60 : ROW - 11 : 2]), "close"] *= 3
    result = ran(frame, ("AAA",))
    assert [w.code for w in result.doubts_of()] == ["IMPOSSIBLE_FIGURE"]
    assert result.doubts_of()[0].params["value"] == pytest.approx(result.fit.params[0, 0])
    assert ran(frame, ("BBB",)).believable


def test_a_sum_over_a_year_below_all_there_is_is_no_fault_of_a_price_that_no_longer_rises() -> None:
    """A share that gained .6 % a day and then stands still: 241 days of alpha are a CAR of less than -100 %."""
    rng = np.random.default_rng(3)
    days = pd.bdate_range("2019-01-01", periods=560)
    market = rng.normal(0, 0.01, 560)
    own = market + rng.normal(0, 0.012, 560) + np.where(np.arange(560) < 290, 0.006, 0)
    closes = pd.DataFrame(100 * np.cumprod(1 + np.column_stack([own, market]), axis=0), days, ["AAA", "MKT"])
    events = pd.DataFrame({"ticker": ["AAA"], "date": [days[300]]})
    study = eventstudy.EventStudy(benchmark="MKT", event_window=(0, 240), windows=[(0, 240)], calendar=None)
    result = study.run(events, closes)
    assert result.windows()["car"].item() < -1
    assert result.believable


# ---- made-up studies, masked days, and the list of the checks ---------------------------------------------------------


@pytest.mark.slow
def test_made_up_studies_on_prices_that_look_wrong_state_nothing(es: Es) -> None:
    words = [*words_of(spoilt(row=INSIDE - 200 if INSIDE > 200 else 40), "AAA"), "--draws", "50"]
    words += ["--estimation-window", "-80", "-11", "--min-estimation", "50"]
    done = es("calibrate", *words)
    assert done.code == 4
    says_no_finding(done.out, "DOUBT AAA", "Made-up studies", "No finding for these made-up studies")
    assert "rejects" in done.out, "the table stands, without a sentence on it"
    assert "of true nulls (" not in done.out
    assert es("calibrate", *words, "--accept", "UNIT_CHANGE").code == 0


def test_masked_days_state_nothing_in_doubt(es: Es) -> None:
    done = es("run", *words_of(spoilt(), "AAA"), "--mask-confounded", "--format", "json")
    rows = json.loads(done.out)["masked"]["rows"]
    assert {row["sentence"].startswith("No finding for AAA") for row in rows} == {True}


@pytest.mark.parametrize(
    ("row", "factor"), [(INSIDE, 100.0), (INSIDE, 0.01), (INSIDE, 1.3), (ROW + 3, 0.7), (ROW - 11, 1.5), (ROW + 1, 3.1)]
)
def test_the_list_of_the_checks_has_the_same_flags_for_the_same_span(es: Es, row: int, factor: float) -> None:
    words = words_of(spoilt(row=row, factor=factor), "AAA")
    warned = json.loads(es("run", *words, "--format", "json").out)["warnings"]
    by_run = {(w["code"], w["ticker"], w["session"]) for w in warned if w["severity"] == "doubt"}
    span = ["--start", str(DAYS[ROW - 265]), "--end", str(DAYS[ROW + 5])]
    listed = es("prices", "check", "--prices", "prices.csv", "--tickers", "AAA,SPY", *span, "--format", "json")
    rows = json.loads(listed.out)["rows"]
    assert {(r["code"], r["ticker"], r["session"]) for r in rows} == by_run
    assert len(by_run) == 1


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("studied", ["AAA", "AAA,BBB"])
def test_a_share_with_the_closes_of_another_one_is_in_doubt_studied_or_not(es: Es, studied: str, wide: bool) -> None:
    frame = long()
    frame.loc[frame["ticker"] == "BBB", "close"] = frame.loc[frame["ticker"] == "AAA", "close"].to_numpy()
    words = words_of(frame, *studied.split(","))
    if wide:
        written(frame.pivot(index="date", columns="ticker", values="close").reset_index())
    done = es("run", *words, "--format", "json")
    told = json.loads(done.out)
    assert [(w["code"], w["ticker"]) for w in told["warnings"] if w["severity"] == "doubt"] == [("OTHER_SYMBOL", "AAA")]
    assert [firm["believable"] for firm in told["firms"]] == [False]
    assert done.code == 4
    right = es("run", *words, "--format", "json", "--accept", "OTHER_SYMBOL")
    assert [firm["believable"] for firm in json.loads(right.out)["firms"]] == [True]


def test_a_few_closes_that_two_shares_have_in_common_are_chance() -> None:
    frame = long()
    own, other = (np.flatnonzero(frame["ticker"] == t) for t in ("AAA", "BBB"))
    frame.loc[other[10:200:10], "close"] = frame.loc[own[10:200:10], "close"].to_numpy()
    assert "OTHER_SYMBOL" not in {w.code for w in ran(frame, ("AAA",)).warned}
