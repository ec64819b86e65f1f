r"""The table of a journal article in LaTeX: a row a window, a panel a group, stars by the headline test, a note below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from eventstudy.reports.build import in_doubt
from eventstudy.reports.latex import escaped
from eventstudy.reports.material import Material
from eventstudy.reports.parts import Lang, plain
from eventstudy.reports.words import Words
from eventstudy.study.names import words_of_model, words_of_test
from eventstudy.study.result import StudyResult
from eventstudy.units import UNITS

_STARS = ((0.01, "***"), (0.05, "**"), (0.10, "*"))


def render(result: StudyResult, *, lang: Lang = "en") -> bytes:
    """One float with the mean CARs of all pairs, and of each named group of at least two; UTF-8.

    The statistic is that of the headline test, and stars are by its p; where no test is valid or prices look wrong
    there is neither.
    """
    told = Material(result, Words(lang))
    words, data = told.words, told.data
    panels = [("", data["aggregate"])] + [(g["name"], g) for g in data["groups"] if g["n"] > 1]
    heads = ("j.window", "j.mean", "j.statistic", "j.signs", "j.pairs")
    unit = UNITS[data["config"]["unit"]]
    lines = [
        r"% needs \usepackage[T1]{fontenc} and \usepackage{booktabs}",
        r"\begin{table}",
        r"\centering\small",
        rf"\caption{{{_in_doubt(told)}{escaped(_caption(told))}}}",
        r"\begin{tabular}{lrrrr}",
        r"\toprule",
        _line(escaped(words(head, unit=unit.mark.strip() or words("j.points"))) for head in heads),
    ]
    used: dict[str, None] = {}
    for place, (name, found) in enumerate(panels):
        lines.append(r"\midrule")
        if len(panels) > 1:
            letter = chr(ord("A") + place)
            lines.append(rf"\multicolumn{{5}}{{l}}{{\textit{{{escaped(_panel(words, letter, name))}}}}} \\")
        lines += [_line(_cells(told, window, used, bool(found["believable"]))) for window in found["windows"]]
    names = ", ".join(str(words.said(words_of_test(name))) for name in used) or words("none")
    note = words("j.note", model=words.said(words_of_model(data["config"]["model"])), tests=names)
    lines += [
        r"\bottomrule",
        r"\end{tabular}",
        rf"\par\smallskip\begin{{minipage}}{{.9\linewidth}}\footnotesize {escaped(note)}\end{{minipage}}",
        r"\end{table}",
    ]
    return ("\n".join(lines) + "\n").encode()


def _in_doubt(told: Material) -> str:
    """What stands before the caption: prices that look wrong, and what the figures would be without them."""
    if not told.doubts:
        return ""
    alert, *offers = map(plain, (in_doubt(told.words, told.doubts).text, *told.offers))
    word, _, rest = alert.partition(" ")
    return " ".join([rf"\textbf{{{escaped(word)}}}", escaped(rest), *map(escaped, offers), ""])


def _caption(told: Material) -> str:
    events = told.result.events
    title = events[0].title if len(events) == 1 else told.words("j.several", n=len(events))
    levels = told.result.config.returns == "difference"
    return told.words("j.caption levels" if levels else "j.caption", title=title)


def _panel(words: Words, letter: str, name: str) -> str:
    return words("j.panel", letter=letter, name=name or words("j.all"))


def _cells(told: Material, window: dict[str, Any], used: dict[str, None], believable: bool) -> Iterator[str]:
    """The cells of a window; the tests that judge it go into `used`. Of figures in doubt there is no test and no star."""
    words, unit = told.words, UNITS[told.data["config"]["unit"]]
    name, tests = window["headline"], {t["name"]: t for t in window["tests"]}
    judged = tests.get(name) if believable else None
    stars = ""
    if judged is not None:
        used[str(name)] = None
        stars = next((mark for level, mark in _STARS if judged["p"] is not None and judged["p"] < level), "")
    yield escaped(words.window_of(window))
    mean = window["caar"]
    shown = words.number(None if mean is None else unit.factor * mean, 2 - unit.coarser, sign=True)
    yield f"{escaped(shown)}$^{{{stars}}}$" if stars else escaped(shown)
    yield f"({escaped(words.number(judged['statistic'], 2, sign=True))})" if judged is not None else "--"
    yield f"{window['n_positive']}:{window['n_negative']}"
    yield f"{window['n']}"


def _line(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"
