/* The Python side of the looks at prices, of their returns, of the days near other events, of the tables of dates and of rows put in
 * place: tables come in as they lie in memory (buffer protocol with strides, so that nothing is copied and no index leads outside), and
 * are worked on without the interpreter's lock. */
#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>
#include "bits.h"
#include "copies.h"
#include "dates.h"
#include "looks.h"
#include "others.h"
#include "prices.h"
#include "returns.h"
#include "rows.h"
#include "traded.h"

typedef struct {
    int (*look_at)(const Looks *), (*count_met)(const Grid *, const uint8_t *, int64_t, int64_t *);
    int64_t (*rows_alike)(const Grid *, int64_t, uint8_t *);
    void (*bounds_of)(const Grid *, double *, double *);
    void (*returns_on)(const Returns *);
    void (*products)(const Products *);
    void (*near_others)(const Others *);
    int (*moved_on)(const Grid *, uint8_t *);
    int (*shared_days)(const Shared *);
    int (*traded_on)(const Traded *);
    void (*spans_of)(const Grid *, int64_t *, int64_t *, int64_t *);
} Form;
static const Form forms[] = {
    {look_at_base, count_met_base, rows_alike_base, bounds_of_base, returns_on_base, products_base, near_others_base, moved_on_base, shared_days_base,
        traded_on_base, spans_of_base},
#ifdef X86_LEVELS
    {look_at_avx2, count_met_avx2, rows_alike_avx2, bounds_of_avx2, returns_on_avx2, products_avx2, near_others_avx2, moved_on_avx2, shared_days_avx2,
        traded_on_avx2, spans_of_avx2},
    {look_at_avx512, count_met_avx512, rows_alike_avx512, bounds_of_avx512, returns_on_avx512, products_avx512, near_others_avx512, moved_on_avx512, shared_days_avx512,
        traded_on_avx512, spans_of_avx512},
#endif
};

#define MOST 12
typedef struct { Py_buffer held[MOST]; int count; } Buffers;

static void release(Buffers *b) { while (b->count) PyBuffer_Release(&b->held[--b->count]); }

/* A table of items of a kind, days by series: of the shape of `like`, where that is given; None: there is none. */
static int take_grid(Buffers *b, PyObject *given, Grid *g, const char *kind, const Grid *like, const char *name) {
    memset(g, 0, sizeof *g);
    if (given == Py_None && like) return 0;
    Py_buffer *view = &b->held[b->count];
    if (PyObject_GetBuffer(given, view, PyBUF_STRIDED_RO | PyBUF_FORMAT)) return -1;
    b->count++;
    if (view->ndim != 2 || !view->format || strcmp(view->format, kind)) {
        PyErr_Format(PyExc_ValueError, "%s is no table of items %s", name, kind);
        return -1;
    }
    *g = (Grid){view->buf, view->shape[0], view->shape[1], view->strides[0], view->strides[1], NULL};
    if (like && (g->days != like->days || g->series != like->series)) {
        PyErr_Format(PyExc_ValueError, "%s has another shape", name);
        return -1;
    }
    return 0;
}

/* A row of so many bytes that lie one after the other, read (0; -8: numbers of eight bytes) or written (1; 8). */
static int take_row(Buffers *b, PyObject *given, void *place, int64_t bytes, int written, const char *name) {
    Py_buffer *view = &b->held[b->count];
    if (PyObject_GetBuffer(given, view, PyBUF_C_CONTIGUOUS | (written > 0 ? PyBUF_WRITABLE : 0))) return -1;
    b->count++;
    if (view->len != bytes) {
        PyErr_Format(PyExc_ValueError, "%s has %zd bytes, not %lld", name, view->len, (long long)bytes);
        return -1;
    }
    if (written % 8 == 0 && written && (uintptr_t)view->buf % 8) { PyErr_Format(PyExc_ValueError, "%s is not aligned", name); return -1; }
    memcpy(place, &view->buf, sizeof view->buf);
    return 0;
}

/* 0 where each of n numbers of rows lies among so many. */
static int rows_within(const int64_t *row, int64_t n, int64_t rows, const char *name) {
    for (int64_t i = 0; i < n; i++)
        if (row[i] < 0 || row[i] >= rows) { PyErr_Format(PyExc_ValueError, "%s lies outside", name); return -1; }
    return 0;
}

/* Whether a table lies in memory row after row. */
static int in_rows(const Grid *g, ptrdiff_t item) { return g->step == item && g->day == item * (ptrdiff_t)g->series; }

