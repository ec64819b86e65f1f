"""Tell it: a result becomes a report, in several formats and two languages. Nothing here computes a figure."""

from eventstudy.reports.build import build
from eventstudy.reports.formats import FORMATS, SUFFIXES, render
from eventstudy.reports.parts import Report
from eventstudy.reports.site import site_of

__all__ = ["FORMATS", "SUFFIXES", "Report", "build", "render", "site_of"]
