/* The Python side: arrays come in through the buffer protocol (limited API of Python 3.11), are checked so that no index leads
 * outside of them, and are worked on without the interpreter's lock.  Nothing is kept. */
#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <string.h>
#include "kernel.h"
#include "levels.h"
#include "prices.h"

#ifndef CONTRACT
#define CONTRACT 0
#endif

/* ---- which form -------------------------------------------------------------------------------------------------------------- */

typedef struct { const char *name; int (*first)(const Work *), (*second)(const Work *), (*survey)(const Work *); } Form;
static const Form forms[] = {
    {"baseline", first_base, second_base, survey_base},
#ifdef X86_LEVELS
    {"AVX2", first_avx2, second_avx2, survey_avx2},
    {"AVX-512", first_avx512, second_avx512, survey_avx512},
#endif
};

int best_form(void) {
#ifdef X86_LEVELS
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512vl")) return 2;
    if (__builtin_cpu_supports("avx2")) return 1;
#endif
    return 0;
}

/* ---- what comes in ----------------------------------------------------------------------------------------------------------- */

typedef struct { const char *name; size_t place; } Number;
#define NUMBER(field) {#field, offsetof(Work, field)}
static const Number numbers[] = {
    NUMBER(n), NUMBER(g), NUMBER(days), NUMBER(event), NUMBER(regressors), NUMBER(windows), NUMBER(lengths), NUMBER(steps),
    NUMBER(strata), NUMBER(tables), NUMBER(cells), NUMBER(market_cells), NUMBER(between), NUMBER(masked_words), NUMBER(spanned),
    NUMBER(intercept), NUMBER(prediction_error), NUMBER(log),
};

/* The length of an array is the product of the numbers that these letters stand for. */
static int64_t measure(const Work *w, const char *shape) {
    int64_t size = 1;
    for (; *shape; shape++) {
        const int64_t one = *shape == 'n' ? w->n : *shape == 'g' ? w->g : *shape == 'b' ? w->g + 1 : *shape == 'd' ? w->days
            : *shape == 'e' ? w->event : *shape == 'a' ? w->days + w->event : *shape == 'k' ? w->regressors
            : *shape == 'w' ? w->windows : *shape == 'r' ? w->lengths : *shape == 's' ? w->steps : *shape == 'p' ? w->strata
            : *shape == 't' ? w->tables : *shape == 'c' ? w->cells : *shape == 'm' ? w->market_cells
            : *shape == 'l' ? words_of(w->days) : *shape == 'j' ? w->regressors + 1 : *shape == 'y' ? w->masked_words : *shape == 'z' ? w->spanned : *shape - '0';
        if (one && size > INT64_MAX / 64 / one) return -1;
        size *= one;
    }
    return size;
}

enum { SURVEY = 1, FIRST = 2, SECOND = 4, PASSES = FIRST | SECOND, ALL = PASSES | SURVEY };
typedef struct { const char *name; size_t place; const char *shape; size_t item; int written, wanted; } Array;
#define READ(field, shape, wanted) {#field, offsetof(Work, field), shape, sizeof *((Work *)0)->field, 0, wanted}
#define WRITTEN(field, shape, wanted) {#field, offsetof(Work, field), shape, sizeof *((Work *)0)->field, 1, wanted}
static const Array arrays[] = {
    READ(returns, "c", ALL), READ(busy, "y", ALL), READ(bears, "n", ALL), READ(far, "l", ALL),
    READ(x, "mk", ALL), READ(offset, "m", ALL), READ(usable, "m", ALL), READ(market, "m", ALL),
    READ(place, "n", ALL), READ(design, "g", ALL), READ(bounds, "b", ALL), READ(window, "w2", ALL), READ(last, "n", SURVEY),
    READ(covers, "n", FIRST | SECOND), READ(stratum, "n", PASSES), READ(table, "n", FIRST),
    READ(step, "s2", FIRST), READ(run, "r", FIRST), READ(length, "r", FIRST), READ(scales, "w", SECOND), READ(calm, "n", SECOND),
    WRITTEN(lacks, "nl", SURVEY), READ(lacks, "nl", PASSES), WRITTEN(kept, "nj", FIRST), READ(kept, "nj", SECOND),
    WRITTEN(m, "n", SURVEY), WRITTEN(covered, "n", SURVEY), WRITTEN(good, "n", PASSES),
    WRITTEN(car, "nw", FIRST), WRITTEN(scar, "nw", FIRST), WRITTEN(se, "nw", FIRST), WRITTEN(bhar, "nw", FIRST),
    WRITTEN(unit, "pw", FIRST), WRITTEN(ar, "pe", FIRST), WRITTEN(ar_n, "pe", FIRST), WRITTEN(residual, "pd", FIRST),
    WRITTEN(ranks, "pa", FIRST), WRITTEN(residual_ranks, "pd", FIRST),
    WRITTEN(student, "pd", FIRST), WRITTEN(student_squares, "pd", FIRST), WRITTEN(student_powers, "p2", FIRST),
    WRITTEN(share, "pr", FIRST), WRITTEN(share_n, "pr", FIRST), WRITTEN(untraded, "p2", FIRST),
    WRITTEN(dates, "td", FIRST), WRITTEN(dates_n, "td", FIRST), WRITTEN(squares, "t", FIRST), WRITTEN(size, "t", FIRST),
    WRITTEN(spreads, "tw4", FIRST), WRITTEN(span, "tz", FIRST), WRITTEN(span_n, "tz", FIRST), WRITTEN(below, "pwd", SECOND),
    WRITTEN(moved, "pa", SECOND), WRITTEN(moved_n, "pa", SECOND),
};
#define ARRAYS (int)(sizeof arrays / sizeof *arrays)

