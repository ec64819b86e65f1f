"""A checked claim in words: one paragraph in English or German, fit to print, and the screen.

Both are written from the JSON object alone, so that every figure in them stands there too. The paragraph says what prices did
and whether days like these are ordinary; it never says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from eventstudy.language import (
    MONTHS,
    Phrase,
    Translated,
    figure,
    in_language,
    language_spoken,
    marked,
    p_text,
    spoken,
    spoken_in,
    written,
)
from eventstudy.study.names import words_of_model
from eventstudy.study.sentences import LEVEL, percent
from eventstudy.text import columns, fitted, wrapped

MONEY = {
    "en": {"USD": "US dollars", "EUR": "euros", "GBP": "pounds", "CHF": "Swiss francs", "JPY": "yen"},
    "de": {"USD": "US-Dollar", "EUR": "Euro", "GBP": "Pfund", "CHF": "Schweizer Franken", "JPY": "Yen"},
}
AT = {
    "en": {
        "close": ("closed", "at"),
        "high": ("traded", "as high as"),
        "low": ("traded", "as low as"),
        "open": ("opened", "at"),
    },
    "de": {
        "close": ("schloss", "bei"),
        "high": ("stieg", "im Handel bis auf"),
        "low": ("fiel", "im Handel bis auf"),
        "open": ("eröffnete", "bei"),
    },
}
"""What a price did, and the word before it."""
FIELDS = {
    "en": {"close": "closes", "high": "highs", "low": "lows", "open": "opens"},
    "de": {"close": "Schlusskursen", "high": "Hochs", "low": "Tiefs", "open": "Eröffnungskursen"},
}
TEXT = {
    "en": {
        "and": "and",
        "on": "on",
        "session": "session",
        "sessions": "sessions",
        "most": "sessions",
        "change": "a change of",
        "in": "in",
        "absent": "{number} is not among the {fields} of {name} from {first} to {last}",
        "nearest": "; the nearest close is {value} {on}",
        "adjusted": ", and the number looks like that close adjusted for later dividends, which nobody paid",
        "foreign": "{numbers}: not looked for, since the prices of {name} are in {unit} here and no exchange rate is guessed",
        "no_move": "No change of {size} {within} is among the closes of {name} from {first} to {last}",
        "truncated": "The {number} of the claim is {value} with the decimals cut off; rounded it would be {rounded}",
        "order": "The price of {end} came before that of {start}: it went the other way, and no such move took place",
        "wrong_way_down": "The claim says that the price fell; between these prices it rose",
        "wrong_way_up": "The claim says that the price rose; between these prices it fell",
        "phrase_ok": "That fits “{phrase}” (at most {most})",
        "phrase_no": "That does not fit “{phrase}” (at most {most})",
        "weekday_no": "That did not happen “{phrase}”",
        "size_no": "The claimed change of {size} is not what these prices give",
        "dates_no": "The dates of the claim are other ones",
        "earlier": "{days} is taken for a day before the move, not for its own",
        "trough": "The claim leaves out the lowest close in between, {value} {on} ({move}), and the {back} from there",
        "peak": "The claim leaves out the highest close in between, {value} {on} ({move}), and the {back} from there",
        "before": "The highest close of the week before was {value} {on}; from there to the lowest close it was {move}",
        "market": "The market ({benchmark}) moved by {days} on these days, {total} in all",
        "market_one": "The market ({benchmark}) moved by {total}",
        "abnormal": "What is left of it after the {name} model is {car} (p {p}{ranks}; t {t}), which is {verdict}",
        "ranks": " by comparison with ordinary days",
        "yes": "more than ordinary days bring",
        "no": "within what ordinary days bring",
        "other": "and points the other way",
        "until": "Up to the close that is left out it is {car} (p {p}{ranks}; t {t}), which is {verdict}",
        "hidden": ": the end point of the claim hides the part that stands out",
        "unknown": "What the market explains of it cannot be told here",
        "doubtful": "What the market explains of it cannot be told: prices behind it look wrong",
        "suspect": "Whether the claim holds cannot be told: the prices of {name} look wrong",
        "uncounted": "{amount} is not looked for: how many shares of {name} there were is not known here",
        "worth": "With {shares} million shares{since} that is {money} of market value",
        "worth_levels": "With {shares} million shares{since} that is a market value of {before} before and {after} after",
        "worth_level": "With {shares} million shares{since} that is a market value of {money}",
        "since": " (counted on {day})",
        "of worth": "; its market value by {money}",
        "caution": "Prices alone do not say what moved them",
        "true": "True",
        "false": "False",
        "misleading": "Misleading: the numbers are right, the story is not",
        "cannot be told": "It cannot be told whether this is true",
        "actual": "{name} moved by {move} {on}",
        "largest": "the largest move of a day was {move} {on}",
        "not": ", not by {size}",
        "close then": "{name} closed at {value} {on}, not at {number}",
        "nearest close": "the close nearest to {number} was {value} {on}",
    },
    "de": {
        "and": "und",
        "on": "am",
        "session": "Handelstag",
        "sessions": "Handelstagen",
        "most": "Handelstage",
        "change": "eine Veränderung von",
        "in": "in",
        "absent": "{number} ist nicht unter den {fields} von {name} vom {first} bis zum {last}",
        "nearest": "; der nächste Schlusskurs ist {value} {on}",
        "adjusted": ", und die Zahl sieht aus wie dieser Kurs um spätere Dividenden bereinigt, den niemand bezahlt hat",
        "foreign": "{numbers}: nicht gesucht, denn die Kurse von {name} sind hier in {unit}, und kein Wechselkurs wird geraten",
        "no_move": "Unter den Schlusskursen von {name} vom {first} bis zum {last} ist {within} keine Veränderung von {size}",
        "truncated": "Die genannten {number} sind {value} ohne die Nachkommastellen; gerundet wären es {rounded}",
        "order": "Den Kurs von {end} gab es vor dem von {start}: Die Bewegung lief andersherum, eine solche gab es nicht",
        "wrong_way_down": "Die Meldung spricht von einem Rückgang; zwischen diesen Kursen stieg der Kurs",
        "wrong_way_up": "Die Meldung spricht von einem Anstieg; zwischen diesen Kursen fiel der Kurs",
        "phrase_ok": "Das passt zu „{phrase}“ (höchstens {most})",
        "phrase_no": "Das passt nicht zu „{phrase}“ (höchstens {most})",
        "weekday_no": "Das geschah nicht „{phrase}“",
        "size_no": "Die genannte Veränderung von {size} ergibt sich aus diesen Kursen nicht",
        "dates_no": "Die Tage der Meldung sind andere",
        "earlier": "Der {days} gilt als ein Tag vor der Bewegung, nicht als ihr eigener",
        "trough": "Die Meldung übergeht den tiefsten Schlusskurs dazwischen, {value} {on} ({move}), und die {back} danach",
        "peak": "Die Meldung übergeht den höchsten Schlusskurs dazwischen, {value} {on} ({move}), und die {back} danach",
        "before": "Der höchste Schlusskurs der Woche davor war {value} {on}; von dort bis zum tiefsten waren es {move}",
        "market": "Der Markt ({benchmark}) bewegte sich an diesen Tagen um {days}, zusammen {total}",
        "market_one": "Der Markt ({benchmark}) bewegte sich um {total}",
        "abnormal": "Nach Abzug dessen, was das Modell erklärt ({model}), bleiben {car} (p {p}{ranks}; t {t}), {verdict}",
        "ranks": " im Vergleich mit gewöhnlichen Tagen",
        "yes": "mehr, als gewöhnliche Tage bringen",
        "no": "nicht mehr, als gewöhnliche Tage bringen",
        "other": "und zwar in die andere Richtung",
        "until": "Bis zu dem ausgelassenen Schlusskurs sind es {car} (p {p}{ranks}; t {t}), {verdict}",
        "hidden": ": Der Endpunkt der Meldung verdeckt den Teil, der heraussticht",
        "unknown": "Was davon der Markt erklärt, lässt sich hier nicht sagen",
        "doubtful": "Was davon der Markt erklärt, bleibt offen: Kurse, auf denen das beruht, sehen falsch aus",
        "suspect": "Ob die Meldung stimmt, lässt sich nicht sagen: Die Kurse von {name} sehen falsch aus",
        "uncounted": "{amount} wird nicht gesucht: Wie viele Aktien von {name} es gab, ist hier nicht bekannt",
        "worth": "Bei {shares} Millionen Aktien{since} sind das {money} an Börsenwert",
        "worth_levels": "Bei {shares} Millionen Aktien{since} ist das ein Börsenwert von {before} davor und {after} danach",
        "worth_level": "Bei {shares} Millionen Aktien{since} ist das ein Börsenwert von {money}",
        "since": " (gezählt am {day})",
        "of worth": ", der Börsenwert um {money}",
        "caution": "Kurse allein sagen nicht, was sie bewegt hat",
        "true": "Wahr",
        "false": "Falsch",
        "misleading": "Irreführend: Die Zahlen stimmen, die Darstellung nicht",
        "cannot be told": "Ob das stimmt, lässt sich nicht sagen",
        "actual": "{name} bewegte sich {on} um {move}",
        "largest": "die größte Bewegung eines Tages war {move} {on}",
        "not": ", nicht um {size}",
        "close then": "{name} schloss {on} bei {value}, nicht bei {number}",
        "nearest close": "der {number} nächste Schlusskurs war {value} {on}",
    },
}
LANGUAGES = tuple(TEXT)


_LARGE = {
    "en": ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")),
    "de": ((1e12, "Billionen"), (1e9, "Milliarden"), (1e6, "Millionen")),
}


def paragraph(told: dict[str, Any], lang: str) -> str:
    """The paragraph on a claim from its JSON object `told`, doubts apart; `lang` is one of `LANGUAGES`."""
    said = _Said(told, lang)
    return " ".join(f"{text[0].upper()}{text[1:]}." for text in said.sentences())


def judgement(told: dict[str, Any], lang: str) -> str:
    """The verdict in a word, with the number that is true where that of the claim is not."""
    return _Said(told, lang).judgement()


def name_as_told(told: dict[str, Any]) -> str:
    """The firm that a claim is about: its name and ticker."""
    return _Said(told, told["lang"]).name


def together(told: dict[str, Any]) -> str:
    """The verdict on a sentence of several firms from its JSON object: the word for all, then each firm's."""
    lang = told["lang"]
    said = [judgement(claim, lang) for claim in told["claims"]]
    each = [
        f"{name_as_told(claim)}: {text[0].lower()}{text[1:]}" for claim, text in zip(told["claims"], said, strict=True)
    ]
    return " ".join([f"{TEXT[lang][told['verdict_word']]}.", *each])


