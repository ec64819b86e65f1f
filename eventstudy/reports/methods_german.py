"""German for what models and tests say of themselves: English sentence -> German."""

from __future__ import annotations

import re

METHODS: dict[str, str] = {
    # models
    "rf + alpha + beta x the market's excess return": "rf + Alpha + Beta x Überschussrendite des Markts",
    "rf + alpha + betas x market, size, value and momentum factors": (
        "rf + Alpha + Betas x Faktoren für Markt, Größe, Substanzwert und Momentum"
    ),
    "the mean return of the estimation window": "die mittlere Rendite des Schätzfensters",
    "alpha + (sum of betas on the benchmark before, on and after the day) x the benchmark": (
        "Alpha + (Summe der Betas auf den Index am Tag, davor und danach) x Index"
    ),
    "alpha + beta x the benchmark, error variance by EGARCH(1,1)": (
        "Alpha + Beta x Index, Fehlervarianz nach EGARCH(1,1)"
    ),
    "alpha + shrunken coefficients x the peers, the penalty by cross-validation": (
        "Alpha + geschrumpfte Koeffizienten x Vergleichsfirmen, Strafterm durch Kreuzvalidierung"
    ),
    "alpha + betas x all columns of the factor file": "Alpha + Betas x alle Spalten der Faktordatei",
    "rf + alpha + betas x market, size and value factors": (
        "rf + Alpha + Betas x Faktoren für Markt, Größe und Substanzwert"
    ),
    "rf + alpha + betas x market, size, value, profitability and investment factors": (
        "rf + Alpha + Betas x Faktoren für Markt, Größe, Substanzwert, Ertragskraft und Investition"
    ),
    "rf + alpha + betas x the five Fama-French factors and momentum": (
        "rf + Alpha + Betas x die fünf Fama-French-Faktoren und Momentum"
    ),
    "alpha + beta x the benchmark, error variance by GARCH(1,1)": "Alpha + Beta x Index, Fehlervarianz nach GARCH(1,1)",
    "alpha + beta x the benchmark by Huber's M-estimator (1.345)": (
        "Alpha + Beta x Index nach dem M-Schätzer von Huber (1,345)"
    ),
    "alpha + beta x the benchmark's return": "Alpha + Beta x Rendite des Index",
    "the benchmark's return, beta taken as one": "die Rendite des Index, Beta als eins genommen",
    "the return of the control firm or of the equal-weighted controls": (
        "die Rendite der Kontrollfirma oder der gleichgewichteten Kontrollfirmen"
    ),
    "alpha + beta x the benchmark + beta x the equal-weighted mean of the peers": (
        "Alpha + Beta x Index + Beta x gleichgewichtetes Mittel der Vergleichsfirmen"
    ),
    "alpha + betas x the principal components of the peers' returns": (
        "Alpha + Betas x Hauptkomponenten der Renditen der Vergleichsfirmen"
    ),
    "alpha + beta x the benchmark, beta by the benchmark of three days as instrument": (
        "Alpha + Beta x Index, Beta mit dem Index über drei Tage als Instrument"
    ),
    "a mix of peers with weights of at least zero that add to one": (
        "eine Mischung von Vergleichsfirmen mit Gewichten ab null, die sich zu eins addieren"
    ),
    "alpha + beta x the benchmark, beta the median of all pairwise slopes": (
        "Alpha + Beta x Index, Beta als Median aller paarweisen Steigungen"
    ),
    # what tests do
    "did the event raise the variance? Squared standardised CARs added up": (
        "hat das Ereignis die Varianz erhöht? Summe der quadrierten standardisierten CARs"
    ),
    "mean buy-and-hold abnormal return, skewness-adjusted and bootstrapped": (
        "mittlere abnormale Kaufen-und-Halten-Rendite, für Schiefe korrigiert, mit Bootstrap"
    ),
    "mean standardised CAR over the spread of the standardised CARs": (
        "mittlere standardisierte CAR durch die Streuung der standardisierten CARs"
    ),
    "BMP with the mean residual correlation taken into account": (
        "BMP unter Berücksichtigung der mittleren Korrelation der Residuen"
    ),
    "alpha of the portfolio that holds each firm while its window lasts": (
        "Alpha des Portfolios, das jede Firma hält, solange ihr Fenster dauert"
    ),
    "mean CAR over the time-series spread of the average abnormal return": (
        "mittlere CAR durch die Streuung der mittleren abnormalen Rendite über die Zeit"
    ),
    "permutation of the residuals under the null of no effect": "Permutation der Residuen unter der Nullhypothese",
    "ranks of the event days among all days": "Ränge der Ereignistage unter allen Tagen",
    "rank of the day, with the event's own variance taken out": "Rang des Tages, bereinigt um die Varianz des Ereignisses",
    "mean CAR over the spread of the CARs": "mittlere CAR durch die Streuung der CARs",
    "abnormal return over its forecast standard error": "abnormale Rendite durch ihren Prognosefehler",
    "abnormal return over the standard error that GARCH forecasts for its days": (
        "abnormale Rendite durch den Standardfehler, den GARCH für ihre Tage vorhersagt"
    ),
    "share of positive CARs against that of ordinary windows": "Anteil positiver CARs gegen den gewöhnlicher Fenster",
    "rank of the whole window among the estimation days": "Rang des ganzen Fensters unter den Schätztagen",
    "rank of the whole window among the estimation days, for independent pairs": (
        "Rang des ganzen Fensters unter den Schätztagen, für unabhängige Paare"
    ),
    "mean CAR over the spread of the CARs, corrected for their skewness": (
        "mittlere CAR durch die Streuung der CARs, für deren Schiefe korrigiert"
    ),
    "jackknife of the standardised cross-sectional test": "Jackknife des standardisierten Querschnittstests",
    "did any firm react? Exact F of all CARs together": "hat irgendeine Firma reagiert? Exaktes F aller CARs zusammen",
    "did any firm react? All abnormal returns together against every estimation day": (
        "hat irgendeine Firma reagiert? Alle abnormalen Renditen zusammen gegen jeden Schätztag"
    ),
    "did any firm react? The largest standardised CAR of all": (
        "hat irgendeine Firma reagiert? Die größte standardisierte CAR von allen"
    ),
    "sum of standardised CARs over their theoretical spread": (
        "Summe der standardisierten CARs durch ihre theoretische Streuung"
    ),
    "Patell's test with the mean residual correlation taken into account": (
        "Test von Patell unter Berücksichtigung der mittleren Korrelation der Residuen"
    ),
    "the window among all runs of days as long as it": "das Fenster unter allen gleich langen Folgen von Tagen",
    "the firm's error against those of its donors, each fitted as if it were the firm": (
        "der Fehler der Firma gegen die ihrer Spender, jeder angepasst, als wäre er die Firma"
    ),
    "exact t of the equal-weighted portfolio of the firms": "exaktes t des gleichgewichteten Portfolios der Firmen",
    "rank of the day among the estimation days": "Rang des Tages unter den Schätztagen",
    "number of positive CARs against one half": "Zahl positiver CARs gegen die Hälfte",
    "did the event raise the variance between firms?": "hat das Ereignis die Varianz zwischen den Firmen erhöht?",
    "squared standardised returns of the window against those of ordinary days": (
        "quadrierte standardisierte Renditen des Fensters gegen die gewöhnlicher Tage"
    ),
    "signed ranks of the CARs": "vorzeichenbehaftete Ränge der CARs",
    "random signs on the standardised CARs of each date": "zufällige Vorzeichen an den standardisierten CARs jedes Datums",
    # null hypotheses
    "squared standardised CARs are as large as on ordinary days": (
        "quadrierte standardisierte CARs sind so groß wie an gewöhnlichen Tagen"
    ),
    "mean BHAR = 0": "mittlere BHAR = 0",
    "mean standardised CAR = 0": "mittlere standardisierte CAR = 0",
    "alpha = 0": "Alpha = 0",
    "window days are exchangeable with estimation days": "Tage des Fensters sind mit Schätztagen austauschbar",
    "event days rank like other days": "Ereignistage haben Ränge wie andere Tage",
    "the day ranks like an ordinary day": "der Tag hat einen Rang wie ein gewöhnlicher Tag",
    "the window ranks like an ordinary day": "das Fenster hat einen Rang wie ein gewöhnlicher Tag",
    "P(CAR > 0) = its share in the estimation window": "P(CAR > 0) = ihr Anteil im Schätzfenster",
    "all CARs are zero": "alle CARs sind null",
    "all abnormal returns are zero": "alle abnormalen Renditen sind null",
    "the window is exchangeable with other runs of days": "das Fenster ist mit anderen Folgen von Tagen austauschbar",
    "the firm is no more off in the window than a donor would be": (
        "die Firma liegt im Fenster nicht weiter daneben, als ein Spender läge"
    ),
    "E[CAR] = 0": "E[CAR] = 0",
    "CAAR = 0": "CAAR = 0",
    "P(CAR > 0) = 1/2": "P(CAR > 0) = 1/2",
    "E[portfolio CAR] = 0": "E[CAR des Portfolios] = 0",
    "the day is exchangeable with the estimation days": "der Tag ist mit den Schätztagen austauschbar",
    "the spread of standardised CARs is that of ordinary days": (
        "die Streuung der standardisierten CARs ist die gewöhnlicher Tage"
    ),
    "the security moves as much as on estimation days": "der Wert bewegt sich so stark wie an Schätztagen",
    "CARs are symmetric about zero": "CARs liegen symmetrisch um null",
    "standardised CARs are symmetric about zero": "standardisierte CARs liegen symmetrisch um null",
    # assumptions
    "normal errors, independent pairs; as placebo: exchangeable days": (
        "normalverteilte Fehler, unabhängige Paare; als Placebo: austauschbare Tage"
    ),
    "independent buy-and-hold returns": "unabhängige Kaufen-und-Halten-Renditen",
    "independent pairs; the event scales all variances alike": (
        "unabhängige Paare; das Ereignis vergrößert alle Varianzen gleich"
    ),
    "mean correlation of the estimation window holds; the event scales common and own variance alike": (
        "die mittlere Korrelation des Schätzfensters gilt weiter; das Ereignis vergrößert gemeinsame und eigene Varianz gleich"
    ),
    "the factors price the portfolio; its composition changes little": (
        "die Faktoren bewerten das Portfolio; seine Zusammensetzung ändert sich wenig"
    ),
    "average abnormal returns alike on all event-time days": (
        "mittlere abnormale Renditen sind an allen Tagen der Ereigniszeit gleich verteilt"
    ),
    "exchangeable days; any error law": "austauschbare Tage; beliebige Fehlerverteilung",
    "each firm's days are exchangeable": "die Tage jeder Firma sind austauschbar",
    "at least twenty pairs; mean ranks alike on all days": (
        "mindestens zwanzig Paare; mittlere Ränge sind an allen Tagen gleich verteilt"
    ),
    "independent pairs": "unabhängige Paare",
    "normal errors, independent over days, same variance on event days": (
        "normalverteilte Fehler, unabhängig über die Tage, gleiche Varianz an Ereignistagen"
    ),
    "the GARCH variance is right; normal shocks": "die GARCH-Varianz stimmt; normalverteilte Schocks",
    "mean correlation of the estimation window holds": "die mittlere Korrelation des Schätzfensters gilt weiter",
    "independent pairs, at least twenty": "unabhängige Paare, mindestens zwanzig",
    "independent pairs with a finite sixth moment; best from thirty pairs on": (
        "unabhängige Paare mit endlichem sechstem Moment; am besten ab dreißig Paaren"
    ),
    "one event date; normal errors, same covariance on event days": (
        "ein einziges Ereignisdatum; normalverteilte Fehler, gleiche Kovarianz an Ereignistagen"
    ),
    "one event date; exchangeable days": "ein einziges Ereignisdatum; austauschbare Tage",
    "exchangeable days; any error law and correlation": "austauschbare Tage; beliebige Fehlerverteilung und Korrelation",
    "independent pairs, same variance on event days": "unabhängige Paare, gleiche Varianz an Ereignistagen",
    "mean correlation of the estimation window holds, same variance on event days": (
        "die mittlere Korrelation des Schätzfensters gilt weiter, gleiche Varianz an Ereignistagen"
    ),
    "days in a stable order of dependence; any error law; smallest p 1/(M+1)": (
        "Tage mit gleichbleibender Abhängigkeit; beliebige Fehlerverteilung; kleinstes p 1/(M+1)"
    ),
    "the event leaves the donors alone; firm and donors are exchangeable": (
        "das Ereignis lässt die Spender unberührt; Firma und Spender sind austauschbar"
    ),
    "one event date; normal errors, same variance on event days": (
        "ein einziges Ereignisdatum; normalverteilte Fehler, gleiche Varianz an Ereignistagen"
    ),
    "exchangeable days; any error law; the smallest p is 1/(M+1)": (
        "austauschbare Tage; beliebige Fehlerverteilung; kleinstes p 1/(M+1)"
    ),
    "independent pairs, CARs symmetric about zero": "unabhängige Paare, CARs symmetrisch um null",
    "exchangeable days; as chi2: normal errors, independent pairs": (
        "austauschbare Tage; als Chi²: normalverteilte Fehler, unabhängige Paare"
    ),
    "independent pairs, CARs symmetric about their centre": "unabhängige Paare, CARs symmetrisch um ihre Mitte",
    "independent dates, at least six of them": "unabhängige Tage, mindestens sechs",
}


def german_paper(paper: str) -> str:
    """A reference as German texts give it."""
    paper = re.sub(r"\band\b", "und", paper).replace("ch. ", "Kap. ")
    return paper.replace("(the question)", "(die Frage)").replace("placebo over days", "Placebo über Tage")
