/* The looks at prices, their returns, the days near other events and those on which they moved, the products of dates and rows put in place, as Python calls them; for
 * the table of methods in module.c. */
PyObject *look_at_prices(PyObject *self, PyObject *args);
PyObject *count_met_closes(PyObject *self, PyObject *args);
PyObject *rows_of_closes_alike(PyObject *self, PyObject *args);
PyObject *bounds_of_prices(PyObject *self, PyObject *args);
PyObject *returns_of_prices(PyObject *self, PyObject *args);
PyObject *products_of_dates(PyObject *self, PyObject *args);
PyObject *near_other_events(PyObject *self, PyObject *args);
PyObject *days_prices_moved(PyObject *self, PyObject *args);
PyObject *days_shared(PyObject *self, PyObject *args);
PyObject *days_traded(PyObject *self, PyObject *args);
PyObject *spans_of_prices(PyObject *self, PyObject *args);
PyObject *put_rows_in_place(PyObject *self, PyObject *args);
PyObject *mark_numbers_there(PyObject *self, PyObject *args);
#define METHODS_OF_PRICES \
    {"look_at", look_at_prices, METH_VARARGS, "look_at(used, near, market, level, expected, counted, sound, lacking, priced, apart, on, rules, which): what needs no closer look."}, \
    {"count_met", count_met_closes, METH_VARARGS, "count_met(close, own, every, count): days on which a close is one of its own."}, \
    {"rows_alike", rows_of_closes_alike, METH_VARARGS, "rows_alike(close, alike, which, told): rows of ten closes that one of the first series and another one may share."}, \
    {"bounds", bounds_of_prices, METH_VARARGS, "bounds(form, close, which, least, most): the least and the largest close of some series."}, \
    {"returns", returns_of_prices, METH_VARARGS, "returns(form, close, which, row, before, returns, last): the table of returns of some series."}, \
    {"products", products_of_dates, METH_VARARGS, "products(form, values, one, other, shared, product): inner products of the days that dates share."}, \
    {"near_others", near_other_events, METH_VARARGS, "near_others(form, returns, busy, days, far, place, hit, known, lost): estimation days near other events of a security."}, \
    {"moved", days_prices_moved, METH_VARARGS, "moved(form, close, which, moved): the days on which some series have another price than before."}, \
    {"shared_days", days_shared, METH_VARARGS, "shared_days(form, moved, closed, count): how many days rows of marks share."}, \
    {"traded", days_traded, METH_VARARGS, "traded(form, close, volume, which, known, closed, most, span, astray): first day, end and number of the days on which some series traded, and those of them on which markets were closed."}, \
    {"spans", spans_of_prices, METH_VARARGS, "spans(form, close, span): the first day with a price, the end and the number of such days."}, \
    {"put_rows", put_rows_in_place, METH_VARARGS, "put_rows(code, day, value, row, column, first, least, table, written): rows in their places, and how many came before one that has none."}, \
    {"mark", mark_numbers_there, METH_VARARGS, "mark(number, first, there): which numbers there are, and how many came before one that lies outside."}