class _Said:
    """The sentences of one paragraph."""

    def __init__(self, told: dict[str, Any], lang: str) -> None:
        self.told, self.lang, self.text = told, lang, TEXT[lang]
        self.name = f"{told['understood']['name']} ({told['understood']['ticker']})"
        if told["understood"]["name"] == told["understood"]["ticker"]:
            self.name = str(told["understood"]["ticker"])

    def judgement(self) -> str:
        """The word, and what happened in truth."""
        told, text = self.told, self.text
        word, actual = text[told["verdict_word"]], told["actual"]
        if actual is not None:
            fields = {"name": self.name, "move": self.percent(actual["move"]), "on": self.on(actual["to"])}
            claimed = told["understood"]["percent"]
            if actual["worth"] is not None and actual["named"]:
                money = text["of worth"].format(money=self.amount(actual["worth"], sign=True))
                wrong = text["not"].format(size=self.size()) if told["verdict_word"] == "false" else ""
                return f"{word}: {text['actual'].format(**fields)}{money}{wrong}."
            other = claimed is not None and f"{100 * claimed:.0f}" != f"{100 * actual['move']:.0f}"
            return f"{word}: {text['actual' if actual['named'] else 'largest'].format(**fields)}" + (
                f"{text['not'].format(size=self.size())}." if other and actual["named"] else "."
            )
        if then := told["close_then"]:
            said = {"name": self.name, "value": self.price(then["value"]), "number": self.claimed("to")}
            return f"{word}: {text['close then'].format(on=self.on(then['date']), **said)}."
        near = next(((key, found) for key, found in told["nearest"].items() if found), None)
        if told["verdict_word"] == "false" and near:
            key, found = near
            said = {"number": self.claimed(key), "value": self.near(found)}
            return f"{word}: {text['nearest close'].format(on=self.on(found['date']), **said)}."
        return f"{word}."

    def sentences(self) -> Iterator[str]:
        told = self.told
        start, end = told["found"]["from"], told["found"]["to"]
        if not told["closes_believable"]:
            yield self.text["suspect"].format(name=self.name)
            return
        yield from self.absent()
        if start and end:
            yield from self.found(start, end)
        elif end or start:
            yield f"{self.name} {self.at(end or start)}"
            yield from self.cut()
            yield from self.worth()
        if told["move"] is not None:
            yield from self.left_out()
            yield from self.ordinary()
            yield self.text["caution"]

    # ---- pieces -------------------------------------------------------------------------------------------------------

    def number(self, text: str) -> str:
        return text.replace(".", ",") if self.lang == "de" else text

    def price(self, value: float) -> str:
        digits = f"{value:.4f}".rstrip("0")
        digits += "0" * max(0, 2 - len(digits.partition(".")[2]))
        unit = self.told["currency"]
        return f"{self.number(digits)} {MONEY[self.lang].get(unit, unit)}" if unit else self.number(digits)

    def claimed(self, key: str) -> str:
        """A number of the claim, or its words where it is one of market value."""
        printed = self.told["understood"][key]
        return self.number(printed) if printed else self.printed(key)

    def printed(self, role: str) -> str:
        """The amount of market value that the claim gives this part."""
        amounts = (self.told["worth"] or {"amounts": []})["amounts"]
        return next((str(a["printed"]) for a in amounts if a["role"] == role), "")

    def near(self, found: dict[str, Any]) -> str:
        """The nearest close, and what it is in market value where that was claimed."""
        price = self.price(found["value"])
        return price if found["worth"] is None else f"{price} ({self.amount(found['worth'])})"

    def amount(self, value: float, *, sign: bool = False) -> str:
        """Money in millions, billions or trillions."""
        size, name = next((size, name) for size, name in _LARGE[self.lang] if abs(value) >= size or size == 1e6)
        digits = 2 if size == 1e12 else 1
        unit = self.told["currency"]
        said = self.number(f"{value / size:{'+' if sign else ''}.{digits}f}").replace("-", "−")
        return f"{said} {name} {MONEY[self.lang].get(unit, unit) if unit else ''}".rstrip()

    def percent(self, value: float) -> str:
        return f"{self.number(f'{100 * value:+.2f}')} %".replace("-", "−")

    def p(self, value: float) -> str:
        return p_text(value, self.lang)

    def day(self, iso: str) -> str:
        when = date.fromisoformat(iso)
        month = MONTHS[self.lang][when.month - 1]
        return f"{when.day}. {month} {when.year}" if self.lang == "de" else f"{when.day} {month} {when.year}"

    def earlier(self) -> Iterator[str]:
        """Which date of the claim is not held against the move."""
        if named := self.told["earlier"]:
            yield self.text["earlier"].format(days=f" {self.text['and']} ".join(map(self.day, named)))

    def on(self, iso: str) -> str:
        return f"{self.text['on']} {self.day(iso)}"

    def at(self, match: dict[str, Any], verb: bool = True) -> str:
        did, before = AT[self.lang][match["field"]]
        price, on = f"{before} {self.price(match['value'])}", self.on(match["date"])
        words = [on, price] if self.lang == "de" else [price, on]
        return " ".join([did, *words] if verb else words)

    def sessions(self, n: int, many: str = "sessions") -> str:
        return f"{n} {self.text['session' if n == 1 else many]}"

    def size(self) -> str:
        understood, said = self.told["understood"], []
        if understood["percent"] is not None:
            said.append(f"{self.number(format(100 * understood['percent'], '+.10g'))} %".replace("-", "−"))
        elif understood["change"] is not None:
            said.append(f"{self.number(understood['change'])} {understood['unit'] or ''}".strip())
        if worth := self.printed("by"):
            sign = {"down": "−", "up": "+", None: ""}[understood["direction"]]
            said.append(f"{sign}{worth}")
        return f" {self.text['and']} ".join(said)

    # ---- sentences ----------------------------------------------------------------------------------------------------

    def absent(self) -> Iterator[str]:
        """The numbers that were not found."""
        told, text = self.told, self.text
        days = {"first": self.day(told["searched"]["first"]), "last": self.day(told["searched"]["last"])}
        fields = [FIELDS[self.lang][name] for name in told["fields"]]
        listed = f"{', '.join(fields[:-1])} {text['and']} {fields[-1]}" if len(fields) > 1 else fields[0]
        if told["not_compared"]:
            numbers = ", ".join(
                n["printed"] if not n["printed"][-1].isdigit() else f"{self.number(n['printed'])} {n['unit']}"
                for n in told["not_compared"]
            )
            yield text["foreign"].format(numbers=numbers, name=self.name, unit=told["currency"])
        for key in ("from", "to"):
            if near := told["nearest"][key]:
                number = self.claimed(key)
                close = text["nearest"].format(value=self.near(near), on=self.on(near["date"]))
                close += text["adjusted"] if near["like_adjusted"] else ""
                yield text["absent"].format(number=number, fields=listed, name=self.name, **days) + close
        worth = told["worth"]
        if worth and worth["shares"] is None and not told["not_compared"]:
            yield text["uncounted"].format(amount=", ".join(a["printed"] for a in worth["amounts"]), name=self.name)
        by = worth is not None and worth["shares"] is not None and bool(self.printed("by"))
        claimed = told["understood"]["percent"] is not None or told["understood"]["change"] is not None or by
        both = told["found"]["from"] and told["found"]["to"]
        if claimed and not both and not any(told["nearest"].values()) and not told["not_compared"]:
            within = (f"„{self.span}“" if self.lang == "de" else f"“{self.span}”") if self.span else ""
            text_ = text["no_move"].format(size=self.size(), within=within, name=self.name, **days)
            yield " ".join(text_.split())

    def found(self, start: dict[str, Any], end: dict[str, Any]) -> Iterator[str]:
        """Both prices, and whether they are what the claim says."""
        told, text, verdict = self.told, self.text, self.told["verdict"]
        second = self.at(end, verb=start["field"] != end["field"])
        first = f"{self.name} {self.at(start)} {text['and']} {second}"
        if told["move"] is None:
            yield first
            yield text["order"].format(start=self.price(start["value"]), end=self.price(end["value"]))
            return
        yield f"{first}, {text['change']} {self.percent(told['move'])} {text['in']} {self.sessions(told['sessions'])}"
        yield from self.cut()
        yield from self.worth()
        if verdict["direction_ok"] is False:
            yield text[f"wrong_way_{told['understood']['direction']}"]
        if verdict["size_ok"] is False:
            yield text["size_no"].format(size=self.size())
        if verdict["dates_ok"] is False:
            yield text["dates_no"]
        yield from self.earlier()
        if verdict["phrase_ok"] is not None:
            yield self.phrase()

    @property
    def span(self) -> str | None:
        """The words for the time that the claim names, in the language of the paragraph where they are known in it."""
        span = self.told["understood"]["span"]
        return (span and (in_language(span, self.lang) if isinstance(span, Translated) else None)) or span

    def worth(self) -> Iterator[str]:
        """The move in market value, where the claim names any."""
        worth = self.told["worth"]
        if not worth or worth["shares"] is None or (worth["before"] is None and worth["after"] is None):
            return
        since = self.text["since"].format(day=self.day(worth["counted"])) if worth["counted"] else ""
        shares = self.thousands(worth["shares"] / 1e6)
        levels = {name: self.amount(worth[name]) for name in ("before", "after") if worth[name] is not None}
        money = self.amount(worth["move"], sign=True) if worth["move"] is not None else next(iter(levels.values()))
        by = "worth" if self.printed("by") else "worth_levels"
        key = "worth_level" if worth["move"] is None else by
        yield self.text[key].format(shares=shares, since=since, money=money, **levels)

    def thousands(self, value: float) -> str:
        """A whole number with its separators."""
        said = f"{value:,.0f}"
        return said.replace(",", ".") if self.lang == "de" else said

    def phrase(self) -> str:
        told, text = self.told, self.text
        span, most = self.span, told["understood"]["span_sessions"]
        if told["verdict"]["phrase_ok"]:
            return text["phrase_ok"].format(phrase=span, most=self.sessions(most, "most"))
        wrong_day = told["understood"]["weekday"] is not None and (told["sessions"] or 0) <= most
        return text["weekday_no" if wrong_day else "phrase_no"].format(phrase=span, most=self.sessions(most, "most"))

    def cut(self) -> Iterator[str]:
        """Decimals that were cut off instead of rounded."""
        for key in ("from", "to"):
            match, printed = self.told["found"][key], self.told["understood"][key]
            if match and printed and match["manner"] == "truncated":
                digits = len(printed.partition(".")[2])
                rounded = self.number(f"{match['value']:.{digits}f}")
                value = self.price(match["value"])
                yield self.text["truncated"].format(number=self.number(printed), value=value, rounded=rounded)

    def left_out(self) -> Iterator[str]:
        told, verdict = self.told, self.told["verdict"]
        for key in ("trough", "peak"):
            if verdict[f"{key}_omitted"]:
                extreme = told[key]
                yield self.text[key].format(
                    value=self.price(extreme["value"]),
                    on=self.on(extreme["date"]),
                    move=self.percent(extreme["move"]),
                    back=self.percent(told["rebound"]),
                )
        peak, start = told["peak"], told["found"]["from"]
        if told["move"] < 0 and peak["date"] < start["date"] and peak["value"] > start["value"]:
            yield self.text["before"].format(
                value=self.price(peak["value"]), on=self.on(peak["date"]), move=self.percent(told["fall_from_peak"])
            )

    def ordinary(self) -> Iterator[str]:
        """The market's part, and what is left."""
        told, text = self.told, self.text
        if not told["believable"]:
            yield text["doubtful"]
            return
        moves = [self.percent(day["market"]) for day in told["days"] if day["market"] is not None]
        if told["market_move"] is not None:
            several = f"{', '.join(moves[:-1])} {text['and']} {moves[-1]}" if 1 < len(moves) <= 5 else ""
            key = "market" if several else "market_one"
            total = self.percent(told["market_move"])
            yield text[key].format(benchmark=told["benchmark"], days=several, total=total)
        part = told["abnormal"]
        if part is None:
            yield text["unknown"]
            return
        way = f", {text['other']}" if part["car"] * told["move"] < 0 else ""
        name, model = told["config"]["model"].replace("_", " "), words_of_model(told["config"]["model"])
        called = {"name": name, "model": in_language(model, self.lang) or model}
        yield text["abnormal"].format(**called, verdict=self.judged(part), **self.tested(part)) + way
        if until := told["abnormal_to_extreme"]:
            hidden = text["hidden"] if self.rare(until) and not self.rare(part) else ""
            yield text["until"].format(verdict=self.judged(until), **self.tested(until)) + hidden

    def judged(self, part: dict[str, Any]) -> str:
        return self.text["yes" if self.rare(part) else "no"]

    def tested(self, part: dict[str, Any]) -> dict[str, str]:
        ranks = self.text["ranks"] if part["test"] == "placebo" else ""
        t = self.number(f"{part['t']:+.2f}").replace("-", "−")
        return {"car": self.percent(part["car"]), "t": t, "p": self.p(part["p"]), "ranks": ranks}

    def rare(self, part: dict[str, Any]) -> bool:
        """Whether ordinary days do not bring as much."""
        return bool(part["p"] is not None and part["p"] < LEVEL)


