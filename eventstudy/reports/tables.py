"""The tables of results: stocks by windows, all pairs together, days, and the models behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eventstudy.reports.material import Material
from eventstudy.reports.parts import Block, Figure, Paragraph, Row, Section, Span, Table, Text
from eventstudy.reports.words import Words
from eventstudy.study.happened import what_happened
from eventstudy.study.sentences import LEVEL, judged_together
from eventstudy.study.sentences import finding as finding_of

_FEW = 2
"""Of up to so many pairs every day is told; of more the mean of each day."""

NAMED = 100
"""Of more pairs than this no row is told: they stand in the workbook and the JSON file."""

OF_FIT = {"sigma": "estimate", "n estimation": "count"}
"""What is told of each fit beside its parameters, in pages and workbook: heading -> look; in JSON with underscores."""


def results(told: Material) -> Section:
    """CARs of each stock, and of all together."""
    n, said = told.result.returns.n, list(_stands_out(told))
    blocks: list[Block] = [*said] if n > 1 else []
    if n <= _FEW:
        blocks += [*(_one_firm(told, i) for i in range(n)), *_brackets(told, ("exact_t",))]
    elif n <= NAMED:
        blocks += [_firms(told), Paragraph(left_together(told), "note"), *_brackets(told)]
    blocks += [_together(told)] if n > 1 else said  # of one firm below its few rows: a report opens in plain words
    return Section("results", told.words("s.results"), (*blocks, *least(told.words, blocks)))


def least(words: Words, blocks: Iterable[Block]) -> Iterator[Block]:
    """What ≤ before a p means, where one stands in these tables."""
    cells = [cell for table in blocks if isinstance(table, Table) for row in table.rows for cell in row.cells]
    if any(isinstance(span, Figure) and span.shown.startswith("≤") for cell in cells for span in cell):
        yield Paragraph((words("least p"),), "note")


def _stands_out(told: Material) -> Iterator[Block]:
    """Which windows stand out as all are judged together, where it is not the finding itself."""
    if told.data["aggregate"]["believable"] and told.data["aggregate"]["windows"] and what_happened(told.result):
        yield Paragraph((told.words.said(finding_of(told.result)),))


def _joint(told: Material) -> bool:
    """Whether there are several windows to judge together."""
    return judged_together(told.result) > 1


def detail(told: Material) -> Section:
    """Each day, and the model of each stock."""
    n = told.result.returns.n
    blocks: list[Block] = [_days(told, i) for i in range(n)] if n <= _FEW else [_mean_days(told)]
    blocks += _brackets(told, ("exact_t",)) if n <= _FEW else ()
    if n <= NAMED:
        blocks.append(_models(told))
    return Section("detail", told.words("s.detail"), tuple(blocks))


def _window_names(told: Material) -> list[str]:
    return [told.window(f"aggregate.windows[{j}]") for j in range(len(told.data["aggregate"]["windows"]))]


def _firms(told: Material) -> Table:
    """A row a stock under its group, a column a window; CAR and p in one cell."""
    rows: list[Row] = []
    grouped: set[int] = set()
    for g, group in enumerate(told.result.groups):
        members = group.members.tolist()
        n = told.count(f"groups[{g}].n")
        fewer = told.data["groups"][g]["n"] < len(members)
        counted: Text = told.words.fill("n of all", n=n, all=str(len(members))) if fewer else (n,)
        head: Text = (told.words.said(group.name), " (", *counted, ")")
        rows.append(Row(head, _means(told, f"groups[{g}]") if len(members) > 1 else _blank(told), "group"))
        rows += [_firm_row(told, i) for i in members]
        grouped |= set(members)
    rows += [_firm_row(told, i) for i in range(told.result.returns.n) if i not in grouped]
    total: Text = told.words.fill("mean of", n=told.count("aggregate.n"))
    rows.append(Row(total, _means(told, "aggregate"), "total"))
    return Table(told.words("cap.firms"), (told.words("ticker"), *_window_names(told)), tuple(rows), stacked=True)


def _blank(told: Material) -> tuple[Text, ...]:
    return ((),) * len(told.data["aggregate"]["windows"])


def _firm_row(told: Material, i: int) -> Row:
    cells: list[Text] = []
    for j in range(len(told.data["firms"][i]["windows"])):
        path = f"firms[{i}].windows[{j}]"
        by = told.data["firms"][i]["windows"][j]["headline"]
        cells.append((told.amount(f"{path}.car"), " ", *told.p_of_firm(path, by, "headline_p")))
    return Row(_name(told, i), tuple(cells))


def _brackets(told: Material, tests: Iterable[str] = ()) -> Iterator[Block]:
    """What brackets around the p of a firm mean, where the headline or one of the `tests` is not valid for it."""
    places = [(i, j) for i, firm in enumerate(told.data["firms"]) for j in range(len(firm["windows"]))]
    for i, j in places:
        shown = (told.data["firms"][i]["windows"][j]["headline"], *tests)
        if not all(told.valid_for(f"firms[{i}].windows[{j}]", test) for test in shown):
            yield Paragraph((told.words("in brackets"),), "note")
            return


def _name(told: Material, i: int) -> Text:
    ticker = told.text(f"firms[{i}].ticker")
    return (ticker, " ", told.text(f"firms[{i}].day0")) if told.dated else (ticker,)


def _means(told: Material, path: str) -> tuple[Text, ...]:
    places = [f"{path}.windows[{j}]" for j in range(len(told.data["aggregate"]["windows"]))]
    return tuple((told.amount(f"{place}.caar"), " ", told.headline_p(place)) for place in places)


def left_together(told: Material) -> Text:
    """How the p-values of the table come about, and which stocks are left when all are judged together."""
    if not told.data["aggregate"]["believable"]:
        return (told.words("p note doubt"),)
    key = "p_adjusted_tickers"
    if not any(window[key] is not None for firm in told.data["firms"] for window in firm["windows"]):
        return (told.words("p note alone"),)
    left = []
    for j, window in enumerate(_window_names(told)):
        places = [(i, firm["windows"][j][key]) for i, firm in enumerate(told.data["firms"])]
        names = [told.ticker_of(i) for i, p in places if p is not None and p < LEVEL]
        left += [f"{window} {', '.join(names)}"] if names else []
    return told.words.fill("p note", list="; ".join(left) or told.words("nothing left"))


def _one_firm(told: Material, i: int) -> Table:
    """The windows of one stock: a row each."""
    words, rows = told.words, []
    joint = told.result.returns.n == 1 and _joint(told)
    for j, window in enumerate(told.data["firms"][i]["windows"]):
        path = f"firms[{i}].windows[{j}]"
        cells: tuple[Text, ...] = (
            (told.amount(f"{path}.car"),),
            told.interval(path),
            (told.amount(f"{path}.se", sign=False),),
            (told.number(f"{path}.t", sign=True),),
            told.p_of_firm(path, "exact_t", "p"),
            told.p_of_firm(path, window["headline"], "headline_p"),
            *(((told.p_together(f"aggregate.windows[{j}]"),),) if joint else ()),
            (told.test(window["headline"]),),
            *(() if told.levels else ((told.amount(f"{path}.bhar"),),)),
        )
        rows.append(Row((words.window_of(window),), cells))
    beside = ("p together",) if joint else ()
    keys = told.columns("window", "car", "interval", "se", "t", "p exact", "p headline", *beside, "headline", "bhar")
    caption = f"{told.ticker_of(i)}: {words('cap.windows of levels' if told.levels else 'cap.windows')}"
    columns = tuple(words(key, level=told.level) for key in keys)
    return Table(caption, columns, tuple(rows), frozenset({keys.index("headline")}))


def _together(told: Material) -> Table:
    words, rows, joint = told.words, [], _joint(told)
    for j in range(len(told.data["aggregate"]["windows"])):
        path = f"aggregate.windows[{j}]"
        has_test = told.data["aggregate"]["windows"][j]["headline"] is not None
        test: Span = told.test(told.data["aggregate"]["windows"][j]["headline"]) if has_test else words("none")
        cells: tuple[Text, ...] = (
            (told.amount(f"{path}.caar"),),
            (told.amount(f"{path}.median"),),
            (told.count(f"{path}.n_positive"), " : ", told.count(f"{path}.n_negative")),
            told.interval(path),
            (test,),
            (told.headline_p(path),),
            *(((told.p_together(path),),) if joint else ()),
            (told.count(f"{path}.n"),),
            *(() if told.levels else ((told.amount(f"{path}.bhaar"),),)),
        )
        rows.append(Row((told.window(path),), cells))
    beside = ("p together",) if joint else ()
    told_of = ("window", "mean CAR", "median CAR", "up down", "interval", "headline", "p", *beside, "n", "bhar")
    heads = told.columns(*told_of)
    columns = tuple(words(head, level=told.level) for head in heads)
    return Table(words("cap.together"), columns, tuple(rows), frozenset({5}))


def _days(told: Material, i: int) -> Table:
    words = told.words
    rows = []
    windows = range(len(told.data["firms"][i]["windows"]))
    calm = all(told.valid_for(f"firms[{i}].windows[{j}]", "exact_t") for j in windows)
    for j in range(len(told.data["firms"][i]["days"])):
        path = f"firms[{i}].days[{j}]"
        cells: tuple[Text, ...] = (
            (told.text(f"{path}.session"),),
            (told.amount(f"{path}.ret"),),
            (told.amount(f"{path}.expected"),),
            (told.amount(f"{path}.ar"),),
            (told.number(f"{path}.t", sign=True),),
            (told.p(f"{path}.p"),) if calm else ("(", told.p(f"{path}.p"), ")"),
        )
        rows.append(Row((told.number(f"{path}.rel_day", 0, sign=True),), cells))
    columns = tuple(map(words, told.columns("day", "session", "ret", "expected", "ar", "t", "p exact")))
    return Table(words("cap.days", ticker=told.ticker_of(i)), columns, tuple(rows))


def _mean_days(told: Material) -> Table:
    rows = tuple(
        Row(
            (told.number(f"aggregate.days[{j}].rel_day", 0, sign=True),),
            ((told.amount(f"aggregate.days[{j}].aar"),), (told.count(f"aggregate.days[{j}].n"),)),
        )
        for j in range(len(told.data["aggregate"]["days"]))
    )
    return Table(told.words("cap.aar"), tuple(map(told.words, ("day", "ar", "n"))), rows)


def _models(told: Material) -> Table:
    """The fitted parameters of each stock."""
    names = list(told.result.fit.names)
    rows = tuple(Row(_name(told, i), tuple(_fitted(told, i, names))) for i in range(told.result.returns.n))
    columns = (told.words("ticker"), *map(told.words.named, names), *map(told.words, OF_FIT))
    return Table(told.words("cap.model"), columns, rows)


def _fitted(told: Material, i: int, names: list[str]) -> Iterator[Text]:
    for name in names:
        path, value = f"firms[{i}].params.{name}", told.data["firms"][i]["params"][name]
        if name == "alpha":
            yield (told.amount(path, 4),)
            continue
        yield (told.number(path, 5 if value is not None and abs(value) < 0.1 else 3),)
    for key, look in OF_FIT.items():
        path = f"firms[{i}].{key.replace(' ', '_')}"
        yield (told.count(path) if look == "count" else told.amount(path, sign=False),)
