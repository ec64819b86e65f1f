"""What every chart keeps; a new file in the catalog is picked up by itself."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations
from typing import Any

import matplotlib
import numpy as np
import pytest
from eventstudy import plugins
from eventstudy.charts import Chart, render
from eventstudy.charts._style import BLUE, INK, MUTED, SETTINGS
from eventstudy.errors import InvalidRequest, UnknownName
from eventstudy.study.result import StudyResult
from matplotlib._pylab_helpers import Gcf
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from tests.tiers import first

from .conftest import STUDIES, Look, figure_of, first_axes, fit_for

CHARTS = [name for name in plugins.names("charts") if not plugins.load("charts", name).further]
"""Those that draw a result as it is; charts that ask further questions have tests of their own."""

every_chart = pytest.mark.parametrize("name", CHARTS)
some_charts = pytest.mark.parametrize("name", first(CHARTS, 8, "render"))
few_charts = pytest.mark.parametrize("name", first(CHARTS, 3, "render"))
every_study = pytest.mark.parametrize("study", STUDIES)


@pytest.fixture
def one(name: str, request: pytest.FixtureRequest) -> StudyResult:
    """NVDA alone."""
    result: StudyResult = request.getfixturevalue(fit_for(name, "nvda"))
    return result


def texts(figure: Figure) -> list[Text]:
    """Every piece of text that is drawn."""
    figure.draw_without_rendering()
    found = [t for t in figure.findobj(Text) if isinstance(t, Text) and t.get_text().strip() and t.get_visible()]
    ticks = {id(label) for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) for label in _hidden(axis)}
    return [t for t in found if id(t) not in ticks]


def _hidden(axis: Any) -> list[Text]:
    """Labels of ticks outside the view or switched off: matplotlib keeps them, but draws none."""
    low, high = sorted(axis.get_view_interval())
    gone = []
    for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
        for label, shown in ((tick.label1, tick.label1.get_visible()), (tick.label2, tick.label2.get_visible())):
            if not shown or not low - 1e-9 <= tick.get_loc() <= high + 1e-9:
                gone.append(label)
    return gone


def test_the_charts_of_the_first_release_are_in_the_catalog() -> None:
    assert {"car", "car_by_group", "ar_bars", "forest", "price_path"} <= set(CHARTS)


@pytest.mark.slow
def test_listing_them_does_not_import_matplotlib() -> None:
    code = (
        "import sys; from eventstudy import plugins\n"
        "for n in plugins.names('charts'): print(plugins.load('charts', n).summary)\n"
        "sys.exit('matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(plugins.names("charts"))


@every_chart
def test_it_says_in_one_line_what_it_shows(name: str) -> None:
    chart = plugins.load("charts", name)
    assert isinstance(chart, Chart)
    assert 20 <= len(chart.summary) <= 110
    assert "\n" not in chart.summary


@few_charts
def test_axes_in_same_axes_out_and_nothing_else_on_the_figure(name: str, one: StudyResult) -> None:
    figure = Figure(figsize=(12, 5), layout="constrained")
    left, right = figure.subplots(1, 2)
    assert plugins.load("charts", name).draw(one, ax=right) is right
    assert right.get_title(loc="left").startswith("NVDA")
    assert right.lines
    assert not left.lines
    assert not left.collections
    assert figure.get_suptitle() == ""
    assert figure.axes == [left, right]


@few_charts
def test_without_axes_each_drawing_has_a_figure_of_its_own_unknown_to_pyplot(
    name: str, one: StudyResult, look: Look
) -> None:
    before = Gcf.get_all_fig_managers()
    first, other = figure_of(look("nvda", name)), figure_of(one.plot(name))
    assert first is not other
    assert first.get_suptitle().startswith("NVDA")
    assert Gcf.get_all_fig_managers() == before


@pytest.mark.render
@every_chart
def test_the_bytes_are_the_same_on_every_run_and_under_any_settings(name: str, one: StudyResult) -> None:
    def files() -> list[bytes]:
        drawn = one.plot(name)
        return [render(drawn, kind) for kind in ("png", "svg")]

    first = files()
    noise: dict[Any, Any] = {
        "font.size": 30.0,
        "axes.facecolor": "black",
        "font.sans-serif": ["none"],
        "svg.fonttype": "none",
    }
    noise |= {"lines.linewidth": 9.0, "axes.grid": True, "xtick.labelsize": 40.0, "savefig.dpi": 31.0}
    with matplotlib.rc_context(noise):
        assert files() == first


@few_charts
@every_study
def test_no_text_is_cut_off_and_none_lies_on_another(name: str, study: str, look: Look) -> None:
    figure = figure_of(look(study, name))
    boxes = [(t.get_text(), t.get_window_extent()) for t in texts(figure)]
    room = figure.bbox
    for said, box in boxes:
        assert box.x0 >= room.x0 + 8, said
        assert box.x1 <= room.x1 - 8, said
        assert box.y0 >= room.y0, said
        assert box.y1 <= room.y1, said
    for (one, a), (other, b) in combinations(boxes, 2):
        wide = min(a.x1, b.x1) - max(a.x0, b.x0)
        high = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert wide <= 0 or high <= 0.2 * min(a.height, b.height), (one, other)


@pytest.mark.slow
@some_charts
def test_every_text_can_be_read_on_white(name: str, look: Look) -> None:
    shown = texts(figure_of(look("recognised", name)))
    assert len(shown) > 10
    for text in shown:
        assert contrast(text.get_color()) >= 4.5, text.get_text()
        assert float(text.get_fontsize()) >= 9


def contrast(colour: Any) -> float:
    """Contrast with white (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 1.05 / (0.05 + float(np.dot(linear, [0.2126, 0.7152, 0.0722])))


def test_contrast_is_that_of_the_guideline() -> None:
    assert contrast("black") == pytest.approx(21)
    assert contrast("#767676") == pytest.approx(4.54, abs=0.01)
    assert min(contrast(INK), contrast(MUTED), contrast(SETTINGS["axes.labelcolor"])) >= 4.5
    assert contrast(BLUE) >= 3


@some_charts
def test_what_was_done_stands_under_the_title(name: str, look: Look) -> None:
    words = str(figure_of(look("nvda", name)).get_label()).replace("\n", " ").replace("\u00a0", " ")
    assert "no p-value accounts for that choice" in words
    model = "Constant mean" if fit_for(name, "nvda") != "nvda" else "Market model against SPY"
    if name != "price_path":
        assert f"{model} on 250 days (day −260 to −11)" in words


@pytest.mark.render
@every_chart
def test_an_announced_day_0_needs_no_caveat(name: str, look: Look) -> None:
    assert "set by the user" not in str(figure_of(look("announced", name)).get_label())


@every_chart
def test_an_option_it_does_not_have_is_refused_with_those_it_has(name: str, one: StudyResult) -> None:
    with pytest.raises(UnknownName, match="colour") as caught:
        one.plot(name, colour="red")
    assert all(option in str(caught.value) for option in plugins.load("charts", name).options)


@every_chart
def test_something_else_than_axes_is_refused(name: str, one: StudyResult) -> None:
    with pytest.raises(InvalidRequest, match="ndarray, not one matplotlib Axes"):
        one.plot(name, ax=Figure().subplots(1, 2))


@every_chart
def test_a_study_of_another_outcome_is_refused(name: str, nvda: StudyResult, nvda_volume: StudyResult) -> None:
    outcomes = plugins.load("charts", name).outcomes
    for result in (nvda, nvda_volume):
        if result.config.outcome not in outcomes:
            with pytest.raises(InvalidRequest, match=f"this is one of {result.config.outcome}") as caught:
                result.plot(name)
            assert f"--outcome {outcomes[0]}" in str(caught.value)


@every_chart
def test_axes_of_another_chart_are_refused(name: str, one: StudyResult, look: Look) -> None:
    with pytest.raises(InvalidRequest, match="hold a chart already"):
        one.plot(name, ax=first_axes(look("nvda", name)))


@pytest.mark.parametrize(
    "name", first([n for n in CHARTS if "tickers" in plugins.load("charts", n).options], 3, "render")
)
def test_tickers_and_groups_choose_and_wrong_ones_are_refused(name: str, request: pytest.FixtureRequest) -> None:
    recognised: StudyResult = request.getfixturevalue(fit_for(name, "recognised"))
    title = figure_of(recognised.plot(name, tickers="NVDA")).get_suptitle()
    assert title.startswith("NVDA")
    assert figure_of(recognised.plot(name, group="chip makers")).get_suptitle().startswith("Chip makers: ")
    with pytest.raises(UnknownName, match="NVDIA") as caught:
        recognised.plot(name, tickers=["AMD", "NVDIA"])
    assert "did you mean 'NVDA'" in str(caught.value)
    with pytest.raises(UnknownName, match="there is no group called 'chips'"):
        recognised.plot(name, group="chips")
    with pytest.raises(InvalidRequest, match="both given"):
        recognised.plot(name, tickers="NVDA", group="chip makers")
    with pytest.raises(InvalidRequest, match="no ticker is named"):
        recognised.plot(name, tickers=[])
