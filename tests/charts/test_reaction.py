"""The artists of `reaction` are the numbers of the scan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from eventstudy.analyses.reaction import scan
from eventstudy.errors import InvalidRequest
from eventstudy.study.result import StudyResult
from matplotlib.axes import Axes

from .conftest import made_up
from .test_car import title, words
from .test_others import bars


def band(ax: Axes) -> dict[int, float]:
    """Half the height of the shaded area on each day."""
    [area] = [c for c in ax.collections if str(c.get_label()).startswith("95 %")]
    points = np.concatenate([path.vertices for path in area.get_paths()])
    found = {}
    for day in range(int(np.ceil(points[:, 0].min())), int(points[:, 0].max()) + 1):
        left = points[np.isclose(points[:, 0], day - 0.5), 1]
        right = points[np.isclose(points[:, 0], day + 0.5), 1]
        found[day] = max(set(np.round(left, 12)) & set(np.round(right, 12)))
    return found


@pytest.mark.parametrize("group", [None, "chip makers", "cloud buyers"])
def test_bars_and_band_are_the_scan(announced: StudyResult, group: str | None) -> None:
    found = next(s for s in scan(announced).subjects if s.name == (group or "all 16 tickers"))
    ax = announced.plot("reaction", group=group)
    assert bars(ax) == {d.rel_day: (d.ar, d == found.reaction) for d in found.event_days}
    widths = band(ax)
    assert sorted(widths) == [d.rel_day for d in found.days]
    for day in found.days:
        assert widths[day.rel_day] == pytest.approx(found.critical * day.ar / day.sar, abs=1e-11)
        assert (abs(day.ar) > widths[day.rel_day]) == (day.p_adjusted < 0.05)
    assert (found.reaction is not None) == (group != "cloud buyers")
    assert ("the market reacted on 2025-01-27" in title(ax).replace("\u00a0", " ")) == (found.reaction is not None)


def test_dots_are_the_firms(announced: StudyResult) -> None:
    [dots] = [c for c in announced.plot("reaction").collections if c.get_label() == "_firms"]
    tidy = announced.tidy()
    np.testing.assert_array_equal(np.asarray(dots.get_offsets()), tidy[["rel_day", "ar"]])


def test_both_dates_are_told_whichever_is_day_0(nvda: StudyResult, announced: StudyResult) -> None:
    for result, other in ((nvda, "announced"), (announced, "recognised")):
        ax = result.plot("reaction", tickers="NVDA")
        assert "Announced day 2025-01-21: −0.4 %" in words(ax)
        assert "Recognised day 2025-01-27: −13.4 %" in words(ax)
        assert [line.get_gid() for line in ax.lines if line.get_gid() in ("announced", "recognised")] == [other]
    assert "not searched; p .849 by itself" in words(nvda.plot("reaction"))


def test_the_days_searched_are_those_named(announced: StudyResult) -> None:
    ax = announced.plot("reaction", days=(1, 3))
    assert sorted(band(ax)) == [1, 2, 3]
    assert "no day of [+1, +3] stands out, given that 3 were searched" in title(ax).replace("\u00a0", " ")
    with pytest.raises(InvalidRequest, match="reach out of the event window"):
        announced.plot("reaction", days=(0, 10))


def test_pairs_on_several_dates_are_judged_one_by_one(many_dates: StudyResult) -> None:
    calm = replace(many_dates, returns=replace(many_dates.returns, around=None))
    ax = calm.plot("reaction")
    days = [s.reaction for s in scan(calm).subjects if s.reaction]
    [marks] = [c for c in ax.collections if c.get_label() == "reaction day of a pair"]
    assert sorted(map(tuple, np.asarray(marks.get_offsets()))) == sorted((d.rel_day, d.ar) for d in days)
    assert title(ax).startswith(f"12 events on 6 dates: {len(days)} of 12 have a reaction day")
    assert days


def test_too_few_estimation_days_are_said() -> None:
    result, _ = made_up(1, 1, estimation_window=(-120, -11), event_window=(-5, 10))
    ax = result.plot("reaction")
    assert not [c for c in ax.collections if str(c.get_label()).startswith("95 %")]
    assert "110 estimation days are too few to name any of them" in words(ax)
