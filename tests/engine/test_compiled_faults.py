"""Every fault planted in the C formulas is noticed: each edit is compiled and held against NumPy and scipy."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from contextlib import nullcontext
from functools import cache
from importlib.machinery import ExtensionFileLoader
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from eventstudy import native

from tests.engine import test_accuracy, test_compiled
from tests.engine.test_compiled import alike, both_passes, world
from tests.engine.test_kernel import CASES
from tests.engine.worlds import Found, World

ROOT = Path(__file__).parents[2] / "native"
COMPILER = shutil.which("cc")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(COMPILER is None, reason="no C compiler"),
    pytest.mark.skipif(not Path(sysconfig.get_paths()["include"], "Python.h").exists(), reason="no headers of Python"),
]

FAULTS = {
    "lanes.h": {
        "eight[l] = lane[l] + lane[l + 8]": "eight[l] = lane[l] - lane[l + 8]",
        "lane[l] += a[i + l] * b[i + l]": "lane[l] += a[i + l] * b[i]",
        "lane[l] += a[i] * b[i];": "lane[l] += a[i];",
        "double z = (a[i + l] - mean) * known[i + l]": "double z = a[i + l] * known[i + l]",
        "a[i] -= factor * b[i]": "a[i] -= 1.000001 * factor * b[i]",
        "lane[l] += a[i + l] * a[i + l] * a[i + l]": "lane[l] += a[i + l] * a[i + l]",
        "const double z = a[i + l] * a[i + l]": "const double z = a[i + l]",
        "sum[i] += factor * a[i]": "sum[i] += a[i]",
        "a[i] -= factor * b[i] + other * c[i]": "a[i] -= factor * b[i] - other * c[i]",
        "a[i] * (aa * a[i] + ab * b[i]) + bb * (b[i] * b[i])": "a[i] * (aa * a[i] - ab * b[i]) + bb * (b[i] * b[i])",
        "sum[i] += a[i] * (factor * b[i] + other * c[i])": "sum[i] += a[i] * (factor * b[i] - other * c[i])",
        "step < 4": "step < 3",
    },
    "bits.h": {
        "0x0102040810204080u": "0x0102040810204081u",
        "(int)(row[t / 64] >> t % 64 & 1)": "(int)(row[t / 64] >> (t + 1) % 64 & 1)",
        " | row[t / 64 + 1] << 1 << (63 - t % 64)": "",
        "row[t / 64] >> t % 64 |": "row[t / 64] |",
        "0x5555555555555555u": "0x5555555555555554u",
        "(word & 0x3333333333333333u)": "(word & 0x3333333333333331u)",
        "& 0x0F0F0F0F0F0F0F0Fu": "& 0xFF0F0F0F0F0F0F0Fu",
        "0x0101010101010101u": "0x0101010101010100u",
    },
    "design.h": {
        "r->x_event[k * L2 + i] = w->x[(ahead + i) * K + k]": "r->x_event[k * L2 + i] = w->x[(from + i) * K + k]",
        "(uint64_t)!usable[i] << i % 64": "0",
        "ahead[i] ? 1.0 : 0.0": "1.0",
        "memcpy(r->offset, w->offset + from,": "memcpy(r->offset, w->offset + ahead - L1,",
        "memcpy(r->offset_event, w->offset + ahead,": "memcpy(r->offset_event, w->offset + from,",
        "dot(r->q + k * r->width, r->q + j * r->width, r->width)": "k == j ? 1.001 : 0",
        "r->most = most(r->row, r->width)": "r->most = 0",
        "add_up_windows(r, r->every, r->of_windows)": "add_up_windows(r, r->known, r->of_windows)",
        "ahead = from + L1 + w->between": "ahead = from + L1",
        "take_off(q, r->root[j * K + k], r->q + j": "take_off(q, 0.5 * r->root[j * K + k], r->q + j",
        "r->root[j * K + k] = dot(r->q + j": "r->root[j * K + k] = -dot(r->q + j",
        "< MOST_CONDITION * MOST_CONDITION": "< INFINITY",
        "s -= r->root[k * K + j] * inverse[j * K + c]": "s += r->root[k * K + j] * inverse[j * K + c]",
        "inverse[k * K + c] /= r->own_length[k]": "inverse[k * K + c] /= r->own_length[c]",
        "sum += r->x_event[j * L2 + i] * r->inverse[j * K + k]": "sum += r->x_event[j * L2 + i] * r->inverse[k * K + j]",
    },
    "fit.h": {
        "b += r->inverse[j * K + k] * coefficient[k]": "b += r->inverse[k * K + j] * coefficient[k]",
        "take_off_rows(r->ar, r->product, r->x_event, K, L2)": "take_off_rows(r->ar, r->product, r->x_event, K - 1, L2)",
        "if (k < K) take_off(a, b[k], rows + k * size, size);": "",
        "s += r->inverse_of[k * K + j] * r->product[j]": "s += r->inverse_of[k * K + k] * r->product[k]",
        "sum += s * r->product[k]": "sum += s",
        "s -= l[k * K + j] * x[j]": "s += l[k * K + j] * x[j]",
        "x[k] -= l[j * K + k] * x[j]": "x[k] += l[j * K + k] * x[j]",
        "share[k] = 1 / l[k * K + k]": "share[k] = 1",
        "r->gram[k * K + j] - gone": "r->gram[k * K + j]",
        "twice = 2 * factor": "twice = factor",
        "twice * next[j], two, size": "0, two, size",
        "factor * next[k + 1], size": "0, size",
        "if (K & 1) add_square(h, rows, factor * m[0], rows, 0, 0, size);": "",
        "r->most / (1 - gone)": "0",
        "if (!r->settled) { subtract(r, r->rest);": "if (0) {",
        "s->unit[v] += days[v];": "s->unit[v] += 1;",
        "sqrt(s->unit[v])": "s->unit[v]",
        "w->prediction_error ? 1 : 0, sums": "1, sums",
        "r->ahead_whole ? r->of_windows : r->own_of_windows": "r->of_windows",
        "for (int64_t g = 0; g < r->lacks; g++) r->known[r->lacking[g]] = 1;": "",
        "for (int64_t g = 0; g < r->lacks; g++) r->known[r->lacking[g]] = 0;": "",
        "t = 64 * b + LOWEST(left)": "t = 63 * b + LOWEST(left)",
        "r->m = w->days - r->lacks": "r->m = w->days",
        "    blank(r, r->y);\n    if (!r->ahead_whole)": "    if (!r->ahead_whole)",
        "r->used[t] != 0 ? r->ar[t] : 0.0": "r->ar[t]",
        "if (!r->settled) return;": "",
        "    subtract(r, kept);\n": "",
        "r->sigma = kept[K]": "r->sigma = 1",
        "s -= l[k * K + i] * l[j * K + i]": "s += l[k * K + i] * l[j * K + i]",
        "if (!(gone < 1 - LEAST_EIGENVALUE) && K && !(least_eigenvalue(r->root, K) > LEAST_EIGENVALUE)) return 0;": "",
        "gone < 1 - LEAST_EIGENVALUE": "gone < 5",
        "larger(1 - h[i], 1e-12)": "larger(1 + h[i], 1e-12)",
        "        one = one * (1.5 - x * one * one);": "",
        "r->ar[i] *= r->used[i]": "r->ar[i] *= 1",
        "r->weights = s->weight": "r->weights = r->whole_days.weight",
        "r->units = s->unit": "r->units = r->whole_days.unit",
        "r->deviations = s->deviation": "r->deviations = r->whole_days.deviation",
        "r->inverse_of = s->inverse": "r->inverse_of = r->whole_days.inverse",
        "total(r->y, r->width) / (double)r->m, r->width": "0.0, r->width",
        "if (!(left > NO_VARIANCE * larger(before, TINY))) return 0;": "",
        "r->df = r->m - (w->regressors ? w->regressors : 1)": "r->df = r->m - w->regressors",
        "sqrt(left / (double)r->df)": "sqrt(left / (double)r->m)",
        "!(project(r, r->rest) > LEFT * LEFT * left / (double)r->m)": "1",
        "there[t] = one * usable[t]": "there[t] = one",
        "fabs(value[t]) <= LARGEST ? 1.0 : 0.0": "1.0",
        "r->whole = r->ahead_whole && !r->lacks": "r->whole = !r->lacks",
        "value[t] - offset[t]": "value[t]",
        "less(r->ar, ahead, r->offset_event, w->event)": "less(r->ar, ahead, r->offset, w->event)",
    },
    "network.h": {
        "a.lane[l] = a.lane[l] < b.lane[l] ? a.lane[l] : b.lane[l]": "a.lane[l] = a.lane[l]",
        "a.lane[l] = a.lane[l] < b.lane[l] ? b.lane[l] : a.lane[l]": "a.lane[l] = b.lane[l]",
        "X(4, 8) X(5, 9) X(6, 10) X(7, 11)": "",
        "X(1, 2) X(3, 4) X(5, 6) X(7, 8) X(9, 10) X(11, 12) X(13, 14)": "",
        "X(0, 3) X(1, 2) X(0, 1) X(2, 3)": "X(0, 3) X(1, 2)",
        "X(0, 2) X(1, 3) X(0, 1) X(2, 3)": "X(0, 2) X(1, 3)",
        "row_to(other, greater(a, b));": "row_to(other, b);",
        "apart /= 4": "apart = 0",
        "even = !even": "even = 0",
        "first += WIDE": "first += LANES",
    },
    "ranks.h": {
        "scaled = scaled < limit ? scaled : limit;": "",
        "value < ABSENT ? steps - 2.0 : steps - 1.0": "steps - 2.0",
        "four[FOUR * i + 2] = c[i]": "four[FOUR * i + 2] = b[i]",
        "i = columns * LANES; i < o->rows * LANES": "i = o->rows * LANES; i < o->rows * LANES",
        "|= (uint32_t)key[l] - (uint32_t)before[l] < near && key[l] < absent": "|= 0",
        "value[o->day[j - 1]] > value[one]": "value[o->day[j - 1]] < value[one]",
        "value[o->day[end]] - value[o->day[end - 1]] <= TIED": "0",
        "(int32_t)(i + 1 + end)": "(int32_t)(i + end)",
        "int32_t rank = 2;": "int32_t rank = 0;",
        "[2 * LANES] & mask] = rank + 4": "[2 * LANES] & mask] = rank + 2",
        "near = (uint32_t)2 << o->bits": "near = 0",
        "if (n < columns) memset(twice, 0, sizeof *twice * (size_t)columns);": "",
        "o->twice[o->day[k]] =": "o->twice[k] =",
        "0.5 / (double)(n + more)": "0.5 / (double)n",
    },
    "pass.c": {
        "if (!(w->covers[i] >> v & 1)) continue;\n        double car = 0, se": "double car = 0, se",
        "se = r->sigma * r->deviations[v]": "se = r->sigma * r->units[v]",
        "w->scar[at] = car / se": "w->scar[at] = car * se",
        "w->unit[w->stratum[i] * w->windows + v] += r->units[v]": "w->unit[w->stratum[i] * w->windows + v] += 1",
        "if (r->used[t] == 0) continue;": "",
        "growth *= 1 + own[t]": "growth *= own[t]",
        "growth += own[t]": "growth += r->market[t]",
        "growth - usual;": "growth;",
        "exp(growth) - exp(usual)": "growth - usual",
        "from[early] != from[early]) early++": "from[early] == from[early]) early++",
        "still += from[t] == 0": "still += from[t] <= 0",
        "(double)(lacking - early) / days": "(double)lacking / days",
        "w->days - early > 1 ? w->days - early : 1": "w->days",
        "y[t] * inverse * weights[t]": "y[t] * inverse",
        "root = sqrt(v - 1)": "root = sqrt(v)",
        "larger(v - one * one, ALONE * v)": "(v - one * one)",
        "sum2[t] += s[t] * s[t]": "sum2[t] += s[t]",
        "w->student_powers[2 * w->stratum[i]] += cubes(": "w->student_powers[2 * w->stratum[i]] = cubes(",
        "w->student_powers[2 * w->stratum[i] + 1] += fourths(": "w->student_powers[2 * w->stratum[i] + 1] = fourths(",
        "r->all_of[k], 1, columns": "r->all_of[k], 0, columns",
        "r->days_of[k], 2, w->days": "r->days_of[k], 1, w->days",
        "r->value[r->lacking[g]] = r->e[r->lacking[g]] = ABSENT": "r->value[r->lacking[g]] = ABSENT",
        "r->e[r->lacking[g]] = ABSENT": "(r->e[r->lacking[g]] = ABSENT, 0.0)",
        "r->value[w->days + t] = ABSENT; n--;": "r->value[w->days + t] = ABSENT;",
        "    finish(&r);": "",
        "r->sums[r->lacking[g]] = NAN": "r->sums[r->lacking[g]] = 0",
        "up += both > ABOVE": "up += both >= 0",
        "both = one[t] + other[t]": "both = one[t] + one[t]",
        "r->sums, 1, copy_and_count": "r->sums, 2, copy_and_count",
        "sum[t] = y[t];": "sum[t] = 0;",
        "up += y[t] > ABOVE": "up += y[t] >= 0",
        "first = day - days < from ? from : day - days + 1": "first = from",
        "stop = day < last ? day : last": "stop = day",
        "from = day + 1;": "from = 0;",
        "w->days - days + 1 - broken(r, days)": "w->days - days + 1",
        "other.sum + one.days": "other.sum + other.days",
        "one.days, w->days - days + 1": "one.days, w->days - days",
        "sqrt((double)r->m / (double)r->df) / r->sigma": "1 / r->sigma",
        "if (w->intercept) {": "if (1) {",
        "(r->y[t] - mean) * known[t] * factor": "(r->y[t] - mean) * factor",
        "add(w->ar_n + p * w->event, r->used, w->event)": "add(w->ar_n + p * w->event, r->every, w->event)",
        "count[r->lacking[g]] -= 1": "count[r->lacking[g]] -= 2",
        "w->dates_n[g * w->days + t] += w->size[g]": "w->dates_n[g * w->days + t] = w->size[g]",
        "w->squares[w->table[i]] += (double)r->m": "w->squares[w->table[i]] += (double)w->days",
        "w->size[w->table[i]] += 1": "w->size[w->table[i]] = 1",
        "sum[2] += s; sum[3] += s * s": "sum[2] += s; sum[3] += s",
        "sum[0] += inverse; sum[1] += inverse * inverse": "sum[0] += inverse; sum[1] += inverse",
        " || (masked && t < w->days && (is_marked(w->busy, w->place[i] + t) & is_marked(w->far, t)))": "",
        "        count[t] += 1;": "        count[t] = 1;",
        "0.5 / ((double)r->m + 2)": "0.5 / ((double)r->m + 1)",
        "w->scales[v] * (car / r->deviations[v])": "w->scales[v] * car",
        "own[l] > high ?": "own[l] > low ?",
        "own[l] >= low ?": "own[l] >= high ?",
        "e[r->lacking[g]] = LACKS": "e[r->lacking[g]] = 0",
        "e[t] = r->y[t] * r->weights[t]": "e[t] = r->y[t]",
        "fabs(own[l]) * is * inverse": "fabs(own[l]) * is",
        "own[l] > LACKS ? counts : 0.0": "counts",
        "there[l] += is": "there[l] = is",
        "w->calm[i] ? (Size)": "1 ? (Size)",
        "w->stratum[i] != w->stratum[*r->waits]": "0",
        "w->prediction_error ? -1 : 0, r->ahead": "-1, r->ahead",
        "fabs(r->ar[t]) * inverse * r->value[t]": "fabs(r->ar[t]) * inverse",
        "add(w->moved_n + first, r->used, w->event)": "add(w->moved_n + first, r->every, w->event)",
        "w->place[i] + 64 * b) & w->far[b] : 0": "w->place[i] + 64 * b) : 0",
        " | r->lost[b] |": " |",
        "gap[t] = fabs(value[t]) <= LARGEST ? 0 : 1": "gap[t] = 0",
        "low_bits(eight) << b": "low_bits(eight) << (b + 1) % 64",
        "w->masked_words && w->bears[i];\n    const int64_t words": "w->masked_words > 0;\n    const int64_t words",
        "w->m[i] -= how_many(word);": "",
        "? all : covered(r, w->last[i])": "? all : all",
        "length <= 3 ? (double)possible : ceil(0.8 * (double)possible - 1e-9)": "(double)possible",
        "ceil(0.8 * (double)possible - 1e-9)": "floor(0.8 * (double)possible - 1e-9)",
        "last < first + length ? last : first + length": "first + length",
        "if (w->calm[i]) moved": "moved",
        "(p->one[q] + 1) * p->days - p->shared[q]": "p->one[q] * p->days",
        "o->place[i] + 64 * b) & o->far[b]);": "o->place[i] + 64 * b));",
        "known -= how_many(gaps);": "",
        "o->far[b] & gaps)": "o->far[b])",
        "lost -= how_many": "known -= how_many",
        "if (o->hit[i]) count_known": "count_known",
    },
}


def parts(source: Path) -> set[str]:
    """The names of a source and of the headers of which it is made."""
    headers = re.findall(r'#include "(.+)"', source.read_text(encoding="utf-8"))
    return {source.name}.union(*(parts(source.with_name(header)) for header in headers))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Compiles the sources in which one formula of one file is another, and loads them."""
    folder = tmp_path_factory.mktemp("faults")
    source = folder / "native"
    shutil.copytree(ROOT, source)
    told = [
        str(COMPILER),
        "-std=c11",
        "-O0",
        "-fPIC",
        "-ffp-contract=off",
        "-DLEVEL=base",
        f"-DCONTRACT={native.CONTRACT}",
    ]
    told.append(f"-I{sysconfig.get_paths()['include']}")
    units = {path.stem: folder / f"{path.stem}.o" for path in source.glob("*.c")}
    for name, unit in units.items():
        subprocess.run([*told, "-c", str(source / f"{name}.c"), "-o", str(unit)], check=True)
    numbers = iter(range(1000))

    def make(file: str, old: str, new: str) -> Any:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert text.count(old) >= 1, f"{file} has no {old!r} any more"
        (source / file).write_text(text.replace(old, new), encoding="utf-8")
        place = folder / f"faulty{next(numbers)}.so"
        changed = [name for name in units if file in parts(source / f"{name}.c")]
        anew = [str(source / f"{name}.c") for name in changed]
        others = [str(unit) for name, unit in units.items() if name not in changed]
        command = [*told, "-shared", *anew, *others, "-lm", "-o", str(place)]
        subprocess.run(command, check=True)
        (source / file).write_text(text, encoding="utf-8")
        loader = ExtensionFileLoader("_native", str(place))
        spec = importlib.util.spec_from_file_location("_native", place, loader=loader)
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        loader.exec_module(module)
        return module

    return make


