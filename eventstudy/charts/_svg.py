"""How matplotlib writes an SVG of our own figures: as always, but each text is shaped once for all charts of a process.

The pages of a site say the same dates, days and shares over and over. The bytes are those of matplotlib's own canvas.
"""

from __future__ import annotations

from functools import lru_cache
from io import StringIO
from typing import TYPE_CHECKING, Any, BinaryIO

from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.textpath import TextToPath

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties
    from matplotlib.ft2font import FT2Font


class Shapes(TextToPath):
    """Texts as outlines, and how large they are; both are kept."""

    def __init__(self) -> None:
        super().__init__()
        self._size = lru_cache(maxsize=4096)(super().get_text_width_height_descent)
        self._shape = lru_cache(maxsize=4096)(super().get_glyphs_with_font)

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> Any:
        """Width, height and descent of a text in points."""
        return self._size(s, prop.copy(), ismath)

    def get_glyphs_with_font(
        self,
        font: FT2Font,
        s: str,
        glyph_map: dict[str, Any] | None = None,
        return_new_glyphs_only: bool = False,
        **how: Any,
    ) -> Any:
        """Where each letter of a text stands, the outlines of letters (those not in `glyph_map`, if these alone), and lines."""
        places, outlines, lines = self._shape(font, s, **how)
        known = {} if glyph_map is None else glyph_map
        new = {letter: outline for letter, outline in outlines.items() if letter not in known}
        return places, new if return_new_glyphs_only else known | new, lines


_shapes = lru_cache(maxsize=1)(Shapes)


class FigureCanvas(FigureCanvasSVG):
    """The canvas that matplotlib asks for where this file is named as its backend."""

    def print_svg(self, filename: BinaryIO, *, metadata: dict[str, Any] | None = None, **_: Any) -> None:
        """Write the figure to an open file of bytes."""
        figure, written = self.figure, StringIO()
        dots, figure.dpi = figure.dpi, self.fixed_dpi
        width, height = figure.get_size_inches() * self.fixed_dpi
        renderer = RendererSVG(width, height, written, image_dpi=dots, metadata=metadata)  # type: ignore[no-untyped-call]
        renderer._text2path = _shapes()
        figure.draw(renderer)
        renderer.finalize()  # type: ignore[no-untyped-call]
        filename.write(written.getvalue().encode())