# ---- the screen --------------------------------------------------------------------------------------------------------

_LISTED = 4
"""Up to so many further matches of a number are shown."""


def screen(told: dict[str, Any], *, verbose: bool = False) -> str:
    """The verdict and the paragraph; then what was understood, where it was found, and the sessions of the move."""
    with spoken_in(told["lang"]):
        blocks = [
            [line for doubt in told["doubts"] for line in wrapped(doubt)],
            wrapped(judgement(told, told["lang"])),
            wrapped(paragraph(told, told["lang"])),
            list(_understood(told)),
            list(_found(told, None if verbose else _LISTED)),
            list(_days(told)),
            list(_verdict(told)),
            [
                line
                for w in told["warnings"]
                if verbose or w["code"] in _SAID
                for line in wrapped(f"{w['code']} {w['message']}")
            ],
        ]
        return fitted("\n\n".join("\n".join(lines) for lines in blocks if lines))


_LOOSELY = {"about": "about", "under": "just under", "over": "just over", "most": "at most", "least": "at least"}
_SAID = ("NO_ABNORMAL",)
marked(
    "about", "just under", "just over", "rising", "falling", "exact", "rounded", "truncated", "under", "over", "move"
)
marked(
    "close", "high", "low", "open", "yes", "no", "cannot be told", "numbers found", "in this order", "direction right"
)
marked("size right", "time span right", "dates right", "lowest close left out", "highest close left out")
marked("more than market and ordinary days")


