"""Every fault planted in the C formulas is noticed: each edit is compiled and held against NumPy and scipy."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sysconfig
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
        "lane[l] = a[i + l] > lane[l] ? a[i + l] : lane[l]": "lane[l] = 0 > lane[l] ? a[i + l] : lane[l]",
        "double z = (a[i + l] - mean) * known[i + l]": "double z = a[i + l] * known[i + l]",
        "a[i] -= factor * b[i]": "a[i] -= 1.000001 * factor * b[i]",
        "lane[l] += a[i + l] * a[i + l] * a[i + l]": "lane[l] += a[i + l] * a[i + l]",
        "const double z = a[i + l] * a[i + l]": "const double z = a[i + l]",
        "sum[i] += factor * a[i]": "sum[i] += a[i]",
        "sum[i] += a[i] * a[i]": "sum[i] += a[i]",
        "product[i] = a[i] * b[i]": "product[i] = a[i]",
    },
    "design.h": {
        "r->x_event[k * L2 + i] = w->x[(ahead + i) * K + k]": "r->x_event[k * L2 + i] = w->x[(from + i) * K + k]",
        "r->usable[i] = w->usable[from + i]": "r->usable[i] = 1",
        "r->offset[i] = w->offset[from + i]": "r->offset[i] = 0",
        "r->offset_event[i] = w->offset[ahead + i]": "r->offset_event[i] = 0",
        "ahead = from + L1 + w->between": "ahead = from + L1",
        "take_off(q, r->root[j * K + k], r->q + j": "take_off(q, 0.5 * r->root[j * K + k], r->q + j",
        "r->root[j * K + k] = dot(r->q + j": "r->root[j * K + k] = -dot(r->q + j",
        "< MOST_CONDITION * MOST_CONDITION": "< INFINITY",
        "s -= r->root[k * K + j] * inverse[j * K + c]": "s += r->root[k * K + j] * inverse[j * K + c]",
        "inverse[k * K + c] /= r->own_length[k]": "inverse[k * K + c] /= r->own_length[c]",
        "sum += r->x_event[j * L2 + i] * r->inverse[j * K + k]": "sum += r->x_event[j * L2 + i] * r->inverse[k * K + j]",
    },
    "fit.h": {
        "b += r->inverse[j * K + k] * r->coefficient[k]": "b += r->inverse[k * K + j] * r->coefficient[k]",
        "take_off(r->ar, b, r->x_event + j * L2, L2)": "take_off(r->ar, b, r->x_event, L2)",
        "sum += c * c;": "sum += c;",
        "s -= l[k * K + i] * l[j * K + i]": "s += l[k * K + i] * l[j * K + i]",
        "take_off(row, l[k * K + j], rows + j * size, size)": "take_off(row, l[k * K + j], rows, size)",
        "if (!(gone < 1 - LEAST_EIGENVALUE) && K && !(least_eigenvalue(r->root, K) > LEAST_EIGENVALUE)) return 0;": "",
        "gone < 1 - LEAST_EIGENVALUE": "gone < 5",
        "larger(1 - r->row[i], 1e-12)": "larger(1 + r->row[i], 1e-12)",
        "        one = one * (1.5 - x * one * one);": "",
        "unit += used[i];": "unit += 1;",
        "k < w->regressors && w->prediction_error; k++": "k < w->regressors; k++",
        "unit += sum * sum;": "unit += 2 * sum * sum;",
        "again ? LEFT * LEFT * left / (double)r->m : 0": "again ? LEFT * LEFT * left / (double)r->m : INFINITY",
        "coefficients(r, r->own_q) > (": "coefficients(r, r->q) > (",
        "r->ar[i] *= r->used[i]": "r->ar[i] *= 1",
        "r->weights = r->whole ? r->weight : r->own_weight": "r->weights = r->weight",
        "r->units = r->whole ? r->unit : r->own_unit": "r->units = r->unit",
        "total(r->y, r->width) / (double)r->m, r->width": "0.0, r->width",
        "if (!(left > NO_VARIANCE * larger(before, TINY))) return 0;": "",
        "r->df = r->m - (w->regressors ? w->regressors : 1)": "r->df = r->m - w->regressors",
        "sqrt(left / (double)r->df)": "sqrt(left / (double)r->m)",
        "if (coefficients(r, r->q) > LEFT * LEFT * left / (double)r->w->days)": "if (coefficients(r, r->q) < 0)",
        "there[t] = one * usable[t]": "there[t] = one",
        "fabs(value[t]) <= LARGEST ? 1.0 : 0.0": "1.0",
        "(busy[t] & far[t])": "busy[t]",
        "w->masked_cells && w->bears[i]": "w->masked_cells",
        "r->whole = r->m == w->days && blank == 0": "r->whole = r->m == w->days",
        "value[t] - offset[t]": "value[t]",
        "less(r->ar, ahead, r->offset_event, r->used, w->event)": "less(r->ar, ahead, r->offset, r->used, w->event)",
    },
    "ranks.h": {
        "scaled = scaled < limit ? scaled : limit;": "",
        "if (moves > 16 * n) { merge_sort(key, room, n); return; }": "if (moves > 0) return;",
        "key[i] = a < b ? a : b": "key[i] = a",
        "wrong |= key[i] < key[i - 1]": "wrong |= 0",
        "key[i] < key[j])": "key[i] > key[j])",
        "value[o->day[j - 1]] > value[one]": "value[o->day[j - 1]] < value[one]",
        "value[o->day[end]] - value[o->day[end - 1]] <= TIED": "0",
        "0.5 * (double)(i + 1 + end)": "0.5 * (double)(i + end)",
        "rank[day[i]] = (double)(i + 1)": "rank[day[i]] = (double)i",
        "close = (uint32_t)2 << o->bits": "close = 0",
        "n += known[i] != 0": "n += 1",
        "left += day < days;": "left += day <= days;",
        "if (n < columns) memset(rank, 0, sizeof *rank * (size_t)columns);": "",
        "o->rank[o->day[k]] = 0.5": "o->rank[k] = 0.5",
    },
    "pass.c": {
        "if (!(w->covers[i] >> v & 1)) continue;\n        double car = 0, se": "double car = 0, se",
        "se = r->sigma * sqrt(r->units[v])": "se = r->sigma * r->units[v]",
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
        "(v - 1) / larger(v - one * one, ALONE * v)": "v / larger(v - one * one, ALONE * v)",
        "larger(v - one * one, ALONE * v)": "(v - one * one)",
        "sum2[t] += s[t] * s[t]": "sum2[t] += s[t]",
        "w->student_powers[2 * w->stratum[i]] += cubes(": "w->student_powers[2 * w->stratum[i]] = cubes(",
        "w->student_powers[2 * w->stratum[i] + 1] += fourths(": "w->student_powers[2 * w->stratum[i] + 1] = fourths(",
        "1 / ((double)n + 1)": "1 / (double)n",
        "1 / ((double)n + 2)": "1 / ((double)n + 1)",
        "known[t] != 0 ? one : NAN": "one",
        "up += sum[t] > ABOVE": "up += sum[t] >= 0",
        "there -= sum[t] != sum[t]": "there -= 0",
        "r->width + span[left];": "r->width + span[right];",
        "days - w->length[k] + 1": "days - w->length[k]",
        "sqrt((double)r->m / (double)r->df) / r->sigma": "1 / r->sigma",
        "if (w->intercept) {": "if (1) {",
        "(r->y[t] - mean) * known[t] * factor": "(r->y[t] - mean) * factor",
        "r->whole ? 1.0 : r->used[t]": "1.0",
        "add(count, known, w->days)": "add(count, r->there, w->days)",
        "w->squares[w->table[i]] += (double)r->m": "w->squares[w->table[i]] += (double)w->days",
        "w->size[w->table[i]] += 1": "w->size[w->table[i]] = 1",
        "sum[2] += s; sum[3] += s * s": "sum[2] += s; sum[3] += s",
        "sum[0] += inverse; sum[1] += inverse * inverse": "sum[0] += inverse; sum[1] += inverse",
        "if (!is_finite(from[t]) || (masked && t < w->days && (w->busy[w->place[i] + t] & w->far[t]))) continue;": (
            "if (!is_finite(from[t])) continue;"
        ),
        "        count[t] += 1;": "        count[t] = 1;",
        "0.5 / ((double)r->m + 2)": "0.5 / ((double)r->m + 1)",
        "w->scales[v] * (car / sqrt(r->units[v]))": "w->scales[v] * car",
        "rise > tied ?": "rise > -tied ?",
        "rise >= -tied ?": "rise >= tied ?",
        "fabs(r->y[t] * inverse * r->weights[t])": "fabs(r->y[t] * inverse)",
        "*ahead = r->whole ? r->ahead : r->own_ahead;": "*ahead = r->ahead;",
        "add(n, r->whole ? r->there : r->known, w->days)": "add(n, r->there, w->days)",
        "k < w->regressors && w->prediction_error; k++) unit": "k < w->regressors; k++) unit",
        "fabs(r->ar[t]) * inverse / sqrt(unit)": "fabs(r->ar[t]) * inverse",
        "add(n + w->days, r->whole ? r->every : r->used, w->event)": "add(n + w->days, r->every, w->event)",
        "length <= 3 ? (double)possible : ceil(0.8 * (double)possible - 1e-9)": "(double)possible",
        "ceil(0.8 * (double)possible - 1e-9)": "floor(0.8 * (double)possible - 1e-9)",
        "w->last[i] < first + length ? w->last[i] : first + length": "first + length",
        "if (r->w->calm[i]) moved": "moved",
        "(p->one[q] + 1) * p->days - p->shared[q]": "p->one[q] * p->days",
        "near += busy[t] & far[t]": "near += busy[t]",
        "const int64_t one = fabs(value[t]) <= LARGEST ? 1 : 0": "const int64_t one = 1",
        "near += one & busy[t] & far[t]": "near += busy[t] & far[t]",
        "there += one;": "there += 1;",
        "if (o->hit[i]) count_known": "count_known",
    },
}


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
        changed = Path(file).stem if Path(file).stem in units else "pass"  # of which the other headers are parts
        others = [str(unit) for name, unit in units.items() if name != changed]
        command = [*told, "-shared", str(source / f"{changed}.c"), *others, "-lm", "-o", str(place)]
        subprocess.run(command, check=True)
        (source / file).write_text(text, encoding="utf-8")
        loader = ExtensionFileLoader("_native", str(place))
        spec = importlib.util.spec_from_file_location("_native", place, loader=loader)
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        loader.exec_module(module)
        return module

    return make


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
    monkeypatch.setattr(native, "_load", lambda: (kernel, ""))
    for seed in range(12):
        native._form.cache_clear()
        with pytest.MonkeyPatch.context() as patch:
            test_compiled.test_a_study_of_many_events_leaves_the_same_sums(seed, test_compiled.keeping(patch), patch)


def test_without_a_fault_nothing_is_noticed(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        judge(made("fit.h", "double gone = 0", "double gone = 0"), monkeypatch)
    finally:
        native._form.cache_clear()


@pytest.mark.parametrize(("file", "old"), [(file, old) for file, edits in FAULTS.items() for old in edits])
def test_a_fault_is_noticed(file: str, old: str, made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = made(file, old, FAULTS[file][old])
    try:
        with pytest.raises(AssertionError):
            judge(kernel, monkeypatch)
    finally:
        native._form.cache_clear()
