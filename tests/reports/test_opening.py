"""The first words of a report are those of a person."""

from __future__ import annotations

import html
import re
from typing import Any

import eventstudy as es
import pytest
from eventstudy.reports import render

from tests.tiers import first

REPORTS = [(d, lang, t) for d in ("recognised", "announced") for lang in ("en", "de") for t in ("NVDA", "")]


@pytest.mark.parametrize("asked", first(REPORTS, 0, "render"))
def test_a_report_opens_in_plain_words(asked: tuple[str, Any, str]) -> None:
    """Its first 600 visible characters: no name of a function, no window in brackets, and 27 January."""
    day0, lang, tickers = asked
    page = render(es.run("deepseek-r1", tickers=tickers, day0=day0), "html", lang=lang, answers={}).decode()
    seen = re.sub(r"(?s)<(style|script|svg|head)\b.*?</\1>", "", page)
    opening = html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", seen))).strip()[:600]
    assert not re.search(r"\b[a-z]+_[a-z]+", opening)
    assert not re.search(r"\[[-+\u22120-9]", opening)
    assert {"en": "27 January 2025", "de": "27. Januar 2025"}[lang] in opening
