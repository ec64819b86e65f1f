"""The words of reports, in English and German side by side, and how numbers are written in each.

Sentences of the engine (warnings, reasons) are English; `said` gives them in the reader's language where it is known
here, and else as they are, marked as English.
"""

from __future__ import annotations

import math
import re
from typing import Any

from eventstudy.language import in_language
from eventstudy.reports.messages import german_summary
from eventstudy.reports.methods_german import METHODS, german_paper
from eventstudy.reports.parts import Foreign, Lang, Span, Text

LANGUAGES = ("en", "de")

PHRASES: dict[str, tuple[str, str]] = {
    # the face of the report
    "event study": ("Event study", "Ereignisstudie"),
    "finding": ("Finding", "Ergebnis"),
    "all reports": ("All reports", "Alle Berichte"),
    "other formats": ("The same report as", "Derselbe Bericht als"),
    "lead one": (
        "{who} returned {car} {when} relative to what the {model} model expects, {verdict}.",
        "{who} rentierte {when} mit {car} gegenüber dem, was das Modell {model} erwarten lässt, {verdict}.",
    ),
    "lead many": (
        "The {n} stocks returned {car} on average {when} relative to what the {model} model expects, {verdict}.",
        "Die {n} Werte rentierten {when} im Mittel mit {car} gegenüber dem, was das Modell {model} erwarten lässt, {verdict}.",
    ),
    "verdict out": ("which is out of the ordinary (p\u00a0{p}, {test})", "und das ist ungewöhnlich (p\u00a0{p}, {test})"),
    "verdict quiet": (
        "which is not out of the ordinary (p\u00a0{p}, {test})",
        "und das ist nicht ungewöhnlich (p\u00a0{p}, {test})",
    ),
    "verdict none": ("for which no test is valid", "wofür kein Test gültig ist"),
    "rest out": ("also out of the ordinary: {list}", "ebenfalls ungewöhnlich: {list}"),
    "rest only out": ("out of the ordinary: {list}", "ungewöhnlich: {list}"),
    "rest quiet": ("not out of the ordinary: {list}", "nicht ungewöhnlich: {list}"),
    "rest none": ("without a valid test: {list}", "ohne gültigen Test: {list}"),
    "rest": ("Other windows: {list}.", "Andere Fenster: {list}."),
    "one window": ("{window} {car} (p\u00a0{p})", "{window} {car} (p\u00a0{p})"),
    "one window untested": ("{window} {car}", "{window} {car}"),
    "on date": ("on {day0}", "am {day0}"),
    "on day 0": ("on day 0", "am Tag 0"),
    "over window": ("over {window}", "über {window}"),
    "doubt": ("DOUBT", "ZWEIFEL"),
    "and more doubts": ("and {n} more", "und {n} weitere"),
    "no finding one": (
        "No finding for {who}: the figures rest on prices of {series} that look wrong. They can be computed, but not quoted"
        " before these prices have been looked at.",
        "Kein Ergebnis für {who}: die Zahlen beruhen auf Kursen von {series}, die falsch aussehen. Sie lassen sich berechnen,"
        " aber nicht zitieren, bevor diese Kurse geprüft sind.",
    ),
    "no finding many": (
        "No finding for the {n} stocks together: the figures rest on prices of {series} that look wrong. They can be computed,"
        " but not quoted before these prices have been looked at.",
        "Kein Ergebnis für die {n} Werte zusammen: die Zahlen beruhen auf Kursen von {series}, die falsch aussehen. Sie lassen"
        " sich berechnen, aber nicht zitieren, bevor diese Kurse geprüft sind.",
    ),
    "incomplete": ("Incomplete.", "Unvollständig."),
    "left out": ("{ticker} is left out: ", "{ticker} fehlt: "),
    "left out of": ("{ticker} ({event}) is left out: ", "{ticker} ({event}) fehlt: "),
    "days so far": ("{ticker}: {n} of {all} days of {window}", "{ticker}: {n} von {all} Tagen von {window}"),
    "and more": ("and {n} more, listed under “Left out and warned about”", "und {n} weitere, siehe „Ausgelassen und gewarnt“"),
    "no result": ("There is no result: {why}", "Es gibt kein Ergebnis: {why}"),
    "user chose": (
        "Day 0 was chosen by the user ({policy}): no p-value accounts for that choice.",
        "Tag 0 hat der Nutzer gewählt ({policy}): kein p-Wert berücksichtigt diese Wahl.",
    ),
    "as recognised": ("recognised", "wahrgenommen"),
    # sections
    "s.day0": ("How day 0 was found", "Wie Tag 0 bestimmt wurde"),
    "s.results": ("Results", "Ergebnisse"),
    "s.charts": ("Charts", "Abbildungen"),
    "s.detail": ("Day by day, and what was normal", "Tag für Tag, und was normal war"),
    "s.tests": ("Which test, and why", "Welcher Test, und warum"),
    "s.notes": ("Left out and warned about", "Ausgelassen und gewarnt"),
    "s.provenance": ("Provenance", "Herkunft"),
    "s.methods": ("Methods and papers", "Methoden und Quellen"),
    "s.events": ("Events", "Ereignisse"),
    "s.news": ("What changed", "Was sich geändert hat"),
    # day 0
    "announced": ("Announced", "Bekannt gegeben"),
    "recognised": ("Recognised", "Wahrgenommen"),
    "day 0": ("Day 0", "Tag 0"),
    "counted from": ("Day 0 is counted from", "Tag 0 zählt ab"),
    "policy announced": ("the announcement", "der Bekanntgabe"),
    "policy recognised": ("the recognised date, as the user asked", "dem Datum der Wahrnehmung, wie vom Nutzer verlangt"),
    "policy date": ("a date that the user named", "einem vom Nutzer genannten Datum"),
    "not shifted": ("{day0}, a session of {exchange}", "{day0}, ein Handelstag an {exchange}"),
    "shifted": (
        "{day0}: the first session of {exchange} that could react, {days} calendar days later",
        "{day0}: der erste Handelstag an {exchange}, der reagieren konnte, {days} Kalendertage später",
    ),
    "for tickers": (" ({tickers})", " ({tickers})"),
    "reason": ("Why then", "Warum dann"),
    "sources": ("Sources", "Quellen"),
    "notes": ("Notes", "Anmerkungen"),
    # results
    "ticker": ("Ticker", "Wert"),
    "event": ("Event", "Ereignis"),
    "title": ("Title", "Titel"),
    "window": ("Window", "Fenster"),
    "mean CAR": ("Mean CAR", "Mittlere CAR"),
    "interval": ("95 % interval", "95-%-Intervall"),
    "n": ("Pairs", "Paare"),
    "headline": ("Headline test", "Maßgeblicher Test"),
    "p": ("p", "p"),
    "none": ("none", "keiner"),
    "mean of": ("Mean of {n}", "Mittel von {n}"),
    "cap.firms": (
        "Cumulated abnormal return (CAR) of each stock and window, with its p-value",
        "Kumulierte abnormale Rendite (CAR) je Wert und Fenster, mit p-Wert",
    ),
    "cap.windows": (
        "CAR, standard error, exact t and buy-and-hold abnormal return (BHAR)",
        "CAR, Standardfehler, exaktes t und abnormale Kaufen-und-Halten-Rendite (BHAR)",
    ),
    "cap.together": ("What all pairs say together", "Was alle Paare zusammen sagen"),
    "cap.days": ("{ticker}: each day of the event window", "{ticker}: jeder Tag des Ereignisfensters"),
    "cap.aar": ("Average abnormal return of each day", "Mittlere abnormale Rendite je Tag"),
    "cap.model": ("The normal return of each stock", "Die normale Rendite je Wert"),
    "cap.tests": ("p-value of every valid test", "p-Wert jedes gültigen Tests"),
    "cap.invalid": ("Tests that are not valid here", "Hier nicht gültige Tests"),
    "cap.events": ("The events of this study", "Die Ereignisse dieser Studie"),
    "p note": (
        "p of a stock: its place among ordinary days (one day) or permutation of days (longer windows); p of a mean: headline"
        " test. Holm's correction leaves, below 5 %: {list}.",
        "p eines Werts: sein Rang unter gewöhnlichen Tagen (ein Tag) oder Permutation der Tage (längere Fenster); p eines"
        " Mittels: maßgeblicher Test. Nach Holms Korrektur bleiben unter 5 %: {list}.",
    ),
    "p note doubt": (
        "p of a stock: its place among ordinary days (one day) or permutation of days (longer windows); p of a mean: headline"
        " test. Prices are in doubt, so no stock is named.",
        "p eines Werts: sein Rang unter gewöhnlichen Tagen (ein Tag) oder Permutation der Tage (längere Fenster); p eines"
        " Mittels: maßgeblicher Test. Kurse sind zweifelhaft, daher wird kein Wert genannt.",
    ),
    "nothing left": ("none", "keiner"),
    "day": ("Day", "Tag"),
    "session": ("Session", "Handelstag"),
    "ret": ("Return", "Rendite"),
    "expected": ("Expected", "Erwartet"),
    "ar": ("Abnormal", "Abnormal"),
    "se": ("SE", "SF"),
    "t": ("t", "t"),
    "car": ("CAR", "CAR"),
    "bhar": ("BHAR", "BHAR"),
    "p exact": ("p (exact t)", "p (exaktes t)"),
    "p headline": ("p (headline)", "p (maßgeblich)"),
    "p holm": ("p (Holm)", "p (Holm)"),
    "sigma": ("sigma", "Sigma"),
    "n estimation": ("Estimation days", "Schätztage"),
    "from": ("From", "Von"),
    "to": ("To", "Bis"),
    "low": ("95 % low", "95 % unten"),
    "high": ("95 % high", "95 % oben"),
    "n days": ("Days", "Tage"),
    "variance": ("Own variance / sigma²", "Eigene Varianz / Sigma²"),
    "statistic": ("Statistic", "Statistik"),
    "distribution": ("Distribution", "Verteilung"),
    "valid": ("Valid", "Gültig"),
    "yes": ("yes", "ja"),
    "no": ("no", "nein"),
    "code": ("Code", "Kürzel"),
    "note": ("Note", "Anmerkung"),
    # tests
    "situation": ("This is {situation}, so {test} is the headline test.",
                  "Hier liegt vor: {situation}; maßgeblich ist daher {test}."),
    "no headline": ("This is {situation}, and no test is valid for it.",
                    "Hier liegt vor: {situation}; dafür ist kein Test gültig."),
    "look next": ("Look next at: {tests}.", "Als Nächstes lohnen: {tests}."),
    "null": ("Its null hypothesis: {null}", "Seine Nullhypothese: {null}"),
    "assumes": ("It assumes: {assumes}", "Er setzt voraus: {assumes}"),
    "one firm, one day": ("one firm on one day", "eine Firma an einem Tag"),
    "one firm, several days": ("one firm over several days", "eine Firma über mehrere Tage"),
    "one event date": ("one event date", "ein einziges Ereignisdatum"),
    "events that share days": ("events that share days", "Ereignisse mit gemeinsamen Tagen"),
    "fewer than five events": ("fewer than five events", "weniger als fünf Ereignisse"),
    "distinct event dates": ("distinct event dates", "verschiedene Ereignistage"),
    "test": ("Test", "Test"),
    "why not": ("Why not", "Warum nicht"),
    "size": ("True nulls rejected at 5 %", "Wahre Nullhypothesen verworfen bei 5 %"),
    "is headline": ("(headline)", "(maßgeblich)"),
    "mean correlation": (
        "Mean correlation of the residuals: {r}; pairs: {n}; event dates: {dates}.",
        "Mittlere Korrelation der Residuen: {r}; Paare: {n}; Ereignistage: {dates}.",
    ),
    # other choices
    "s.robustness": ("Does it survive other choices?", "Hält es anderen Entscheidungen stand?"),
    "not asked": ("Not asked: {why}.", "Nicht gefragt: {why}."),
    "all choices": (
        "{n} specifications of {window}: CAR from {lowest} to {highest}, median {median}; {same} of them have the sign of the"
        " study's own.",
        "{n} Spezifikationen von {window}: CAR von {lowest} bis {highest}, Median {median}; {same} davon haben das Vorzeichen"
        " der Studie.",
    ),
    "choices hit": (
        "Of the {judged} that a test is valid for, {hits} have p below 5\u00a0%.",
        "Von den {judged}, für die ein Test gültig ist, haben {hits} ein p unter 5\u00a0%.",
    ),
    "matters most": (
        "The choice that matters most is the {choice} ({share} of the variance).",
        "Am meisten bewirkt die Wahl: {choice} ({share} der Varianz).",
    ),
    "same days": (
        "All {n} rest on the same days: they are one piece of evidence seen from several sides.",
        "Alle {n} beruhen auf denselben Tagen: Sie sind ein Beleg, von mehreren Seiten gesehen.",
    ),
    "cap.choices": ("One choice changed at a time", "Jeweils eine Entscheidung geändert"),
    "own choices": ("as in this report", "wie in diesem Bericht"),
    "choice": ("Choice", "Entscheidung"),
    "choice model": ("model", "Modell"),
    "choice benchmark": ("benchmark", "Vergleichsindex"),
    "choice estimation_window": ("estimation window", "Schätzfenster"),
    "choice returns": ("returns", "Renditen"),
    "choice window": ("CAR window", "CAR-Fenster"),
    "peers": ("peers", "Vergleichsfirmen"),
    # other news
    "s.confounders": ("What else happened", "Was sonst noch geschah"),
    "other news": (
        "{n} of the {all} days of the event window carry other news.",
        "An {n} der {all} Tage des Ereignisfensters gibt es andere Nachrichten.",
    ),
    "no other news": (
        "No other news is known for the {all} days of the event window.",
        "Für die {all} Tage des Ereignisfensters sind keine anderen Nachrichten bekannt.",
    ),
    "also day 0": ("Day 0 is one of them: {what}.", "Tag 0 ist einer davon: {what}."),
    "own news": (
        "News of the event itself, not counted as other news: {what} ({session}, day {day}).",
        "Nachricht zum Ereignis selbst, nicht als andere Nachricht gezählt: {what} ({session}, Tag {day}).",
    ),
    "not looked for": ("Not known, so not looked for: {what}.", "Nicht bekannt, daher nicht gesucht: {what}."),
    "earnings of": ("earnings dates of {tickers}", "Termine der Quartalszahlen von {tickers}"),
    "actions": ("dividends and splits", "Dividenden und Aktiensplits"),
    "and so many": ("{names} and {n} more", "{names} und {n} weitere"),
    "not apart": (
        "A study of these days cannot tell the event from other news on the same days.",
        "Eine Studie dieser Tage kann das Ereignis nicht von anderen Nachrichten derselben Tage trennen.",
    ),
    "cap.news": ("Other news in the event window", "Andere Nachrichten im Ereignisfenster"),
    "kind": ("Kind", "Art"),
    "what": ("What", "Was"),
    "tickers": ("Whom it is about", "Wen es betrifft"),
    "all of them": ("all", "alle"),
    "news EARNINGS": ("earnings", "Quartalszahlen"),
    "news EX_DIVIDEND": ("dividend", "Dividende"),
    "news MARKET_MOVE": ("market move", "Marktbewegung"),
    "news NEWS": ("news", "Nachricht"),
    "news OTHER_EVENT": ("other event", "anderes Ereignis"),
    "news SPLIT": ("split", "Aktiensplit"),
    # notes
    "nothing excluded": ("Nothing was left out.", "Nichts wurde ausgelassen."),
    "nothing warned": ("There is nothing to warn about.", "Es gibt nichts, wovor zu warnen wäre."),
    # provenance
    "source": ("Prices", "Kurse"),
    "benchmark": ("Benchmark", "Vergleichsindex"),
    "model": ("Model", "Modell"),
    "returns": ("Returns", "Renditen"),
    "outcome": ("Measured", "Gemessen"),
    "return": ("return", "Rendite"),
    "volume": ("log volume", "logarithmierter Umsatz"),
    "volatility": ("volatility", "Schwankung"),
    "simple": ("simple", "einfach"),
    "log": ("logarithmic", "logarithmisch"),
    "estimation window": ("Estimation window", "Schätzfenster"),
    "event window": ("Event window", "Ereignisfenster"),
    "missing": ("Missing returns", "Fehlende Renditen"),
    "seed": ("Seed", "Startwert"),
    "retrieved": ("Retrieved", "Abgerufen"),
    "as of": ("As of", "Stand"),
    "prices hash": ("SHA-256 of the prices", "SHA-256 der Kurse"),
    "registry hash": ("SHA-256 of the events", "SHA-256 der Ereignisse"),
    "versions": ("Versions", "Versionen"),
    "alpha": ("alpha", "Alpha"),
    "beta": ("beta", "Beta"),
    "drop": ("left out", "ausgelassen"),
    "trade_to_trade": ("from trade to trade", "von Handel zu Handel"),
    # methods
    "abnormal": (
        "The abnormal return (AR) of a day is the return minus the one the model expects; CAR is the sum over a window. Windows"
        " count sessions from day 0, both ends included. Standard errors hold the forecast error (Campbell, Lo and MacKinlay"
        " 1997, ch. 4).",
        "Die abnormale Rendite (AR) eines Tages ist die Rendite minus der vom Modell erwarteten; CAR ist die Summe über ein"
        " Fenster. Fenster zählen Handelstage ab Tag 0, beide Enden eingeschlossen. Standardfehler enthalten den"
        " Prognosefehler (Campbell, Lo und MacKinlay 1997, Kap. 4).",
    ),
    "no proof": (
        "A small p-value says that the days were unusual, not that the event was the cause.",
        "Ein kleiner p-Wert sagt, dass die Tage ungewöhnlich waren, nicht, dass das Ereignis die Ursache war.",
    ),
    "advice": ("No investment advice.", "Keine Anlageberatung."),
    # sites and updates
    "site of": ("{n} events", "{n} Ereignisse"),
    "status": ("Status", "Stand"),
    "complete": ("complete", "vollständig"),
    "partial": ("incomplete", "unvollständig"),
    "doubtful": ("in doubt", "zweifelhaft"),
    "no report": ("no result", "kein Ergebnis"),
    "kept": ("not updated, the last report stands: ", "nicht aktualisiert, der letzte Bericht gilt weiter: "),
    "first report": ("first report", "erster Bericht"),
    "back": ("{ticker} is there now", "{ticker} ist jetzt dabei"),
    "gone": ("{ticker} is no longer there", "{ticker} ist nicht mehr dabei"),
    "filled": (
        "{ticker}: {before} of {all} days became {after} of {all}",
        "{ticker}: aus {before} von {all} Tagen wurden {after} von {all}",
    ),
    "revised": ("{ticker}: figures changed", "{ticker}: Zahlen haben sich geändert"),
    "rewritten": ("written anew, the figures are the same", "neu geschrieben, die Zahlen sind dieselben"),
}  # fmt: skip


