"""The result as the JSON object that scripts rely on (schema `eventstudy.result/1`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from eventstudy.inference import Significance
from eventstudy.inference.regime import Regime
from eventstudy.language import AtMost
from eventstudy.language.messages import WARNINGS, Code, Exclusion
from eventstudy.language.wording import in_words_of
from eventstudy.panel import Floats, Ints, Warned, home_of
from eventstudy.study.answers import Answer
from eventstudy.study.cautions import own_lengths
from eventstudy.study.doubts import doubts_first
from eventstudy.study.families import MANY_TICKERS, Adjusted
from eventstudy.units.windows import CalendarDays, OwnWindows, Window

if TYPE_CHECKING:
    from eventstudy.study.aggregate import AggregateResult
    from eventstudy.study.result import Group, StudyResult

SCHEMA = "eventstudy.result/1"


def document(result: StudyResult) -> dict[str, Any]:
    """All of a result as plain values: decimals, NaN as None, dates as ISO text."""
    config = result.config.as_dict()
    config["benchmark"] = _one({p.benchmark for p in result.panel.pairs}) if result.config.compared else None
    return {
        "schema": SCHEMA,
        "events": [
            {
                "id": event.id,
                "title": event.title,
                "announced": event.announced.isoformat(),
                "recognised": event.recognised.isoformat() if event.recognised else None,
                "day0_policy": result.day0_policy,
                "timing": event.timing,
            }
            for event in result.events
        ],
        "config": config,
        **({"per_event": lengths} if (lengths := own_lengths(result)) else {}),
        "provenance": dict(result.provenance),
        "firms": [_firm(result, i) for i in range(result.returns.n)],
        "aggregate": _together(result, None, result.answers, result.adjusted),
        "groups": [_group(result, group) for group in result.groups],
        "offers": [offer.to_dict() for offer in result.offers],
        "excluded": exclusions_as_dicts(result.exclusions),
        "warnings": warnings_as_dicts(result.warned),
    }


def _one(values: set[str]) -> str | list[str] | None:
    return next(iter(values)) if len(values) == 1 else sorted(values) or None


def number(value: float | None) -> float | None:
    """A number as JSON has it: None for NaN."""
    return None if value is None or not np.isfinite(value) else float(value)


def _placed_by(result: StudyResult, ticker: str) -> str:
    """How it is known where a security trades: given, by the mark of a vendor, by the days of its prices, or not at all."""
    return home_of(ticker, result.prices).by if result.config.calendar and result.prices is not None else "prices"


def _firm(result: StudyResult, i: int) -> dict[str, Any]:
    pair, day0, fit, returns = result.panel.pairs[i], result.panel.day0[i], result.fit, result.returns
    days = [
        {
            "rel_day": rel_day,
            "session": None if np.isnat(result.sessions[i, j]) else str(result.sessions[i, j]),
            "ret": number(result.raw[i, j]),
            "expected": number(fit.expected[i, j]),
            "ar": number(returns.ar[i, j]),
            "se": number(result.ar_se[i, j]),
            "t": number(returns.ar[i, j] / result.ar_se[i, j]),
            "p": number(result.ar_p[i, j]),
        }
        for j, rel_day in enumerate(result.rel_days)
    ]
    return {
        "event_id": pair.event_id,
        "ticker": pair.ticker,
        "benchmark": pair.benchmark if result.config.compared else None,
        "announced": day0.announced,
        "day0": day0.session.isoformat(),
        "exchange": day0.exchange or None,
        "exchange_by": _placed_by(result, pair.ticker),
        "shifted": day0.shifted,
        "n_estimation": int(fit.n_estimation[i]),
        "df": int(fit.df[i]),
        "sigma": number(fit.sigma[i]),
        "params": {name: number(value) for name, value in zip(fit.names, fit.params[i], strict=True)},
        "days": days,
        "windows": [_firm_window(result, window, i) for window in result.firm_answers],
        **belief_as_dict(result.doubts[i]),
    }


def _firm_window(result: StudyResult, window: Window, i: int) -> dict[str, Any]:
    firm, w = result.firm_answers[window], list(result.firm_answers).index(window)
    family = result.family if result.returns.n <= MANY_TICKERS else None
    return {
        "start": window.start,
        "end": window.end,
        **called_as_dict(window),
        "n_days": int(firm.found.n_days[i]),
        "car": number(firm.found.car[i]),
        "se": number(firm.found.se[i]),
        "t": number(firm.found.scar[i]),
        "p": number(firm.p[i]),
        "scar": number(firm.found.scar[i]),
        "bhar": number(result.bhars[window][i]),
        "bhar_benchmark": result.bhar_benchmark(window),
        "p_adjusted": number(firm.p_adjusted[i]),
        "headline": firm.headline[i],
        "headline_p": number(firm.headline_p[i]),
        "headline_p_least": number(firm.least[i]),
        "ci_low": number(firm.low[i]),
        "ci_high": number(firm.high[i]),
        "regime": regime_as_dict(firm.spoken(i).regime),
        "headline_p_adjusted": number(family.romano_wolf_by_window[i, w] if family else None),
        "p_adjusted_tickers": number(family.romano_wolf[i, w] if family else None),
        "tests": [_test(name, answers.at(i)) for name, answers in firm.tests.items()],
    }


def called_as_dict(window: Window) -> dict[str, Any]:
    """What is added where the ends are those of the event window, and pairs have windows of their own within it."""
    if isinstance(window, CalendarDays):
        return {"calendar_days": list(window.days)}
    return {"own": True} if isinstance(window, OwnWindows) else {}


def exclusions_as_dicts(excluded: Iterable[Exclusion]) -> list[dict[str, Any]]:
    """The pairs left out, with the values of their reasons."""
    return [e._asdict() | {"params": e.params} for e in excluded]


def warnings_as_dicts(warned: Iterable[Warned]) -> list[dict[str, Any]]:
    """Warnings with what their codes mean, doubts first."""
    return [_warning(w, WARNINGS.get(w.code)) for w in doubts_first(warned)]


def _warning(warned: Warned, known: Code | None) -> dict[str, Any]:
    told = warned._asdict() | {"sessions": list(warned.sessions), "params": warned.params}
    rows = getattr(warned.message, "frequency", None) or "daily"  # what is of prices speaks of days in any study
    said = {name: known and in_words_of(getattr(known, name), rows, "en", getattr(known, name)) for name in _EXPLAINED}
    return told | said


_EXPLAINED = ("meaning", "advice")


def belief_as_dict(doubts: Iterable[Warned]) -> dict[str, Any]:
    """Whether figures can be believed, and the codes of what speaks against it."""
    why = list(dict.fromkeys(w.code for w in doubts))
    return {"believable": not why, "doubts": why}


def _test(name: str, answer: Significance) -> dict[str, Any]:
    return {
        "name": name,
        "statistic": number(answer.statistic),
        "p": number(answer.p_value),
        "p_least": number(answer.least),
        "distribution": answer.distribution or None,
        "df": number(answer.df),
        "n": answer.n,
        "valid": answer.valid,
        "reasons": list(answer.reasons),
        "expected_size": number(answer.expected_size),
        "draws": answer.draws,
    }


def _together(
    result: StudyResult, group: Group | None, answers: dict[Window, Answer], adjusted: Mapping[Window, Adjusted]
) -> dict[str, Any]:
    everyone = np.arange(result.returns.n) if group is None else group.members
    name, members = group and group.name, result.believed(everyone)
    doubts, withheld = result.doubts_of(everyone), result.withheld(name)
    aar, count = result.aar(members)
    widest = result.answer(result.config.event_window) if group is None else None
    sample = widest if widest and widest.n else max(answers.values(), key=lambda a: a.n, default=None)
    return {
        "n": len(members),
        "n_dates": len(np.unique(result.returns.day0_sessions[members])),
        "mean_correlation": number(sample.correlation) if sample else None,
        "days": days_as_dicts(result.rel_days, aar, count),
        "windows": [window_as_dict(answer, adjusted[window]) for window, answer in answers.items()],
        **belief_as_dict(doubts),
        "believable": not withheld,
        "n_doubtful": sum(bool(result.doubts[int(i)]) for i in everyone),
        "with_doubtful": all_of(result, name) if doubts else None,
    }


def all_of(result: StudyResult | AggregateResult, group: str | None = None) -> dict[str, Any]:
    """The answer of all pairs, those in doubt too."""
    answers = [result.with_doubtful(window, group) for window in result.answers]
    return {"n": max((a.n for a in answers), default=0), "windows": [window_as_dict(a) for a in answers]}


def days_as_dicts(rel_days: list[int], aar: Floats, count: Ints) -> list[dict[str, Any]]:
    """The average abnormal return of each event day."""
    return [{"rel_day": d, "n": int(n), "aar": number(a)} for d, a, n in zip(rel_days, aar, count, strict=True)]


def window_as_dict(answer: Answer, adjusted: Adjusted | None = None) -> dict[str, Any]:
    """What all pairs say together about one window; `adjusted` is its p as all windows are judged together."""
    low, high = answer.interval or (None, None)
    said = answer.tests[answer.headline] if answer.headline else None
    return {
        "start": answer.window.start,
        "end": answer.window.end,
        **called_as_dict(answer.window),
        "n": answer.n,
        "caar": number(answer.caar),
        "median": number(answer.median),
        "effective_n": number(answer.effective_n),
        "n_positive": answer.n_positive,
        "n_negative": answer.n_negative,
        "bhaar": number(answer.bhaar),
        "ci_low": number(low),
        "ci_high": number(high),
        "mean_correlation": number(answer.correlation),
        "headline": answer.headline,
        "p_adjusted_windows": number(adjusted and adjusted.p),
        "p_adjusted_windows_least": adjusted.p if adjusted and isinstance(adjusted.p, AtMost) else None,
        "adjusted_by": (adjusted and adjusted.by) or None,
        "common_effect": number(answer.common_effect),
        "headline_p": number(said.p_value) if said else None,
        "headline_p_least": number(said.least) if said else None,
        "regime": regime_as_dict(answer.regime),
        "robustness": list(answer.look_next),
        "tests": [_test(name, test) for name, test in answer.tests.items()],
    }


def regime_as_dict(found: Regime | None) -> dict[str, Any] | None:
    """How wild the days near a window are; None where nobody asked."""
    return found and {"ratio": number(found.ratio), "p": number(found.p), "used": found.used}


_OF_TESTS = [
    "name",
    "statistic",
    "p",
    "p_least",
    "distribution",
    "df",
    "n",
    "valid",
    "headline",
    "expected_size",
    "reasons",
]


def table_of_tests(answer: Answer) -> pd.DataFrame:
    """All tests of one window: one row a test, the valid ones first."""
    rows = [
        {
            "name": name,
            "statistic": s.statistic,
            "p": s.p_value,
            "p_least": np.nan if s.least is None else s.least,
            "distribution": s.distribution,
            "df": s.df,
            "n": s.n,
            "valid": s.valid,
            "headline": name == answer.headline,
            "expected_size": s.expected_size,
            "reasons": "; ".join(s.reasons),
        }
        for name, s in answer.tests.items()
    ]
    return pd.DataFrame(rows, columns=_OF_TESTS).sort_values("valid", ascending=False, kind="stable", ignore_index=True)


def _group(result: StudyResult, group: Group) -> dict[str, Any]:
    answers = {window: result.answer(window, group.name) for window in result.answers}
    heading = {"role": group.role, "name": group.name, "tickers": list(group.tickers)}
    told = heading | _together(result, group, answers, result.adjusted_of(group.name))
    for window, said in zip(answers, told["windows"], strict=True):
        said["p_adjusted_groups"] = number(result.adjusted_groups[group.name, window].p)
    return told