def _role(role: str, number: str) -> str:
    """What a number is of a move: `from 142`."""
    if role in ("change", "by"):
        return spoken(Phrase("by {number}", number=number)).strip()
    start, end = Phrase("from {number}", number=number), Phrase("to {number}", number=number)
    return spoken(start if role == "from" else end).strip()


def _understood(told: dict[str, Any]) -> Iterator[str]:
    u, event, de = told["understood"], told["event"], language_spoken() == "de"
    if u["text"]:
        yield from wrapped(f"{spoken(Phrase('claim'))}: {u['text']}")
    loosely = {key: f"{spoken(_LOOSELY[how])} " for key, how in u["loosely"].items()}
    said = [_role(key, f"{loosely.get(key, '')}{figure(u[key])}") for key in ("from", "to", "change") if u[key]]
    if u["percent"] is not None:
        said += [loosely.get("percent", "") + figure(f"{100 * u['percent']:+.10g}") + " %"]
    amounts = (told["worth"] or {"amounts": []})["amounts"]
    said += [f"{spoken(Phrase('market value'))} {_role(a['role'], a['printed'])}" for a in amounts]
    said += [spoken(Phrase("at its furthest"))] if u["at_times"] else []
    said += [u["unit"]] if u["unit"] else []
    if span := _Said(told, told["lang"]).span:
        said += [f"{'„' if de else '“'}{span}{'“' if de else '”'} ({spoken(_most(u['span_sessions']))})"]
    said += [spoken({"up": "rising", "down": "falling"}[u["direction"]])] if u["direction"] else []
    for words, earlier in ((Phrase("dates"), False), (Phrase("after"), True)):
        days = [_date(d) for d in u["dates"] if d["earlier"] == earlier]
        said += [f"{spoken(words)} {', '.join(days)}"] if days else []
    yield from wrapped(f"{spoken(Phrase('understood'))}: {u['ticker']} ({u['name']}), {', '.join(said)}")
    if u["aside"]:
        yield f"{spoken(Phrase('not used'))}: {', '.join(u['aside'])}"
    where = Phrase(
        "searched: {fields} from {first} to {last}, around {day0} ({id})",
        fields=", ".join(map(spoken, told["fields"])),
        **told["searched"],
        day0=event["day0"],
        id=f"{event['id']}, {spoken(event['title'])}" if event["title"] else event["id"],
    )
    yield from wrapped(spoken(where))


