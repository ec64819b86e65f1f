"""What else happened in the event window: a sentence, a row a day and piece of news, and what could not be looked for."""

from __future__ import annotations

from itertools import islice
from typing import Any

from eventstudy.reports.material import Material
from eventstudy.reports.parts import Block, Paragraph, Row, Section, Span, Table, Text

_NAMED = 6
"""Up to so many tickers, or pieces of news on day 0, are named."""
_OTHER = {0: "no other news", 1: "other news one"}
_DAYS = 60
"""Up to so many rows are told; all of them stand in the JSON file."""


def elsewhere(told: Material) -> Section:
    """The section; without blocks where the question was not asked."""
    found = told.data.get("confounders")
    if found is None:
        return Section("confounders", told.words("s.confounders"), ())
    blocks: list[Block] = [Paragraph(_said(told, found))]
    if found["days"]:
        blocks.append(_days(told, found))
        blocks.append(Paragraph((told.words("not apart"),), "note"))
    blocks += [_own(told, place, day) for place, day in enumerate(found["own_news"][:_DAYS])]
    return Section("confounders", told.words("s.confounders"), tuple(blocks))


def _own(told: Material, place: int, day: dict[str, Any]) -> Paragraph:
    """News of the event itself, which is not counted as other news."""
    words, path = told.words, f"confounders.own_news[{place}]"
    fields: dict[str, Span | Text] = {
        "session": told.text(f"{path}.session"),
        "day": told.number(f"{path}.rel_day", 0, sign=True),
        "what": _what(told, path, day),
    }
    return Paragraph(words.fill("own news", **fields), "note")


def _said(told: Material, found: dict[str, Any]) -> Text:
    words = told.words
    start, end = found["event_window"]
    fields: dict[str, Span | Text] = {"n": told.count("confounders.n_days"), "all": str(end - start + 1)}
    spans: list[Span] = [*words.fill(_OTHER.get(found["n_days"], "other news"), **fields)]
    on_day0 = list(dict.fromkeys(day["what"] for day in found["days"] if day["rel_day"] == 0))
    if on_day0:
        named: list[Span] = []
        for what in on_day0[:_NAMED]:
            named += ["; ", words.said(what)] if named else [words.said(what)]
        spans += [" ", *words.fill("also day 0", what=tuple(named))]
    if told.levels:  # which have neither earnings nor dividends
        return tuple(spans)
    lacking: list[str] = []
    if unknown := found["looked"]["earnings_unknown"]:
        lacking.append(words("earnings of", tickers=who(told, unknown)))
    lacking += [] if found["looked"]["actions"] else [words("actions")]
    if lacking:
        spans += [" ", words("not looked for", what="; ".join(lacking))]
    return tuple(spans)


def _days(told: Material, found: dict[str, Any]) -> Table:
    """A row a day and piece of news; what events share that have the same day stands once, with all their tickers."""
    from eventstudy.analyses.confounders import told_once

    words = told.words
    rows = []
    for place, places in islice(told_once(found["days"]).items(), _DAYS):
        path, day = f"confounders.days[{place}]", found["days"][place]
        tickers = list(dict.fromkeys(ticker for k in places for ticker in found["days"][k]["tickers"]))
        whole = set(tickers) == {pair.ticker for pair in told.result.panel.pairs}
        whom = words("all of them") if whole and len(tickers) > 1 else who(told, tickers)
        cells: tuple[Text, ...] = (
            (told.text(f"{path}.session"),),
            (words.named(f"news {day['code']}"),),
            (_what(told, path, day),),
            (whom,),
        )
        rows.append(Row((told.number(f"{path}.rel_day", 0, sign=True),), cells))
    columns = tuple(map(words, ("day", "session", "kind", "what", "tickers")))
    return Table(words("cap.news"), columns, tuple(rows), frozenset({2, 3, 4}))


def _what(told: Material, path: str, day: dict[str, Any]) -> Span | str:
    """What happened: the text of the JSON file, or what it is in another language."""
    return told.text(f"{path}.what") if told.words.lang == "en" else told.words.said(day["what"])


def who(told: Material, tickers: list[str]) -> str:
    """The first few tickers, and how many more there are."""
    more = len(tickers) - _NAMED
    named = ", ".join(tickers[:_NAMED])
    return told.words("and so many", names=named, n=more) if more > 0 else named
