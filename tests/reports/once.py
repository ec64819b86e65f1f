"""Pictures that are drawn once, for tests of what becomes of reports: most of the time of a report goes into its pictures."""

from __future__ import annotations

from eventstudy.reports.material import Material
from eventstudy.reports.parts import Picture
from eventstudy.reports.pictures import pictures

_drawn: dict[tuple[str, str, tuple[str, ...]], list[Picture]] = {}


def pictures_once(told: Material, names: tuple[str, ...]) -> list[Picture]:
    """The pictures of a result; those of a result that says the same are drawn already."""
    key = (told.result.to_json(), told.words.lang, names)
    if key not in _drawn:
        _drawn[key] = list(pictures(told, names))
    return _drawn[key]
