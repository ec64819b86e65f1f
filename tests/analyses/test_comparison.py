"""Kinds of events compared: which test speaks for which design, from the CARs of the study by the tests on clusters."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from eventstudy import EventStudy, StudyResult
from eventstudy.analyses import compare
from eventstudy.errors import EventStudyError, InvalidFile, InvalidRequest
from eventstudy.events import Event, Group
from eventstudy.inference import clusters
from eventstudy.language import in_language

from tests.worlds import MARKET, SESSIONS, closes

TICKERS = ("AAA", "BBB", "CCC")
PRICES = closes(3, TICKERS, common=0.5)
CHOICES: dict[str, Any] = {
    "benchmark": MARKET,
    "calendar": None,
    "estimation_window": (-60, -11),
    "min_estimation": 30,
    "event_window": (-1, 3),
}


def study(plan: Sequence[tuple[int, str, str]], **choices: Any) -> StudyResult:
    """A study of events (row of the sessions, kind, tickers by their letters)."""
    events = [
        Event(
            id=f"{kind}-{row}-{letters.lower()}",
            title=kind,
            announced=SESSIONS[row].date(),
            category=kind,
            tags=("big",) if len(letters) == 3 else (),
            group=(Group(tickers=tuple(3 * letter for letter in letters)),),
        )
        for row, kind, letters in plan
    ]
    return EventStudy(**{**CHOICES, **choices}).run(events, PRICES)


PURE = [(70 + 10 * i, "good" if i % 2 else "bad", "ABC" if i < 6 else "A") for i in range(11)]
BOTH = [(70 + 10 * i, kind, letters) for i in range(6) for kind, letters in (("good", "AB"), ("bad", "C"))]
MIXED = [*PURE[:8], (150, "good", "B"), (150, "bad", "C")]


def by_hand(result: StudyResult, start: int, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """CARs, whether they are of the second kind by name, and the place of their date."""
    table = result.windows()
    table = table[(table["start"] == start) & (table["end"] == end)]
    dates = [p.split("-")[1] for p in table["event_id"]]
    first = table["event_id"].str.startswith("bad").to_numpy().astype(np.int64)
    return table["car"].to_numpy(float), first, np.unique(dates, return_inverse=True)[1].astype(np.int64)


@pytest.mark.parametrize(
    ("plan", "headline"), [(PURE, "im_two_sample"), (BOTH, "im_paired"), (MIXED, "cr2")], ids=["pure", "both", "mixed"]
)
def test_the_design_says_which_test_speaks(plan: list[tuple[int, str, str]], headline: str) -> None:
    result = study(plan)
    found = compare(result, "category")
    [pair] = found.pairs
    assert pair.headline == headline
    values, bad, cluster = by_hand(result, 0, 1)
    first = bad if pair.a == "bad" else 1 - bad
    known = getattr(clusters, headline)(values, first, cluster)
    assert pair.difference == pytest.approx(known.difference, rel=1e-12)
    assert pair.p == pytest.approx(known.p, rel=1e-10)
    half = scipy.stats.t.ppf(0.975, known.df) * known.se
    assert [pair.low, pair.high] == pytest.approx([known.difference - half, known.difference + half])
    seen = (scipy.stats.t.ppf(0.975, known.df) + scipy.stats.t.ppf(0.8, known.df)) * known.se
    assert pair.detectable == pytest.approx(seen)
    valid = {test.name: test.valid for test in pair.tests}
    assert valid["cr1"] is valid["welch"] is False
    assert valid["wild"] is valid["cr2"] is True
    assert ("permuted" in valid) == (headline == "im_two_sample")
    told = json.loads(found.to_json())
    assert set(told) >= {"schema", "by", "levels", "pairs", "clusters"}
    assert set(told["pairs"][0]) >= {"a", "b", "difference", "ci", "headline", "tests"}
    assert told["clusters"] == len(np.unique(cluster))
    german = in_language(found.sentence, "de")
    assert german is not None
    assert "Nach category" in german


def test_a_kind_on_one_date_has_one_cluster() -> None:
    result = study([(70, "good", "AB"), *((90 + 10 * i, "bad", "AB") for i in range(6))])
    [said] = [m.message for m in compare(result, "category", window=(0, 0)).warned if "good" in m.message]
    assert said == "good has one cluster of dates: little can be seen"


def test_three_kinds_are_adjusted_and_put_to_one_test() -> None:
    result = study([(70 + 10 * i, ("good", "bad", "odd")[i % 3], "AB") for i in range(12)])
    found = compare(result, "category", window=(0, 0))
    assert len(found.pairs) == 3
    smallest = min(pair.p for pair in found.pairs)
    assert min(pair.p_adjusted for pair in found.pairs) == pytest.approx(min(1, 3 * smallest))
    assert found.alike is not None
    assert "all kinds alike: Wald" in found.text()
    assert {m.code for m in found.warned} == {"COMPARE_FEW"}
    assert [level.mean for level in found.levels] == sorted(level.mean for level in found.levels)


def test_windows_that_touch_count_once() -> None:
    near = study(
        [(70 + 2 * i, "good" if i % 2 else "bad", "A") for i in range(8)] + [(120, "good", "A"), (130, "bad", "B")]
    )
    assert compare(near, "category", window=(0, 1)).n_clusters == 10
    assert compare(near, "category", window=(0, 3)).n_clusters == 3


def test_a_kind_with_one_date_lets_no_test_speak() -> None:
    found = compare(study([*[r for r in PURE if r[1] == "bad"], (180, "good", "ABC")]), "category")
    [pair] = found.pairs
    assert pair.headline == ""
    assert np.isnan(pair.p)
    assert "one of the kinds has one cluster of dates" in found.text()
    assert "no test is valid" in found.sentence
    assert "cannot be compared" in found.sentence
    assert "do not differ" not in found.sentence  # nothing was tested
    assert not any(test.valid for test in pair.tests)


def table(result: StudyResult, **columns: Any) -> pd.DataFrame:
    keys = {"event_id": [p.event_id for p in result.panel.pairs], "ticker": [p.ticker for p in result.panel.pairs]}
    return pd.DataFrame(keys | columns).astype(str)


def test_surprises_are_cut_at_zero_and_others_where_it_is_said() -> None:
    result = study(PURE)
    numbers = [0.1 * ((7 * i) % 11 - 5) for i in range(result.returns.n)]
    known = table(result, surprise=numbers, size=numbers, sector=["x" if n > 0.2 else "y" for n in numbers])
    found = compare(result, "surprise", characteristics=known)
    assert {level.name for level in found.levels} == {"surprise above 0", "surprise up to 0"}
    assert sum(level.n for level in found.levels) == result.returns.n
    halves = compare(result, "size", characteristics=known, cut="median")
    assert "COMPARE_CUT" in {m.code for m in halves.warned}
    assert {level.name for level in compare(result, "sector", characteristics=known).levels} == {"x", "y"}
    tagged = compare(result, "tag:big")
    assert {level.name for level in tagged.levels} == {"big", "without big"}


REFUSED: dict[str, tuple[dict[str, Any], type[EventStudyError], str]] = {
    "a column without a table": ({"by": "size"}, InvalidRequest, "nothing that events say"),
    "an unknown tag": ({"by": "tag:small"}, InvalidRequest, "no event has the tag 'small'"),
    "a cut of words": ({"by": "category", "cut": "0"}, InvalidRequest, "cuts numbers"),
    "a window outside": ({"by": "category", "window": (0, 9)}, InvalidRequest, "outside the event window"),
    "the returns themselves": (
        {"by": "car", "columns": {"car": 1.0}},
        InvalidRequest,
        "is the return that is compared",
    ),
    "a cut that is none": ({"by": "n", "cut": "half", "columns": {"n": 1.0}}, InvalidRequest, "--cut cannot be 'half'"),
    "no such column": ({"by": "m", "columns": {"n": 1.0}}, InvalidFile, "no column 'm'"),
    "one kind": ({"by": "n", "cut": 5, "columns": {"n": 1.0}}, InvalidRequest, "all events are of one kind"),
}


@pytest.mark.parametrize(("words", "kind", "what"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_compared_is_refused(words: dict[str, Any], kind: type[EventStudyError], what: str) -> None:
    result = study(PURE)
    columns = words.pop("columns", None) if "columns" in words else None
    known = table(result, **columns) if columns else None
    with pytest.raises(kind, match=what):
        compare(result, characteristics=known, **words)
    if columns:
        words["columns"] = columns


def test_one_cluster_of_dates_and_disguised_returns_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="spillover"):
        compare(study([(100, "good", "AB"), (101, "bad", "C")]), "category")
    result = study(PURE)
    values, _, _ = by_hand(result, 0, 1)
    with pytest.raises(InvalidRequest, match="differ by their making"):
        compare(result, "size", characteristics=table(result, size=100 * values), cut="median")


def test_many_kinds_want_a_cut() -> None:
    result = study([(70 + 9 * i, f"kind{i}", "A") for i in range(12)])
    with pytest.raises(InvalidRequest, match="has 12 kinds"):
        compare(result, "category")


def test_numbers_of_one_event_each_are_no_kinds() -> None:
    plan = [(70 + 10 * i, "kind", "AB") for i in range(6)]
    result = study(plan)
    ids = [event.id for event in result.events]

    def table(values: Sequence[object]) -> pd.DataFrame:
        rows = [(ticker, id, value) for id, value in zip(ids, values, strict=True) for ticker in ("AAA", "BBB")]
        return pd.DataFrame(rows, columns=["ticker", "event_id", "size"])

    with pytest.raises(InvalidRequest, match="size holds 5 different numbers, 4 of them on one event alone") as refused:
        compare(result, "size", characteristics=table([1, 1, 4, 9, 16, 25]))
    assert "--cut median" in str(refused.value)
    assert len(compare(result, "size", characteristics=table([1, 1, 4, 9, 16, 25]), cut="median").levels) == 2
    for codes in ([1, 1, 2, 2, 3, 3], [0, 0, 0, 0, 0, 1], ["i", "ii", "iii", "iv", "v", "v"]):
        kinds = {level.name for level in compare(result, "size", characteristics=table(codes)).levels}
        assert kinds == {str(code) for code in codes}


def test_nothing_is_said_of_all_kinds_where_no_two_can_be_compared() -> None:
    found = compare(study([(70, "one", "ABC"), (85, "two", "ABC"), (100, "three", "ABC")]), "category")
    assert not any(pair.headline for pair in found.pairs)
    assert found.alike is None
    assert found.to_dict()["alike"] is None
    assert "Wald" not in found.text()


# ---- its picture -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", [PURE, MIXED], ids=["pure", "mixed"])
def test_the_picture_draws_kinds_dates_and_differences(plan: list[tuple[int, str, str]]) -> None:
    result = study(plan)
    found = compare(result, "category")
    ax = found.plot()
    values, bad, cluster = by_hand(result, 0, 1)
    marks = {line.get_label(): line.get_xydata().tolist()[0] for line in ax.lines if len(line.get_xydata()) == 1}
    place = {text.get_text(): y for y, text in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True)}
    for kind, own in (("bad", bad == 1), ("good", bad == 0)):
        means = [values[own & (cluster == g)].mean() for g in np.unique(cluster[own])]
        [dots] = [c for c in ax.collections if c.get_label() == f"_{kind}"]
        assert sorted(np.asarray(dots.get_offsets())[:, 0]) == pytest.approx(sorted(means))
        assert marks[f"_{kind} mean"] == pytest.approx([np.mean(means), place[f"{kind} ({len(means)} dates)"]])
    [pair] = found.pairs
    assert marks[f"_{pair.a} less {pair.b}"] == [pair.difference, place[f"{pair.a} less {pair.b}"]]
    [interval] = [c for c in ax.collections if c.get_label() == f"_{pair.a} less {pair.b} interval"]
    assert sorted(interval.get_paths()[0].vertices[:, 0]) == pytest.approx([pair.low, pair.high])
    title = ax.figure._suptitle.get_text().replace("\u00a0", " ")
    assert title.startswith(f"{pair.a} less {pair.b}: ")
    same = result.plot("comparison", by="category")
    assert [line.get_xydata().tolist() for line in same.lines] == [line.get_xydata().tolist() for line in ax.lines]


def test_the_picture_says_where_no_test_is_valid_and_speaks_german() -> None:
    found = compare(study([*[r for r in PURE if r[1] == "bad"], (180, "good", "ABC")]), "category")
    ax = found.plot(lang="de", width=4)
    assert "kein Test ist gültig" in " ".join(ax.figure._suptitle.get_text().split())
    assert not [c for c in ax.collections if str(c.get_label()).endswith(" interval")]
    three = compare(study([(70 + 10 * i, ("good", "bad", "odd")[i % 3], "AB") for i in range(12)]), "category")
    title = three.plot().figure._suptitle.get_text()
    out = sum(pair.p_adjusted < 0.05 for pair in three.pairs)
    said = (f"{out} of 3 pairs of kinds: a measurable difference", "None of 3 pairs of kinds differs measurably")
    assert title == said[out == 0]
