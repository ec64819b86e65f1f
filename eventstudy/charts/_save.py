"""Writes charts: PNG, SVG and PDF, the same bytes on every run, whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from eventstudy import disk
from eventstudy.charts._style import DPI, HEAD, LINE, is_own, style
from eventstudy.charts._touch import TOLD
from eventstudy.errors import InvalidRequest, Sentence

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

_KINDS = ("png", "svg", "pdf")


def save(chart: Axes | Iterable[Axes], path: str | Path) -> None:
    """Write the figure of these Axes to `path`; the suffix says how: .png, .svg or .pdf.

    The title and what stands under it go into the file as its title and description.

    Raises:
        InvalidRequest: another suffix, Axes of several figures, or a place that cannot be written to.
    """
    path = Path(path)
    data = render(chart, _kind(path.suffix, path.name))
    try:
        disk.replace(path, data)
    except OSError as error:
        raise InvalidRequest(
            Sentence("cannot write the chart: {said}", said=error.strerror), where=str(path)
        ) from error


def render(chart: Axes | Iterable[Axes], kind: str = "svg", *, head: bool = True, dpi: float | None = None) -> bytes:
    """The figure of these Axes as a `png`, `svg` or `pdf` file. Text becomes outlines in SVG and stays text in PDF.

    `dpi`: dots per inch of a PNG, those of the figure by default. `head=False`: without title and subtitle, for a page that
    sets these `words` as text.

    Raises:
        InvalidRequest: another kind, or Axes of several figures.
    """
    kind, figure, buffer = _kind(kind), _figure(chart), BytesIO()
    title, description = _words(figure)
    facts: dict[str, dict[str, Any]] = {
        "png": {"Software": None, "Title": title, "Description": description},
        "svg": {"Date": None, "Title": title, "Description": description},
        "pdf": {"CreationDate": None, "Title": title, "Subject": description},
    }
    backend = "module://eventstudy.charts._svg" if kind == "svg" and all(map(is_own, figure.axes)) else None
    with style(), _off_the_dots(dpi), nullcontext() if head else _without_head(figure) as box:
        figure.savefig(buffer, format=kind, metadata=facts[kind], bbox_inches=box, dpi=dpi or "figure", backend=backend)
    return _titled(buffer.getvalue(), figure) if kind == "svg" else buffer.getvalue()


def _off_the_dots(dpi: float | None) -> AbstractContextManager[None]:
    """At other dots per inch than the lines were broken for, letters between dots: on whole dots they ran over the edge."""
    from matplotlib import rc_context

    return nullcontext() if dpi in (None, DPI) else rc_context({"text.hinting": "none"})


def _titled(svg: bytes, figure: Figure) -> bytes:
    """Marks that have something to say, as a title that browsers show where they are touched."""
    text = svg.decode()
    for artist in figure.findobj(match=lambda one: str(one.get_label()).startswith(TOLD)):
        group = f'<g id="{artist.get_gid()}">'
        touched = f'{group[:-1]} pointer-events="all">'  # though nothing of it is drawn
        text = text.replace(group, f"{touched}<title>{escape(str(artist.get_label()).removeprefix(TOLD))}</title>", 1)
    return text.encode()


def words(chart: Axes | Iterable[Axes]) -> tuple[str, str]:
    """Title and subtitle of a chart: its finding, and what was drawn and how. Spaces that hold words together stay."""
    title, below = _texts(_figure(chart))
    return _one_line(title), _one_line(below)


def alt_text(chart: Axes | Iterable[Axes]) -> str:
    """What the chart says, for those who cannot see it."""
    return ". ".join(part for part in _words(_figure(chart)) if part)


@contextmanager
def _without_head(figure: Figure) -> Iterator[Bbox | None]:
    """The part of the figure below title and subtitle, which are not drawn meanwhile; None where it has none of ours."""
    from matplotlib.transforms import Bbox

    heads = [text for text in figure.texts if text.get_label() == HEAD]
    if not heads:
        yield None
        return
    width, height = figure.get_size_inches()
    lowest = min(text.get_position()[1] * height - _high(text) for text in heads)
    for text in heads:
        text.set_visible(False)
    try:
        yield Bbox.from_bounds(0, 0, width, min(lowest, height))
    finally:
        for text in heads:
            text.set_visible(True)


def _high(text: Text) -> float:
    """Inches that the lines of a title or subtitle take, not measured: as many as their layout gives them."""
    return float(text.get_fontsize()) * LINE * (1 + text.get_text().count("\n")) / 72


def _kind(suffix: str, name: str = "") -> str:
    kind = suffix.lower().lstrip(".")
    if kind not in _KINDS:
        known = ", ".join(f".{k}" for k in _KINDS)
        raise InvalidRequest(
            Sentence("a chart cannot be written as {suffix}", suffix=suffix or Sentence("a file without suffix")),
            where=name,
            available=known,
        )
    return kind


def _figure(chart: Axes | Iterable[Axes]) -> Figure:
    axes = list(chart) if isinstance(chart, Iterable) else [chart]
    figures = {id(ax.figure.figure): ax.figure.figure for ax in axes if hasattr(ax, "figure")}
    if len(figures) != 1:
        raise InvalidRequest(
            Sentence("these are not the Axes of one figure"), hint=Sentence("give what plot() returned")
        )
    figure: Figure = next(iter(figures.values()))
    return figure


def _words(figure: Figure) -> tuple[str, str]:
    """Title and description as plain text, for what a file says of itself."""
    title, below = _texts(figure)
    return " ".join(title.split()), " ".join(below.split())


def _texts(figure: Figure) -> tuple[str, str]:
    """Title and description: those of the figure, or the titles of its Axes."""
    title = figure.get_suptitle() or "; ".join(t for ax in figure.axes if (t := ax.get_title(loc="left")))
    return title, str(figure.get_label())


def _one_line(text: str) -> str:
    return re.sub("[ \\n]+", " ", text).strip()