def judged(kernel: Any, judge: Callable[[], None], patch: pytest.MonkeyPatch, *, faulty: bool) -> None:
    """A kernel runs in place of the one that was built: its judge has nothing to say where it is whole, and notices a fault."""
    patch.setattr(native, "_load", lambda: (kernel, "", ""))
    native._form.cache_clear()
    try:
        with pytest.raises(AssertionError) if faulty else nullcontext():
            judge()
    finally:
        native._form.cache_clear()


@cache
def by_numpy(seed: int) -> tuple[World, Found]:
    """A world and what NumPy finds in it, once for all faults."""
    of = world(seed)
    return of, both_passes(None, of)


def judge(kernel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the tests of the compiled form ask."""
    form = native.Form(kernel, 0, "made", "a test")
    monkeypatch.setattr(test_compiled, "FORM", form)
    for seed in range(40):
        of, found = by_numpy(seed)
        alike(found, both_passes(form, of))
    test_compiled.test_nothing_of_nearly_collinear_regressors_is_left_in_residuals()
    test_compiled.test_collinear_regressors_are_handed_back("nearly the second")
    test_compiled.test_pairs_that_lack_what_their_design_rests_on_are_handed_back()
    for name, nasty in test_accuracy.CASES.items():
        if name == "15,000 days":
            continue
        x, y = nasty(np.random.default_rng(0))
        each = [
            way(x, y) for way in (test_accuracy.by_compiled, test_accuracy.compiled_with_gaps, test_accuracy.by_lstsq)
        ]
        *ours, theirs = np.array(test_accuracy.errors(x, y, *each))
        assert (np.array(ours) <= 20 * np.maximum(theirs, test_accuracy.NOISE)).all()
    for seed in range(4):
        test_compiled.test_products_of_dates_are_sums_over_the_days_that_they_share(seed)
        test_compiled.test_days_near_other_events_are_counted_one_by_one(seed)
    test_compiled.test_days_around_an_event_that_lie_outside_are_refused()
    test_compiled.test_days_of_large_leverage_are_those_of_numpy()
    for case in CASES:
        test_compiled.test_ranks_are_those_of_scipy(case)
    for days in (15, 63, 300):
        test_compiled.test_ranks_of_any_number_of_days_are_those_of_scipy(days)
    test_compiled.test_days_far_out_are_told_from_days_that_lack()
    for seed in range(12):
        native._form.cache_clear()
        with pytest.MonkeyPatch.context() as patch:
            test_compiled.test_a_study_of_many_events_leaves_the_same_sums(seed, test_compiled.keeping(patch), patch)


def test_without_a_fault_nothing_is_noticed(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = made("fit.h", "double gone = 0", "double gone = 0")
    judged(kernel, lambda: judge(kernel, monkeypatch), monkeypatch, faulty=False)


@pytest.mark.parametrize(("file", "old"), [(file, old) for file, edits in FAULTS.items() for old in edits])
def test_a_fault_is_noticed(file: str, old: str, made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = made(file, old, FAULTS[file][old])
    judged(kernel, lambda: judge(kernel, monkeypatch), monkeypatch, faulty=True)
