"""A study of minutes as a report: what the minutes brought, the picture of each ticker, and the bars behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from eventstudy.analyses.minutes import ALWAYS, MEAN, who_at_first, who_in_words
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.language import Phrase
from eventstudy.reports import html, latex, markdown, pdf
from eventstudy.reports.parts import (
    Block,
    Figure,
    Items,
    Lang,
    Paragraph,
    Picture,
    Report,
    Row,
    Section,
    Span,
    Table,
    Text,
    plain,
)
from eventstudy.reports.pictures import PHONE, inline
from eventstudy.reports.words import Words

if TYPE_CHECKING:
    from eventstudy.analyses.minutes import Judged, Minutes

WRITERS: dict[str, Any] = {".html": html, ".md": markdown, ".tex": latex, ".pdf": pdf}
"""Ending of a file -> what writes it."""
_DRAWN = 4
"""So many tickers and instants are drawn and told bar by bar; the JSON object has all."""


def render(found: Minutes, suffix: str = ".html", lang: Lang = "en") -> bytes:
    """The report in the format of a suffix.

    Raises:
        InvalidRequest: no report of minutes has it.
    """
    if suffix not in WRITERS:
        what = suffix or "a file without ending"
        raise InvalidRequest(
            Sentence("no report of minutes is written as {what}", what=what), available=", ".join(WRITERS)
        )
    data: bytes = WRITERS[suffix].render(build(found, lang, charts=suffix in (".html", ".pdf")))
    return data


def build(found: Minutes, lang: Lang = "en", *, charts: bool = True) -> Report:
    """The report: what it rests on and what limits it stand below the finding, before pictures and tables."""
    words, shown = Words(lang), found.judged[:_DRAWN]
    first = _first(found)
    told = found.averages or first.sentences
    lead = [Paragraph((words.said(text),), "" if k else "lead") for k, text in enumerate(told)]
    further = [text for one in shown if found.averages or one is not first for text in one.sentences]
    pictures = tuple(_picture(found, one, k, lang) for k, one in enumerate(shown)) if charts else ()
    days = [Paragraph((words.said(text),), "note") for text in _days(shown)]
    left = Phrase("The first {n} of {all} are drawn and told bar by bar.", n=len(shown), all=len(found.judged))
    bars = [Paragraph((words.said(left),), "note")] if len(found.judged) > len(shown) else []
    sections: list[tuple[str, Sequence[Block]]] = [
        ("s.charts", pictures),
        (
            "s.minutes",
            [_windows(found, words), *([Items(tuple((words.said(t),) for t in further))] if further else [])],
        ),
        ("s.bars", [*bars, *(_bars(found, one, words) for one in shown)]),
    ]
    ids = list(dict.fromkeys(one.event_id for one in found.judged))
    return Report(
        id=ids[0] if len(ids) == 1 else "minutes",
        lang=lang,
        title=_title(found, words),
        subtitle=(words("minutes"), ": ", ", ".join(ids[:_DRAWN]), *((" ...",) if len(ids) > _DRAWN else ())),
        finding=(*lead, *days, *_limits(found, words)),
        sections=tuple(Section(key, words(key), tuple(blocks)) for key, blocks in sections if blocks),
    )


def _days(shown: Sequence[Judged]) -> Iterator[Phrase]:
    """Which day is judged: of an event once, where its tickers have one."""
    for event in dict.fromkeys(one.event_id for one in shown):
        own = [one for one in shown if one.event_id == event]
        if len(own) > 1 and len({one.session for one in own}) == 1:
            yield Phrase("Event {event}: judged on {day:weekday}.", event=event, day=own[0].session)
        else:
            yield from (one.which for one in own)


def _first(found: Minutes) -> Judged:
    """What the finding tells: the mean where several tickers have one."""
    shown = found.judged[:_DRAWN]
    return next((one for one in shown if one.who == MEAN), shown[0])


def _title(found: Minutes, words: Words) -> str:
    """The figure of the sentence below it."""
    first = _first(found).stretches[0]
    said = Phrase.counted(
        "{who}: {value:+.2f %} in the minute from {clock}",
        "{who}: {value:+.2f %} in the {n} minutes from {clock}",
        who=who_at_first(first.who),
        value=first.car,
        n=first.minutes,
        clock=first.since,
    )
    if (many := found.together) is not None:
        said = Phrase("{value:+.2f %} on average over {n} days", value=many[1], n=many[0])
    return plain((words.said(said),))


def _who(one: Judged, words: Words) -> Span:
    return _named(one.who, words)


def _named(who: str, words: Words) -> Span:
    return words.said(who_in_words(MEAN)) if who == MEAN else who


def _limits(found: Minutes, words: Words) -> Iterator[Paragraph]:
    """What was left out, and what to know before any figure is believed."""
    for event, ticker, why in found.left_out:
        yield Paragraph((f"{event} {ticker}: ", words.said(why)), "alert")
    for who, event, note in found.noted:
        whom: Text = (_named(who, words), f" ({event}): ") if who else (f"{event}: ",)
        yield Paragraph((*whom, words.said(note)), "note")
    yield from (Paragraph((words.said(told),), "note") for told in (*found.told, *found.scale, ALWAYS))


def _picture(found: Minutes, one: Judged, place: int, lang: Lang) -> Picture:
    from eventstudy.charts import render, words

    drawn = found.plot(event=one.event_id, ticker=one.who, lang=lang)
    title, text = words(drawn)
    svg = inline(render(drawn, "svg", head=False).decode(), f"c{place}")
    small = found.plot(event=one.event_id, ticker=one.who, lang=lang, width=PHONE)
    return Picture(f"minutes-{place}", title, text, svg, inline(render(small, "svg", head=False).decode(), f"n{place}"))


def _windows(found: Minutes, words: Words) -> Table:
    """A row a window, in the order of the JSON object."""
    rows = []
    told = [(one, part) for one in found.judged for part in one.stretches]
    for k, (one, part) in enumerate(told):
        at, held = f"windows[{k}]", part.placebo
        days = words.said(Phrase("of {days}", days=held.days))
        cells: tuple[Text, ...] = (
            (f"{words.date(one.session.isoformat())}, ", words.said(part.since)),
            (Figure(f"{at}.car", part.car, words.percent(part.car)),),
            (Figure(f"{at}.scaled", part.scaled, words.number(part.scaled, sign=True)),),
            (Figure(f"{at}.larger", held.larger, str(held.larger)), " ", days),
            (Figure(f"{at}.p", held.p, words.p(held.p)),),
            (Figure(f"{at}.p_adjusted", part.p_adjusted, words.p(part.p_adjusted)),),
        )
        rows.append(Row((_who(one, words), ", ", part.stage or words.window(*part.window)), cells))
    names = ("m.windows", "from", "m.moved", "m.scaled", "m.as far", "p", "p holm")
    return Table(words("cap.minutes"), tuple(map(words, names)), tuple(rows), frozenset({1}))


def _bars(found: Minutes, one: Judged, words: Words) -> Table:
    document = found.to_dict()["bars"]
    first = next(k for k, b in enumerate(document) if (b["event_id"], b["ticker"]) == (one.event_id, one.who))
    rows = []
    for k in range(first, first + len(one.ar)):
        row, at = document[k], f"bars[{k}]"
        cells: list[Text] = [(words.said(row["clock"]),)]
        cells.append(
            (Figure(f"{at}.price", row["price"], words.number(row["price"])),) if row["price"] is not None else ()
        )
        cells += [(Figure(f"{at}.{name}", row[name], words.percent(row[name], 3)),) for name in ("ar", "path")]
        band = row["band"]
        cells.append(() if band is None else (Figure(f"{at}.band", band, f"±{words.percent(band, 3, sign=False)}"),))
        mark = "*" if one.mixed and row["bar"] == 0 else ""
        rows.append(Row((f"{row['bar']:+d}".replace("-", "−").replace("+0", "0") + mark,), tuple(cells)))
    caption = words("cap.bars", who=plain((_who(one, words),)), day=words.date(one.session.isoformat()))
    return Table(
        caption,
        tuple(map(words, ("m.bar", "m.clock", "m.price", "ar", "m.path", "m.band"))),
        tuple(rows),
        frozenset({1}),
    )
