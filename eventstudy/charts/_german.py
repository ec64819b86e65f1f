"""German for what charts say. Names of tests, models and groups stay as they are."""

from __future__ import annotations

import re

_NUMBER = r"[-+−]?[\d.]+\u00a0%|n/a"
_DATE = r"\d{4}-\d\d-\d\d"

_LABELS = {
    "CAR": "CAR",
    "abnormal return": "abnormale Rendite",
    "abnormal return over its standard error": "abnormale Rendite durch ihren Standardfehler",
    "abnormal return, p < 5 %": "abnormale Rendite, p < 5 %",
    "announced": "bekannt gegeben",
    "at least as large as the event day": "mindestens so groß wie am Ereignistag",
    "cumulated abnormal return": "kumulierte abnormale Rendite",
    "estimation days": "Schätztage",
    "fitted line": "angepasste Gerade",
    "in no named group": "in keiner benannten Gruppe",
    "mean": "Mittel",
    "mean abnormal return": "mittlere abnormale Rendite",
    "mean abnormal return, p < 5 %": "mittlere abnormale Rendite, p < 5 %",
    "mean cumulated abnormal return": "mittlere kumulierte abnormale Rendite",
    "no return": "keine Rendite",
    "not searched": "nicht durchsucht",
    "number of estimation days": "Zahl der Schätztage",
    "number of pairs": "Zahl der Paare",
    "reaction day": "Reaktionstag",
    "reaction day of a pair": "Reaktionstag eines Paares",
    "recognised": "wahrgenommen",
    "return": "Rendite",
    "searched": "durchsucht",
    "share of made-up studies": "Anteil der erdachten Studien",
    "95 % interval": "95-%-Intervall",
    "log": "logarithmisch",
    "none": "keiner",
    "own": "der eigene",
    "peers": "Vergleichsfirmen",
    "the stock": "der Wert",
    "the study's own": "die der Studie",
    "their sum: CAR": "ihre Summe: CAR",
    "their sum: mean CAR": "ihre Summe: mittlere CAR",
    "volume over expected volume (log scale)": "Umsatz durch erwarteten Umsatz (log. Skala)",
}
"""Whole texts."""

