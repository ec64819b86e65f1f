"""Every fault planted in the C of the looks at prices is noticed by their tests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.test_compiled_faults import judged, made, pytestmark  # noqa: F401 - a fixture, and what it needs
from tests.prices import test_copies, test_sound

FAULTS = {
    "looks.c": {
        "1.4826 * least": "1.2 * least",
        "size == 0 ? BINS : least": "least",
        "bin += half;": "bin = half;",
        "bins, n, (count - 1) / 2": "bins, n, (count - 1) / 3",
        "level ? rule->index_leap : rule->leap": "rule->leap",
        "rule->spike * scale, smaller": "0, smaller",
        "larger(rule->calm, rule->far * scale)": "rule->far * scale",
        "level ? rule->alien : rule->back": "rule->back",
        "r->near[t + 1] ? closer : least": "least",
        "later <= t + 2 && later < n; later++)\n            if": "later <= t + 1 && later < n; later++)\n            if",
        "if (fabs(r->move[later]) > closer && (": "if ((",
        "fabs(net[t]) > quietly": "fabs(net[t]) > 2 * quietly",
        "smaller(fabs(net[t]), fabs(net[later])) <= leg": "0",
        "if (smaller(fabs(net[t]), fabs(net[later])) > closer) return 1;\n": "",
        "t > rule->year ? t - rule->year : 0": "0",
        "if (!farther) return 1;": "return 1;",
        "r->net[t] = r->move[t] - r->market[t + 1]": "r->net[t] = r->move[t] - r->market[t]",
        "t > 1 ? two & mark[t - 2] : 0": "0",
        "fabs(move[t]) > limit": "fabs(move[t]) > 3 * limit",
        "one < tick[l] ? one": "0 ? one",
        "r->near[t + 1] || r->near[t] ? two": "r->near[t] ? two",
        "? STRAIGHT : 0": "? 0 : 0",
        "line && on_a_line": "line && 0 && on_a_line",
        "2 * rule->as_often": "rule->as_often",
        "(double)days * (1 - MARGIN)": "2.0 * (double)days",
        "while (bends--)": "while (--bends)",
        "least_of(bin + 1) *": "least_of(bin) *",
        "below(bins, n, BINS) / 2)": "below(bins, n, BINS) / 3)",
        "larger(rule->straight, least / highest)": "least / highest + 1e-3",
        "bends > 1 ? larger(highest, r->price[t])": "bends > 1 ? 0.5 * larger(highest, r->price[t])",
        "bends + 1 : 0;": "1 : 0;",
        "(bent <= limit) &": "(bent <= 0.01 * limit) &",
        "> 0.21) return 0": "> 0.01) return 0",
        "rows = r->n - AGAIN + 1": "rows = r->n - AGAIN - 100",
        "at[i] - (AGAIN - PART)": "at[i]",
        "again[mark[t] >> 6] |= old & bit": "again[mark[t] >> 6] |= 0",
        "met += once[mark[t + 1] >> 6]": "met += 0 & once[mark[t + 1] >> 6]",
        "met += once[mark[t + 2] >> 6]": "met += 0 & once[mark[t + 2] >> 6]",
        "found += expected[t] != 0": "found += 1",
        "row + r->stretch[i].length; t < r->stretch[i + 1].row": "row; t < r->stretch[i + 1].row",
        "s->length - 1, own": "s->length - (i + 1 == r->stretches), own",
        "row + r->stretch[i].length] - upto": "row] - upto",
        "(l->counted[set * days + t] != 0)": "1",
        "later[l] += a * others[t + l + 1]": "later[l] += a * others[t + l]",
        "before = s.before /": "before = 0 * s.before /",
        "third >= rule->enough && may_be_off": "0 && may_be_off",
        "(float)(total[t] - mine[t])": "mine[t]",
    },
    "copies.c": {
        "if (isnan(cell(g, t + k, j))) return 0;": "return 0;",
        "t += every": "t += every + every",
        "from[k] + (t + i * every) * g->day": "from[k] + t * g->day",
        "same += m->close[i] == close": "same += i && m->close[i] == close",
        "isnan(row[j]) ? lacks_twice(g, t, every, j)": "isnan(row[j]) ? 0",
        "isfinite(cell(g, t, j))) count[j] +=": "1) count[j] +=",
        "there < DIFFERENT": "there <= DIFFERENT",
        "half[0] + 3.605551275463989 * half[1]": "half[1]",
        "value = cell(g, first + k, j)": "value = cell(g, k, j)",
        "|= old & bit": "|= 0",
        "again[mark[j] >> 6] |= hit; ": "",
        "found += lacks_middle": "found += 0 & lacks_middle",
        "k != MIDDLE + 1": "1",
        "here | there ?": "here & there ?",
        "from[k] + h * WHOLE * g->day": "from[k] + at * WHOLE * g->day",
        "row = 2 * h - 1": "row = 2 * h",
        "row <= 2 * h; row++": "row < 2 * h; row++",
    },
    "twice.h": {
        "shared += s->again": "shared += 0 & s->again",
    },
    "grid.h": {
        "g->which ? g->which[j] : j": "j",
    },
}


def judge(patch: pytest.MonkeyPatch) -> None:
    for rule in test_sound.RULES:
        test_sound.test_a_rule_holds_from_its_threshold_on(rule)
    test_sound.test_a_trip_out_and_back_is_one_of_many_where_the_year_before_had_a_longer_one()
    test_sound.test_what_the_market_explains_is_no_move_of_the_series()
    for still in test_sound.STILL:
        test_sound.test_prices_that_stand_still(*still)
    for line in test_sound.LINES:
        test_sound.test_prices_on_a_line(*line)
    for bends in test_sound.BENDS:
        test_sound.test_days_on_a_line_are_looked_at_where_they_are_rare(bends)
    test_sound.test_cheap_shares_in_whole_cents_are_passed_where_their_lines_are_no_rarity()
    test_sound.test_days_without_a_change_say_nothing_of_how_far_a_series_moves()
    test_sound.test_of_two_series_each_is_the_other_of_the_other()
    for days in (4, 5):
        for later in test_sound.LATER:
            test_sound.test_closes_that_stand_there_twice(days, days == 4, later)
    test_sound.test_logarithms_of_prices_in_cents_and_small_prices()
    test_sound.test_what_no_price_is_and_rates_and_what_stands_beside_the_close_are_looked_at()
    test_sound.test_days_that_lack_are_counted_and_closed_up()
    for part in (slice(None), slice(140, 260)):
        for by in (1, -1):
            test_sound.test_a_series_a_session_apart_is_seen(part, by)
    for lacking in ((), (2, 7)):
        for copied in (2, 5):
            test_copies.test_ten_sessions_of_another_are_seen_wherever_they_begin(13, lacking, copied, copied + 1)
    for gone in test_sound.GONE:
        test_sound.test_rows_of_which_two_closes_lack_are_alike(gone)
    test_sound.test_rows_that_very_many_share_are_alike()
    test_sound.test_copies_are_those_of_the_plain_form(patch)
    test_sound.test_some_columns_of_a_table_are_looked_at_as_if_they_were_all("1", patch)


def test_without_a_fault_nothing_is_noticed(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    judged(made("looks.c", "static", "static"), lambda: judge(monkeypatch), monkeypatch, faulty=False)


@pytest.mark.parametrize(("file", "old"), [(file, old) for file, edits in FAULTS.items() for old in edits])
def test_a_fault_is_noticed(file: str, old: str, made: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    judged(made(file, old, FAULTS[file][old]), lambda: judge(monkeypatch), monkeypatch, faulty=True)
