"""How did the events of one ticker go? A sentence, a row an event, and what they have in common; of studies of several."""

from __future__ import annotations

from eventstudy.analyses.history import SIDES
from eventstudy.reports.material import Material
from eventstudy.reports.parts import Block, Figure, Paragraph, Row, Section, Table, Text

_ROWS = 60
"""Up to so many events are told, the latest; all of them stand in the JSON file."""


def history(told: Material) -> Section:
    """The section; without blocks where the question was not asked."""
    found = told.data.get("history")
    if found is None:
        return Section("history", told.words("s.history"), ())
    blocks: list[Block] = [Paragraph((told.words.said(found["sentence"]),)), _events(told)]
    return Section("history", told.words("s.history"), tuple(blocks))


def _events(told: Material) -> Table:
    words, found = told.words, told.data["history"]
    windows = found["summary"]["windows"]
    rows = [_row(told, place) for place in range(max(0, len(found["rows"]) - _ROWS), len(found["rows"]))]
    for key in ("mean", "median"):
        day, *cars = ((told.amount(f"history.summary.windows[{w}].{key}"),) for w in range(len(windows)))
        rows.append(Row((words(f"{key} CAR"),), ((), (), day, (), *cars), "total"))
    names = [words("car of window", window=words.window_of(w)) for w in windows[1:]]
    columns = (*map(words, ("announced", "came", "day 0", "ar", "p")), *names)
    return Table(told.words("cap.history"), columns, tuple(rows), frozenset({1, 2}))


def _row(told: Material, place: int) -> Row:
    path, row = f"history.rows[{place}]", told.data["history"]["rows"][place]
    when = row["announced"]
    shown = f"{told.words.date(when[:10])} {when[11:16]}".strip()
    head: Text = (Figure(f"{path}.announced", when, shown),)
    windows = told.data["history"]["summary"]["windows"]
    side = SIDES[row["timing"]]
    came: Text = (told.words.said(side),) if side else ()
    if row["day0"] is None:
        return Row(head, (came, (told.words("none"),), (), (), *((),) * (len(windows) - 1)))
    there = {(w["start"], w["end"]): at for at, w in enumerate(row["windows"])}
    cars: list[Text] = []
    for window in windows[1:]:
        at = there.get((window["start"], window["end"]))
        cars.append(() if at is None else (told.amount(f"{path}.windows[{at}].car"),))
    return Row(head, (came, (told.text(f"{path}.day0"),), (told.amount(f"{path}.ar"),), (told.p(f"{path}.p"),), *cars))
