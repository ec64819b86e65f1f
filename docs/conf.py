"""How Sphinx builds the site; `python -m docs` lays out the pages and calls it."""

from __future__ import annotations

import os
import re
from typing import Any

from docs import terms
from eventstudy import __version__

project = "eventstudy-lab"
author = "the eventstudy-lab developers"
copyright = "2026, the eventstudy-lab developers"
version = release = __version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.intersphinx"]
intersphinx_mapping: dict[str, Any] = {}  # a link to another site's index would ask the network
exclude_patterns = ["_build", "**/_generated"]
suppress_warnings = ["config.cache", "myst.header", "misc.highlighting_failure"]  # a notebook may call the command

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = os.environ.get("DOCS_NOTEBOOKS", "force")  # `off` for a quick look at the pages
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_output_stderr = "remove"

autodoc_typehints = "description"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_class_signature = "separated"
napoleon_google_docstring = True

html_theme = "pydata_sphinx_theme"
html_title = "eventstudy-lab"
html_show_sourcelink = False
html_copy_source = False
html_theme_options: dict[str, Any] = {
    "show_nav_level": 1,
    "navigation_with_keys": False,
    "header_links_before_dropdown": 6,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
}
html_context = {"default_mode": "auto"}
html_extra_path = ["llms.txt"]

_LINES = re.compile(r'^((?:<a id="[^"]+"></a>)+)$', re.M)
_ANCHOR = re.compile(r'<a id="([^"]+)"></a>')


def anchored(app: Any, page: str, source: list[str]) -> None:
    """Anchors that a reader of the plain file can follow become those that Sphinx checks."""
    text = _LINES.sub(lambda found: "\n".join(f"({name})=" for name in _ANCHOR.findall(found[1])), source[0])
    source[0] = _ANCHOR.sub(r"[]{#\1}", terms.anchored(text) if page == "glossary" else text)


def setup(app: Any) -> None:
    """Connect what is ours."""
    app.connect("source-read", anchored)
    app.connect("doctree-resolved", terms.link)