typedef struct { Py_buffer held[ARRAYS]; int count; } Buffers;

static void release(Buffers *b) { while (b->count) PyBuffer_Release(&b->held[--b->count]); }

/* Take one array by its name; 0 where it is as it should be. */
static int take(Buffers *b, PyObject *given, Work *w, const Array *a) {
    PyObject *found = PyDict_GetItemString(given, a->name);
    if (!found) { PyErr_Format(PyExc_ValueError, "%s is missing", a->name); return -1; }
    Py_buffer *view = &b->held[b->count];
    if (PyObject_GetBuffer(found, view, PyBUF_C_CONTIGUOUS | (a->written ? PyBUF_WRITABLE : 0))) return -1;
    b->count++;
    const int64_t size = measure(w, a->shape);
    if (size < 0 || view->len != size * (int64_t)a->item) {
        PyErr_Format(PyExc_ValueError, "%s has %zd bytes, not %lld", a->name, view->len, (long long)(size * (int64_t)a->item));
        return -1;
    }
    if ((uintptr_t)view->buf % a->item) { PyErr_Format(PyExc_ValueError, "%s is not aligned", a->name); return -1; }
    memcpy((char *)w + a->place, &view->buf, sizeof view->buf);
    return 0;
}

/* ---- no index leads outside -------------------------------------------------------------------------------------------------- */

static int refuse(const char *what) { PyErr_Format(PyExc_ValueError, "%s lies outside", what); return -1; }

static int within(const int64_t *index, int64_t n, int64_t size, const char *what) {
    for (int64_t i = 0; i < n; i++) if (index[i] < 0 || index[i] >= size) return refuse(what);
    return 0;
}

static int sound_numbers(const Work *w) {
    const int64_t most = (int64_t)1 << 40;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int64_t one;
        memcpy(&one, (const char *)w + numbers[i].place, sizeof one);
        if (one < 0 || one > most) return refuse(numbers[i].name);
    }
    if (w->days < 1 || w->event < 1 || w->days + w->event > MOST_DAYS) return refuse("days");
    if (w->windows > MOST_WINDOWS) return refuse("windows");
    if (w->regressors > MOST_REGRESSORS) return refuse("regressors");
    if (w->steps > MOST_STEPS) return refuse("steps");
    return 0;
}

/* Steps add sums that are there already, and no sum is longer than the estimation days. */
static int sound_runs(const Work *w) {
    int64_t span[MOST_STEPS + 1] = {1};
    for (int64_t s = 0; s < w->steps; s++) {
        if (within(w->step + 2 * s, 2, s + 1, "step")) return -1;
        span[s + 1] = span[w->step[2 * s]] + span[w->step[2 * s + 1]];
        if (span[s + 1] > w->days) return refuse("step");
    }
    if (within(w->run, w->lengths, w->steps + 1, "run")) return -1;
    for (int64_t k = 0; k < w->lengths; k++) if (w->length[k] != span[w->run[k]]) return refuse("length");
    return 0;
}

