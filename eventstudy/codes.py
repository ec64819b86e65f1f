"""Every warning and exclusion by its code: what it means to an analyst, and what to do about it.

The sentence in a result says what was found for one event or ticker; here stands what kind of thing that is.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Severity = Literal["doubt", "caution", "note"]
"""`doubt`: the data hold what cannot be true; `caution`: the figure holds, a reader must know; `note`: what was assumed."""


class Code(NamedTuple):
    """One sentence each, and how much it weighs."""

    meaning: str
    advice: str
    severity: Severity = "caution"


WARNINGS: dict[str, Code] = {
    "ADJUSTED_DISAGREES": Code(
        "The adjusted price, or the return that the file gives, moved by far more than the close, and nothing explains it.",
        "Compare both with another source and correct the file, or leave out the column that is wrong.",
        "doubt",
    ),
    "ALPHA_DRIFT": Code(
        "The firm's own trend in the estimation window is subtracted every day and alone moves the cumulated return.",
        "Compare with a model without alpha (market_adjusted) or another estimation window.",
    ),
    "ARCH": Code(
        "Quiet and wild spells alternate, so p-values hold on average but are too small in wild spells.",
        "Look at the placebo test, which keeps the order of days, or at a model with changing variance.",
    ),
    "BHAR_MARKET": Code(
        "Buy-and-hold returns over more than five sessions are compared with the benchmark, not with a similar firm.",
        "Name a control firm, or read them as returns over the market.",
        "note",
    ),
    "CALENDAR_ENDS": Code(
        "The installed calendar of the exchange ends inside the event window, so its last days are not known.",
        "Update exchange-calendars, or take the dates of the prices as the sessions: --calendar prices.",
    ),
    "CALENDAR_MISMATCH": Code(
        "Firm and benchmark trade on different exchanges: sessions of one of the two are left out, and closes differ in time.",
        "Name a benchmark of the firm's own exchange; it may be named for each ticker: --benchmark SAP.DE=^GDAXI.",
    ),
    "CONSTANT_VARIANCE": Code(
        "A changing variance could not be estimated for this security, so its days have one variance.",
        "Lengthen the estimation window, or read it as a result of the market model.",
    ),
    "CORRELATION_FLOORED": Code(
        "The measured mean correlation is more negative than a correlation of so many firms can be.",
        "Read the adjusted tests as if there were no correlation.",
    ),
    "COUNTERFACTUAL": Code(
        "Over long windows and in wild markets a factor model drifts away from what would have happened.",
        "Name peers and compare with synthetic_control.",
    ),
    "CURRENCY": Code(
        "The claim names another currency than the prices are quoted in.",
        "Compare moves in per cent, or name the listing in that currency.",
    ),
    "CURRENCY_CONVERTED": Code(
        "Prices were put in one currency by the exchange rate of each day, which is noted at another hour than the close.",
        "Leave out --currency to see returns in local currency; compare the two where the rate moved.",
        "note",
    ),
    "CURRENCY_MIX": Code(
        "Firm and benchmark are quoted in different currencies, so moves of the exchange rate look like abnormal returns.",
        "Name a benchmark in the firm's currency, or put all in one: --currency USD.",
    ),
    "DAY0_CHOSEN": Code(
        "Day 0 was chosen by the user, perhaps after looking at the prices, and no p-value accounts for that.",
        "Report the announced date beside it, or let `eventstudy scan` judge the search.",
        "note",
    ),
    "DAY0_SHIFTED": Code(
        "The news came when the exchange was closed, so day 0 is the first session that could react.",
        "Check that the session named is the one you mean.",
        "note",
    ),
    "DELISTED": Code(
        "The security stopped trading inside the event window, so its windows end with its last close.",
        "Find out why it was delisted: the last return may lack what holders received.",
    ),
    "EARNINGS": Code(
        "The firm reported its earnings on a day of the window, which moves its price by itself.",
        "Look at the windows without that day (`--mask-confounded`), or leave the firm out.",
    ),
    "ESTIMATION_GAPS": Code(
        "Some estimation days have no return and are left out.",
        "Nothing, if few; else look at `eventstudy prices check`.",
        "note",
    ),
    "EVENT_VARIANCE": Code(
        "Returns spread more widely on the event days than usual, so tests that take it for unchanged reject too often.",
        "Trust bmp, grank_t and generalized_sign; on one date read the result as an unusual day.",
    ),
    "EX_DIVIDEND": Code(
        "A dividend went ex on a day of the window.",
        "Nothing, if dividends are in the returns; else look at the windows without that day.",
        "note",
    ),
    "FAT_TAILS": Code(
        "Large returns are much more frequent than under the normal law that t and F tests assume.",
        "Trust ranks, permutations and placebo tests over t.",
    ),
    "FEW_CLUSTERS": Code(
        "There are so few clusters that standard errors by cluster come out too small.",
        "Read p-values near 5 % as not significant, or cluster by something with more groups.",
    ),
    "FEW_EVENTS": Code(
        "There are fewer than five events, too few to estimate how much events differ.",
        "Read each event by itself, with p-values adjusted for their number.",
    ),
    "FEW_PAIRS": Code(
        "There are fewer than ten pairs for each coefficient, so that single firms decide the regression.",
        "Regress on fewer characteristics, or add firms.",
    ),
    "FACTORS_LACKING": Code(
        "The factor file ends inside the event window or lacks days of it, so those days have no abnormal return.",
        "Factor files lag prices by a month or two: wait, or take a model without factors.",
    ),
    "GAP_IN_WINDOW": Code(
        "A price is missing inside the event window, which costs two returns.",
        'Use missing="trade_to_trade", or find the price.',
    ),
    "GROUPS_NOT_KEPT": Code(
        "With sums alone the pairs of all groups are taken together.",
        'Run with keep="pairs", or study each group by itself.',
        "note",
    ),
    "HALTED": Code(
        "For a week or more there was no price, or no trade, and prices before and after.",
        'Find out why it was not traded; missing="trade_to_trade" keeps the return across the pause.',
    ),
    "JUMP": Code(
        "The price moved in one day by far more than it usually does, and no dividend or split is listed for it.",
        "Check the price against another source; if it is right, prefer ranks and robust models.",
    ),
    "LONG_FOR_ESTIMATION": Code(
        "The window is long for so few estimation days, so errors of the normal return add up.",
        "Lengthen the estimation window or shorten the window.",
    ),
    "LONG_WINDOW": Code(
        "Over more than twenty sessions a sum of abnormal returns is no change of wealth and small model errors add up.",
        "Look at buy-and-hold returns and at calendar_time.",
    ),
    "MANY_FIRMS": Code(
        "There are about as many firms as estimation days, so their covariance cannot be inverted.",
        "Ask max_t, or the portfolio, whether anything happened.",
    ),
    "MARKET_MOVE": Code(
        "The benchmark itself moved by more than two standard deviations on a day of the window.",
        "Find out what moved the market: an error in beta counts most on such a day.",
    ),
    "NEWS": Code(
        "A calendar of macro dates or other news has an entry on a day of the window.",
        "Ask whether it touches these firms; look at the windows without that day (`--mask-confounded`).",
        "note",
    ),
    "NEWS_OF_MANY": Code(
        "There are too many events to name the days with other news here.",
        "See `eventstudy confounders`, which lists them.",
        "note",
    ),
    "NO_ABNORMAL": Code(
        "The move that the claim names could not be compared with the market.",
        "See the reason in the message: most often prices before the event are missing.",
    ),
    "NO_PORTFOLIO": Code(
        "The firms of a group cannot be run as one security, because they do not share one date, calendar and benchmark.",
        "Read the firms by themselves, or study them with one benchmark.",
    ),
    "OFF_CALENDAR": Code(
        "There are prices on days on which the exchange was closed; they are not used.",
        "Check the dates of the price file and the exchange of the ticker.",
        "note",
    ),
    "ONE_DATE": Code(
        "All tickers share one date, so whatever else moved them all on that day looks like the event.",
        "Check what else happened, and compare with firms that the event cannot have touched.",
    ),
    "OTHER_EVENT": Code(
        "Another event of the registry, about the same firm or the market, falls on a day of the window.",
        "Look at the windows without that day (`--mask-confounded`), or study both events.",
    ),
    "OVERLAPPING_EVENTS": Code(
        "Events share days, so the pairs are fewer independent observations than their number.",
        "Trust the adjusted tests; those for independent pairs are marked as not valid.",
    ),
    "PEER_CONTAMINATION": Code(
        "Peers are part of the event or reacted to it themselves, so part of the effect would be subtracted.",
        "Name other peers.",
    ),
    "PEER_INCOMPLETE": Code(
        "Peers lack prices on some days and are averaged without them there.",
        "Name peers with complete prices, or accept that the average changes.",
    ),
    "PRICE_INDEX_MIX": Code(
        "Dividends are in the returns of one side, firm or benchmark, but not of the other.",
        "Use a total-return benchmark or prices with dividends for both.",
    ),
    "SCAN_TOO_WIDE": Code(
        "So many days are searched that even the largest reaction could not reach 5 %.",
        "Search fewer days, or lengthen the estimation window.",
    ),
    "SHORT_ESTIMATION": Code(
        "Fewer than 120 estimation days are usable, so the normal return is a rough estimate.",
        "Lengthen the estimation window or find more prices.",
    ),
    "SKEWED": Code(
        "Large moves go mostly one way, so tests that take returns for symmetric mislead.",
        "Trust generalized_sign, corrado_rank and bmp over sign and wilcoxon.",
    ),
    "SOURCE_NOTE": Code(
        "The price source gave something odd: a day twice, a price that cannot be, a day without one.",
        "Look at the days it names; another source or a file can settle what the price was.",
        "note",
    ),
    "SPLIT": Code(
        "Shares were split on a day of the window.",
        "Check that prices before and after are counted alike.",
        "note",
    ),
    "SPLIT_NOT_APPLIED": Code(
        "The price moved by the ratio of a split, as if prices before it were on another basis than those after.",
        "Fetch the series again (`eventstudy prices fetch --force`) or correct the file: the return of that day is not real.",
        "doubt",
    ),
    "STALE": Code(
        "The price stood still: on an event day without a trade, or for a week or more.",
        'Use missing="trade_to_trade" and prefer rank tests.',
    ),
    "SUSPECT_CALENDAR": Code(
        "The exchange was open on days on which no series has a price.",
        "Check the price source, or the calendar for an unscheduled closing.",
    ),
    "THIN_TRADING": Code(
        "Many estimation days have no trade, which biases betas and variances.",
        'Prefer corrado_rank, missing="trade_to_trade" and the models scholes_williams or dimson.',
    ),
    "UNDATED": Code(
        "The characteristics carry no dates, so it cannot be checked that they were known before the event.",
        "Give the file a column `date`: a characteristic measured after day 0 may be moved by the event itself.",
    ),
    "UNIT_CHANGE": Code(
        "The price is a hundred times, or a hundredth of, that of the day before: pounds became pence, or the other way round.",
        "Put the series in one unit: the return of that day is not real.",
        "doubt",
    ),
    "VOLUME_MARKET": Code(
        "The volume that tickers are compared with is their own mean, which the event raised as well.",
        "Use the model constant_mean, or study events of several dates.",
    ),
    "WINDOW_INCOMPLETE": Code(
        "The prices end before the event window does.",
        "Run again when the days have passed, or shorten the window.",
    ),
    "ZERO_VOLUME": Code(
        "There is a price on days on which nothing was traded: a quote, or the price of the day before.",
        "Prefer corrado_rank; look at `eventstudy prices check`.",
    ),
    "ZERO_RETURN": Code(
        "The price did not move on an event day, and without volume it cannot be told whether it was traded.",
        "Check whether the security was traded that day.",
    ),
}
"""What a reader must know; the numbers are there."""

EXCLUSIONS: dict[str, Code] = {
    "BENCHMARK_IS_TICKER": Code(
        "A security compared with itself has no abnormal return.", "Choose another benchmark for it."
    ),
    "COLLINEAR": Code(
        "The regressors of the model move as one over the estimation window.", "Leave one out, or lengthen the window."
    ),
    "MIN_EST": Code(
        "Too few estimation days have a return.", "Shorten the gap before the event, or lower --min-estimation."
    ),
    "NO_CHARACTERISTICS": Code(
        "A characteristic of the firm is not known, or only from day 0 on.", "Complete the file of characteristics."
    ),
    "NO_BENCHMARK": Code("The benchmark has no prices.", "Check its symbol and the price source."),
    "NO_DAY0": Code(
        "There is no return on day 0, so the event cannot be judged.", "Check date, exchange and prices around it."
    ),
    "NO_PEERS": Code("None of its peers has a return on all days.", "Name other peers."),
    "NO_SHARES": Code(
        "It is not known how many shares there were before the window.", "Complete the file of shares outstanding."
    ),
    "NO_VOLUME": Code("The prices of the ticker hold no volume.", "Use a source with volume, or leave the ticker out."),
    "NO_PRICES": Code("The ticker has no prices.", "Check its symbol and the price source."),
    "ZERO_VARIANCE": Code(
        "Nothing varies around the normal return.",
        "Check whether the price is constant, or the benchmark the ticker itself.",
    ),
}
"""Why a pair is left out."""

CODES = WARNINGS | EXCLUSIONS


NEWS_OF_A_DAY = frozenset({"EARNINGS", "EX_DIVIDEND", "MARKET_MOVE", "NEWS", "OTHER_EVENT", "SPLIT"})
"""Other news on a day of the window, told day by day."""


def severity_of(code: str) -> Severity:
    """How much a warning of this code weighs; one that is not known here is a caution."""
    return WARNINGS[code].severity if code in WARNINGS else "caution"
