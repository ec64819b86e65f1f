"""StudyResult -> slides: the finding, a slide a chart with its sentence and its source, and what a reader must know."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from eventstudy import __version__
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.reports.build import finding, title_of
from eventstudy.reports.material import Material
from eventstudy.reports.parts import Lang, plain
from eventstudy.reports.pictures import chosen_charts
from eventstudy.reports.words import Words

if TYPE_CHECKING:
    from eventstudy.study.result import StudyResult

_WIDE, _HIGH, _EDGE = 13.333, 7.5, 0.6
"""Inches of a slide, and of its margin."""

_NOTED = 8
"""So many warnings stand on the last slide."""

_DPI = 200


def refuse_without() -> None:
    """Say so where python-pptx is lacking, before anything is computed.

    Raises:
        InvalidRequest: it is not installed.
    """
    try:
        import pptx  # noqa: F401
    except ImportError as error:
        raise InvalidRequest(
            Sentence("slides need python-pptx, which is not installed"),
            hint=Sentence("python -m pip install 'eventstudy-lab[slides]'"),
        ) from error


def render(result: StudyResult, *, lang: Lang = "en") -> bytes:
    """The slides; the same bytes for the same result.

    Raises:
        InvalidRequest: python-pptx is not installed.
    """
    refuse_without()
    from pptx import Presentation
    from pptx.util import Inches

    told = Material(result, Words(lang))
    show = Presentation()
    show.slide_width, show.slide_height = Inches(_WIDE), Inches(_HIGH)
    day = datetime.fromisoformat(told.data["firms"][0]["day0"])
    facts = show.core_properties
    facts.title, facts.author, facts.last_modified_by = title_of(told), "eventstudy", "eventstudy"
    facts.created = facts.modified = day
    slides = _Slides(show, told)
    slides.first()
    for name in chosen_charts(result):
        slides.chart(name)
    slides.noted()
    buffer = BytesIO()
    show.save(buffer)
    return _settled(buffer.getvalue())


class _Slides:
    """Slides of one result."""

    def __init__(self, show: Any, told: Material) -> None:
        self.show, self.told = show, told

    def _new(self, title: str) -> Any:
        slide = self.show.slides.add_slide(self.show.slide_layouts[5])  # a title alone
        self._box(slide.shapes.title, (_EDGE, 0.4, _WIDE - 2 * _EDGE, 1.1))
        self._write(slide.shapes.title.text_frame, [(title, 24, True)])
        source = self.told.data["provenance"]
        line = f"eventstudy {__version__} · {source['source']} · SHA-256 {source['prices_sha256'][:12]}"
        self._text(slide, [(line, 10, False)], (_EDGE, _HIGH - 0.45, _WIDE - 2 * _EDGE, 0.3))
        return slide

    def first(self) -> None:
        """What happened; what cannot be believed stands before it."""
        slide = self._new(title_of(self.told))
        texts = [
            (plain(p.text), 24 if p.kind == "lead" else 18, p.kind == "alert")
            for p in finding(self.told)
            if plain(p.text)
        ]
        self._text(slide, texts, (_EDGE, 1.7, _WIDE - 2 * _EDGE, 5.2))

    def chart(self, name: str) -> None:
        """A chart: its finding above, the picture, and what was drawn and how."""
        from pptx.util import Inches

        from eventstudy.charts import render, words

        drawn = self.told.result.plot(name, lang=self.told.words.lang, size="16:9")
        title, below = words(drawn)
        slide = self._new(title)
        data = BytesIO(render(drawn, "png", head=False, dpi=_DPI))
        picture = slide.shapes.add_picture(data, Inches(_EDGE), Inches(1.6), height=Inches(4.7))
        if picture.width > Inches(_WIDE - 2 * _EDGE):
            picture.height = int(picture.height * Inches(_WIDE - 2 * _EDGE) / picture.width)
            picture.width = Inches(_WIDE - 2 * _EDGE)
        picture.left = int((self.show.slide_width - picture.width) / 2)
        picture._element.nvPicPr.cNvPr.set("descr", f"{title}. {below}")
        self._text(slide, [(below, 12, False)], (_EDGE, 6.35, _WIDE - 2 * _EDGE, 0.7))

    def noted(self) -> None:
        """What a reader must know: doubts first."""
        warnings = [w for w in self.told.data["warnings"] if w["severity"] != "note"]
        said = self.told.words.said
        named = [(self.told.whom(w), plain((said(w["message"]),))) for w in warnings]
        texts = [f"{who}: {text}" if who else text for who, text in named]
        texts = list(dict.fromkeys(texts))
        if not texts:
            return
        slide = self._new(self.told.words("s.notes"))
        more = [self.told.words("and more doubts", n=len(texts) - _NOTED)] if len(texts) > _NOTED else []
        lines = [(text, 14, False) for text in [*texts[:_NOTED], *more]]
        self._text(slide, lines, (_EDGE, 1.6, _WIDE - 2 * _EDGE, 5.3))

    def _text(self, slide: Any, texts: list[tuple[str, int, bool]], place: tuple[float, float, float, float]) -> None:
        from pptx.util import Inches

        self._write(slide.shapes.add_textbox(*map(Inches, place)).text_frame, texts)

    @staticmethod
    def _box(shape: Any, place: tuple[float, float, float, float]) -> None:
        from pptx.util import Inches

        shape.left, shape.top, shape.width, shape.height = map(Inches, place)

    @staticmethod
    def _write(frame: Any, texts: list[tuple[str, int, bool]]) -> None:
        """Paragraphs of so many points, bold or not, on the left."""
        from pptx.enum.text import PP_ALIGN
        from pptx.util import Pt

        frame.word_wrap = True
        for i, (text, points, bold) in enumerate(texts):
            paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
            paragraph.alignment, paragraph.space_after = PP_ALIGN.LEFT, Pt(points / 2)
            run = paragraph.add_run()
            run.text, run.font.size, run.font.bold = " ".join(text.split("\n")), Pt(points), bold


def _settled(data: bytes) -> bytes:
    """The same file with the same time on each of its parts."""
    buffer = BytesIO()
    with ZipFile(BytesIO(data)) as made, ZipFile(buffer, "w", ZIP_DEFLATED) as settled:
        for name in made.namelist():
            settled.writestr(ZipInfo(name, (1980, 1, 1, 0, 0, 0)), made.read(name), ZIP_DEFLATED)
    return buffer.getvalue()