def _most(sessions: int | None) -> Phrase:
    if sessions is None:
        return Phrase("not understood")
    return Phrase.counted("at most {n} session", "at most {n} sessions", n=sessions)


def _date(day: dict[str, int | None]) -> str:
    """A day, or as much of it as the claim says."""
    parts = [str(part).zfill(2) for part in (day["year"], day["month"], day["day"]) if part is not None]
    return "-".join(parts) if language_spoken() == "en" else f"{'.'.join(parts[::-1])}{'' if day['year'] else '.'}"


def _found(told: dict[str, Any], most: int | None) -> Iterator[str]:
    rows, also = [], []
    worth = {a["role"]: a["printed"] for a in (told["worth"] or {"amounts": []})["amounts"]}

    def priced(match: dict[str, Any]) -> str:
        return f"{spoken(match['field'])} {figure(str(match['value']))}"

    for key in ("from", "to"):
        match, printed, near = told["found"][key], told["understood"][key], told["nearest"][key]
        role = _role(key, figure(printed) if printed else worth.get(key, ""))
        if match:
            how = match["manner"] if printed or worth.get(key) else Phrase("by the size of the move")
            rows.append([role, priced(match), written(match["date"]), spoken(how)])
        elif near:
            nearest = Phrase("nearest close {value}", value=figure(str(near["value"])))
            rows.append([role, spoken(Phrase("not found")), written(near["date"]), spoken(nearest)])
        elif printed:
            rows.append([role, spoken(Phrase("not looked for"))])
        others = [
            f"{priced(m)} {written(m['date'])} ({spoken(m['manner'])})" for m in told["matches"][key] if m != match
        ]
        if others:
            listed: str = "; ".join(others[:most])
            if most is not None and len(others) > most:
                listed = spoken(Phrase("{names} and {n} more", names=listed, n=len(others) - most))
            also.append(spoken(Phrase("{number} also matches: {found}", number=figure(printed or ""), found=listed)))
    if rows:
        yield columns(rows)
    for line in also:
        yield from wrapped(line)


