"""German for the sentences of the engine: warnings, exclusions and the reasons of tests.

A pattern matches one whole sentence; what it does not know stays English. Figures are carried over as they were printed.
"""

from __future__ import annotations

import re

_N = r"([-+\d.,%]+)"
_ANY = r"(.+)"
_WORD = r"\w+"

_SENTENCES: tuple[tuple[str, str], ...] = (
    # warnings
    (rf"day 0 is set to recognised \({_ANY}\) by the user: no p-value accounts for that choice",
     r"Tag 0 hat der Nutzer auf „wahrgenommen“ (\1) gesetzt: kein p-Wert berücksichtigt diese Wahl"),
    (rf"day 0 is set to {_ANY} \({_ANY}\) by the user: no p-value accounts for that choice",
     r"Tag 0 hat der Nutzer auf \1 (\2) gesetzt: kein p-Wert berücksichtigt diese Wahl"),
    (rf"{_N} tickers on one date: a shock to all of them on that day, whatever its cause, cannot be told apart from the event",
     r"\1 Werte an einem Datum: ein Schock, der sie an diesem Tag alle traf, gleich aus welchem Grund, lässt sich vom"
     r" Ereignis nicht unterscheiden"),
    (rf"{_ANY}: standardised returns spread more widely than on ordinary days \(p = {_N}\)",
     r"\1: standardisierte Renditen streuen weiter als an gewöhnlichen Tagen (p = \2)"),
    (rf"{_ANY}: standardised returns spread more widely than on ordinary days \(p = {_N}\); no test is robust to a jump of"
     r" the common variance: read the result as `an unusual day`",
     r"\1: standardisierte Renditen streuen weiter als an gewöhnlichen Tagen (p = \2); kein Test ist robust gegen einen Sprung"
     r" der gemeinsamen Varianz: das Ergebnis heißt „ein ungewöhnlicher Tag“"),
    (rf"{_ANY} \(day {_N}\): {_ANY} moved by {_ANY}, {_N} standard deviations",
     r"\1 (Tag \2): \3 bewegte sich um \4, \5 Standardabweichungen"),
    (rf"{_ANY} \(day {_N}\): earnings of {_ANY}", r"\1 (Tag \2): Geschäftszahlen von \3"),
    (rf"{_ANY} \(day {_N}\): a dividend of {_N} goes ex", r"\1 (Tag \2): Dividendenabschlag von \3"),
    (rf"{_ANY} \(day {_N}\): {_N}-for-1 split", r"\1 (Tag \2): Aktiensplit \3 zu 1"),
    (rf"{_N} of {_N} pairs have other news on a day of their event window",
     r"\1 von \2 Paaren haben andere Nachrichten an einem Tag ihres Ereignisfensters"),
    (rf"residuals have fat tails \(excess kurtosis {_N}\): trust ranks and permutations over t",
     r"die Residuen haben dicke Enden (Exzess \1): Rängen und Permutationen ist mehr zu trauen als t"),
    (rf"residuals are skewed \({_N}\): sign and mean tests disagree easily",
     r"die Residuen sind schief (\1): Vorzeichen- und Mittelwerttests widersprechen sich leicht"),
    (rf"volatility clusters \(Engle LM p = {_N}\): p-values hold on average, not in wild spells",
     r"die Schwankung häuft sich (LM-Test nach Engle p = \1): p-Werte gelten im Mittel, nicht in wilden Zeiten"),
    (rf"{_N} of {_N} estimation days usable", r"\1 von \2 Schätztagen brauchbar"),
    (rf"{_N} of {_N} estimation days usable: estimates are rough below 120",
     r"\1 von \2 Schätztagen brauchbar: unter 120 sind Schätzungen grob"),
    (rf"alpha of {_N} a day takes {_N} into CAR{_ANY}: is that still normal\?",
     r"ein Alpha von \1 am Tag trägt \2 zur CAR\3 bei: ist das noch normal?"),
    (r"buy-and-hold returns over more than five sessions compare with the benchmark: no control is named",
     r"Kaufen-und-Halten-Renditen über mehr als fünf Handelstage sind mit dem Index verglichen: eine Kontrolle ist nicht"
     r" genannt"),
    (rf"{_N} sessions: a sum of abnormal returns is no wealth change, and small model errors add up",
     r"\1 Handelstage: eine Summe abnormaler Renditen ist keine Vermögensänderung, und kleine Modellfehler summieren sich"),
    (r"the mean correlation of the residuals is too negative to be one: taken as zero",
     r"die mittlere Korrelation der Residuen ist zu negativ, um eine zu sein: als null genommen"),
    (rf"announced {_ANY}; day 0 is {_ANY}, the first session that could react(?: \(({_WORD})\))?",
     r"bekannt gegeben \1; Tag 0 ist \2, der erste Handelstag, der reagieren konnte (\3)"),
    (rf'no return on day {_ANY} of the event window; missing="trade_to_trade" keeps the return across a gap',
     r"keine Rendite an Tag \1 des Ereignisfensters; missing=\"trade_to_trade\" behält die Rendite über eine Lücke"),
    (rf"prices end on day {_N}: {_N} of {_N} event days observed",
     r"die Kurse enden an Tag \1: \2 von \3 Ereignistagen beobachtet"),
    (rf"the last close is on day {_N}, while the benchmark goes on: windows end there",
     r"der letzte Schlusskurs ist der von Tag \1, der Index läuft weiter: die Fenster enden dort"),
    (rf"no trade and an unchanged price on day {_ANY}", r"kein Handel und ein unveränderter Kurs an Tag \1"),
    (rf"a return of exactly zero \(volume unknown; kept\) on day {_ANY}",
     r"eine Rendite von genau null (Umsatz unbekannt; behalten) an Tag \1"),
    (rf"returns of {_ANY} include dividends, those of {_ANY} do not",
     r"Renditen von \1 enthalten Dividenden, die von \2 nicht"),
    (rf"{_ANY} is longer than five sessions: errors of a factor model add up; see whether --model synthetic_control agrees",
     r"\1 ist länger als fünf Handelstage: Fehler eines Faktormodells summieren sich; stimmt --model synthetic_control zu?"),
    (rf"the benchmark's variance over {_ANY} is {_N} times that of the estimation window; see whether --model"
     r" synthetic_control agrees",
     r"die Varianz des Index über \1 ist das \2-Fache der des Schätzfensters; stimmt --model synthetic_control zu?"),
    (r"buy-and-hold returns compare with the benchmark: no control is named",
     r"Kaufen-und-Halten-Renditen sind mit dem Index verglichen: eine Kontrolle ist nicht genannt"),
    (r"on one event date the mean volume of the tickers studied holds the event itself: prefer constant_mean",
     r"an einem einzigen Ereignisdatum enthält der mittlere Umsatz der Werte das Ereignis selbst: besser ist constant_mean"),
    (rf"the peers moved abnormally on day 0 themselves \(t = {_N}\): that much is taken for normal",
     r"die Vergleichsfirmen bewegten sich an Tag 0 selbst abnormal (t = \1): so viel gilt als normal"),
    (rf"{_ANY}: no peer of the firms that the event is about, because it is one of them",
     r"\1: keine Vergleichsfirma für die Firmen des Ereignisses, denn sie gehört dazu"),
    (rf"{_ANY}: not compared with, because days around {_ANY} lack a return",
     r"\1: nicht verglichen, weil Tagen um den \2 eine Rendite fehlt"),
    (rf"{_N} of the estimation days have a return of zero and {_N} have none: betas are biased; prefer ranks and"
     r' missing="trade_to_trade"',
     r'\1 der Schätztage haben eine Rendite von null und \2 gar keine: Betas sind verzerrt; besser sind Ränge und'
     r' missing="trade_to_trade"'),
    (rf"prices of {_ANY} on {_ANY} are not used: {_ANY} was closed",
     r"Kurse von \1 am \2 bleiben ungenutzt: \3 war geschlossen"),
    (rf"no series of {_ANY} has a price on {_ANY}, where it was open: incomplete prices, or a closing the calendar does not"
     r" know",
     r"keine Reihe von \1 hat einen Kurs am \2, als offen war: unvollständige Kurse, oder eine Schließung, die der Kalender"
     r" nicht kennt"),
    (rf"{_ANY}: adj_close has no value on {_N} days from {_ANY} to {_ANY}, where close has one: it is taken to move as close"
     r" does there",
     r"\1: adj_close hat an \2 Tagen vom \3 bis \4 keinen Wert, wo close einen hat: angenommen ist, dass es sich dort wie"
     r" close bewegt"),
    (rf"{_ANY}: adj_close has no value on {_ANY}, where close has one: it is taken to move as close does there",
     r"\1: adj_close hat am \2 keinen Wert, wo close einen hat: angenommen ist, dass es sich dort wie close bewegt"),
    # other news
    (r"earnings of (\S+)", r"Quartalszahlen von \1"),
    (rf"a dividend of {_N} goes ex", r"Dividendenabschlag von \1"),
    (rf"{_N}-for-1 split", r"Aktiensplit \1 zu 1"),
    (rf"(\S+) moved by (\S+ %), {_N} standard deviations", r"\1 bewegte sich um \2, \3 Standardabweichungen"),
    (rf"{_N} of {_N} pairs have other news on a day of their event window",
     r"\1 von \2 Paaren haben andere Nachrichten an einem Tag ihres Ereignisfensters"),
    # other choices
    (r"benchmark peers: every ticker with prices is studied itself, or the event is about it: there is no one to compare with",
     r"Vergleichsindex aus Vergleichsfirmen: jeder Wert mit Kursen wird selbst untersucht oder gehört zum Ereignis: niemand"
     r" bleibt zum Vergleich"),
    (rf"benchmark peers: firms and peers trade on several exchanges: {_ANY}",
     r"Vergleichsindex aus Vergleichsfirmen: Firmen und Vergleichsfirmen werden an mehreren Börsen gehandelt: \1"),
    (rf"benchmark {_ANY}: no prices for {_ANY}", r"Vergleichsindex \1: keine Kurse für \2"),
    (rf"estimation window {_ANY}: no pair has enough days with prices",
     r"Schätzfenster \1: kein Paar hat genug Tage mit Kursen"),
    (rf"the peers moved abnormally on day 0 themselves \({_ANY}, t = {_ANY}, {_ANY}\): a CAR against them lacks that much"
     r" \[PEER_CONTAMINATION\]",
     r"die Vergleichsfirmen bewegten sich an Tag 0 selbst abnormal (\1, t = \2, \3): so viel fehlt einer CAR gegen sie"),
    (r"the prices of the study look wrong", r"die Kurse der Studie sehen falsch aus"),
    (r"no window is reported", r"kein Fenster wird berichtet"),
    (r"the study does not hold its prices", r"die Studie hält ihre Kurse nicht"),
    (r"no specification could be made", r"keine Spezifikation war möglich"),
    # exclusions
    (rf"the prices of {_ANY} hold no volume for day 0, {_ANY}", r"die Kurse von \1 enthalten keinen Umsatz für Tag 0, \2"),
    (rf"too little of {_ANY} was observed", r"zu wenig von \1 wurde beobachtet"),
    (rf"no prices for {_ANY}", r"keine Kurse für \1"),
    (rf"the embedded sample has no ticker '{_ANY}'", r"die eingebaute Stichprobe hat keinen Wert „\1“"),
    (rf"{_ANY} has no recognised date", r"\1 hat kein Datum der Wahrnehmung"),
    (rf"{_ANY} is its own benchmark: its abnormal return is zero by construction",
     r"\1 ist sein eigener Vergleichsindex: die abnormale Rendite ist zwangsläufig null"),
    (rf"{_N} usable estimation days, {_N} needed", r"\1 brauchbare Schätztage, \2 nötig"),
    # reasons of tests
    (rf"one date is one draw of the common shock: {_N} tickers on it are not {_N} observations \(mean correlation {_N}\)",
     r"ein Datum ist eine Ziehung des gemeinsamen Schocks: \1 Werte sind nicht \2 Beobachtungen (mittlere Korrelation \3)"),
    (rf"the events share days \({_N} pairs, {_N} dates, mean window overlap {_N}\): the pairs are not independent",
     r"die Ereignisse teilen Tage (\1 Paare, \2 Daten, mittlere Überlappung \3): die Paare sind nicht unabhängig"),
    (rf"a spread estimated from {_N} pairs says little: five are needed",
     r"eine Streuung aus \1 Paaren sagt wenig: fünf sind nötig"),
    (rf"the variance rose with the event \(p = {_N}\); this test takes it for unchanged",
     r"die Varianz stieg mit dem Ereignis (p = \1); dieser Test hält sie für unverändert"),
    (rf"residuals are skewed \({_N}\); this test takes them for symmetric",
     r"die Residuen sind schief (\1); dieser Test hält sie für symmetrisch"),
    (rf"residuals have fat tails \(excess kurtosis {_N}\); this test needs normal ones",
     r"die Residuen haben dicke Enden (Exzess \1); dieser Test braucht normale"),
    (rf"{_N} sessions: this form forgets what the errors of the days have in common",
     r"\1 Handelstage: diese Form vergisst, was die Fehler der Tage gemeinsam haben"),
    (r"many days without a trade bias betas and variances: prefer ranks",
     r"viele Tage ohne Handel verzerren Betas und Varianzen: Ränge sind besser"),
    (rf"with {_N} pairs the reference distribution of this form is a poor one: {_N} are needed",
     r"bei \1 Paaren passt die Referenzverteilung dieser Form schlecht: \2 sind nötig"),
    (rf"{_N} pairs cannot reach 5 %: the smallest p is {_N}", r"\1 Paare erreichen 5 % nie: das kleinste p ist \2"),
    (rf"{_N} pairs: the mean correlation comes from tables per date, not from every pair on its own days",
     r"\1 Paare: die mittlere Korrelation kommt aus Tabellen je Datum, nicht aus jedem Paar an seinen eigenen Tagen"),
    (r"a mean over pairs is not defined for one pair", r"ein Mittel über Paare gibt es nicht bei einem Paar"),
    (r"a spread needs two pairs", r"eine Streuung braucht zwei Paare"),
    (r"there is no spread between the pairs: their abnormal returns are the same",
     r"zwischen den Paaren gibt es keine Streuung: ihre abnormalen Renditen sind gleich"),
    (r"the residuals of the pairs are the same: no pair has anything of its own",
     r"die Residuen der Paare sind gleich: kein Paar hat etwas Eigenes"),
    (r"the abnormal returns of some firms are the same, or follow from those of the others: no joint test is possible",
     r"die abnormalen Renditen einiger Firmen sind gleich oder folgen aus den anderen: kein gemeinsamer Test ist möglich"),
    (r"without one of the pairs there is no spread between the others",
     r"ohne eines der Paare gibt es zwischen den anderen keine Streuung"),
    (r"a correlation needs two pairs", r"eine Korrelation braucht zwei Paare"),
    (r"one day only", r"nur für einen Tag"),
    (r"one day only: use conformal for a window", r"nur für einen Tag: für ein Fenster gibt es conformal"),
    (rf"needs at least {_N} pairs", r"braucht mindestens \1 Paare"),
    (r"no pair was observed over this window", r"kein Paar wurde über dieses Fenster beobachtet"),
)  # fmt: skip

