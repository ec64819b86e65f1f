"""Reports of earnings, from filings with EDGAR: the 8-K that came before each quarterly or annual report.

An 8-K with item 2.02 need not be a report of earnings: firms file it for sales and deliveries too. For each 10-Q and 10-K it is
the last one between the end of the period and the report itself; the others are of the category `results-other`.
"""

from __future__ import annotations

from eventstudy.events.finders._base import Finder, Finds, LeftOut, Query
from eventstudy.events.finders._filings import Filing
from eventstudy.events.finders.edgar import Filed, finds, firms, listed, opened, with_header
from eventstudy.language import Phrase

_REPORTS = ("10-Q", "10-K", "10-KT", "10-K405")


def search(query: Query) -> Finds:
    """The reports of earnings of the firms that are named.

    Raises:
        InvalidRequest: nobody says who asks (`EVENTSTUDY_CONTACT`). SymbolUnknown: no such ticker.
        SourceError: as their names say.
    """
    edgar, left_out, filed = opened(), list[LeftOut](), list[Filed]()
    categories: dict[str, str] = {}
    for firm, ticker in firms(edgar, query):
        filings = list(listed(edgar, firm, query, left_out))
        results = [f for f in filings if f.form == "8-K" and {"2.02", "12"} & set(f.items)]
        chosen = {}
        for report in (f for f in filings if f.form in _REPORTS and f.report):
            found = announced(report, results)
            if found is not None:
                chosen[found.accession] = report
            elif query.covers(report.filed):
                what = {"form": report.form, "period": report.report}
                left_out.append(LeftOut(report.accession, Phrase("no 8-K 2.02 before the {form} of {period}", **what)))
        for filing in results:
            one = with_header(edgar, firm, ticker, filing, "8-K", left_out)
            if one is not None:
                categories[filing.accession] = "earnings" if filing.accession in chosen else "results-other"
                filed.append(one)
    return finds("earnings", query, edgar, filed, left_out, categories)


def announced(report: Filing, results: list[Filing]) -> Filing | None:
    """The last 8-K between the end of the report's period and the report; by the order of the firm's own list."""
    between = [f for f in results if report.report and f.filed > report.report and f.order <= report.order]
    return max(between, key=lambda f: f.order, default=None)


FINDER = Finder(
    "reports of earnings by ticker, from filings with the SEC: 8-K 2.02 before each 10-Q and 10-K; needs EVENTSTUDY_CONTACT",
    search,
    frozenset({"tickers", "ciks", "amendments", "late"}),
)
