"""Every warning and exclusion by its code: how much it weighs, its sentence, what it means, and what to do about it.

The sentence says what was found for one event or ticker; the meaning says what kind of thing that is. A code may have several
forms of its sentence: `Message.of("COUNTERFACTUAL.wild", ...)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from eventstudy.language import Phrase

Severity = Literal["doubt", "caution", "note"]
"""`doubt`: the data hold what cannot be true; `caution`: the figure holds, a reader must know; `note`: what was assumed."""

Template = str | tuple[str, str]
"""A template, or those of the singular and of the plural."""


class Exclusion(NamedTuple):
    """A pair that is left out, and why: `reason` is a code, `message` its sentence."""

    event_id: str
    ticker: str
    reason: str
    message: Phrase

    @classmethod
    def of(cls, form: str, event_id: str, ticker: str, /, **params: Any) -> Exclusion:
        """The exclusion of a code, or of one of its forms (`CODE.form`), with the values of its sentence."""
        return cls(event_id, ticker, form.partition(".")[0], sentence(form, **params))

    @property
    def params(self) -> dict[str, Any]:
        """The values of the sentence, as JSON has them."""
        return self.message.values()


class Message(NamedTuple):
    """Something the reader must know: `code` is a capital name, `message` its sentence with the values in it."""

    code: str
    message: Phrase
    event_id: str | None = None
    ticker: str | None = None
    session: str | None = None
    """The day it is about, as ISO text, the first of several; None where it is about no single day."""
    sessions: tuple[str, ...] = ()
    """All days it is about, where there are several."""
    severity: str = ""
    """`doubt`, `caution` or `note`; empty: that of its code."""

    @classmethod
    def of(cls, form: str, event_id: str | None = None, ticker: str | None = None, /, **params: Any) -> Message:
        """The message of a code, or of one of its forms (`CODE.form`), with the values of its sentence."""
        return cls(form.partition(".")[0], sentence(form, **params), event_id, ticker)

    @property
    def params(self) -> dict[str, Any]:
        """The values of the sentence, as JSON has them."""
        return self.message.values()


class Code(NamedTuple):
    """Its sentence (or the forms of it, by name), one sentence each of meaning and advice, and how much it weighs."""

    says: Template | Mapping[str, Template]
    meaning: str
    advice: str
    severity: Severity = "caution"


def sentence(form: str, /, **params: Any) -> Phrase:
    """The sentence of a code, or of one of its forms (`CODE.form`), with these values in it."""
    code, _, name = form.partition(".")
    says = CODES[code].says
    template = says[name] if isinstance(says, Mapping) else says
    return Phrase(template, **params) if isinstance(template, str) else Phrase.counted(*template, **params)


WARNINGS: dict[str, Code] = {
    "ADJUSTED_DISAGREES": Code(
        {
            "": "adj_close moved by {adjusted:+.1%}, close by {plain:+.1%}: no dividend or split explains the difference",
            "given": (
                "the return given is {adjusted:+.1%}, that of the prices {plain:+.1%}: no dividend or split explains "
                "the difference"
            ),
            "throughout": "returns and closes do not move together on most days, as if they were those of two securities",
        },
        (
            "The adjusted price, or the return that the file gives, moved by far more than the close, and nothing "
            "explains it."
        ),
        "Compare both with another source and correct the file, or leave out the column that is wrong.",
        "doubt",
    ),
    "ALPHA_DRIFT": Code(
        "alpha of {alpha:+.2f %} a day takes {taken:+.1f %} into CAR{window}: is that still normal?",
        "The firm's own trend in the estimation window is subtracted every day and alone moves the cumulated return.",
        "Compare with a model without alpha (market_adjusted) or another estimation window.",
    ),
    "ARCH": Code(
        "volatility clusters (Engle LM p {p:p}): p-values hold on average, not in wild spells",
        "Quiet and wild spells alternate, so p-values hold on average but are too small in wild spells.",
        "Look at the placebo test, which keeps the order of days, or at a model with changing variance.",
    ),
    "BHAR_MARKET": Code(
        {
            "": "buy-and-hold returns over more than five sessions compare with the benchmark: no control is named",
            "matched": "buy-and-hold returns compare with the benchmark: no control is named",
        },
        "Buy-and-hold returns over more than five sessions are compared with the benchmark, not with a similar firm.",
        "Name a control firm, or read them as returns over the market.",
        "note",
    ),
    "CALENDAR_ENDS": Code(
        (
            "the installed calendar of {exchange} ends after {session}, inside the event window: later days are not "
            "studied; update exchange-calendars"
        ),
        "The installed calendar of the exchange ends inside the event window, so its last days are not known.",
        "Update exchange-calendars, or take the dates of the prices as the sessions: --calendar prices.",
    ),
    "UNPLANNED_SESSION": Code(
        "taken for a session of {exchange}, whose calendar has none, because all its series traded: {days:dates}",
        "The exchange traded on days on which its calendar has no session: Muhurat trading, a Saturday of the budget.",
        "Nothing to do, if the exchange did trade; else take the rows out of the price file.",
        "note",
    ),
    "CALENDAR_MISMATCH": Code(
        {
            "": (
                (
                    "{tickers:some} trades on {home}, the benchmark {benchmark} on {abroad}: {sessions} sessions of "
                    "one exchange only are left out"
                ),
                (
                    "{tickers:some} trade on {home}, the benchmark {benchmark} on {abroad}: {sessions} sessions of one "
                    "exchange only are left out"
                ),
            ),
            "later": (
                (
                    "{tickers:some} trades on {home}, the benchmark {benchmark} on {abroad}: {sessions} sessions of "
                    "one exchange only are left out, and {abroad} closes {hours:g} hours later on the same day"
                ),
                (
                    "{tickers:some} trade on {home}, the benchmark {benchmark} on {abroad}: {sessions} sessions of one "
                    "exchange only are left out, and {abroad} closes {hours:g} hours later on the same day"
                ),
            ),
            "earlier": (
                (
                    "{tickers:some} trades on {home}, the benchmark {benchmark} on {abroad}: {sessions} sessions of "
                    "one exchange only are left out, and {abroad} closes {hours:g} hours earlier on the same day"
                ),
                (
                    "{tickers:some} trade on {home}, the benchmark {benchmark} on {abroad}: {sessions} sessions of one "
                    "exchange only are left out, and {abroad} closes {hours:g} hours earlier on the same day"
                ),
            ),
            "closed": "there are prices on {days:days}, where {home} was closed",
            "other": (
                "{tickers:some} trades on {home}, most others on {most}: {sessions} sessions are of one of the two only",
                "{tickers:some} trade on {home}, most others on {most}: {sessions} sessions are of one of the two only",
            ),
        },
        (
            "Firm and benchmark trade on different exchanges: sessions of one of the two are left out, and closes "
            "differ in time."
        ),
        "Name a benchmark of the firm's own exchange; it may be named for each ticker: --benchmark SAP.DE=^GDAXI.",
    ),
    "AFTER_HOURS_FILING": Code(
        "filed at {at}, after 17:30 in New York: to be seen on the next business morning",
        "The filing was accepted after the hour until which filings are shown the same day.",
        "Nothing for daily prices: day 0 is the next session either way.",
        "note",
    ),
    "CLOCKS_DISAGREE": Code(
        "a vendor of earnings dates puts this report on another session than its filing",
        "A vendor's date of the report and the time of its filing lead to different sessions as day 0; the filing leads.",
        "Look at the firm's own announcement, and write its time into the registry.",
    ),
    "FILED_LATER": Code(
        "filed on {filed} about {period}: the news may have been known before",
        "The filing came after the day of what it reports, so that prices may have reacted before day 0.",
        "Look at the days from that day on, or leave such filings out: events find --late drop.",
    ),
    "NO_CLOCK": Code(
        "the filing of {filed} has no time: its date is taken, whatever the hour",
        "The header of the filing has no time, so nobody knows on which side of the close it came.",
        "Look at the session after day 0 too.",
    ),
    "COMPARE_CUT": Code(
        "kinds are cut at the median of {column}, {cut:g}, which depends on the events studied",
        "The cut between two kinds was taken from the events themselves, so other events would be cut elsewhere.",
        "Name a cut that was fixed beforehand, such as 0: no p accounts for one that was chosen after looking.",
        "note",
    ),
    "COMPARE_FEW": Code(
        {
            "": "{kind} has {clusters} clusters of dates: little can be seen",
            "one": "{kind} has one cluster of dates: little can be seen",
        },
        "A kind of events falls on so few separate dates that only large differences would be seen.",
        "Read the smallest difference that could have been seen beside the p-value, or add events.",
    ),
    "CONSTANT_VARIANCE": Code(
        "fitted by least squares, with one variance for all days: {why}",
        "A changing variance could not be estimated for this security, so its days have one variance.",
        "Lengthen the estimation window, or read it as a result of the market model.",
    ),
    "CORRELATION_FLOORED": Code(
        "the mean correlation of the residuals is too negative to be one: taken as zero",
        "The measured mean correlation is more negative than a correlation of so many firms can be.",
        "Read the adjusted tests as if there were no correlation.",
    ),
    "COUNTERFACTUAL": Code(
        {
            "": (
                "{window} is longer than five sessions: errors of a factor model add up; see whether a "
                "synthetic control agrees"
            ),
            "wild": (
                "the benchmark's variance over {window} is {ratio:.1f} times that of the estimation window; see "
                "whether a synthetic control agrees"
            ),
        },
        "Over long windows and in wild markets a factor model drifts away from what would have happened.",
        "Name peers and compare with synthetic_control.",
    ),
    "CURRENCY_CONVERTED": Code(
        "{tickers:some}: {what}",
        (
            "Prices were put in one currency by the exchange rate of each day, which is noted at another hour than the "
            "close."
        ),
        "Leave out --currency to see returns in local currency; compare the two where the rate moved.",
        "note",
    ),
    "CURRENCY_MIX": Code(
        (
            (
                "{tickers:some} is quoted in {own}, the benchmark {benchmark} in {other}: abnormal returns hold the "
                "exchange rate"
            ),
            (
                "{tickers:some} are quoted in {own}, the benchmark {benchmark} in {other}: abnormal returns hold the "
                "exchange rate"
            ),
        ),
        (
            "Firm and benchmark are quoted in different currencies, so moves of the exchange rate look like abnormal "
            "returns."
        ),
        "Name a benchmark in the firm's currency, or put all in one: --currency USD.",
    ),
    "DAY0_CHOSEN": Code(
        {
            "": "day 0 is set to {day0} ({moment}) by the user: no p-value accounts for that choice",
            "recognised": "day 0 is set to recognised ({moment}) by the user: no p-value accounts for that choice",
            "sums": "day 0 is set to {day0} by the user: no p-value accounts for that choice",
            "sums_recognised": "day 0 is set to recognised by the user: no p-value accounts for that choice",
        },
        "Day 0 was chosen by the user, perhaps after looking at the prices, and no p-value accounts for that.",
        "Report the announced date beside it, or let `eventstudy scan` judge the search.",
        "note",
    ),
    "DAY0_NOT_LOOKED_AT": Code(
        "day 0 is not looked at: only {window} is",
        "The event window was asked for without day 0, so what happened on day 0 is in no figure.",
        "Name an event window with day 0 if the first reaction is meant.",
        "note",
    ),
    "NEXT_PERIOD": Code(
        {
            "": "month 0 is the month after the one in which the market could first react",
            "week": "week 0 is the week after the one in which the market could first react",
        },
        "Month (week) 0 was asked to be the one after that which holds day 0, so the first reaction is in month (week) -1.",
        "Begin the event window at -1 if the first reaction is meant, or leave out `--event-month`.",
        "note",
    ),
    "DAY0_SHIFTED": Code(
        {
            "": "announced {announced}; day 0 is {session}, the first session that could react ({exchange})",
            "prices": "announced {announced}; day 0 is {session}, the first session that could react",
            "sums": "{count:,} pairs have day 0 on a later session than the date of their event",
        },
        "The news came when the exchange was closed, so day 0 is the first session that could react.",
        "Check that the session named is the one you mean.",
        "note",
    ),
    "DAY_DROPPED": Code(
        "the close of {session} is taken for missing, as the user asked",
        "The user took a close out, so that it and the return after it count for nothing.",
        "Say why in the report; leave out --drop-day to see the figures with it.",
        "note",
    ),
    "DELISTED": Code(
        {
            "": "the last close is on day {day:day}, while the benchmark goes on: windows end there",
            "sums": "{count:,} pairs made their last trade in the event window: windows end there",
        },
        "The security stopped trading inside the event window, so its windows end with its last close.",
        "Find out why it was delisted: the last return may lack what holders received.",
    ),
    "INTERPOLATED": Code(
        "{sessions} closes in a row lie on a straight line between {first} and {last}: filled in, not traded",
        "Closes lie on a straight line, which no market draws: they were filled in where none were known.",
        "Leave the days out of the file, or fetch the series again; what happened on them is not known.",
        "doubt",
    ),
    "LOGARITHMS": Code(
        "the closes are logarithms: {close:.6g} is that of {price:.2f}, and so on, all of them of whole cents",
        "The file holds logarithms of prices, and returns of them are a fraction of those of the prices.",
        "Give the prices themselves: the antilogarithms of these numbers.",
        "doubt",
    ),
    "MOVE_UNCONFIRMED": Code(
        {
            "": (
                "from {before:.6g} to {after:.6g} ({move:+.1%}) in one day; what is held against it did not move with it, and "
                "there are no volumes"
            ),
            "one": (
                "from {before:.6g} to {after:.6g} ({move:+.1%}) in one day, and the only series held against it did not move "
                "with it: that may be news of either; there are no volumes"
            ),
            "quiet": "from {before:.6g} to {after:.6g} ({move:+.1%}) in one day, with no more trade than before",
            "alone": (
                "from {before:.6g} to {after:.6g} ({move:+.1%}) in one day, one of the largest moves in a year; there are no "
                "volumes, which would tell news from a wrong price"
            ),
            "split": (
                "a split of {ratio} is listed; from {before:.6g} to {after:.6g} does not tell whether the prices are adjusted "
                "for it"
            ),
            "dividend": (
                "a dividend of {dividend:.6g} is listed and counted, and the price went from {before:.6g} to {after:.6g}: it "
                "may not have fallen by it"
            ),
            "hundredth": (
                "a dividend of {dividend:.6g} is listed, and the price went from {before:.6g} to {after:.6g}: it may have "
                "fallen by a hundred times as much"
            ),
            "adjusted": "adj_close moved by {adjusted:+.1%}, close by {plain:+.1%}, and no dividend is listed",
        },
        "In an event window, a move that news or a fault of the prices may have made; nothing in the prices tells which.",
        "Compare the closes of that day and of the day before with another source.",
        "caution",
    ),
    "DIVIDEND_NOT_FOLLOWED": Code(
        {
            "": (
                "a dividend of {dividend:.6g} is listed and counted, and the price did not fall by it: from {before:.6g} to "
                "{after:.6g}"
            ),
            "hundredth": (
                "a dividend of {dividend:.6g} is listed, and the price fell by some hundred times as much, from {before:.6g} "
                "to {after:.6g}: pounds beside pence?"
            ),
            "larger": (
                "a dividend of {dividend:.6g} is listed and counted, more than the price itself, which went from "
                "{before:.6g} to {after:.6g}"
            ),
        },
        "A dividend is counted on a day on which the price did not fall by it, or by a hundred times as much.",
        "Check amount, unit (pence or pounds?) and day of the dividend: the return of that day is not what was earned.",
        "doubt",
    ),
    "EARNINGS": Code(
        "{session} (day {day:day}): {what}",
        "The firm reported its earnings on a day of the window, which moves its price by itself.",
        "Look at the windows without that day (`--mask-confounded`), or leave the firm out.",
    ),
    "ESTIMATION_GAPS": Code(
        {
            "": "{usable} of {asked} estimation days usable",
            "sums": "{count:,} pairs lack some days of the estimation window",
        },
        "Some estimation days have no return and are left out.",
        "Nothing, if few; else look at `eventstudy prices check`.",
        "note",
    ),
    "EFFECT_VARIES_WITH_RISK": Code(
        {
            "": "{window}: calm and volatile firms moved differently; the test of the mean CAR speaks",
            "apart": (
                "over {windows:list} the mean CAR lies outside the interval of the headline test, in which the firms that move"
                " least by themselves count most: that is no interval of the mean, and is left out"
            ),
            "against": (
                "over {windows:list} the firms that move least by themselves, which count most in the headline test, went the"
                " other way than the mean CAR: it says nothing of the mean there"
            ),
        },
        (
            "Standardised returns give calm firms more weight; here the mean CAR is so far from the effect that they "
            "have in common that the two may not be taken for one."
        ),
        "Read the mean CAR with its own interval, and look at calm and volatile firms apart.",
    ),
    "EVENT_IN_ESTIMATION": Code(
        {
            "": "the estimation window holds other events of the same ticker ({events}), which widen what counts as usual",
            "few": (
                "the estimation window holds other events of the same ticker ({events}); without the days near them too few "
                "would be left, so they stay"
            ),
            "masked": (
                "the estimation window holds other events of the same ticker ({events}): {days} days, up to {near} sessions "
                "from them, are left out"
            ),
            "sigma": (
                "without the days near other events of the same ticker the AR has a standard deviation of "
                "{after:-.2f %} a day, with them {before:-.2f %}"
            ),
            "sums": "{count} pairs have other events of their ticker in their estimation window; {masked} leave their days out",
        },
        "Days of a firm's other events are no ordinary days, so they are left out of the estimation where that is possible.",
        (
            "Nothing, if days were left out; else lengthen the estimation window. `--mask-other-events none` keeps all "
            "days."
        ),
    ),
    "EVENT_VARIANCE": Code(
        {
            "": "{window}: standardised CARs spread more widely than on ordinary days (p {p:p})",
            "clustered": (
                "{window}: standardised CARs spread more widely than on ordinary days (p {p:p}); bmp_adjusted "
                "and grank_t allow for that where common and own variance rise alike"
            ),
            "one_date": (
                "{window}: wider spread than usual (p {p:p}): a wilder day and firms that react unlike cannot be told apart"
            ),
        },
        (
            "Returns spread more widely on the event days than usual, so tests that take it for unchanged reject too "
            "often."
        ),
        (
            "Trust bmp, bmp_adjusted and grank_t; on one date look at bmp_adjusted too, which asks whether such firms "
            "move on average."
        ),
    ),
    "EX_DIVIDEND": Code(
        "{session} (day {day:day}): {what}",
        "A dividend went ex on a day of the window.",
        "Nothing, if dividends are in the returns; else look at the windows without that day.",
        "note",
    ),
    "FAT_TAILS": Code(
        "residuals have fat tails (excess kurtosis {kurtosis:.1f}): trust ranks and permutations over t",
        "Large returns are much more frequent than under the normal law that t and F tests assume.",
        "Trust ranks, permutations and placebo tests over t.",
    ),
    "FEW_CLUSTERS": Code(
        {
            "": "{clusters} clusters of {by}: below {least} the standard errors are too small",
            "shared": (
                "clusters of windows that share days: {clusters}, and {least} are needed; effects are taken to be alike on all "
                "dates, so a small p may be the dates, not the characteristic"
            ),
        },
        (
            "There are so few clusters that standard errors by two ways of clusters come out too small, or that dates cannot "
            "be told from what they have in common."
        ),
        "Read p-values near 5 % as not significant, or name one way of clusters, whose standard errors allow for their number.",
    ),
    "FEW_EVENTS": Code(
        (
            "{pairs} events, too few for a spread between them: a small p may be days of the window that were wild, not the "
            "event; read each event by itself too"
        ),
        (
            "There are fewer than five events, too few to estimate how much events differ, so that wild days of the window "
            "alone and an effect look alike. Of events without an effect whose firms are 1.5 or 2 times as wild on eleven "
            "days of the window, 16 to 31 % have a p below 5 % (9 to 12 % where events share days); over one day up to 10 %."
        ),
        (
            "Read each event by itself, with p-values adjusted for their number, and look for what else moved the firms on "
            "these days."
        ),
    ),
    "FEW_PAIRS": Code(
        "{pairs} pairs for {coefficients} coefficients: fewer than ten each, so single pairs decide",
        "There are fewer than ten pairs for each coefficient, so that single pairs decide the regression.",
        "Regress on fewer characteristics, or add firms.",
    ),
    "HISTORY_TAKEN": Code(
        "no event of {where} says its kind: all {n} on the ticker are taken as {kind}",
        "The list of events says nothing of their kind, so all on the ticker were taken for the kind asked for.",
        "Write a column `category` into the list where it holds several kinds.",
        "note",
    ),
    "HISTORY_TABLE": Code(
        "the table of {kind} that ships ends on {day}, and the prices of {ticker} go on: later events are not among these",
        "The table was typed up to that day, so the last events of the history are not the last there were.",
        "Name a list of your own with the later ones: `--registry FILE`.",
        "note",
    ),
    "HISTORY_UNPRICED": Code(
        (
            "{n} more event of that kind lies outside the prices of {ticker}",
            "{n} more events of that kind lie outside the prices of {ticker}",
        ),
        "Some events are older than the prices, or so new that no session has reacted yet.",
        "Nothing, or load prices that reach further.",
        "note",
    ),
    "FACTORS_LACKING": Code(
        (
            "the factors have no value on day {days:day} of the event window, from {session} on: no abnormal return "
            "there"
        ),
        "The factor file ends inside the event window or lacks days of it, so those days have no abnormal return.",
        "Factor files lag prices by a month or two: wait, or take a model without factors.",
    ),
    "FROZEN_BENCHMARK": Code(
        "the price does not change in the event window on {days:dates 11}",
        "The benchmark stands still on event days, so what the market did on them is called abnormal.",
        "Fetch the benchmark again (`eventstudy prices fetch --force`), correct the file, or name another benchmark.",
        "doubt",
    ),
    "FROZEN_FIRM": Code(
        "the price does not change in the event window on {days:dates 11}",
        "The price stands still on event days, which it hardly does by chance: a value that was carried forward.",
        "Find out whether it was traded, and fetch the series again or correct the file.",
        "doubt",
    ),
    "GAP_IN_WINDOW": Code(
        "no return on day {days:day} of the event window; returns from trade to trade would bridge the gap",
        "A price is missing inside the event window, which costs two returns.",
        'Use missing="trade_to_trade", or find the price.',
    ),
    "GROUPS_NOT_KEPT": Code(
        'groups are not told apart: run with keep="pairs", or one study a group',
        "With sums alone the pairs of all groups are taken together.",
        'Run with keep="pairs", or study each group by itself.',
        "note",
    ),
    "HALTED": Code(
        {
            "": "no trade and no change of price in {sessions} sessions from {first} to {last}",
            "gap": "no price in {sessions} sessions from {first} to {last}, and prices before and after",
        },
        "For a week or more there was no price, or no trade, and prices before and after.",
        'Find out why it was not traded; missing="trade_to_trade" keeps the return across the pause.',
    ),
    "HOLDING_PERIOD": Code(
        "{window}: a portfolio that holds each firm while its window lasts earns {alpha:+.2f %} a day beyond the "
        "benchmark, over {rows} days of {least} firms and more; {n} of these days have fewer than ten",
        "Over a year or more, firms that are held at the same time are no independent cases, whatever their dates; the "
        "portfolio of all firms held has one return each week or month, whose alpha is tested.",
        "Read the alpha beside the mean CAR, and where few firms are held, the test with weights: "
        "--test calendar_time --variant calendar_time=wls.",
        "note",
    ),
    "IMPOSSIBLE_FIGURE": Code(
        {
            "alpha": "alpha is {value:+.1%} a day, which no price keeps up; most of it comes from {session}",
            "sigma": "a day's error has a standard deviation of {value:.0%}; most of it comes from {session}",
            "car": (
                "a CAR of {value:+.1%} is more than all there was, and the price did not fall like that; the estimate rests "
                "most on {session}"
            ),
            "beta": "beta is {value:+.2f}, and clearly positive without {session} alone",
        },
        "What was estimated, or what follows from it, cannot be that of a price: a day of the estimation window is at fault.",
        "Check the prices of that day, of the firm and of its benchmark, against another source, or leave the day out.",
        "doubt",
    ),
    "JUMP": Code(
        {
            "": "from {before:.6g} to {after:.6g} ({move:+.1%}) in one day; no dividend or split is listed",
            "dividend": (
                "from {before:.6g} to {after:.6g} ({move:+.1%}) in one day; a dividend is listed and does not explain it"
            ),
        },
        "The price moved in one day by far more than it usually does, and no dividend or split is listed for it.",
        "Check the price against another source; if it is right, prefer ranks and robust models.",
    ),
    "LEVEL_SHIFT": Code(
        {
            "": (
                "from {before:.6g} to {after:.6g} ({move:+.1%}) in one day, with no more trade than on others; no dividend or "
                "split is listed"
            ),
            "far": "from {before:.6g} to {after:.6g} ({move:+.1%}) in one day: hardly any price moves like that",
            "level": "from {before:.6g} to {after:.6g} ({move:+.1%}) in one day: hardly any index or rate moves like that",
        },
        "The price is on another level from that day on, and nothing says why: another basis, another security, a slip.",
        "Compare the days before and after with another source, and put the series on one basis.",
        "doubt",
    ),
    "LONG_FOR_ESTIMATION": Code(
        "{window}: {sessions} sessions judged by {days} estimation days: errors of the normal return weigh heavily",
        "The window is long for so few estimation days, so errors of the normal return add up.",
        "Lengthen the estimation window or shorten the window.",
    ),
    "LONG_WINDOW": Code(
        {
            "": "{window}: {sessions} sessions: a sum of abnormal returns is no wealth change (look at BHAR), "
            "and small model errors add up",
            "levels": "{window}: {sessions} sessions: small errors of what is normal add up in a sum over so many",
        },
        "Over a long window small errors of the normal return add up, and the sum itself may say little.",
        "Look at shorter windows and at calendar_time, and where prices are studied at buy-and-hold returns.",
    ),
    "MANY_FIRMS": Code(
        "{pairs} firms on one date for {df} degrees of freedom: no joint F or joint placebo, use max_t",
        "There are about as many firms as estimation days, so their covariance cannot be inverted.",
        "Ask max_t, or the portfolio, whether anything happened.",
    ),
    "MANY_PAIRS": Code(
        (
            "{pairs:,} pairs: windows of several days of single pairs are judged by the exact t, and it is not asked of each "
            "whether the days near the event were wilder than usual; --test placebo asks"
        ),
        "With more than 200 pairs the tests of single pairs that draw run on request only; the mean is judged in full.",
        "Add `--test placebo` if single pairs matter; it takes some milliseconds a pair and window.",
        "note",
    ),
    "MARKET_MOVE": Code(
        "{session} (day {day:day}): {what}",
        "The benchmark itself moved by more than two standard deviations on a day of the window.",
        "Find out what moved the market: an error in beta counts most on such a day.",
    ),
    "MOVE_UNDONE": Code(
        "from {before:.6g} to {after:.6g}, and on {back} back at {again:.6g}",
        "A large move was undone within two sessions: so it is with a wrong close, and now and then with a right one.",
        "Check the close of that day against another source.",
    ),
    "NEAR_TWINS": Code(
        "{ticker} and {twin} are nearly one series (correlation {correlation:.2f}): together they tell hardly more than one",
        "Two tickers whose abnormal returns move together almost entirely are hardly two observations.",
        "Nothing: tests that allow for correlation allow for it; leave one out to see that little changes.",
        "note",
    ),
    "NEWS": Code(
        "{session} (day {day:day}): {what}",
        "A calendar of macro dates or other news has an entry on a day of the window.",
        "Ask whether it touches these firms; look at the windows without that day (`--mask-confounded`).",
        "note",
    ),
    "NEWS_OF_MANY": Code(
        "{touched} of {pairs} pairs have other news on a day of their event window",
        "There are too many events to name the days with other news here.",
        "See `eventstudy confounders`, which lists them.",
        "note",
    ),
    "NO_ABNORMAL": Code(
        "the abnormal part cannot be told: {why}",
        "The move that the claim names could not be compared with the market.",
        "See the reason in the message: most often prices before the event are missing.",
    ),
    "NO_PORTFOLIO": Code(
        {
            "": "{name}: no answer for the group, for {why}",
            "window": "{window}: {why}",
            "unobserved": "{window}: no pair was observed",
        },
        (
            "The firms of a group cannot be run as one security, because they do not share one date, calendar and "
            "benchmark."
        ),
        "Read the firms by themselves, or study them with one benchmark.",
    ),
    "BENCHMARK_UNRELATED": Code(
        {
            "": (
                "{benchmark} explains nothing of {ticker} (beta {beta:.2f}, t {t:.1f}): what is called abnormal is nearly the "
                "whole return"
            ),
            "against": "{ticker} moves against {benchmark} (beta {beta:.2f}, t {t:.1f})",
        },
        (
            "The benchmark explains nothing of the firm on the estimation days, or the firm moves against it: another market, "
            "dates that do not fit, a series that is misread - or a firm that is like that."
        ),
        "Look at both series, or name a benchmark of the firm's own market or industry.",
        "caution",
    ),
    "WINDOW_DATES": Code(
        {
            "": "{window} is {first} to {last}: {sessions} sessions",
            "several": "{window} is {first} to {last}: not the same sessions for all pairs",
        },
        "The event window was named by its first and last date; it holds the sessions between them.",
        "Name the window by its dates where it is reported.",
        "note",
    ),
    "OFF_CALENDAR": Code(
        "prices of {tickers} on {days:dates} are not used: {exchange} was closed",
        "There are prices on days on which the exchange was closed; they are not used.",
        "Check the dates of the price file and the exchange of the ticker.",
        "note",
    ),
    "ONE_DATE": Code(
        {
            "": (
                "{pairs} tickers on one date: a shock to all of them on that day, whatever its cause, cannot be told "
                "apart from the event"
            ),
            "regression": "one date: weights and clusters are left aside, each coefficient is judged as a portfolio",
        },
        "All tickers share one date, so whatever else moved them all on that day looks like the event.",
        "Check what else happened, and compare with firms that the event cannot have touched.",
    ),
    "OTHER_EVENT": Code(
        "{session} (day {day:day}): {what}",
        "Another event of the registry, about the same firm or the market, falls on a day of the window.",
        "Look at the windows without that day (`--mask-confounded`), or study both events.",
    ),
    "NO_ESTIMATION": Code(
        "nothing is estimated: no statement about one firm, and none in units of its variance",
        "Without estimation days only the spread of the pairs tells chance from effect, so a single firm cannot be judged.",
        "Read the mean of the pairs; take a model with estimation days where prices before the event exist.",
        "note",
    ),
    "NO_FORECAST_ERROR": Code(
        "abnormal returns were given: how well the normal return was estimated is not known, and in no standard error",
        "Somebody else estimated the normal return; days are taken for independent, with the variance of estimation days.",
        "Where the estimation was short, take the prices and let the normal return be estimated here.",
        "note",
    ),
    "ONE_SIDED": Code(
        {
            "greater": (
                "p-values look for an effect above zero only (greater, to be chosen beforehand);"
                " intervals have two sides"
            ),
            "less": (
                "p-values look for an effect below zero only (less, to be chosen beforehand); intervals have two sides"
            ),
        },
        "An effect of the other sign counts for nothing, and one of this sign is found at half the two-sided p.",
        "Keep it only if the sign was fixed before anybody saw the returns; else take both sides.",
        "note",
    ),
    "OWN_WINDOWS": Code(
        {
            "": (
                "{window} stands for the calendar days {first:day} to {last:day} of each pair: {least} to {most} sessions,"
                " median {median:.0f}"
            ),
            "same": "{window} holds {least} sessions of each pair",
            "rows": "each pair has a window of its own: {least} to {most} days, median {median:.0f}",
        },
        "The windows of the pairs have different numbers of sessions: as calendar days fall, or as the table names them.",
        "Read standardised tests; those that take one length for all are marked as not valid.",
        "note",
    ),
    "OWN_ESTIMATION": Code(
        "each pair is estimated on days of its own: {least} to {most} days, median {median:.0f}, of {window}",
        "The table of events names the estimation window of each pair.",
        "Read standardised tests: estimates of few days are rougher than those of many.",
        "note",
    ),
    "OVERLAPPING_EVENTS": Code(
        "{window}: {shared}; the headline allows for that",
        "Events share days, so the pairs are fewer independent observations than their number.",
        "Trust the adjusted tests; those for independent pairs are marked as not valid.",
    ),
    "PARTIAL_PERIOD": Code(
        (
            "one day without a return, that to {first}: a close at its end, at the end of the one before, or on four "
            "fifths of its trading dates is not there",
            "{n} days without a return, from that to {first} to that to {last}: a close at the end, at the end of the "
            "one before, or on four fifths of the trading dates is not there",
        ),
        "A week or month has prices, and too few of them for a return of the whole; it is missing, nothing is filled.",
        "Look for the missing closes, or read the figures without that period.",
        "note",
    ),
    "PEER_CONTAMINATION": Code(
        {
            "": "the peers moved abnormally on day 0 themselves (t = {t:+.1f}): that much is taken for normal",
            "own": "{peers}: no peer of the firms that the event is about, because it is one of them",
        },
        "Peers are part of the event or reacted to it themselves, so part of the effect would be subtracted.",
        "Name other peers.",
    ),
    "PEER_INCOMPLETE": Code(
        "{peers}: not compared with, because days around {day0} lack a return",
        "Peers lack prices on some days and are averaged without them there.",
        "Name peers with complete prices, or accept that the average changes.",
    ),
    "OTHER_SYMBOL": Code(
        "it has the same closes as {other} from {first} to {last}",
        "Two symbols have the same prices day by day, so one of them holds the data of the other.",
        "Find out whose prices they are, and fetch the other one again or correct the file.",
        "doubt",
    ),
    "POST_EVENT_ESTIMATION": Code(
        {
            "": (
                "the normal return is estimated on days after the event, {windows:list}; whether days near the event were "
                "wilder than usual is not asked"
            ),
            "both": (
                "the normal return is estimated before and after the event, {windows:list}; whether days near the event were "
                "wilder than usual is not asked"
            ),
        },
        "Days after the event are taken for ordinary ones, so what the event changed for good counts as normal.",
        "Use it where days before the event do not exist or are not ordinary; compare with an estimation before the event.",
    ),
    "PRICE_INDEX_MIX": Code(
        "returns of {with_dividends} include dividends, those of {without} do not",
        "Dividends are in the returns of one side, firm or benchmark, but not of the other.",
        "Use a total-return benchmark or prices with dividends for both.",
    ),
    "PRICE_SPIKE": Code(
        "from {before:.6g} to {after:.6g}, and on {back} back at {again:.6g}",
        "The price left its level and came back within two sessions, by far more than it moves on other days.",
        "Check the close of that day against another source and correct it, or leave the day out.",
        "doubt",
    ),
    "RATE_INVERTED": Code(
        {
            "": "the rate goes from {before:.6g} to {after:.6g}, as if it were that of the other way round from then on",
            "whole": "a rate of {rate:.6g} is that of the other way round: the two currencies have changed places",
        },
        "The exchange rate, in the whole or from some day on, is one over what it should be: the currencies changed places.",
        "Put the whole series the same way round, or fetch it again.",
        "doubt",
    ),
    "SCALES_APART": Code(
        "{wild} moves {times:.0f} times as far a day as {calm}: a mean over both is that of {wild}",
        "The levels of the study move so differently that they are hardly of one kind, such as yields and volatilities.",
        "Study each kind by itself, or read the tests, which count each series by its own spread.",
    ),
    "RATE_SPIKE": Code(
        "from {before:.6g} to {after:.6g}, and on {back} back at {again:.6g}",
        "The exchange rate left its level and came back within two sessions; the prices that it converts went with it.",
        "Check the rate of that day against another source and correct it.",
        "doubt",
    ),
    "REGIME_CHOSEN": Code(
        {
            "always": (
                "as chosen (--regime always), every window is judged by how much the days near it moved, in calm times too"
            ),
            "never": (
                "as chosen (--regime never), no window is judged by how much the days near it moved; where that was more than "
                "usual it is told, and tests that do not allow for it are not valid there"
            ),
        },
        "What the program does by itself is to judge a window by the days near it only where these were wilder than usual.",
        (
            "Leave it at `auto` unless figures are to be compared with those of another program. `always` finds fewer effects "
            "in calm times; in a storm `never` leaves no valid test of a firm, and no headline of one date."
        ),
        "note",
    ),
    "REGIME_UNKNOWN": Code(
        (
            "{windows:list}: fewer than six of the ten days after can be looked at, so a storm that began with the event "
            "cannot be told from an effect of it: mistrust a small p"
        ),
        (
            "Without the days after the event a storm that began with it cannot be told from an effect of it: in such a storm "
            "up to a quarter of all events without an effect seem to have one."
        ),
        "Run the study again ten sessions after the last window (`eventstudy update` does); until then mistrust a small p.",
    ),
    "SCAN_TOO_WIDE": Code(
        (
            "{days} days are too many for {estimation} estimation days: a day beyond all of them has an adjusted p of "
            "{p:p}, so none can be named; search fewer days, or estimate on more"
        ),
        "So many days are searched that even the largest reaction could not reach 5 %.",
        "Search fewer days, or lengthen the estimation window.",
    ),
    "REPEATED_CLOSES": Code(
        "the {sessions} closes from {first} to {last} are those from {before} on once more",
        "A row of closes stands in the series twice, where the sizes of its moves make that no chance: it was pasted in again.",
        "Fetch the days that are named again, or correct the file: what happened on them is not known.",
        "doubt",
    ),
    "REBALANCED": Code(
        "each firm is compared with the portfolio that it is assigned to ({table}, {first} to {last}); portfolios are"
        " rebalanced, a firm that is held is not",
        "The return of a rebalanced portfolio over years differs from that of holding its firms, which biases buy-and-hold"
        " abnormal returns (Lyon, Barber and Tsai 1999).",
        "Read calendar time beside buy-and-hold returns over a year and more.",
        "note",
    ),
    "REPEATED_EVENT": Code(
        {
            "": "the same firm and day 0 stand under several ids ({kept}, {again:some 4}): they count once",
            "sums": "{count} pairs have the same firm and day 0 as an earlier one: they count once",
        },
        "One firm on one day is one observation, under however many ids it is listed.",
        "Nothing, if they are one event; else check the dates of the ids named.",
    ),
    "SERIAL_CORRELATION": Code(
        (
            "neighbouring days hang together (autocorrelation {r:+.2f}): a sum over {window} is taken to vary {factor:.2f} "
            "times as much as one over independent days"
        ),
        "The abnormal return of a day tells something of the next day's, as thin trading or bid and ask prices make it.",
        "Go by the placebo test, which takes it into account; the exact t does not.",
    ),
    "SHARES_COUNTED": Code(
        {
            "": "the shares outstanding that firms are weighted by were counted on {first} to {last}",
            "undated": "shares outstanding without a date are taken as counted in the units of the prices",
            "column": "firms are weighted by the shares outstanding that were named; the column weight is not used",
        },
        "The value of a firm is its last close times the last count of its shares up to that day.",
        "See that counts are not old: buybacks, issues and splits since then are not in them.",
        "note",
    ),
    "SHORT_ESTIMATION": Code(
        {
            "": "{usable} of {asked} estimation days usable: estimates are rough below {rough}",
            "sums": "{count:,} pairs have fewer than 120 usable estimation days: estimates are rough",
            "masked": "without the masked days {usable} estimation days are left: no answer without them",
        },
        "Few estimation days are usable (fewer than 120 days, 78 weeks or 48 months): the normal return is a rough estimate.",
        "Lengthen the estimation window or find more prices.",
    ),
    "SKEWED": Code(
        "residuals are skewed ({skewness:+.1f}): sign and mean tests disagree easily",
        "Large moves go mostly one way, so tests that take returns for symmetric mislead.",
        "Trust generalized_sign, corrado_rank and bmp over sign and wilcoxon.",
    ),
    "SNAPSHOT": Code(
        "{moment} is held against the snapshot of the levels, {snapshot}: from then on the next session counts",
        "Levels have one value a day, taken at a time that is no close of an exchange.",
        "Check the time in the description of the levels: a wrong one moves day 0.",
        "note",
    ),
    "SOURCE_NOTE": Code(
        {
            "": "{tickers:some}: {note}",
            "factors": "{note}",
            "earnings": "no earnings dates: {note}",
            "stopped": "no further ticker after {after} was asked for",
            "no_event": "{file}: there is no event {ids:some}; its news counts for none",
        },
        "The price source gave something odd: a day twice, a price that cannot be, a day without one.",
        "Look at the days it names; another source or a file can settle what the price was.",
        "note",
    ),
    "SPLIT": Code(
        "{session} (day {day:day}): {what}",
        "Shares were split on a day of the window.",
        "Check that prices before and after are counted alike.",
        "note",
    ),
    "SESSION_SHIFT": Code(
        {
            "": "its returns are those of {whom} a session early: one of the two has the wrong dates",
            "behind": "its returns are those of {whom} a session late: one of the two has the wrong dates",
            "far": "its returns are those of {whom} {n} sessions early: one of the two has the wrong dates",
            "far_behind": "its returns are those of {whom} {n} sessions late: one of the two has the wrong dates",
            "backwards": (
                "its returns are those of {whom} if it is read from the last day to the first: its prices stand in the other "
                "order than its dates, or those of the other do"
            ),
            "factors": (
                "the factor {factor} moves as the prices do, a session early: the factors or the prices have the wrong dates"
            ),
            "factors_behind": (
                "the factor {factor} moves as the prices do, a session late: the factors or the prices have the wrong dates"
            ),
            "factors_far": (
                "the factor {factor} moves as the prices do, {n} sessions early: the factors or the prices have the "
                "wrong dates"
            ),
            "factors_far_behind": (
                "the factor {factor} moves as the prices do, {n} sessions late: the factors or the prices have the "
                "wrong dates"
            ),
            "factors_backwards": (
                "the factor {factor} moves as the prices do if it is read from the last day to the first: the factors "
                "or the prices stand in the other order than their dates"
            ),
        },
        (
            "A series moves with the others of its exchange, or a factor with the prices, but some sessions apart "
            "from them or from the last day to the first, as if its dates were others."
        ),
        (
            "Check the dates of the file against another source: the day before, the day of the time zone or of settlement may "
            "stand in it, or one column newest first beside dates that are oldest first."
        ),
        "doubt",
    ),
    "SORTED": Code(
        {
            "": (
                "the closes only rise, {n} times in a row and by uneven steps: they stand in order of size, or are sums, not "
                "prices"
            ),
            "down": "the closes only fall, {n} times in a row and by uneven steps: they stand in order of size",
        },
        "No price but that of money that earns interest goes one way for so long; a column that was sorted by itself does.",
        "Fetch the series again: which close was of which day can no longer be told.",
        "doubt",
    ),
    "SPLIT_NOT_APPLIED": Code(
        {
            "": "from {before:.6g} to {after:.6g} looks like a split of {ratio} that is not listed",
            "listed": (
                "a split of {ratio} is listed and the prices before it are not adjusted: from {before:.6g} to "
                "{after:.6g}"
            ),
            "another_day": (
                "a split of {ratio} is listed for {listed}, and the price makes that step on this day, from {before:.6g} to "
                "{after:.6g}"
            ),
            "twice": (
                "a split of {ratio} is listed and the prices before it seem adjusted for it twice: from {before:.6g} "
                "to {after:.6g}"
            ),
        },
        "The price moved by the ratio of a split, as if prices before it were on another basis than those after.",
        (
            "Fetch the series again (`eventstudy prices fetch --force`) or correct the file: the return of that day is "
            "not real."
        ),
        "doubt",
    ),
    "STALE": Code(
        {
            "": "the price does not change in {sessions} sessions from {first} to {last}, though there was trade",
            "unknown": (
                "the price does not change in {sessions} sessions from {first} to {last}, and nothing tells whether it "
                "was traded"
            ),
            "event_day": "no trade and an unchanged price on day {days:day}",
        },
        "The price stood still: on an event day without a trade, or for longer than its other days explain.",
        'Use missing="trade_to_trade" and prefer rank tests.',
    ),
    "SUSPECT_CALENDAR": Code(
        {
            "": (
                "no series of {exchange} has a price on {days:dates}, where it was open: incomplete prices, or a "
                "closing the calendar does not know"
            ),
            "check": "no ticker has a price on {days:days}, where {exchange} was open: a closing the calendar does not know?",
        },
        "The exchange was open on days on which no series has a price.",
        "Check the price source, or the calendar for an unscheduled closing.",
    ),
    "THIN_TRADING": Code(
        (
            "{still:.0%} of the estimation days have a return of zero and {lacking:.0%} have none: betas are biased; "
            "prefer ranks, and returns from trade to trade"
        ),
        "Many estimation days have no trade, which biases betas and variances.",
        'Prefer corrado_rank, missing="trade_to_trade" and the models scholes_williams or dimson.',
    ),
    "UNCHECKED_MODEL": Code(
        "{model} is a function of your own: nothing of it is checked but shapes, and V is that of least squares",
        "The program does not know what the function does, so its standard errors and tests are as good as the function is.",
        "Calibrate it on days without an event, and see whether a built-in model agrees.",
    ),
    "UNDATED": Code(
        "the characteristics carry no dates: make sure that all of them were known before day 0",
        "The characteristics carry no dates, so it cannot be checked that they were known before the event.",
        "Give the file a column `date`: a characteristic measured after day 0 may be moved by the event itself.",
    ),
    "UNIT_CHANGE": Code(
        {
            "": "the price is 100 times that of the day before, from {before:.6g} to {after:.6g}, as if in another unit",
            "hundredth": (
                "the price is a hundredth of that of the day before, from {before:.6g} to {after:.6g}, as if in another unit"
            ),
            "thousand": (
                "the price is 1000 times that of the day before, from {before:.6g} to {after:.6g}, as if in another unit"
            ),
            "thousandth": (
                "the price is a thousandth of that of the day before, from {before:.6g} to {after:.6g}, as if in another unit"
            ),
        },
        (
            "The price is a hundred or a thousand times that of the day before, or such a part of it: pounds became pence, "
            "or the other way round."
        ),
        "Put the series in one unit: the return of that day is not real.",
        "doubt",
    ),
    "VOLATILITY_REGIME": Code(
        {
            "": "days near the event moved more than usual, {storms:,}; {judged}",
            "together": "all pairs together: days near the event moved more than usual, {storms:,}; {judged}",
            "coefficients": "portfolios of coefficients: days near the event moved more than usual, {storms:,}; {judged}",
        },
        "Prices moved more than usual around the event, so a large move on the event days is less surprising than it looks.",
        (
            "Go by the headline test, which allows for what the days near the window show; in studies of volatility no test "
            "does. Tests that take the variance of calm days (exact t, portfolio_t) reject too often here. A small p may be "
            "the wild days, not the event, over windows of several days above all, and over windows near which nothing was "
            "seen: of events without an effect up to 16 % have a p below 5 % there where the storm ended a week after the "
            "event, up to 31 % where the days of the window alone were wild."
        ),
    ),
    "VALUE_WEIGHTED": Code(
        {
            "": (
                "means are weighted by the column weight of the events; the weights are worth {n:.1f} pairs of equal weight,"
                " and one pair has {most:.0%}"
            ),
            "shares": (
                "means are weighted by the value of the firms, the last close before the event window times shares"
                " outstanding; the weights are worth {n:.1f} pairs of equal weight, and one pair has {most:.0%}"
            ),
        },
        "Large firms count more, so that a few of them can decide the mean; medians and signs count each pair once.",
        "Look at the mean of pairs that count equally too. On one date the weighted portfolio is judged; on several the mean,"
        " by clusters of dates.",
        "note",
    ),
    "VOLUME_MARKET": Code(
        "on one event date the mean volume of the tickers studied holds the event itself: prefer constant_mean",
        "The volume that tickers are compared with is their own mean, which the event raised as well.",
        "Use the model constant_mean, or study events of several dates.",
    ),
    "VOLUME_TREND": Code(
        (
            "log volume moved by {slope:+.4f} a day over the estimation window (t {t:+.1f}): if that went on, {taken:+.2f} of "
            "day 0 is the trend, not the event"
        ),
        "Volume rose or fell all through the estimation window, so its mean there is not that of ordinary days near the event.",
        "Look at a shorter estimation window, nearer the event.",
    ),
    "WINDOW_INCOMPLETE": Code(
        {
            "": "prices end on day {day:day}: {seen} of {length} event days observed",
            "car": "too little of {window} was observed",
        },
        "The prices end before the event window does.",
        "Run again when the days have passed, or shorten the window.",
    ),
    "WRONG_CALENDAR": Code(
        {
            "": "on {n} of its days {home} was closed, and all of its dates are sessions a day later: dated a day early",
            "late": "on {n} of its days {home} was closed, and all of its dates are sessions a day earlier: dated a day late",
            "working_day": (
                "on {n} of its days {home} was closed, and all of its dates are sessions a working day later: dated a working "
                "day early"
            ),
            "working_day_late": (
                "on {n} of its days {home} was closed, and all of its dates are sessions a working day earlier: dated a "
                "working day late"
            ),
        },
        (
            "The dates of the series are those of the sessions moved by a day or a working day, as a change of the time zone "
            "or a slipped column makes them."
        ),
        "Move the dates of the file by a day, or read it in the time zone of the exchange.",
        "doubt",
    ),
    "ZERO_VOLUME": Code(
        "there is a price but a volume of zero on {days:days}",
        "There is a price on days on which nothing was traded: a quote, or the price of the day before.",
        "Prefer corrado_rank; look at `eventstudy prices check`.",
    ),
    "ZERO_RETURN": Code(
        "a return of exactly zero (volume unknown; kept) on day {days:day}",
        "The price did not move on an event day, and without volume it cannot be told whether it was traded.",
        "Check whether the security was traded that day.",
    ),
}
"""What a reader must know; the numbers are there."""

EXCLUSIONS: dict[str, Code] = {
    "BAD_ROW": Code(
        "{row} of the table of events cannot be read: {why}",
        "A row of the table of events cannot be read; the others are studied.",
        "Correct the row, or remove it; --strict refuses the table for it.",
    ),
    "BENCHMARK_IS_TICKER": Code(
        "{ticker} is its own benchmark: its abnormal return is zero by construction",
        "A security compared with itself has no abnormal return.",
        "Choose another benchmark for it.",
    ),
    "COLLINEAR": Code(
        "the regressors are collinear over the estimation window",
        "The regressors of the model move as one over the estimation window.",
        "Leave one out, or lengthen the window.",
    ),
    "DUPLICATE_SERIES": Code(
        "{ticker} has the same returns as {twin}, which counts for both",
        "Two tickers with the same returns are one security, and one observation.",
        "Nothing, if they are one; else check the prices: one column may stand under two names.",
    ),
    "MIN_EST": Code(
        "{usable} usable estimation days, {least} needed",
        "Too few estimation days have a return.",
        "Shorten the gap before the event, or lower --min-estimation.",
    ),
    "NO_CHARACTERISTICS": Code(
        {
            "": "no row of characteristics",
            "blank": "{names} is not known",
            "late": "its characteristics are dated {dated}, not before day 0 ({session})",
        },
        "A characteristic of the firm is not known, or only from day 0 on.",
        "Complete the file of characteristics.",
    ),
    "NO_BENCHMARK": Code(
        "no prices for {symbol}",
        "The benchmark has no prices.",
        "Check its symbol and the price source.",
    ),
    "NO_DAY0": Code(
        {
            "": "{ticker} lacks the close of day 0, {session}, or of the session before",
            "return": "{ticker} has no return on day 0, {session}: it lacks there, or a code such as C or -99 stands for none",
            "empty": "{ticker} has no price at all",
            "before": "day 0 is {session}, before the prices of {ticker}, {first} to {last}",
            "after": "day 0 is {session}, after the prices of {ticker}, {first} to {last}",
            "unrecognised": "{event} has no recognised date",
            "factors": "the factors have no value on day 0 of {ticker}, {session}: they end before it, or lack the day",
            "market": "the benchmark {benchmark} or a factor has no value on day 0, {session}",
            "sums": "the benchmark or a factor has no value on day 0",
        },
        "There is no return on day 0, so the event cannot be judged.",
        "Check date, exchange and prices around it.",
    ),
    "NO_PEERS": Code(
        "none of its peers has a return on all days",
        "None of its peers has a return on all days.",
        "Name other peers.",
    ),
    "NO_SESSION": Code(
        "no session of {ticker} lies on the calendar days {first:day} to {last:day} of its window",
        "The window in calendar days holds no session of the exchange.",
        "Name a longer window.",
    ),
    "NO_SHARES": Code(
        "no shares outstanding of {ticker} are given for {session} or before",
        "It is not known how many shares there were before the window.",
        "Complete the file of shares outstanding.",
    ),
    "NO_VOLUME": Code(
        "the prices of {ticker} hold no volume for day 0, {session}",
        "The prices of the ticker hold no volume.",
        "Use a source with volume, or leave the ticker out.",
    ),
    "NO_PRICES": Code(
        {
            "": "no prices for {symbol}",
            "before": "the prices of {ticker} hold no close before {session}",
        },
        "The ticker has no prices.",
        "Check its symbol and the price source.",
    ),
    "ZERO_VARIANCE": Code(
        "nothing varies around the normal return: is the benchmark the ticker itself, or the price constant?",
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


def templates() -> list[Template]:
    """Every template of every code, and what to do about each doubt, which stands in place of a finding."""
    found: list[Template] = []
    for code in CODES.values():
        found += code.says.values() if isinstance(code.says, Mapping) else [code.says]
    return found + [code.advice for code in WARNINGS.values() if code.severity == "doubt"]