/* Of a table some series alone, by their numbers; None: all. */
static int take_some(Buffers *b, PyObject *given, Grid *g) {
    if (given == Py_None) return 0;
    const int64_t n = PyObject_Length(given);
    if (n < 0 || take_row(b, given, &g->which, 8 * n, -8, "which") || rows_within(g->which, n, g->series, "which")) return -1;
    g->series = n;
    return 0;
}

/* Whether a first number is none that four bytes hold. */
static int outside(long long first) {
    if (first >= INT32_MIN && first <= INT32_MAX) return 0;
    PyErr_SetString(PyExc_ValueError, "first lies outside");
    return 1;
}

/* A row of so many numbers of four bytes, read. */
static int take_numbers(Buffers *b, PyObject *given, const int32_t **place, int64_t n, const char *name) {
    if (take_row(b, given, place, 4 * n, 0, name)) return -1;
    if ((uintptr_t)*place % 4) { PyErr_Format(PyExc_ValueError, "%s is not aligned", name); return -1; }
    return 0;
}

PyObject *look_at_prices(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *used, *near, *market, *level, *expected, *counted, *sound, *lacking, *priced, *apart, *on, *which;
    Looks l = {0};
    Rules *r = &l.rules;
    Buffers b = {.count = 0};
    long long year, enough;
    int failed = 0;
    if (!PyArg_ParseTuple(args, "OOOOOOOOOOO(ddddddddddddddddLL)O", &used, &near, &market, &level, &expected, &counted, &sound, &lacking, &priced, &apart, &on,
            &r->spike, &r->back, &r->closer, &r->quietly, &r->leg, &r->round, &r->leap, &r->index_leap, &r->calm, &r->far, &r->alien,
            &r->straight, &r->as_often, &r->by_chance, &r->logs, &r->alike, &year, &enough, &which)) return NULL;
    if (year < 0 || enough < 2) { PyErr_SetString(PyExc_ValueError, "rules lie outside"); return NULL; }
    r->year = year; r->enough = enough;
    if ((l.sets = PyObject_Length(counted)) < 0) return NULL;
    if (l.sets > MOST_SETS) { PyErr_SetString(PyExc_ValueError, "counted has too many rows"); return NULL; }
    if (!take_grid(&b, used, &l.used, "d", NULL, "used") && !take_some(&b, which, &l.used) && !take_grid(&b, near, &l.near, "?", &l.used, "near")
        && !take_grid(&b, market, &l.market, "d", &l.used, "market") && !take_row(&b, level, &l.level, l.used.series, 0, "level")
        && !take_row(&b, expected, &l.expected, l.used.days, 0, "expected")
        && !take_row(&b, counted, &l.counted, l.sets * l.used.days, 0, "counted") && !take_row(&b, on, &l.on, 8 * l.sets * l.used.series, 8, "on")
        && !take_row(&b, sound, &l.sound, l.used.series, 1, "sound")
        && !take_row(&b, lacking, &l.lacking, 8 * l.used.series, 8, "lacking")
        && !take_row(&b, priced, &l.priced, 8 * l.used.series, 8, "priced") && !take_row(&b, apart, &l.apart, l.used.series, 1, "apart")) {
        Py_BEGIN_ALLOW_THREADS
        failed = forms[best_form()].look_at(&l);
        Py_END_ALLOW_THREADS
        if (failed) PyErr_NoMemory();
    }
    release(&b);
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_NONE;
}

PyObject *count_met_closes(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *close, *own, *count;
    const uint8_t *mine;
    int64_t *found;
    Grid g;
    Buffers b = {.count = 0};
    long long every;
    int failed = 0;
    if (!PyArg_ParseTuple(args, "OOLO", &close, &own, &every, &count)) return NULL;
    if (every < 1) { PyErr_SetString(PyExc_ValueError, "every lies outside"); return NULL; }
    if (!take_grid(&b, close, &g, "d", NULL, "close") && !take_row(&b, own, &mine, g.series, 0, "own")
        && !take_row(&b, count, &found, 8 * g.series, 8, "count")) {
        Py_BEGIN_ALLOW_THREADS
        failed = forms[best_form()].count_met(&g, mine, every, found);
        Py_END_ALLOW_THREADS
        if (failed) PyErr_NoMemory();
    }
    release(&b);
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_NONE;
}

