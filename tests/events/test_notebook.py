"""Events and registries in a notebook."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser

import pytest
from eventstudy.events import Event, Group, Registry, load_registry


class _Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(page: str) -> _Cells:
    found = _Cells()
    found.feed(page)
    return found


def test_the_shipped_registry_is_a_row_an_event() -> None:
    registry = load_registry()
    found = read(registry._repr_html_())
    assert found.tags.count("tr") == len(registry) + 1
    assert {"deepseek-r1", "2025-01-20", "2025-01-27"} <= set(found.text)


def test_an_event_shows_its_dates_groups_and_claim() -> None:
    event = load_registry()["deepseek-r1"]
    text = read(event._repr_html_()).text
    assert text[text.index("recognised") + 1] == "2025-01-27"
    assert text[text.index("chip makers") + 1] == "NVDA, AVGO, AMD, TSM, MU, MRVL"
    assert event.claim[0].text in text


@pytest.mark.parametrize("page", ["event", "registry"])
def test_markup_in_a_title_is_text(page: str) -> None:
    title = "<script>alert(1)</script> & <b>more</b>"
    event = Event(id="e", title=title, announced=date(2025, 1, 20), group=(Group(tickers=("A<i>",)),), notes=title)
    found = read(event._repr_html_() if page == "event" else Registry([event])._repr_html_())
    assert not {"script", "b", "i"} & set(found.tags)
    assert title in "".join(found.text)
