"""The charts of a report, as SVG that can stand inside a page beside others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from eventstudy import plugins
from eventstudy.reports.material import Material
from eventstudy.reports.parts import Picture
from eventstudy.study.happened import given_as_returns

if TYPE_CHECKING:
    from eventstudy.study.result import StudyResult


PHONE = 3.6
"""Inches of a chart for a phone: its smallest letters are 11 pixels high on a page 360 pixels wide."""

_NARROW = ("ar_bars", "car", "forest", "price_path")
"""Charts that are drawn a second time for a phone; the others are moved about inside their frame there."""

_LONGEST = 12
"""Letters of a ticker that there is room for on a phone."""


def chosen_charts(result: StudyResult) -> tuple[str, ...]:
    """The charts that suit the pairs: one firm by price and days, several side by side, events of one by their dates."""
    priced = result.config.model != "given" and not given_as_returns(result)
    prices = "price_path" if priced else "car"
    wanted = (prices, "ar_bars") if result.returns.n == 1 else ("forest", "car")
    if result.returns.n > 1 and result.config.outcome == "return" and len({p.ticker for p in result.panel.pairs}) == 1:
        wanted = ("history", "car")
    config = result.config
    if config.returns == "difference" or not (config.estimated and config.day0_seen):
        wanted = ("car", "ar_bars")  # what shows prices, ordinary days or day 0 has nothing to show
    return tuple(name for name in wanted if name in plugins.names("charts"))


def pictures(told: Material, names: tuple[str, ...]) -> list[Picture]:
    """Each chart with its words, which the page sets as text: the picture goes without."""
    from eventstudy.charts import style

    with style():  # once for all of them
        return [_picture(told, place, name) for place, name in enumerate(names)]


def _picture(told: Material, place: int, name: str) -> Picture:
    """One chart, and where it has one a second drawing for a phone."""
    from eventstudy.charts import render, words

    drawn = told.result.plot(name, lang=told.words.lang)
    title, text = words(drawn)
    svg = inline(render(drawn, "svg", head=False).decode(), f"c{place}")
    narrow = ""
    if name in _NARROW and max(len(pair.ticker) for pair in told.result.panel.pairs) <= _LONGEST:
        small = told.result.plot(name, width=PHONE, lang=told.words.lang)
        narrow = inline(render(small, "svg", head=False).decode(), f"n{place}")
    return Picture(name, title, text, svg, narrow)


def inline(svg: str, name: str) -> str:
    """The `<svg>` element alone, scaled by its page, with ids and rules that no other chart of the page shares."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.DOTALL)
    head, group, marks = svg.partition("<g ")  # the title of the file goes, those of its marks stay
    svg = re.sub(r"<title>.*?</title>", "", head, flags=re.DOTALL) + group + marks
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(href="|url\()#', rf"\1#{name}-", svg)
    svg = re.sub(r'<style type="text/css">\*', f'<style type="text/css">.{name} *', svg)
    return svg.replace("<svg ", f'<svg class="{name}" ', 1).strip()
