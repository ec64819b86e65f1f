r"""The table of a journal article in LaTeX: a column a window, a panel a group, the statistic below each mean, a note below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.reports.build import in_doubt, title_of
from eventstudy.reports.latex import escaped
from eventstudy.reports.material import Material
from eventstudy.reports.parts import Lang, plain
from eventstudy.reports.words import Words
from eventstudy.study.names import words_of_model, words_of_test
from eventstudy.study.result import StudyResult
from eventstudy.units import unit_shown

STARS = (0.10, 0.05, 0.01)
"""p below the first has one star, below the second two, below the third three."""


def render(result: StudyResult, *, lang: Lang = "en", stars: Sequence[float] = STARS) -> bytes:
    """One float with the mean CARs of all pairs, and of each named group of at least two; UTF-8.

    The statistic is that of the headline test, and `stars` (levels, the largest first; none: no stars) are by its p; where
    no test is valid or prices look wrong there is neither.

    Raises:
        InvalidRequest: levels that fall not, lie outside 0 and 1, or are more than three.
    """
    levels = list(stars)
    if len(levels) > 3 or levels != sorted(set(levels), reverse=True) or not all(0 < level < 1 for level in levels):
        raise InvalidRequest(
            Sentence("stars by {levels} cannot be meant", levels=", ".join(f"{level:g}" for level in levels)),
            hint=Sentence("up to three levels, the largest first: 0.10, 0.05, 0.01"),
        )
    with result.config.as_shown():
        return _written(Material(result, Words(lang)), levels)


def _written(told: Material, levels: Sequence[float]) -> bytes:
    words, data, result = told.words, told.data, told.result
    everyone = data["aggregate"]
    named = zip(result.groups, data["groups"], strict=True)
    panels = [("", everyone)]
    panels += [(plain((words.said(group.name),)), g) for group, g in named if 1 < g["n"] < everyone["n"]]
    unit = unit_shown()
    weighted = " weighted" if data["config"]["weights"] == "value" else ""
    mean = words(f"j.mean{weighted}", unit=unit.mark.strip() or words("j.points"))
    windows = [escaped(words.window_of(window)) for window in everyone["windows"]]
    lines = [
        r"% needs \usepackage[T1]{fontenc} and \usepackage{booktabs}",
        r"\begin{table}",
        r"\centering\small",
        rf"\caption{{{_in_doubt(told)}{escaped(_caption(told))}}}",
        rf"\begin{{tabular}}{{l{'r' * len(windows)}}}",
        r"\toprule",
        _line([escaped(words("j.window")), *windows]),
    ]
    used: dict[str, None] = {}
    for place, (name, found) in enumerate(panels):
        lines.append(r"\midrule")
        if len(panels) > 1:
            panel = escaped(_panel(words, chr(ord("A") + place), name))
            lines.append(rf"\multicolumn{{{len(windows) + 1}}}{{l}}{{\textit{{{panel}}}}} \\")
        cells = [_cells(told, window, used, bool(found["believable"]), levels) for window in found["windows"]]
        heads = (mean, "", words("j.signs"), words("j.pairs"))
        lines += [_line([escaped(head), *row]) for head, row in zip(heads, zip(*cells, strict=True), strict=True)]
    names = ", ".join(str(words.said(words_of_test(name))) for name in used) or words("none")
    marks = ", ".join(f"{'*' * n} p < {words.number(level, 2)}" for n, level in enumerate(levels, 1))
    note = words(
        "j.note",
        counted=told.counted,
        model=words.said(words_of_model(data["config"]["model"])),
        tests=names,
    )
    note += f" {marks}." if marks else ""
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
    weighted = " weighted" if told.result.config.weights == "value" else ""
    return told.words(f"j.caption{weighted}", title=title_of(told))


def _panel(words: Words, letter: str, name: str) -> str:
    return words("j.panel", letter=letter, name=name or words("j.all"))


def _cells(
    told: Material, window: dict[str, Any], used: dict[str, None], believable: bool, levels: Sequence[float]
) -> Iterator[str]:
    """The column of a window: mean, statistic, signs, N; the tests that judge it go into `used`.

    Of figures in doubt there is no test and no star.
    """
    words, unit = told.words, unit_shown()
    name, tests = window["headline"], {t["name"]: t for t in window["tests"]}
    judged = tests.get(name) if believable else None
    stars = ""
    if judged is not None:
        used[str(name)] = None
        stars = "*" * sum(judged["p"] is not None and judged["p"] < level for level in levels)
    mean = window["caar"]
    shown = words.number(None if mean is None else unit.factor * mean, unit.digits(2), sign=True)
    yield f"{escaped(shown)}$^{{{stars}}}$" if stars else escaped(shown)
    yield f"({escaped(words.number(judged['statistic'], 2, sign=True))})" if judged is not None else "--"
    yield f"{window['n_positive']}:{window['n_negative']}"
    yield f"{window['n']}"


def _line(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"
