"""The unit of a study on every page about several events: months are months and basis points are basis points."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import eventstudy as es
import pytest
from eventstudy import EventStudy, StudyResult
from eventstudy.events import Group
from eventstudy.events.scheduled import decisions
from eventstudy.reports import site
from eventstudy.reports.changes import changes
from eventstudy.reports.words import Words

from tests.test_designs import LEVELS, is_of_returns
from tests.test_documented import yields
from tests.test_frequency import _WRONG, monthly


@cache
def levels(**choices: Any) -> StudyResult:
    """Eight decisions of the Federal Reserve on a made-up yield, of two categories."""
    events = [
        es.Event(
            id=f"e{k}",
            title="FOMC",
            announced=decided.instant,
            group=(Group(tickers=("DGS2",)),),
            category="hike" if k % 2 else "hold",
        )
        for k, decided in enumerate(d for d in decisions() if d.instant.year == 2023)
    ]
    chosen = {**LEVELS, "snapshot": "15:30 America/New_York", **choices}
    return EventStudy(**chosen).run(events, yields())


def front_of(result: StudyResult, lang: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The index and the feed of the site of a study, of which the pages of single events are left out."""
    monkeypatch.setattr(site, "pages_of", lambda *a: {})
    pages = site.site_of(result, lang=lang)
    found = {}
    for name in (site.INDEX, site.FEED):
        text = re.sub(r"<(style|script).*?</\1>", "", pages[name].decode(), flags=re.S)
        found[name] = re.sub(r"<[^>]+>", "\n", text).replace("\u00a0", " ")
    return found


@pytest.mark.parametrize("lang", ["en", "de"])
def test_the_front_page_of_months_counts_months(lang: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    front = front_of(monthly(), lang, monkeypatch)
    assert ("Month 0" if lang == "en" else "Monat 0") in front[site.INDEX]
    for text in front.values():
        assert [line for line in text.splitlines() if re.search(_WRONG[lang], line)] == []


@pytest.mark.parametrize(("choices", "unit"), [({}, " bp"), ({"unit_out": "percent"}, " %")])
@pytest.mark.parametrize("lang", ["en", "de"])
def test_the_front_page_of_levels_is_in_their_unit(
    choices: dict[str, Any], unit: str, lang: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = levels(**choices)
    front = front_of(result, lang, monkeypatch)
    factor, digits = (1e4, 1) if unit == " bp" else (1e2, 3)
    for i in range(result.returns.n):
        ar = result.returns.ar[i, -result.config.event_window.start]
        shown = f"{Words(lang).number(factor * ar, digits, sign=True)}{unit}"
        assert shown in front[site.INDEX]
        assert shown in front[site.FEED]
    if unit == " bp":
        for text in front.values():
            assert is_of_returns(text, lang) == []


def test_what_an_update_tells_of_an_event_is_in_its_own_unit() -> None:
    """An index may lead to studies of both kinds; each row has its own unit, and what changed too."""
    of_levels, of_months = levels(), monthly()
    entries = [
        site.entry_of(part, "en") for part in (site.of_event(r, r.events[0]) for r in (of_levels, of_months)) if part
    ]
    page = site.index_page(entries, "en", "Both").decode().replace("\u00a0", " ")
    items = [site.item_of(entry, "en").summary.replace("\u00a0", " ") for entry in entries]
    ar, first = of_levels.returns.ar[0, 5], of_months.returns.ar[0, 0]
    for told, shown in zip(items, (f"{1e4 * ar:+.1f} bp", f"{100 * first:+.2f} %"), strict=True):
        assert shown.replace("-", "\u2212") in told
        assert shown.replace("-", "\u2212") in page
    before, after = of_months.to_dict(), of_months.to_dict()
    before["firms"][0]["days"][-1]["ar"] = None
    assert [line for line in changes(before, after, Words("en")) if "days" in line] == []
