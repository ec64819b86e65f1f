"""Why this test and not that one, what was left out, where the numbers come from, and who invented the methods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from eventstudy import plugins
from eventstudy.inference import advice
from eventstudy.reports.material import Material
from eventstudy.reports.parts import Block, Facts, Items, Paragraph, Row, Section, Span, Table, Text, plain
from eventstudy.reports.words import Words
from eventstudy.study.answers import Answer
from eventstudy.study.names import named, words_of_model


def tests(told: Material) -> Section:
    """The headline test of the first window and why, the valid tests of all windows, and those that are not valid."""
    blocks: list[Block] = [*_why(told)]
    valid, invalid = _valid(told), _invalid(told)
    blocks += [valid] if valid.rows else []
    blocks += [invalid] if invalid.rows else []
    return Section("tests", told.words("s.tests"), tuple(blocks))


def _why(told: Material) -> Iterator[Block]:
    """What kind of study each window makes, the test that speaks for it, and its null."""
    words = told.words
    said: set[tuple[str, str | None]] = set()
    for j, answer in enumerate(told.result.answers.values()):
        if answer.design is None:
            continue
        situation = words.named(advice.judged_by(answer.design, answer.headline).name)
        if (situation, answer.headline) in said:
            continue
        said.add((situation, answer.headline))
        if answer.headline is None:
            yield Paragraph((told.window(f"aggregate.windows[{j}]"), ": ", words("no headline", situation=situation)))
            continue
        test = plugins.load("tests", answer.headline)
        name = told.words.said(named(answer.headline))
        yield Paragraph(
            (
                *words.fill("situation", situation=situation, test=name),
                " ",
                *words.fill("null", null=words.said(test.null)),
                ". ",
                *words.fill("assumes", assumes=words.said(test.assumes)),
                ".",
                *_next(told, answer),
            )
        )
    if told.result.returns.n > 1 and told.data["aggregate"]["mean_correlation"] is not None:
        correlation = told.number("aggregate.mean_correlation")
        n, dates = told.count("aggregate.n"), told.count("aggregate.n_dates")
        yield Paragraph(words.fill("mean correlation", r=correlation, n=n, dates=dates))


def _next(told: Material, answer: Answer) -> Text:
    """The tests to look at beside the headline."""
    beside = answer.look_next
    names = ", ".join(plain((told.words.said(named(name)),)) for name in beside)
    return (" ", told.words("look next", tests=names)) if beside else ()


def _names(told: Material) -> list[str]:
    """Every test that was asked, in the order of the answers."""
    return list(dict.fromkeys(t["name"] for w in told.data["aggregate"]["windows"] for t in w["tests"]))


def _places(told: Material, name: str) -> list[tuple[str, dict[str, Any]] | None]:
    """The path and answer of a test in each window, or None where it was not asked."""
    found: list[tuple[str, dict[str, Any]] | None] = []
    for j, window in enumerate(told.data["aggregate"]["windows"]):
        at = next((k for k, t in enumerate(window["tests"]) if t["name"] == name), None)
        found.append(None if at is None else (f"aggregate.windows[{j}].tests[{at}]", window["tests"][at]))
    return found


def _valid(told: Material) -> Table:
    rows = []
    heads = [w["headline"] for w in told.data["aggregate"]["windows"]]
    for name in sorted(_names(told), key=lambda n: n not in heads):
        places = _places(told, name)
        if any(p is not None and p[1]["valid"] and p[1]["p"] is not None for p in places):
            cells = tuple(
                (told.p(f"{p[0]}.p"),) if p is not None and p[1]["valid"] and p[1]["p"] is not None else ()
                for p in places
            )
            mark: Text = _mark(told, name, heads)
            rows.append(Row((told.words.said(named(name)), *mark), cells))
    windows = [told.window(f"aggregate.windows[{j}]") for j in range(len(told.data["aggregate"]["windows"]))]
    return Table(told.words("cap.tests"), (told.words("test"), *windows), tuple(rows))


def _mark(told: Material, name: str, heads: list[str | None]) -> Text:
    """Whether a test is the headline, and of which windows where it is not of all."""
    if name not in heads:
        return ()
    if len(set(heads)) == 1:
        return (f" {told.words('is headline')}",)
    over = ", ".join(told.window(f"aggregate.windows[{j}]") for j, head in enumerate(heads) if head == name)
    return (" ", *told.words.fill("is headline over", windows=over))


def _invalid(told: Material) -> Table:
    """Tests that are valid for no window, with the first reason that was given."""
    found: dict[tuple[Text, Text], list[str]] = {}
    for name in _names(told):
        places = [p for p in _places(told, name) if p is not None]
        if any(p[1]["valid"] for p in places):
            continue
        path, answer = next((p for p in places if p[1]["p"] is not None), places[0])
        size: Text = (
            (told.percent(f"{path}.expected_size", 0, sign=False),) if answer["expected_size"] is not None else ()
        )
        reasons: list[Span] = []
        for reason in answer["reasons"]:
            reasons += [*(["; "] if reasons else []), told.words.said(reason)]
        found.setdefault((tuple(reasons), size), []).append(name)
    rows = [
        Row((", ".join(plain((told.words.said(named(name)),)) for name in names),), cells)
        for cells, names in found.items()
    ]
    columns = tuple(map(told.words, ("test", "why not", "size")))
    return Table(told.words("cap.invalid"), columns, tuple(rows), frozenset({0, 1}))


def notes(told: Material) -> Section:
    """All exclusions and warnings; those of one code together."""
    left = tuple(
        (told.text(f"excluded[{i}].ticker"), " (", told.text(f"excluded[{i}].event_id"), "): ",
         told.words.said(e["message"]), f" [{e['reason']}]")
        for i, e in enumerate(told.data["excluded"])
    )  # fmt: skip
    others = told.data.get("confounders", {"days": []})["days"]
    elsewhere = {day["code"] for day in others}  # told in a section of its own
    warned = sorted(
        ((i, w) for i, w in enumerate(told.data["warnings"]) if w["code"] not in elsewhere), key=lambda w: w[1]["code"]
    )
    rows: list[tuple[str, Text]] = []
    for code, members in groupby(warned, key=lambda w: w[1]["code"]):
        alike: dict[str, list[str]] = {}
        for _, warning in members:
            alike.setdefault(warning["message"], []).append(told.whom(warning))
        rows += [(code, _warning(told, message, whom)) for message, whom in alike.items()]
    blocks: list[Block] = [Items(left)] if left else [Paragraph((told.words("nothing excluded"),))]
    blocks += [Facts(tuple(rows))] if rows else [Paragraph((told.words("nothing warned"),))]
    return Section("notes", told.words("s.notes"), tuple(blocks))


_NAMED = 30
"""Up to so many that share a warning are named; all of them stand in the JSON file."""


def _warning(told: Material, message: str, whom: list[str]) -> Text:
    """A warning once, after all those whom it is about."""
    named = list(dict.fromkeys(filter(None, whom)))
    shown = ", ".join(named[:_NAMED])
    if len(named) > _NAMED:
        shown = told.words("and so many", names=shown, n=len(named) - _NAMED)
    return (f"{shown}: ", told.words.said(message)) if named else (told.words.said(message),)


def _event_window(words: Words, config: Mapping[str, Any]) -> str:
    """The event window, by its calendar days where it was named by them."""
    start, end = config["event_window"]
    return words.window_of({"start": start, "end": end, "calendar_days": config.get("window_days")})


def provenance(told: Material) -> Section:
    """The choices of the study, the prices, their hashes, and the versions of what computed."""
    words, config, origin = told.words, told.data["config"], told.data["provenance"]
    benchmark = config["benchmark"]
    compared: Span = words("none") if benchmark is None else told.text("config.benchmark")
    rows: list[tuple[str, Text]] = [
        (words("model"), (words.said(words_of_model(config["model"])), f" ({config['model']})")),
        (words("benchmark"), (", ".join(benchmark) if isinstance(benchmark, list) else compared,)),
        (words("outcome"), (words.named(config["outcome"]),)),
        *([(words("returns"), (words.named(config["returns"]),))] if config["returns"] != "difference" else []),
        (
            words("estimation window"),
            (", ".join(words.window(*window) for window in config["estimation_windows"]) or words("none"),),
        ),
        (words("event window"), (_event_window(words, config),)),
        (words("missing"), (words.named(config["missing"]),)),
        (words("seed"), (told.text("config.seed"),)),
        (words("source"), (words.named(str(origin["source"])),)),
    ]
    if vintage := origin.get("factors", {}).get("vintage"):
        rows.append((words("factors"), (vintage,)))
    rows += [
        (words(key), (told.text(f"provenance.{name}"),))
        for key, name in (("retrieved", "retrieved_at"), ("as of", "as_of"), ("prices hash", "prices_sha256"),
                          ("registry hash", "registry_sha256"))
        if origin.get(name) is not None
    ]  # fmt: skip
    rows.append((words("versions"), (", ".join(f"{k} {v}" for k, v in origin["versions"].items()),)))
    return Section("provenance", words("s.provenance"), (Facts(tuple(rows)),))


def sources_of_methods(told: Material) -> Section:
    """The model and the tests that were used, with the papers they are from."""
    words = told.words
    model = plugins.load("models", told.data["config"]["model"])
    rows = [(told.data["config"]["model"], _paper(told, model))]
    rows += [(name, _paper(told, plugins.load("tests", name))) for name in _names(told)]
    said = (words("abnormal", counted=told.counted), " ", words("no proof"), " ", words("advice"))
    return Section("methods", words("s.methods"), (Paragraph(said), Facts(tuple(rows))))


def _paper(told: Material, member: Any) -> Text:
    return (told.words.said(member.summary), ". ", told.words.said(member.paper))
