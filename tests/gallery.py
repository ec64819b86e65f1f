"""Draws the pictures of README and site anew, each by the command beside it, in 256 colours: `python -m tests.gallery`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from eventstudy.cli import command
from PIL import Image

ROOT = Path(__file__).parents[1]
LARGEST = 120_000
"""Bytes of a picture."""

_NVDA = "eventstudy plot deepseek-r1 --tickers NVDA"
_ALL = "eventstudy plot deepseek-r1 --day0 recognised"

PICTURES = {
    "nvda-deepseek-r1.png": f"{_NVDA} --chart ar_bars --event-window -5 8 --window 0 0",
    "reaction.png": f"{_NVDA} --chart reaction --event-window -5 10",
    "placebo.png": f"{_NVDA} --day0 recognised --chart placebo",
    "forest.png": f"{_ALL} --chart forest",
    "heatmap.png": f"{_ALL} --chart heatmap",
    "price_path.png": f"{_ALL} --chart price_path --event-window -5 8",
    "specification_curve.png": f"{_NVDA} --day0 recognised --chart specification_curve",
}
"""File in docs/ -> the command that draws it, but for --output."""


def _smaller(path: Path) -> None:
    """A picture in as many colours as a chart needs, for a page that is read over a network."""
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(256, method=Image.Quantize.MAXCOVERAGE)
    few.save(path, optimize=True)


def draw(folder: Path) -> None:
    """Draw all pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, line in PICTURES.items():
        words = [*shlex.split(line)[1:], "--output", str(folder / name), "--quiet"]
        command.main(words, prog_name="eventstudy", standalone_mode=False)
        _smaller(folder / name)


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs")