PyObject *rows_of_closes_alike(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *close, *alike, *which;
    uint8_t *marks;
    Grid g;
    Buffers b = {.count = 0};
    int64_t found = 0;
    long long told;
    if (!PyArg_ParseTuple(args, "OOOL", &close, &alike, &which, &told)) return NULL;
    if (told < 0) { PyErr_SetString(PyExc_ValueError, "told lies outside"); return NULL; }
    if (!take_grid(&b, close, &g, "d", NULL, "close") && !take_some(&b, which, &g) && !take_row(&b, alike, &marks, g.days / 5, 1, "alike")) {
        Py_BEGIN_ALLOW_THREADS
        memset(marks, 0, (size_t)(g.days / 5));
        found = forms[best_form()].rows_alike(&g, told < g.series ? told : g.series, marks);
        Py_END_ALLOW_THREADS
        if (found < 0) PyErr_NoMemory();
    }
    release(&b);
    if (PyErr_Occurred()) return NULL;
    return PyLong_FromLongLong((long long)found);
}

PyObject *bounds_of_prices(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *close, *which, *least, *most;
    double *low, *high;
    Grid g;
    Buffers b = {.count = 0};
    int form;
    if (!PyArg_ParseTuple(args, "iOOOO", &form, &close, &which, &least, &most)) return NULL;
    if (form < 0 || form > best_form()) { PyErr_SetString(PyExc_ValueError, "this machine lacks that instruction set"); return NULL; }
    if (!take_grid(&b, close, &g, "d", NULL, "close") && !take_some(&b, which, &g)
        && !take_row(&b, least, &low, 8 * g.series, 8, "least") && !take_row(&b, most, &high, 8 * g.series, 8, "most")) {
        Py_BEGIN_ALLOW_THREADS
        forms[form].bounds_of(&g, low, high);
        Py_END_ALLOW_THREADS
    }
    release(&b);
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_NONE;
}

PyObject *returns_of_prices(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *close, *which, *row, *returns, *last;
    Returns r = {0};
    Grid out;
    Buffers b = {.count = 0};
    int form;
    long long before;
    if (!PyArg_ParseTuple(args, "iOOOLOO", &form, &close, &which, &row, &before, &returns, &last)) return NULL;
    if (form < 0 || form > best_form()) { PyErr_SetString(PyExc_ValueError, "this machine lacks that instruction set"); return NULL; }
    r.sessions = PyObject_Length(row);
    if (r.sessions >= 0 && !take_grid(&b, close, &r.close, "d", NULL, "close") && !take_some(&b, which, &r.close)
        && !take_row(&b, row, &r.row, 8 * r.sessions, -8, "row") && !take_grid(&b, returns, &out, "d", NULL, "returns")) {
        r.before = before; r.width = out.series;
        if (out.days != r.close.series || before < 0 || before > r.width || r.sessions > r.width - before)
            PyErr_SetString(PyExc_ValueError, "returns has another shape");
        else if (!take_row(&b, returns, &r.returns, 8 * out.days * out.series, 8, "returns") && !take_row(&b, last, &r.last, 8 * out.days, 8, "last")
            && !rows_within(r.row, r.sessions, r.close.days + 1, "row")) {
            Py_BEGIN_ALLOW_THREADS
            forms[form].returns_on(&r);
            Py_END_ALLOW_THREADS
        }
    }
    release(&b);
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_NONE;
}

PyObject *products_of_dates(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *values, *one, *other, *shared, *product;
    Products p = {0};
    Grid g;
    Buffers b = {.count = 0};
    int form;
    if (!PyArg_ParseTuple(args, "iOOOOO", &form, &values, &one, &other, &shared, &product)) return NULL;
    if (form < 0 || form > best_form()) { PyErr_SetString(PyExc_ValueError, "this machine lacks that instruction set"); return NULL; }
    p.n = PyObject_Length(one);
    if (p.n >= 0 && !take_grid(&b, values, &g, "d", NULL, "values") && !take_row(&b, one, &p.one, 8 * p.n, -8, "one")
        && !take_row(&b, other, &p.other, 8 * p.n, -8, "other") && !take_row(&b, shared, &p.shared, 8 * p.n, -8, "shared")
        && !take_row(&b, product, &p.product, 8 * p.n, 8, "product")) {
        p.values = (const double *)(const void *)g.at; p.dates = g.days; p.days = g.series;
        if (!in_rows(&g, sizeof(double))) PyErr_SetString(PyExc_ValueError, "values do not lie row after row");
        else if (!rows_within(p.one, p.n, p.dates, "one") && !rows_within(p.other, p.n, p.dates, "other") && !rows_within(p.shared, p.n, p.days + 1, "shared")) {
            Py_BEGIN_ALLOW_THREADS
            forms[form].products(&p);
            Py_END_ALLOW_THREADS
        }
    }
    release(&b);
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_NONE;
}

