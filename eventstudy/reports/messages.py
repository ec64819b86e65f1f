"""German for what a result says of itself."""

from __future__ import annotations

import re

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