static int sound(const Work *w, int pass) {
    for (int64_t v = 0; v < w->windows; v++)
        if (w->window[2 * v] < 0 || w->window[2 * v] > w->window[2 * v + 1] || w->window[2 * v + 1] > w->event) return refuse("window");
    if (w->bounds[0] != 0 || w->bounds[w->g] != w->n) return refuse("bounds");
    for (int64_t d = 0; d < w->g; d++) if (w->bounds[d] > w->bounds[d + 1]) return refuse("bounds");
    const int64_t width = w->days + w->between + w->event, longest = width > w->spanned ? width : w->spanned;
    if (within(w->place, w->n, w->cells - longest + 1, "place")) return -1;
    if (within(w->design, w->g, w->market_cells - width + 1, "design")) return -1;
    if (w->masked_words && w->masked_words != words_of(w->cells) + 1) return refuse("masked_words");
    if (pass == SURVEY) return 0;
    if (within(w->stratum, w->n, w->strata, "stratum")) return -1;
    return pass == FIRST ? (within(w->table, w->n, w->tables, "table") ? -1 : sound_runs(w)) : 0;
}

static int work_of(PyObject *given, int pass, Work *w, Buffers *b) {
    memset(w, 0, sizeof *w);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        PyObject *found = PyDict_GetItemString(given, numbers[i].name);
        int64_t one = found ? PyLong_AsLongLong(found) : 0;
        if (PyErr_Occurred()) return -1;
        memcpy((char *)w + numbers[i].place, &one, sizeof one);
    }
    if (sound_numbers(w)) return -1;
    for (int i = 0; i < ARRAYS; i++) if (arrays[i].wanted & pass && take(b, given, w, &arrays[i])) return -1;
    return sound(w, pass);
}

/* ---- what Python calls ------------------------------------------------------------------------------------------------------- */

static PyObject *run(PyObject *args, int pass) {
    PyObject *given;
    int form, failed = 0;
    Work w;
    Buffers b = {.count = 0};
    if (!PyArg_ParseTuple(args, "iO!", &form, &PyDict_Type, &given)) return NULL;
    if (form < 0 || form > best_form()) { PyErr_SetString(PyExc_ValueError, "this machine lacks that instruction set"); return NULL; }
    if (!work_of(given, pass, &w, &b)) {
        Py_BEGIN_ALLOW_THREADS
        const Form *f = &forms[form];
        failed = (pass == SURVEY ? f->survey : pass == FIRST ? f->first : f->second)(&w);
        Py_END_ALLOW_THREADS
        if (failed) PyErr_NoMemory();
    }
    release(&b);
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_NONE;
}

static PyObject *first(PyObject *self, PyObject *args) { (void)self; return run(args, FIRST); }
static PyObject *second(PyObject *self, PyObject *args) { (void)self; return run(args, SECOND); }
static PyObject *survey(PyObject *self, PyObject *args) { (void)self; return run(args, SURVEY); }

/* The names of the forms that this machine can run, the plainest first. */
static PyObject *names(PyObject *self, PyObject *args) {
    (void)self; (void)args;
    const int count = best_form() + 1;
    PyObject *found = PyTuple_New(count);
    for (int i = 0; found && i < count; i++)
        if (PyTuple_SetItem(found, i, PyUnicode_FromString(forms[i].name))) return NULL;
    return found;
}

static PyMethodDef methods[] = {
    {"first", first, METH_VARARGS, "first(form, arrays): the first pass over a chunk of pairs."},
    {"second", second, METH_VARARGS, "second(form, arrays): the second pass, and how far pairs moved on the days around the event."},
    {"survey", survey, METH_VARARGS, "survey(form, arrays): estimation days and covered windows of each pair."},
    {"forms", names, METH_NOARGS, "forms(): the instruction sets that can be chosen, by their numbers."},
    METHODS_OF_PRICES,
    {NULL, NULL, 0, NULL},
};

static int fill(PyObject *module) { return PyModule_AddIntConstant(module, "CONTRACT", CONTRACT); }
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)fill}, {0, NULL}};
static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_native", "The kernel of engine/, compiled.", 0, methods, slots, NULL, NULL, NULL,
};
PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&definition); }
