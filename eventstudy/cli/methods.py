"""`eventstudy methods`: models, tests, price sources, finders of events and charts to choose from."""

from __future__ import annotations

from typing import Any

import click

from eventstudy import plugins
from eventstudy.cli._command import Choice, command
from eventstudy.cli._output import format_option, listing, put
from eventstudy.language import Phrase, marked

_KINDS = ("models", "tests", "sources", "finders", "charts")


@command("methods")
@click.argument("kind", type=Choice(_KINDS), required=False)
@format_option
def COMMAND(kind: str | None, form: str) -> None:  # noqa: N802
    """List models, tests, price sources, finders of events and charts."""
    rows = [_row(k, name) for k in ([kind] if kind else _KINDS) for name in plugins.names(k)]
    if form == "table":
        rows = [{c: row[c] for c in ("kind", "name", "summary")} for row in rows]
    put(listing("methods", rows, form))


marked("model", "test", "source", "finder", "chart")


def _row(kind: str, name: str) -> dict[str, Any]:
    member = plugins.load(kind, name)
    more = {key: getattr(member, key, None) for key in ("null", "assumes", "fails", "paper")}
    variants = [v for v in getattr(member, "variants", ()) if v != "default"]
    noun, summary = Phrase.quoted(kind.rstrip("s")), Phrase.quoted(member.summary)
    return {"kind": noun, "name": name, "summary": summary, **more, "variants": variants}