class Words:
    """Phrases and numbers in one language."""

    def __init__(self, lang: Lang = "en") -> None:
        """`lang` is one of `LANGUAGES`."""
        self.lang: Lang = lang
        self._column = LANGUAGES.index(lang)

    def __call__(self, key: str, **fields: object) -> str:
        """The phrase of that key with its fields filled in as text."""
        return PHRASES[key][self._column].format(**fields)

    def knows(self, key: str) -> bool:
        """Whether there is a phrase of that key."""
        return key in PHRASES

    def named(self, name: str) -> str:
        """A name of the engine in this language, or as it is where it is not known here."""
        return self(name) if self.knows(name) else name

    def fill(self, key: str, **fields: Span | Text) -> Text:
        """The phrase of that key with spans in place of its fields."""
        pieces = re.split(r"\{(\w+)\}", PHRASES[key][self._column])
        spans: list[Span] = []
        for place, piece in enumerate(pieces):
            if place % 2 == 0:
                spans += [piece] if piece else []
            else:
                value = fields[piece]
                spans += list(value) if isinstance(value, tuple) else [value]
        return tuple(spans)

    def said(self, message: str) -> Span:
        """A sentence of the engine in this language, or as it is and marked as English."""
        if self.lang == "en":
            return str(message)
        if message in METHODS:
            return METHODS[message]
        told = in_language(message, self.lang)
        return Foreign(message) if told is None else told

    def summary(self, text: str) -> str:
        """The summary of a study of volumes or volatilities in this language."""
        return text if self.lang == "en" else german_summary(text)

    def paper(self, paper: str) -> str:
        """A reference as this language gives it."""
        return paper if self.lang == "en" else german_paper(paper)

    # ---- numbers ------------------------------------------------------------------------------------------------------

    def number(self, value: Any, digits: int = 2, *, sign: bool = False) -> str:
        """A number with a true minus; `n/a` where there is none."""
        if value is None or not math.isfinite(value):
            return "n/a" if self.lang == "en" else "k. A."
        text = f"{value:{'+' if sign else ''}.{digits}f}"
        text = text.lstrip("+-") if float(text) == 0 else text.replace("-", "−")
        return text if self.lang == "en" else text.replace(".", ",")

    def percent(self, value: Any, digits: int = 2, *, sign: bool = True) -> str:
        """A decimal as per cent."""
        if value is None:
            return self.number(None)
        return f"{self.number(100 * value, digits, sign=sign)}\u00a0%"

    def p(self, value: Any) -> str:
        """A p-value."""
        if value is None:
            return self.number(None)
        if value < 0.001:
            return "<.001" if self.lang == "en" else "<0,001"
        text = self.number(value, 3)
        return text.removeprefix("0") if self.lang == "en" and value < 1 else text

    def window(self, start: int, end: int) -> str:
        """`[−1, +1]`."""
        ends = [f"{day:+d}".replace("-", "−") if day else "0" for day in (start, end)]
        return f"[{ends[0]},\u00a0{ends[1]}]"
