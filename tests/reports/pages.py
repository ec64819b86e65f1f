"""Reads pages back: every figure with its path and value, every tag with its attributes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = {"meta", "link", "br", "img", "input", "hr"}


@dataclass
class Page(HTMLParser):
    """A page as a list of tags, its figures, and its visible text."""

    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    figures: list[tuple[dict[str, str | None], str]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "data":
            self.figures.append((dict(attrs), ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "data":
            attributes, text = self.figures[-1]
            self.figures[-1] = (attributes, text + data)
        if "style" not in self.open:
            self.text.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all tags of this name."""
        return [attributes for name, attributes in self.tags if name == tag]


def read(page: bytes) -> Page:
    """The page; every tag is closed by its own end tag."""
    found = Page()
    found.feed(page.decode())
    found.close()
    assert found.open == []
    return found


def at(data: Any, path: str) -> Any:
    """What stands at `firms[0].windows[1].car`, spelt out as Python."""
    for name, place in re.findall(r"(\w+)|\[(\d+)\]", path):
        data = data[name] if name and not (isinstance(data, list)) else data[int(place or name)]
    return data