_DAY = r"(\d{4}-\d\d-\d\d)"
_FLAGS: tuple[tuple[str, str], ...] = (
    # what looks wrong in prices, each with its first day and, where there are more, their number
    (rf"{_DAY}: from {_N} to {_N} \({_N}\) in one day; no dividend or split is listed",
     r"\1: von \2 auf \3 (\4) an einem Tag; weder Dividende noch Split ist verzeichnet"),
    (rf"{_DAY}: from {_N} to {_N} \({_N}\) in one day; a dividend is listed and does not explain it",
     r"\1: von \2 auf \3 (\4) an einem Tag; eine Dividende ist verzeichnet und erklärt es nicht"),
    (rf"{_DAY}: from {_N} to {_N} looks like a split of {_ANY} that is not listed",
     r"\1: von \2 auf \3 sieht nach einem Split \4 aus, der nicht verzeichnet ist"),
    (rf"{_DAY}: a split of {_ANY} is listed and the prices before it are not adjusted: from {_N} to {_N}",
     r"\1: ein Split \2 ist verzeichnet, und die Kurse davor sind nicht bereinigt: von \3 auf \4"),
    (rf"{_DAY}: a split of {_ANY} is listed and the prices before it seem adjusted for it twice: from {_N} to {_N}",
     r"\1: ein Split \2 ist verzeichnet, und die Kurse davor scheinen zweimal bereinigt: von \3 auf \4"),
    (rf"{_DAY}: the price is 100 times that of the day before, from {_N} to {_N}: another unit\?",
     r"\1: der Kurs ist das Hundertfache des Vortags, von \2 auf \3: eine andere Einheit?"),
    (rf"{_DAY}: the price is a hundredth of that of the day before, from {_N} to {_N}: another unit\?",
     r"\1: der Kurs ist ein Hundertstel des Vortags, von \2 auf \3: eine andere Einheit?"),
    (rf"{_DAY}: adj_close moved by {_N}, close by {_N}: no dividend or split explains the difference",
     r"\1: adj_close bewegte sich um \2, close um \3: weder Dividende noch Split erklärt den Unterschied"),
    (rf"{_DAY}: the return given is {_N}, that of the prices {_N}: no dividend or split explains the difference",
     r"\1: die angegebene Rendite ist \2, die der Kurse \3: weder Dividende noch Split erklärt den Unterschied"),
    (rf"{_DAY}: no price in {_N} sessions from {_DAY} to {_DAY}, and prices before and after",
     r"\1: kein Kurs an \2 Handelstagen vom \3 bis \4, davor und danach schon"),
    (rf"{_DAY}: no trade and no change of price in {_N} sessions from {_DAY} to {_DAY}",
     r"\1: kein Handel und derselbe Kurs an \2 Handelstagen vom \3 bis \4"),
    (rf"{_DAY}: the price does not change in {_N} sessions from {_DAY} to {_DAY}, though there was trade",
     r"\1: derselbe Kurs an \2 Handelstagen vom \3 bis \4, obwohl gehandelt wurde"),
    (rf"{_DAY}: the price does not change in {_N} sessions from {_DAY} to {_DAY}, and nothing tells whether it was traded",
     r"\1: derselbe Kurs an \2 Handelstagen vom \3 bis \4, und nichts sagt, ob gehandelt wurde"),
    (rf"{_DAY}: there is a price but a volume of zero on {_ANY}", r"\1: Kurs ohne Umsatz am \2"),
)  # fmt: skip
_MARKETS: tuple[tuple[str, str], ...] = (
    (rf"{_ANY} trades? on {_ANY}, the benchmark {_ANY} on {_ANY}: {_N} sessions of one exchange only are left out",
     r"\1: gehandelt an \2, der Vergleichsindex \3 an \4: \5 Handelstage nur einer der beiden bleiben ungenutzt"),
    (rf"{_ANY} trades? on {_ANY}, the benchmark {_ANY} on {_ANY}: {_N} sessions of one exchange only are left out, and {_ANY}"
     rf" closes {_N} hours later on the same day",
     r"\1: gehandelt an \2, der Vergleichsindex \3 an \4: \5 Handelstage nur einer der beiden bleiben ungenutzt, und \6"
     r" schließt \7 Stunden später am selben Tag"),
    (rf"{_ANY} trades? on {_ANY}, the benchmark {_ANY} on {_ANY}: {_N} sessions of one exchange only are left out, and {_ANY}"
     rf" closes {_N} hours earlier on the same day",
     r"\1: gehandelt an \2, der Vergleichsindex \3 an \4: \5 Handelstage nur einer der beiden bleiben ungenutzt, und \6"
     r" schließt \7 Stunden früher am selben Tag"),
    (rf"{_ANY} (?:is|are) quoted in {_ANY}, the benchmark {_ANY} in {_ANY}: abnormal returns hold the exchange rate",
     r"\1: notiert in \2, der Vergleichsindex \3 in \4: der Wechselkurs steckt in den abnormalen Renditen"),
    (rf"{_ANY}: put from {_ANY} in {_ANY} by {_ANY} of each day \({_ANY}\)",
     r"\1: von \2 in \3 umgerechnet, mit \4 jedes Tages (\5)"),
    (rf"{_ANY}: put from {_ANY} in {_ANY} by {_ANY} of each day \({_ANY}\); {_ANY} taken as {_ANY} by the exchange, because the"
     r" prices do not say",
     r"\1: von \2 in \3 umgerechnet, mit \4 jedes Tages (\5); \6 nach der Börse für \7 gehalten, weil die Kurse es nicht"
     r" sagen"),
    (rf"the installed calendar of {_ANY} ends after {_DAY}, inside the event window: later days are not studied; update"
     r" exchange-calendars",
     r"der installierte Kalender von \1 endet nach dem \2, im Ereignisfenster: spätere Tage bleiben ununtersucht;"
     r" exchange-calendars erneuern"),
)  # fmt: skip
_MORE = (r"; and (?P<more>\d+) more like it", r"; und \g<more> weitere dieser Art")

