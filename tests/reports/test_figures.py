"""Every figure that a report shows is the one of `to_json()`, read back from the page and rounded again here."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal

import eventstudy as es
import pytest
from eventstudy.reports import build, render
from eventstudy.reports.further import about, further
from eventstudy.reports.parts import Figure, Items, Paragraph, Row, Table, Text, plain
from eventstudy.request import what_else
from eventstudy.study.result import StudyResult
from eventstudy.units.windows import Window

from tests.reports.conftest import Rendered
from tests.reports.pages import at, read
from tests.tiers import first

MORE = ("gaps", "hostile", "volume", "volatility")
STUDIES = ("nvda", "sixteen", *(pytest.param(study, marks=pytest.mark.render) for study in MORE))
every_study = pytest.mark.parametrize("study", STUDIES)
one_study = pytest.mark.parametrize("study", first(("nvda", "sixteen", *MORE), 1, "render"))
every_language = pytest.mark.parametrize("lang", first(["de", "en"], 1, "render"))


def as_number(shown: str) -> Decimal | None:
    """What a reader takes a printed figure for: a decimal, whatever the language; None for words."""
    text = (
        shown.replace("−", "-").replace("\u00a0%", "").replace("<", "").replace("≤", "").replace(",", ".").lstrip("+")
    )
    try:
        return Decimal(text)
    except ArithmeticError:
        return None


def agrees(shown: str, value: object) -> bool:
    """Whether the printed text is the value, rounded to the digits that are printed."""
    if value is None:
        return shown in ("n/a", "k. A.", "–")
    number = as_number(shown)
    if isinstance(value, str) or number is None:
        return re.sub(r"(\d\d)\.(\d\d)\.(\d{4})", r"\3-\2-\1", shown) == str(value)
    assert isinstance(value, float | int)
    if shown.startswith("<"):
        return value < number
    exact = Decimal(repr(value)) * (100 if shown.endswith("%") else 1)
    step = Decimal(1).scaleb(number.as_tuple().exponent)  # type: ignore[arg-type]
    return abs(exact - number) <= step / 2 + Decimal("1e-12") or exact.quantize(step, ROUND_HALF_EVEN) == number


@every_language
@one_study
def test_every_figure_of_a_page_is_that_of_the_json(
    request: pytest.FixtureRequest, rendered: Rendered, study: str, lang: str
) -> None:
    result: StudyResult = request.getfixturevalue(study)
    data = json.loads(rendered(study, "json"))
    assert json.loads(result.to_json()).items() <= data.items()
    figures = read(rendered(study, "html", lang)).figures
    assert len(figures) > 60
    for attributes, shown in figures:
        path = attributes["data-path"] or ""
        value = json.loads(attributes["data-value"] or "")
        assert at(data, path) == value, path
        assert agrees(shown, value), (path, shown, value)


@one_study
def test_every_car_p_and_test_of_the_json_is_on_the_page(
    request: pytest.FixtureRequest, rendered: Rendered, study: str
) -> None:
    result: StudyResult = request.getfixturevalue(study)
    shown = {a["data-path"] for a, _ in read(rendered(study)).figures}
    for i, firm in enumerate(result.to_dict()["firms"]):
        for j in range(len(firm["windows"])):
            assert {f"firms[{i}].windows[{j}].car", f"firms[{i}].windows[{j}].headline_p"} <= shown
    for j, window in enumerate(result.to_dict()["aggregate"]["windows"]):
        assert f"aggregate.windows[{j}].caar" in shown or result.returns.n == 1
        assert f"aggregate.windows[{j}].p_adjusted_windows" in shown
        for k, test in enumerate(window["tests"]):
            if test["valid"] and test["p"] is not None:
                assert f"aggregate.windows[{j}].tests[{k}].p" in shown


@pytest.mark.render
def test_the_index_of_a_site_takes_its_figures_from_the_files_beside_it(site: dict[str, bytes]) -> None:
    figures = [f for f in read(site["index.html"]).figures if "data-of" in f[0]]
    assert len({a["data-of"] for a, _ in figures}) == 2
    for attributes, shown in figures:
        value = json.loads(attributes["data-value"] or "")
        assert at(json.loads(site[attributes["data-of"] or ""]), attributes["data-path"] or "") == value
        assert agrees(shown, value)


def test_a_wrong_figure_would_be_found() -> None:
    assert agrees("−13.37\u00a0%", -0.13373)
    assert not agrees("−13.36\u00a0%", -0.13373)
    assert agrees("<.001", 0.0004)
    assert not agrees("<.001", 0.002)
    assert agrees("0,059", 0.0591)
    assert not agrees(".060", 0.0591)


def _texts(result: StudyResult) -> list[Text]:
    found: list[Text] = []
    report = build(result, charts=())
    for block in [*report.finding, *(b for s in report.sections for b in s.blocks)]:
        if isinstance(block, Paragraph):
            found.append(block.text)
        elif isinstance(block, Items):
            found += block.items
        elif isinstance(block, Table):
            found += [text for row in block.rows for text in (row.head, *row.cells)]
    return found


@every_study
def test_no_percentage_stands_in_a_table_without_being_a_figure(request: pytest.FixtureRequest, study: str) -> None:
    report = build(request.getfixturevalue(study), charts=())
    tables = [b for s in report.sections for b in s.blocks if isinstance(b, Table)]
    rows: list[Row] = [row for table in tables for row in table.rows]
    loose = [span for row in rows for cell in row.cells for span in cell if isinstance(span, str)]
    without_levels = [re.sub(r"\b5\s%", "", text) for text in loose]
    assert not [text for text in without_levels if "%" in text and any(c.isdigit() for c in text)]
    assert any(isinstance(span, Figure) for row in rows for cell in row.cells for span in cell)


def test_the_finding_says_what_happened_in_plain_words(sixteen: StudyResult) -> None:
    raw, ar = sixteen.raw[:, 5], sixteen.returns.ar[:, 5]
    lead, spread = (plain(text) for text in _texts(sixteen)[:2])
    assert lead == (
        f"On Monday 27 January 2025 the 16 stocks lost {-100 * raw.mean():.1f}\u00a0% on average, {-100 * ar.mean():.1f} points"
        " more than the market explains; none of the 250 ordinary days before was as large."
    )
    assert spread.replace("−", "-") == (
        f"They range from {100 * raw.min():+.1f}\u00a0% (Vertiv) to {100 * raw.max():+.1f}\u00a0% (Salesforce); "
        f"{(raw < 0).sum()} fell, {(raw > 0).sum()} rose."
    )


def test_results_say_what_stands_out_as_all_windows_are_judged_together(nvda: StudyResult) -> None:
    section = next(s for s in build(nvda, charts=()).sections if s.id == "results")
    table, sentence = section.blocks[:2]
    assert isinstance(table, Table)
    assert isinstance(sentence, Paragraph)
    said, column = plain(sentence.text), table.columns.index("p, judged together") - 1
    left = [plain(row.cells[column]) for row in table.rows]
    assert left[0] == "≤.016"  # p by itself is the least possible
    assert min(left[1:]) >= ".050"
    assert said.startswith(f"CAR of NVDA (p of 5 windows judged together): [0, 0] −13.37\u00a0% (p {left[0]})")
    assert all(f"(p {p})" in said for p in left)
    assert "stands out from ordinary days; " in said


@pytest.mark.render
def test_a_gap_is_named_on_the_face(rendered: Rendered) -> None:
    page = read(rendered("gaps"))
    told = " ".join("".join(page.text).split())
    face = told[: told.index("How day 0 was found")]
    assert "Incomplete. XYZ is left out" in face
    assert "NVDA: prices end on day +4: 10 of 11 event days observed" in face


@pytest.mark.render
def test_other_choices_say_what_studies_with_these_choices_say(rendered: Rendered) -> None:
    page = read(rendered("sixteen"))
    shown = {a["data-path"]: json.loads(a["data-value"] or "") for a, _ in page.figures}
    found = json.loads(rendered("sixteen", "json"))["robustness"]["specifications"]
    told = {path.partition(".car")[0] for path in shown if path and re.fullmatch(r"robustness.spec.*\.car", path)}
    assert len(told) >= 7
    for path in told:
        one = at({"robustness": {"specifications": found}}, path)
        other = es.run(
            "deepseek-r1",
            day0="recognised",
            model=one["model"],
            benchmark="SPY" if one["benchmark"] == "none" else one["benchmark"],
            estimation_window=one["estimation_window"],
            returns=one["returns"],
        )
        answer = other.answers[Window(0, 0)]
        assert shown[f"{path}.car"] == pytest.approx(answer.caar, rel=1e-9)
        assert shown[f"{path}.p"] == pytest.approx(other.test("placebo", window=(0, 0)).p_value, rel=1e-6)


def test_many_pairs_and_volumes_are_not_asked_further(volume: StudyResult, rendered: Rendered) -> None:
    assert set(further(volume)) == {"confounders"}
    assert "robustness" not in json.loads(rendered("volume", "json"))


@pytest.mark.slow
def test_other_news_of_the_window_stands_day_by_day(rendered: Rendered, sixteen: StudyResult) -> None:
    asked, _ = what_else("deepseek-r1", day0="recognised")
    page = read(rendered("sixteen"))
    shown = {a["data-path"]: json.loads(a["data-value"] or "") for a, _ in page.figures}
    days = asked.to_dict()["days"]
    assert days
    for i, day in enumerate(days):
        assert shown[f"confounders.days[{i}].session"] == day["session"]
        assert shown[f"confounders.days[{i}].rel_day"] == day["rel_day"]
    text = "".join(page.text)
    assert "earnings of META" in text
    assert "News of the event itself, not counted as other news: DeepSeek's app" in text
    assert "Nachricht zum Ereignis selbst" in rendered("sixteen", "md", "de").decode()
    assert "Not known, so not looked for: earnings dates of" in text
    one, _ = what_else("deepseek-r1", tickers=["NVDA"], day0="recognised")
    part = about(asked, one.result)
    assert {hit.ticker for hit in part.hits} == {hit.ticker for hit in part.own} == {"NVDA"}
    assert part.looked.earnings_unknown == one.looked.earnings_unknown


def test_a_question_without_an_answer_says_why(nvda: StudyResult) -> None:
    lost = replace(nvda, provenance={**nvda.provenance, "source": "csv"}, prices=None)
    text = render(lost, "md", lang="de").decode()
    assert "Nicht gefragt: die Studie hat ihre Kurse nicht aufbewahrt." in text