_SENTENCES: tuple[tuple[str, str], ...] = (
    # who
    (r"^(\d+) tickers:", r"\1 Werte:"),
    (r"^(\d+) events on (\d+) dates:", r"\1 Ereignisse an \2 Tagen:"),
    (r"^(\d+) events:", r"\1 Ereignisse:"),
    # findings
    (rf"mean abnormal return ({_NUMBER}) on", r"mittlere abnormale Rendite \1 am"),
    (rf"abnormal return ({_NUMBER}) on", r"abnormale Rendite \1 am"),
    (rf"^Abnormal return on (\S+ ?\d*): ({_NUMBER}) \((.*)\), at the other end ({_NUMBER})",
     r"Abnormale Rendite am \1: \2 (\3), am anderen Ende \4"),
    (r"beyond all (\d+) ordinary days", r"mehr als an jedem der \1 gewöhnlichen Tage"),
    (r"only (\d+) of (\d+) ordinary days moved as far", r"nur an \1 von \2 gewöhnlichen Tagen war sie so groß"),
    (r"(\d+) of (\d+) ordinary days moved as far", r"an \1 von \2 gewöhnlichen Tagen war sie so groß"),
    (r"not out of the ordinary", "nicht ungewöhnlich"),
    (r"out of the ordinary", "ungewöhnlich"),
    (r"no test is valid for a day", "kein Test ist für einen Tag gültig"),
    (r"No test is valid for a day", "Kein Test ist für einen Tag gültig"),
    (r"no test is valid", "kein Test ist gültig"),
    (r"no valid test: ", "kein gültiger Test: "),
    (r"mean CAR", "mittlere CAR"),
    (r"Mean CAR", "Mittlere CAR"),
    (r"no CAR over", "keine CAR über"),
    (r"no mittlere CAR over", "keine mittlere CAR über"),
    (r"no pair was observed over this window", "kein Paar wurde über dieses Fenster beobachtet"),
    # days
    (r"(\d+) of (\d+) stand out on (\S+) among their own days", r"\1 von \2 fallen am \3 unter ihren eigenen Tagen auf"),
    (r"(\d+) of (\d+) stand out on day 0 among their own days", r"\1 von \2 fallen am Tag 0 unter ihren eigenen Tagen auf"),
    (r"(\d+) of (\d+) stand out on (day 0|\S+), on other days (\d+) at most",
     r"\1 von \2 fallen am \3 auf, an anderen Tagen höchstens \4"),
    (r"(\S+) lies furthest off its line on (day 0|\S+), (.*) or ([\d.]+) standard errors",
     r"\1 liegt am \2 am weitesten von seiner Geraden, \3 oder \4 Standardfehler"),
    (r"off its line on (day 0|\S+), ([\d.]+) standard errors", r"neben seiner Geraden am \1, \2 Standardfehler"),
    (r"the market reacted on (\S+) \(", r"der Markt reagierte am \1 ("),
    (r", (\d+) sessions? after the first that could react", r", \1 Handelstage nach dem ersten, der reagieren konnte"),
    (r"no day of (.*) stands out, given that (\d+) were searched", r"kein Tag von \1 fällt auf, bei \2 durchsuchten"),
    (r"(\d+) of (\d+) have a reaction day", r"\1 von \2 haben einen Reaktionstag"),
    (r"(\d+) on day ", r"\1 am Tag "),
    (r"volume on average ([\d.e+-]+) times the expected on", r"Umsatz im Mittel das \1-Fache des erwarteten am"),
    (r"volume ([\d.e+-]+) times the expected on", r"Umsatz das \1-Fache des erwarteten am"),
    (r"no volume is known on", "kein Umsatz ist bekannt am"),
    (r"no one has a price on every day", "keiner hat an jedem Tag einen Kurs"),
    (r"no return on", "keine Rendite am"),
    (rf": mean ({_NUMBER}) on", r": im Mittel \1 am"),
    (rf": ({_NUMBER}) on", r": \1 am"),
    (rf"({_NUMBER}|[\d.]+) by day", r"\1 bis Tag"),
    (r"\(mean (\S+) ", r"(Mittel \1 "),
    (r"no last price", "kein letzter Kurs"),
    # tests and bands
    (r"Day 0: ", "Tag 0: "),
    (r"Mean of each group and its firms \(thin lines\), (.*?)\.",
     r"Mittel jeder Gruppe und ihre Firmen (dünne Linien), \1."),
    (r"Mean of (\d+) to (\d+)", r"Mittel von \1 bis \2"),
    (r"Mean of (\d+)", r"Mittel von \1"),
    (r"mean of (\d+)", r"Mittel von \1"),
    (r"\(thin lines\)", "(dünne Linien)"),
    (r"95 % band by ([^.;]*?)(, where one is valid| where one is valid)?(?=[.;])", r"95-%-Band nach \1\2"),
    (r",? where one is valid", ", wo es gültig ist"),
    (r"no band, for no interval is valid(: )?", r"kein Band, denn kein Intervall ist gültig\1"),
    (r"No band", "Kein Band"),
    (r"no interval is valid", "kein Intervall ist gültig"),
    (r"95 % intervals of firms by exact t", "95-%-Intervalle der Firmen nach dem exakten t"),
    (r"; mean: ", "; Mittel: "),
    (r"diamond: its 95 % interval", "Raute: sein 95-%-Intervall"),
    (r"no valid interval of the mean", "kein gültiges Intervall des Mittels"),
    (r"95 % band", "95-%-Band"),
    (r"95 % of ordinary days", "95 % der gewöhnlichen Tage"),
    (r"95 % of the largest of (\d+) ordinary days", r"95 % der größten von \1 gewöhnlichen Tagen"),
    (r"Each day's p by (.*?), of the upper tail, not adjusted for (\d+) looks",
     r"p jedes Tages nach \1, obere Seite, nicht für \2 Vergleiche korrigiert"),
    (r"Each day's p by (.*?), not adjusted for (\d+) looks", r"p jedes Tages nach \1, nicht für \2 Vergleiche korrigiert"),
    (r"Each pair by sample_quantile, not adjusted for (\d+) looks; no portfolio: ",
     r"Jedes Paar nach sample_quantile, nicht für \1 Vergleiche korrigiert; kein Portfolio: "),
    (r"Each pair by itself, adjusted for (\d+) days searched \(maxT\), not for (\d+) pairs; no portfolio, for ",
     r"Jedes Paar für sich, für \1 durchsuchte Tage korrigiert (maxT), nicht für \2 Paare; kein Portfolio, denn "),
    (r"the pairs have more than one event date", "die Paare haben mehr als einen Ereignistag"),
    (r"Cumulated since day ([-+−\d]+); the whole window: ", r"Kumuliert seit Tag \1; das ganze Fenster: "),
    (r"Band by (.*?); dots by (.*?), not adjusted for (\d+) looks",
     r"Band nach \1; Punkte nach \2, nicht für \3 Vergleiche korrigiert"),
    (r"dots by (.*?), not adjusted for (\d+) looks", r"Punkte nach \1, nicht für \2 Vergleiche korrigiert"),
    (r"Day 0 is (\S+)\.", r"Tag 0 ist \1."),
    (r"(\d+) dates of day 0", r"\1 Tage 0"),
    (r" in logarithms", " in Logarithmen"),
    (r"sample_quantile, one firm: ", "sample_quantile, eine Firma: "),
    (r"sample_quantile, the portfolio of (\d+): ", r"sample_quantile, das Portfolio der \1: "),
    (r"; the smallest it can be is ", "; kleiner als dies kann es nicht sein: "),
    (r"Announced day (\S+): ", r"Tag der Bekanntgabe \1: "),
    (r"Recognised day (\S+): ", r"Tag der Wahrnehmung \1: "),
    (r"Largest day (\S+): ", r"Größter Tag \1: "),
    (r"outside the event window", "außerhalb des Ereignisfensters"),
    (r"\(not searched; p([ \u00a0][<.\d]+) by itself\)", r"(nicht durchsucht; p\1 für sich)"),
    (r"p adjusted for (\d+) days searched \(maxT\)", r"p für \1 durchsuchte Tage korrigiert (maxT)"),
    (r"(\d+) estimation days are too few to name any of them", r"\1 Schätztage sind zu wenige, um einen davon zu nennen"),
    (r"Figures in per cent: day 0, and in bold what stands out \(p < 5 %, exact t, not adjusted for (\d+) looks\)",
     r"Zahlen in Prozent: Tag 0, und fett, was auffällt (p < 5 %, exaktes t, nicht für \1 Vergleiche korrigiert)"),
    (r"exact t, not adjusted for (\d+) looks", r"exaktes t, nicht für \1 Vergleiche korrigiert"),
    (r"Rows in the order of day 0\.", "Zeilen in der Reihenfolge von Tag 0."),
    (r"(\d+) of (\d+) cells stand out", r"\1 von \2 Feldern fallen auf"),
    (r"Named: the furthest day of each, where ([\d.]+) standard errors or more off the line",
     r"Benannt: der fernste Tag eines jeden, wenn \1 Standardfehler oder mehr neben der Geraden"),
    (r"Named: days ([\d.]+) standard errors or more off the line",
     r"Benannt: Tage, die \1 Standardfehler oder mehr neben der Geraden liegen"),
    (r"The (\d+) of (\d+) whose day 0 lies furthest off", r"Die \1 von \2, deren Tag 0 am weitesten daneben liegt"),
    (r"The (\d+) of (\d+) that day 0 moved most", r"Die \1 von \2, die Tag 0 am meisten bewegte"),
    (r"The (\d+) lowest and (\d+) highest of (\d+)", r"Die \1 niedrigsten und \2 höchsten von \3"),
    (r"Returns as the study has them, before any model of what was normal\. Dashed: ",
     "Renditen, wie die Studie sie hat, vor jedem Modell des Normalen. Gestrichelt: "),
    (r"The mean is that of the (\d+) of (\d+) with a price on every day, in equal parts at the last close before day 0",
     r"Das Mittel ist das der \1 von \2 mit einem Kurs an jedem Tag, zu gleichen Teilen beim letzten Schlusskurs vor Tag 0"),
    (r"The mean is that of (\d+), in equal parts at the last close before day 0",
     r"Das Mittel ist das der \1, zu gleichen Teilen beim letzten Schlusskurs vor Tag 0"),
    (r"price \(last close before day 0 = 100\)", "Kurs (letzter Schlusskurs vor Tag 0 = 100)"),
    # specifications
    (rf"CAR from ({_NUMBER}) to ({_NUMBER}) in (\d+) specifications", r"CAR von \1 bis \2 in \3 Spezifikationen"),
    (r"([\d.]+) % have the sign of the study's own for the same window, (\S+) % have p below 5 %",
     r"\1 % haben das Vorzeichen der Studie für dasselbe Fenster, \2 % haben p unter 5 %"),
    (r"What matters most: (.*?) \((\d+) % of the variance\)", r"Am meisten bewirkt: \1 (\2 % der Varianz)"),
    (r"specifications in the order of their CAR", "Spezifikationen in der Reihenfolge ihrer CAR"),
    (r"\bCAR window\b", "CAR-Fenster"),
    (r"\bestimation window\b", "Schätzfenster"),
    (r"^model: ", "Modell: "),
    (r"^benchmark: ", "Index: "),
    (r"^returns: ", "Renditen: "),
    (r"(bewirkt: )model ", r"\1Modell "),
    (r"(bewirkt: )benchmark ", r"\1Index "),
    (r"(bewirkt: )returns ", r"\1Renditen "),
    (r": simple$", ": einfach"),
    # method and caveats
    (r"Market model against (\d+) benchmarks on", r"Marktmodell gegen \1 Indizes an"),
    (r"Market model against (\S+) on", r"Marktmodell gegen \1 an"),
    (r"Market model on", "Marktmodell an"),
    (r"Constant mean model on", "Modell des konstanten Mittels an"),
    (r"([A-Z][\w ]*) model against (\d+) benchmarks on", r"Modell \1 gegen \2 Indizes an"),
    (r"([A-Z][\w ]*) model against (\S+) on", r"Modell \1 gegen \2 an"),
    (r"([A-Z][\w ]*) model on", r"Modell \1 an"),
    (r"an (\d+) to (\d+) days of", r"an \1 bis \2 Tagen von"),
    (r"an (\d+) days of", r"an \1 Tagen von"),
    (r"Left out, (\d+) of (\d+): ", r"Ausgelassen, \1 von \2: "),
    (r" and others\.", " und andere."),
    (r"Day 0 was set by the user \((.*?)\): no p-value accounts for that choice",
     r"Tag 0 hat der Nutzer gesetzt (\1): kein p-Wert berücksichtigt diese Wahl"),
    (r"\(recognised\)", "(wahrgenommen)"),
    (r"sessions relative to day 0", "Handelstage relativ zu Tag 0"),
    (r"(?<![\w-])on (day 0|\d{4}-)", r"am \1"),
    (r"(\d+) firms?;", r"\1 Firmen;"),
    (r"1 Firmen;", "1 Firma;"),
    (r"\bday 0\b", "Tag 0"),
    (r"\bday ([-+−]\d)", r"Tag \1"),
    (r"event day of a pair", "Ereignistag eines Paares"),
    (r"event day \(", "Ereignistag ("),
    (r"p of 5 % or more", "p von 5 % oder mehr"),
    (r"mean of log volume", "Mittel des log. Umsatzes"),
    (r"log volume", "log. Umsatz"),
    (r"% or more", "% oder mehr"),
    (r"% or less", "% oder weniger"),
    (r"^return of ", "Rendite von "),
    (r"^CAR of ", "CAR von "),
    (r"(?<=[a-z_\d]) and(?= [a-z_]+(?: t)?[,;.])", " und"),
    (r"(?<=[a-z_\d]) or(?= [a-z_]+(?: t)?[,;.])", " oder"),
    (r"\bexact t\b", "exaktem t"),
    (r"^beta ", "Beta "),
    (r"^mean (?=[A-Z\d])", "Mittel "),
    (r"Gestrichelt: mean ", "Gestrichelt: Mittel "),
    # calibration
    (r"(\S+) rejects (.*?) of true nulls, not (.*)", r"\1 verwirft \2 der wahren Nullhypothesen, nicht \3"),
    (r"every test rejects about (.*?) of true nulls, as it should",
     r"jeder Test verwirft etwa \1 der wahren Nullhypothesen, wie er soll"),
    (r"no test could be asked", "kein Test ließ sich befragen"),
    (r"rejects a true null, 95 % interval", "verwirft eine wahre Nullhypothese, 95-%-Intervall"),
    (r"^finds ", "findet "),
    (r"Made-up studies: the study's own events, each date in turn",
     "Erdachte Studien: die Ereignisse der Studie, jeder Tag der Reihe nach"),
    (r"Made-up studies: the study's own events on random dates", "Erdachte Studien: die Ereignisse der Studie an Zufallstagen"),
    (r"(\d+) placebo dates from (\S+) to (\S+), ", r"\1 Placebo-Tage von \2 bis \3, "),
    (r"(\d+) tickers", r"\1 Werte"),
    (r"dashed: the level", "gestrichelt: das Niveau"),
    (r" over (\[.*?\])\.", r" über \1."),
)  # fmt: skip

_MONTHS = {"Mar": "März", "May": "Mai", "Oct": "Okt", "Dec": "Dez"}


def _loose(pattern: str) -> re.Pattern[str]:
    """A blank stands for one that may or may not hold words together."""
    return re.compile(re.sub(r"(?<!\[) ", "[ \u00a0]", pattern))


_RULES = tuple((_loose(pattern), german) for pattern, german in _SENTENCES)


def german(text: str) -> str:
    """The text in German, with its figures written the German way."""
    label = _LABELS.get(text.replace("\u00a0", " "))
    if label is not None:
        return label
    for pattern, told in _RULES:
        text = pattern.sub(told, text)
    return _dates(_decimals(text))


def _decimals(text: str) -> str:
    return re.sub(r"(?<![\w.,])\.(?=\d)", "0,", re.sub(r"(?<=\d)\.(?=\d)", ",", text))


def _dates(text: str) -> str:
    """`27 Jan` becomes `27. Jan`."""
    names = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
    return re.sub(rf"\b(\d\d?) ({names})$", lambda d: f"{d[1]}. {_MONTHS.get(d[2], d[2])}", text, flags=re.MULTILINE)
