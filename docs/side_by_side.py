"""One study by seven other programs: what each printed, over what is found here, from the stored output of the tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from eventstudy.panel import Floats
from tests.oracles import test_reference as peers
from tests.oracles.reference import ours, printed

PROGRAMS = {
    "estudy2": "estudy2 0.10 (R)",
    "r_eventstudy": "EventStudy 0.50 (R)",
    "eventstudy": "eventstudy 0.1a12 (PyPI)",
    "ffjr": "ffjr-eventstudies 0.2",
    "easy": "EasyEventStudies 2.0",
    "toolkit": "event-study-toolkit 1.0",
    "ess": "eventstudystatistics",
}
FEW = peers.FEW


def _day(name: str, variant: str = "default") -> Callable[[], Floats]:
    return partial(peers.statistic, name, variant, peers.EACH_DAY)


def _whole(name: str, variant: str = "default") -> Callable[[], Floats]:
    return partial(peers.statistic, name, variant, peers.WHOLE)


def _t_of_day() -> Floats:
    return (ours().ar / peers.daily_se())[:FEW]


def _t_of_car() -> Floats:
    car, se = peers.cars()
    return (car / se)[:FEW]


ROWS: tuple[tuple[str, Callable[[], Floats], Mapping[str, str]], ...] = (
    (
        "beta",
        lambda: peers.study().fit.params[:, 1],
        dict.fromkeys(("estudy2", "r_eventstudy", "toolkit", "eventstudy", "ffjr"), "beta"),
    ),
    (
        "abnormal return",
        lambda: ours().ar[:FEW],
        dict.fromkeys(("estudy2", "r_eventstudy", "toolkit", "easy", "eventstudy", "ffjr"), "ar"),
    ),
    ("spread of the residuals", lambda: ours().sigma, dict.fromkeys(("r_eventstudy", "eventstudy", "ffjr"), "sigma")),
    (
        "standard error of a day",
        lambda: peers.daily_se()[:FEW],
        {"r_eventstudy": "se_ar_fec", "easy": "se_ar", "eventstudy": "se_ar", "ffjr": "se_ar"},
    ),
    ("t of a day", _t_of_day, {"r_eventstudy": "t_ar"}),
    ("CAR", lambda: peers.cars()[0][:FEW], dict.fromkeys(("r_eventstudy", "easy", "eventstudy", "ffjr"), "car")),
    ("standard error of a CAR", lambda: peers.cars()[1][:FEW], dict.fromkeys(("easy", "eventstudy", "ffjr"), "se_car")),
    ("t of a CAR", _t_of_car, dict.fromkeys(("r_eventstudy", "easy", "eventstudy"), "t_car")),
    (
        "cross-sectional t, a day",
        _day("cross_section_t"),
        {"estudy2": "t_test_stat", "r_eventstudy": "CSectT.aar_t"},
    ),
    ("the same, all days", _whole("cross_section_t"), {"toolkit": "car_t"}),
    ("Patell, a day", _day("patell"), {"estudy2": "pt_stat", "r_eventstudy": "PatellZ.aar_z"}),
    ("the same, all days", _whole("patell"), {"toolkit": "tpatell"}),
    ("BMP, a day", _day("bmp"), {"estudy2": "bh_stat", "r_eventstudy": "BMP.bmp_t", "ess": "bmp_t"}),
    ("Kolari-Pynnönen, a day", _day("bmp_adjusted"), {"r_eventstudy": "KP.kp_t", "ess": "adjbmp_t"}),
    ("rank, a day", _day("corrado_rank", "paper"), {"estudy2": "rank_stat", "r_eventstudy": "RankT.rank_z"}),
    ("generalised sign, a day", _day("generalized_sign"), {"estudy2": "gsign_stat", "r_eventstudy": "GSignT.gsign_z"}),
)


def _said(theirs: Floats, own: Floats) -> str:
    """`=` to nine digits; else the median of theirs over ours, with the range where it is wide."""
    ratio = (theirs / own).ravel()
    if np.allclose(theirs, own, rtol=1e-9, atol=1e-13):
        return "="
    low, middle, high = np.percentile(ratio, (10, 50, 90))
    return f"{middle:.4f}" if high - low < 0.02 else f"{middle:.3f} ({low:.2f} to {high:.2f})"


def page() -> str:
    """The table."""
    told = (
        "Sixty made-up events on dates of their own, market model, 230 days of estimation, the days -10 to +10. **=**: the same"
        " to nine digits. A number: what the program prints over what this one does, in the middle, and in brackets for most"
        " days where that varies. Blank: it prints no such figure."
    )
    lines = [["", *PROGRAMS.values()], ["---"] * (len(PROGRAMS) + 1)]
    for label, own, stats in ROWS:
        lines.append([label, *(_said(printed(p, stats[p]), own()) if p in stats else "" for p in PROGRAMS)])
    return told + "\n\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines)
