"""Report -> one HTML page that needs nothing else: no script, no font, no picture from anywhere."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache, partial
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from eventstudy import __version__
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.reports.parts import Report, Spark, Table
from eventstudy.reports.words import Words
from eventstudy.text import json_text

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_TEMPLATES = files("eventstudy.reports") / "templates"


def render(report: Report) -> bytes:
    """The page, UTF-8.

    Raises:
        InvalidRequest: jinja2 is not installed.
    """
    template = _environment().get_template("page.html")
    sortable = any(isinstance(b, Table) and b.sortable for section in report.sections for b in section.blocks)
    script = _script() if sortable else ""
    text: str = template.render(
        page=report, words=Words(report.lang), version=__version__, css=_css(), script=script, may_run=_may_run(script)
    )
    return text.encode()


@cache
def _css() -> Markup:
    from markupsafe import Markup

    return Markup((_TEMPLATES / "style.css").read_text(encoding="utf-8").strip())  # ours, not the user's


@cache
def _script() -> Markup:
    """Ours, to sort and filter tables with; the only script there ever is."""
    from markupsafe import Markup

    return Markup((_TEMPLATES / "sort.js").read_text(encoding="utf-8").strip())


def _may_run(script: str) -> Markup:
    """What the policy of the page says of scripts: none, or just this one, known by its hash."""
    from markupsafe import Markup

    if not script:
        return Markup("")
    return Markup(f"; script-src 'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'")


_WIDE, _HIGH = 96, 24
"""Of a small path, in pixels."""


def _spark(spark: Spark) -> Markup:
    """A small path: a line from day to day, day 0 upright, zero level; missing days are gaps."""
    from markupsafe import Markup

    there = [value for value in spark.values if value is not None]
    low, high = min([*there, 0.0]), max([*there, 0.0])
    step, span = _WIDE / max(len(spark.values) - 1, 1), (high - low) or 1.0
    points = [
        (i * step, _HIGH - 2 - (v - low) / span * (_HIGH - 4)) for i, v in enumerate(spark.values) if v is not None
    ]
    level = _HIGH - 2 + low / span * (_HIGH - 4)
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return Markup(
        f'<svg class="spark" role="img" width="{_WIDE}" height="{_HIGH}" viewBox="0 0 {_WIDE} {_HIGH}">'
        f"<title>{escape(spark.said)}</title>"
        f'<path d="M0 {level:.1f}H{_WIDE}M{spark.zero * step:.1f} 0V{_HIGH}"/><polyline points="{line}"/></svg>'
    )


@cache
def _environment() -> Environment:
    try:
        from jinja2 import Environment, FunctionLoader, StrictUndefined
    except ImportError as error:
        raise InvalidRequest(
            Sentence("an HTML report needs jinja2, which is not installed"),
            hint=Sentence("python -m pip install jinja2"),
        ) from error
    environment = Environment(
        loader=FunctionLoader(lambda name: (_TEMPLATES / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    environment.filters |= {"json": partial(json_text, indent=None), "drawn": _drawn, "held": _held, "spark": _spark}
    environment.globals["kind_of"] = lambda part: type(part).__name__
    return environment


_HELD = re.compile(
    r"\b\d{4}-\d\d-\d\d\b|\b\d\d\.\d\d\.\d{4}\b|\[[-+−]?\d+, [-+−]?\d+\]|(?<=\()p (?:≤|&lt;)?\d?[.,]\d+\b"
)
"""Dates, windows and p-values."""


def _held(text: str) -> Markup:
    """A text whose dates, windows and p-values are not torn apart at the end of a line."""
    from markupsafe import Markup

    return Markup(_HELD.sub(lambda held: f'<span class="n">{held[0]}</span>', escape(str(text))))


def _drawn(svg: str, alt: str) -> Markup:
    """A drawing of ours as it is, with the words for those who cannot see it."""
    from markupsafe import Markup

    told = f' role="img" aria-label="{escape(" ".join(alt.split()))}"'
    return Markup(re.sub(r"^<svg", lambda _: f"<svg{told}", svg, count=1))