PyObject *near_other_events(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *returns, *busy, *far, *place, *hit, *known, *lost;
    Others o = {0};
    Grid g;
    Buffers b = {.count = 0};
    int form;
    long long days;
    if (!PyArg_ParseTuple(args, "iOOLOOOOO", &form, &returns, &busy, &days, &far, &place, &hit, &known, &lost)) return NULL;
    if (form < 0 || form > best_form()) { PyErr_SetString(PyExc_ValueError, "this machine lacks that instruction set"); return NULL; }
    o.n = PyObject_Length(place);
    o.days = days;
    if (o.n >= 0 && !take_grid(&b, returns, &g, "d", NULL, "returns")) {
        const int64_t cells = g.days * g.series;
        if (days < 0 || days > cells) PyErr_SetString(PyExc_ValueError, "days lies outside");
        else if (!in_rows(&g, sizeof(double))) PyErr_SetString(PyExc_ValueError, "returns do not lie row after row");
        else if (!take_row(&b, busy, &o.busy, 8 * (words_of(cells) + 1), -8, "busy") && !take_row(&b, far, &o.far, 8 * words_of(days), -8, "far")
            && !take_row(&b, place, &o.place, 8 * o.n, -8, "place") && !take_row(&b, hit, &o.hit, 8 * o.n, 8, "hit")
            && !take_row(&b, known, &o.known, 8 * o.n, 8, "known") && !take_row(&b, lost, &o.lost, 8 * o.n, 8, "lost")
            && !rows_within(o.place, o.n, cells - days + 1, "place")) {
            o.returns = (const double *)(const void *)g.at;
            Py_BEGIN_ALLOW_THREADS
            forms[form].near_others(&o);
            Py_END_ALLOW_THREADS
        }
    }
    release(&b);
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_NONE;
}

PyObject *days_prices_moved(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *close, *which, *moved;
    uint8_t *marks;
    Grid g;
    Buffers b = {.count = 0};
    int form, failed = 0;
    if (!PyArg_ParseTuple(args, "iOOO", &form, &close, &which, &moved)) return NULL;
    if (form < 0 || form > best_form()) { PyErr_SetString(PyExc_ValueError, "this machine lacks that instruction set"); return NULL; }
    if (!take_grid(&b, close, &g, "d", NULL, "close") && !take_some(&b, which, &g) && !take_row(&b, moved, &marks, g.series * g.days, 1, "moved")) {
        Py_BEGIN_ALLOW_THREADS
        failed = forms[form].moved_on(&g, marks);
        Py_END_ALLOW_THREADS
        if (failed) PyErr_NoMemory();
    }
    release(&b);
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_NONE;
}

PyObject *days_shared(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *moved, *closed, *count;
    Shared s = {0};
    Grid one, other;
    Buffers b = {.count = 0};
    int form, failed = 0;
    if (!PyArg_ParseTuple(args, "iOOO", &form, &moved, &closed, &count)) return NULL;
    if (form < 0 || form > best_form()) { PyErr_SetString(PyExc_ValueError, "this machine lacks that instruction set"); return NULL; }
    if (!take_grid(&b, moved, &one, "?", NULL, "moved") && !take_grid(&b, closed, &other, "?", NULL, "closed")
        && !take_row(&b, count, &s.count, 8 * one.days * other.days, 8, "count")) {
        s.moved = (const uint8_t *)one.at; s.closed = (const uint8_t *)other.at;
        s.n = one.days; s.markets = other.days; s.days = one.series;
        if (other.series != s.days || !in_rows(&one, 1) || !in_rows(&other, 1)) PyErr_SetString(PyExc_ValueError, "marks of the same days do not lie row after row");
        else {
            Py_BEGIN_ALLOW_THREADS
            failed = forms[form].shared_days(&s);
            Py_END_ALLOW_THREADS
            if (failed) PyErr_NoMemory();
        }
    }
    release(&b);
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_NONE;
}