GERMAN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), german)
    for pattern, german in (*_FLAGS, *((p + _MORE[0], g + _MORE[1]) for p, g in _FLAGS), *_MARKETS, *_SENTENCES)
)
"""(pattern of the English sentence, German template with its groups)."""


def german_figures(text: str) -> str:
    """Figures with a comma, and with a true minus where nothing stands before it."""
    text = re.sub(r"(?<=\d)\.(?=\d)", ",", text)
    return re.sub(r"(?<![\w.-])-(?=\d)", "−", text)


_SUMMARY = tuple(
    (re.compile(pattern), german)
    for pattern, german in (
        (r"^Abnormal log volume of (\d+) pairs", r"Abnormaler log. Umsatz von \1 Paaren"),
        (r"^Abnormal log volume of ", "Abnormaler log. Umsatz von "),
        (r"^Mean abnormal log volume of (\d+) pairs", r"Mittlerer abnormaler log. Umsatz von \1 Paaren"),
        (r"^Mean variance over that of ordinary days of (\d+) pairs",
         r"Mittlere Varianz von \1 Paaren im Verhältnis zu gewöhnlichen Tagen"),
        (r"^Variance over that of ordinary days of ([^:]*)", r"Varianz von \1 im Verhältnis zu gewöhnlichen Tagen"),
        (r"([\d.]+) times", r"\1-fach"),
        (r" by ([\w, ]+) stands? out from ordinary days", r" nach \1 ungewöhnlich"),
        (r" by ([\w, ]+) do(?:es)? not", r" nach \1 nicht"),
        (r"Largest day: day ([-+\d]+)", r"Größter Tag: Tag \1"),
        (r"\(picked after looking, so not tested\)", "(im Nachhinein ausgesucht, daher nicht getestet)"),
        (r"(?<=\d)\.(?=\d)", ","),
        (r"(?<![\w,])\.(?=\d)", "0,"),
    )
)  # fmt: skip


def german_summary(text: str) -> str:
    """What a result says of itself, in German."""
    for pattern, told in _SUMMARY:
        text = pattern.sub(told, text)
    return text