def _days(told: dict[str, Any]) -> Iterator[str]:
    days = told["days"]
    if not days:
        return

    def cell(value: float | None) -> str:
        return "" if value is None else percent(value)

    head = [
        *map(spoken, (Phrase("session"), Phrase("close"), Phrase("change"))),
        told["benchmark"],
        spoken(Phrase("abnormal")),
    ]
    rows = [
        [written(d["session"]), figure(str(d["close"])), cell(d["ret"]), cell(d["market"]), cell(d["ar"])] for d in days
    ]
    total = [
        spoken(Phrase("in all")),
        "",
        cell(told["move"]),
        cell(told["market_move"]),
        cell(told["abnormal"] and told["abnormal"]["car"]),
    ]
    shown = rows if len(rows) <= 12 else [*rows[:6], ["..."], *rows[-5:]]
    yield columns([head, *shown, total], range(1, 5))


def _verdict(told: dict[str, Any]) -> Iterator[str]:
    words = {True: "yes", False: "no", None: "cannot be told"}
    verdict = dict(told["verdict"])
    verdict.pop("peak_omitted" if (told["move"] or 0) < 0 else "trough_omitted")
    asked = {"numbers_found": "numbers found", "order_ok": "in this order", "direction_ok": "direction right"}
    asked |= {"size_ok": "size right", "phrase_ok": "time span right", "dates_ok": "dates right"}
    asked |= {"trough_omitted": "lowest close left out", "peak_omitted": "highest close left out"}
    asked |= {"attributable": "more than market and ordinary days"}
    always = ("numbers_found", "direction_ok", "phrase_ok", "attributable")
    shown = [
        f"{spoken(name)}: {spoken(words[verdict.get(key)])}"
        for key, name in asked.items()
        if key in always or verdict.get(key) is not None
    ]
    yield from wrapped(f"{spoken(Phrase('verdict'))}: {'; '.join(shown)}")