PyObject *days_traded(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *close, *volume, *which, *known, *closed, *span, *astray;
    int64_t *spans;
    Traded w = {0};
    Grid marks;
    Buffers b = {.count = 0};
    int form, failed = 0;
    long long most;
    if (!PyArg_ParseTuple(args, "iOOOOOLOO", &form, &close, &volume, &which, &known, &closed, &most, &span, &astray)) return NULL;
    if (form < 0 || form > best_form()) { PyErr_SetString(PyExc_ValueError, "this machine lacks that instruction set"); return NULL; }
    if (!take_grid(&b, close, &w.close, "d", NULL, "close") && !take_grid(&b, volume, &w.volume, "d", &w.close, "volume")
        && !take_some(&b, which, &w.close) && !take_row(&b, known, &w.known, w.close.days, 0, "known")
        && !take_grid(&b, closed, &marks, "?", NULL, "closed") && !take_row(&b, span, &spans, 8 * 3 * w.close.series, 8, "span")
        && !take_row(&b, astray, &w.astray, 8 * marks.days * w.close.series, 8, "astray")) {
        const int64_t n = w.close.series;
        w.volume.series = n; w.volume.which = w.close.which;
        w.closed = (const uint8_t *)marks.at; w.markets = marks.days; w.most = most;
        w.first = spans; w.end = spans + n; w.count = spans + 2 * n;
        if (marks.series != w.close.days || !in_rows(&marks, 1)) PyErr_SetString(PyExc_ValueError, "marks of the same days do not lie row after row");
        else {
            Py_BEGIN_ALLOW_THREADS
            failed = forms[form].traded_on(&w);
            Py_END_ALLOW_THREADS
            if (failed) PyErr_NoMemory();
        }
    }
    release(&b);
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_NONE;
}

PyObject *spans_of_prices(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *close, *span;
    int64_t *spans;
    Grid g;
    Buffers b = {.count = 0};
    int form;
    if (!PyArg_ParseTuple(args, "iOO", &form, &close, &span)) return NULL;
    if (form < 0 || form > best_form()) { PyErr_SetString(PyExc_ValueError, "this machine lacks that instruction set"); return NULL; }
    if (!take_grid(&b, close, &g, "d", NULL, "close") && !take_row(&b, span, &spans, 8 * 3 * g.series, 8, "span")) {
        Py_BEGIN_ALLOW_THREADS
        forms[form].spans_of(&g, spans, spans + g.series, spans + 2 * g.series);
        Py_END_ALLOW_THREADS
    }
    release(&b);
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_NONE;
}

PyObject *put_rows_in_place(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *code, *day, *value, *row, *column, *table, *written;
    Rows r = {0};
    Grid g;
    Buffers b = {.count = 0};
    long long first;
    int64_t done = 0;
    if (!PyArg_ParseTuple(args, "OOOOOLdOO", &code, &day, &value, &row, &column, &first, &r.least, &table, &written)) return NULL;
    r.first = first;
    r.n = PyObject_Length(code);
    if (r.n >= 0) r.codes = PyObject_Length(row);
    if (r.n >= 0 && r.codes >= 0) r.span = PyObject_Length(column);
    if (r.n >= 0 && r.codes >= 0 && r.span >= 0 && !outside(first) && !take_grid(&b, table, &g, "d", NULL, "table")
        && !take_numbers(&b, code, &r.code, r.n, "code") && !take_numbers(&b, day, &r.day, r.n, "day")
        && !take_row(&b, value, &r.value, 8 * r.n, -8, "value") && !take_row(&b, row, &r.row, 8 * r.codes, -8, "row")
        && !take_row(&b, column, &r.column, 8 * r.span, -8, "column") && !rows_within(r.row, r.codes, g.days, "row")
        && !rows_within(r.column, r.span, g.series, "column") && !take_row(&b, table, &r.table, 8 * g.days * g.series, 8, "table")
        && !take_row(&b, written, &r.written, g.days * g.series, 1, "written")) {
        r.days = g.series;
        Py_BEGIN_ALLOW_THREADS
        done = put_rows(&r);
        Py_END_ALLOW_THREADS
    }
    release(&b);
    if (PyErr_Occurred()) return NULL;
    return PyLong_FromLongLong((long long)done);
}

PyObject *mark_numbers_there(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *number, *there;
    const int32_t *given;
    uint8_t *marks;
    Buffers b = {.count = 0};
    long long first;
    int64_t done = 0, n, span;
    if (!PyArg_ParseTuple(args, "OLO", &number, &first, &there)) return NULL;
    if ((n = PyObject_Length(number)) >= 0 && (span = PyObject_Length(there)) >= 0 && !outside(first)
        && !take_numbers(&b, number, &given, n, "number") && !take_row(&b, there, &marks, span, 1, "there")) {
        Py_BEGIN_ALLOW_THREADS
        done = mark_numbers(given, n, first, marks, span);
        Py_END_ALLOW_THREADS
    }
    release(&b);
    if (PyErr_Occurred()) return NULL;
    return PyLong_FromLongLong((long long)done);
}
