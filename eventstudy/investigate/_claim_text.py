"""One paragraph on a checked claim, in English or German, fit to print.

It is written from the JSON object alone, so that every figure in it stands there too. It says what prices did and whether days
like these are ordinary; it never says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from eventstudy.investigate._claim_phrases import AT, FIELDS, MONEY, MONTHS, TEXT

LANGUAGES = tuple(TEXT)


def paragraph(told: dict[str, Any], lang: str) -> str:
    """The paragraph on a claim from its JSON object `told`; `lang` is one of `LANGUAGES`."""
    said = _Said(told, lang)
    return " ".join(f"{text[0].upper()}{text[1:]}." for text in said.sentences())


class _Said:
    """The sentences of one paragraph."""

    def __init__(self, told: dict[str, Any], lang: str) -> None:
        self.told, self.lang, self.text = told, lang, TEXT[lang]
        self.name = f"{told['understood']['name']} ({told['understood']['ticker']})"
        if told["understood"]["name"] == told["understood"]["ticker"]:
            self.name = str(told["understood"]["ticker"])

    def sentences(self) -> Iterator[str]:
        told = self.told
        start, end = told["found"]["from"], told["found"]["to"]
        yield from self.absent()
        if start and end:
            yield from self.found(start, end)
        elif end or start:
            yield f"{self.name} {self.at(end or start)}"
            yield from self.cut()
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

    def percent(self, value: float) -> str:
        return f"{self.number(f'{100 * value:+.2f}')} %"

    def p(self, value: float) -> str:
        return self.number("<0.001" if value < 0.001 else f"{value:.3f}")

    def day(self, iso: str) -> str:
        when = date.fromisoformat(iso)
        month = MONTHS[self.lang][when.month - 1]
        return f"{when.day}. {month} {when.year}" if self.lang == "de" else f"{when.day} {month} {when.year}"

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
        understood = self.told["understood"]
        if understood["percent"] is not None:
            return f"{self.number(format(100 * understood['percent'], '+.10g'))} %"
        return f"{self.number(understood['change'])} {understood['unit'] or ''}".strip()

    # ---- sentences ----------------------------------------------------------------------------------------------------

    def absent(self) -> Iterator[str]:
        """The numbers that were not found."""
        told, text = self.told, self.text
        days = {"first": self.day(told["searched"]["first"]), "last": self.day(told["searched"]["last"])}
        fields = [FIELDS[self.lang][name] for name in told["fields"]]
        listed = f"{', '.join(fields[:-1])} {text['and']} {fields[-1]}" if len(fields) > 1 else fields[0]
        if told["not_compared"]:
            numbers = ", ".join(f"{self.number(n['printed'])} {n['unit']}" for n in told["not_compared"])
            yield text["foreign"].format(numbers=numbers, name=self.name, unit=told["currency"])
        for key in ("from", "to"):
            if near := told["nearest"][key]:
                number = self.number(told["understood"][key])
                close = text["nearest"].format(value=self.price(near["value"]), on=self.on(near["date"]))
                close += text["adjusted"] if near["like_adjusted"] else ""
                yield text["absent"].format(number=number, fields=listed, name=self.name, **days) + close
        claimed = told["understood"]["percent"] is not None or told["understood"]["change"] is not None
        both = told["found"]["from"] and told["found"]["to"]
        if claimed and not both and not any(told["nearest"].values()) and not told["not_compared"]:
            within = f"“{told['understood']['span']}”" if told["understood"]["span"] else ""
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
        if verdict["direction_ok"] is False:
            yield text[f"wrong_way_{told['understood']['direction']}"]
        if verdict["size_ok"] is False:
            yield text["size_no"].format(size=self.size())
        if verdict["dates_ok"] is False:
            yield text["dates_no"]
        if verdict["phrase_ok"] is not None:
            yield self.phrase()

    def phrase(self) -> str:
        told, text = self.told, self.text
        span, most = told["understood"]["span"], told["understood"]["span_sessions"]
        if told["verdict"]["phrase_ok"]:
            return text["phrase_ok"].format(phrase=span, most=self.sessions(most, "most"))
        wrong_day = told["understood"]["weekday"] is not None and told["sessions"] <= most
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
        model = told["config"]["model"].replace("_", " ")
        yield text["abnormal"].format(model=model, verdict=self.judged(part), **self.tested(part)) + way
        if until := told["abnormal_to_extreme"]:
            hidden = text["hidden"] if self.rare(until) and not self.rare(part) else ""
            yield text["until"].format(verdict=self.judged(until), **self.tested(until)) + hidden

    def judged(self, part: dict[str, Any]) -> str:
        return self.text["yes" if self.rare(part) else "no"]

    def tested(self, part: dict[str, Any]) -> dict[str, str]:
        ranks = self.text["ranks"].format(p=self.p(part["p_ranks"])) if part["p_ranks"] is not None else ""
        t = self.number(f"{part['t']:+.2f}")
        return {"car": self.percent(part["car"]), "t": t, "p": self.p(part["p"]), "ranks": ranks}

    def rare(self, part: dict[str, Any]) -> bool:
        """Whether both tests agree that ordinary days do not bring as much."""
        return bool(part["p"] < 0.05 and (part["p_ranks"] is None or part["p_ranks"] < 0.05))
