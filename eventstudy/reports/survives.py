"""Does the finding survive other choices? One sentence on all specifications, and a row for each choice changed alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eventstudy.reports.material import Material
from eventstudy.reports.parts import Block, Items, Paragraph, Row, Section, Span, Table, Text, plain
from eventstudy.study.names import words_of_model

_CHOICES = ("model", "benchmark", "estimation_window", "returns")


def survives(told: Material) -> Section:
    """The section; without blocks where the question was not asked."""
    found = told.data.get("robustness")
    if found is None:
        return Section("robustness", told.words("s.robustness"), ())
    if "reason" in found:
        why = told.words.fill("not asked", why=told.words.said(found["reason"]))
        return Section("robustness", told.words("s.robustness"), (Paragraph(why),))
    blocks: list[Block] = [Paragraph(_all(told, found)), _alone(told, found)]
    said = tuple((told.words.said(text),) for text in (*found["left_out"], *found["cautions"]))
    blocks += [Items(said)] if said else []
    return Section("robustness", told.words("s.robustness"), tuple(blocks))


def _all(told: Material, found: dict[str, Any]) -> Text:
    """How far the CARs reach, how many agree, and which choice matters most."""
    words = told.words
    fields: dict[str, Span | Text] = {
        "n": told.count("robustness.n"),
        "window": words.window(*found["specifications"][0]["window"]),
        "same": told.percent("robustness.share_same_sign", 0, sign=False),
        **{name: told.percent(f"robustness.{name}") for name in ("lowest", "median", "highest")},
    }
    spans: list[Span] = [*words.fill("all choices", **fields)]
    if found["n_judged"]:
        hits: Span = told.percent("robustness.share_significant", 0, sign=False)
        spans += [" ", *words.fill("choices hit", hits=hits, judged=told.count("robustness.n_judged"))]
        if found["share_p"] is not None and found["share_significant"]:  # none: any study has as many
            spans += [" ", *words.fill("choices by chance", share=told.percent("robustness.share_p", 1, sign=False))]
    first = next(iter(found["drivers"]), None)
    if first is not None and found["drivers"][first] > 0:
        share = told.percent(f"robustness.drivers.{first}", 0, sign=False)
        spans += [" ", *words.fill("matters most", choice=words(f"choice {first}"), share=share)]
    return (*spans, " ", *words.fill("same days", n=told.count("robustness.n")))


def _alone(told: Material, found: dict[str, Any]) -> Table:
    """The study's own choices, then each other choice with all else as it was."""
    words, own = told.words, found["specifications"][0]
    rows = [_row(told, 0, (words("own choices"),), "total")]
    for place, name in _changed(found["specifications"]):
        option = found["specifications"][place][name]
        shown = words.window(*option) if isinstance(option, list) else words.named(option)
        if name == "model":
            shown = plain((words.said(words_of_model(option)),))
        rows.append(_row(told, place, (f"{words(f'choice {name}')}: {shown}",)))
    window = words.window(*own["window"])
    columns = (
        words("choice"),
        f"CAR{window}",
        *(words(key, level=told.level) for key in told.columns("interval", "test", "p")),
    )
    return Table(words("cap.choices"), columns, tuple(rows), frozenset({3}))


def _changed(specifications: list[dict[str, Any]]) -> Iterator[tuple[int, str]]:
    """The specifications that differ from the first in one choice only, by choice."""
    own = specifications[0]
    for name in _CHOICES:
        for place, one in enumerate(specifications):
            differ = [other for other in _CHOICES if one[other] != own[other]]
            # a model without a benchmark names none
            if differ == [name] or (
                name == "model" and differ == ["model", "benchmark"] and one["benchmark"] == "none"
            ):
                yield place, name


def _row(told: Material, place: int, head: Text, kind: str = "") -> Row:
    path, one = f"robustness.specifications[{place}]", told.data["robustness"]["specifications"][place]
    there = one["ci_low"] is not None
    interval: Text = (told.percent(f"{path}.ci_low", 1), " … ", told.percent(f"{path}.ci_high", 1)) if there else ()
    test: Text = (told.test(one["test"]),) if one["test"] else (told.words("none"),)
    p: Text = (told.p(f"{path}.p"),) if one["p"] is not None else ()
    return Row(head, ((told.percent(f"{path}.car"),), interval, test, p), kind)
