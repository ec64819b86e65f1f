"""The section of a report on several events of one ticker: its figures are those of the history."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from eventstudy import history, run
from eventstudy.analyses.history import History
from eventstudy.events.finders import find
from eventstudy.reports import build, render
from eventstudy.reports.further import further
from eventstudy.reports.parts import Figure, Paragraph, Table, plain

from tests.reports.pages import at


@cache
def decisions() -> History:
    return history("NVDA", kind="fomc", last=8, source="bundled")


@cache
def answers() -> dict[str, Any]:
    return {"history": further(decisions().result)["history"]}


@pytest.mark.render
@pytest.mark.parametrize("lang", ["en", "de"])
def test_rows_are_those_of_the_history(lang: str) -> None:
    found = decisions()
    report = build(found.result, lang=lang, charts=(), answers=answers())  # type: ignore[arg-type]
    [section] = [s for s in report.sections if s.id == "history"]
    sentence, table = section.blocks
    assert isinstance(sentence, Paragraph)
    assert isinstance(table, Table)
    assert ("up 3, down 3" if lang == "en" else "3 auf, 3 ab") in plain(sentence.text)
    assert len(table.rows) == 8 + 2
    figures = [span for row in table.rows for cell in row.cells for span in cell if isinstance(span, Figure)]
    data = found.result.to_dict() | answers()
    assert len(figures) > 40
    assert plain(table.rows[-3].head) == ("2025-01-29 14:00" if lang == "en" else "29.01.2025 14:00")
    assert all(at(data, figure.path) == figure.value for figure in figures)
    shown = plain(table.rows[-3].cells[2])
    assert shown.replace("−", "-").replace(",", ".").startswith(f"{100 * found.studied[-1].ar:+.2f}")


@pytest.mark.render
def test_json_of_the_report_holds_it_and_that_of_one_event_does_not() -> None:
    found = decisions()
    told = json.loads(render(found.result, "json", answers=answers()))
    assert told["history"]["summary"]["n_positive"] == 3
    [event] = find("fomc", tickers="NVDA", since=found.studied[-1].day0, until=found.studied[-1].day0).events
    assert "history" not in further(run(event, source="bundled"))
