"""Report -> one HTML page that needs nothing else: no script, no font, no picture from anywhere."""

from __future__ import annotations

import re
from functools import cache, partial
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from eventstudy import __version__
from eventstudy.errors import InvalidRequest
from eventstudy.reports.parts import Report
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
    text: str = template.render(page=report, words=Words(report.lang), version=__version__, css=_css())
    return text.encode()


@cache
def _css() -> Markup:
    from markupsafe import Markup

    return Markup((_TEMPLATES / "style.css").read_text(encoding="utf-8").strip())  # ours, not the user's


@cache
def _environment() -> Environment:
    try:
        from jinja2 import Environment, FunctionLoader, StrictUndefined
    except ImportError as error:
        raise InvalidRequest(
            "an HTML report needs jinja2, which is not installed", hint="python -m pip install jinja2"
        ) from error
    environment = Environment(
        loader=FunctionLoader(lambda name: (_TEMPLATES / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    environment.filters |= {"json": partial(json_text, indent=None), "drawn": _drawn, "held": _held}
    environment.globals["kind_of"] = lambda part: type(part).__name__
    return environment


_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b|\b\d\d\.\d\d\.\d{4}\b")


def _held(text: str) -> Markup:
    """A text whose dates are not torn apart at the end of a line."""
    from markupsafe import Markup

    return Markup(_DATE.sub(lambda date: f'<span class="n">{date[0]}</span>', escape(str(text))))


def _drawn(svg: str, alt: str) -> Markup:
    """A drawing of ours as it is, with the words for those who cannot see it."""
    from markupsafe import Markup

    told = f' role="img" aria-label="{escape(" ".join(alt.split()))}"'
    return Markup(re.sub(r"^<svg", lambda _: f"<svg{told}", svg, count=1))
