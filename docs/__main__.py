"""Builds the site: `python -m docs [FOLDER]`, by default into `docs/_build/html`. Warnings are errors.

The pages of this folder and the notebooks are copied aside, the reference is written from the program itself, and Sphinx builds
what results. Needs `pip install -e '.[docs]'`, and no network.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from docs.generate import pages

HERE = Path(__file__).parent
BUILD = HERE / "_build"


def gather(source: Path) -> None:
    """Lay out all that the site is made of in a folder of its own."""
    shutil.copytree(HERE, source, ignore=shutil.ignore_patterns("_build", "__pycache__", "*.py"))
    shutil.copy(HERE / "conf.py", source)
    shutil.copytree(
        HERE.parent / "notebooks", source / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints")
    )
    shutil.copy(HERE.parent / "CHANGELOG.md", source / "changelog.md")
    methods = source / "methods" / "index.md"
    methods.write_text(
        methods.read_text(encoding="utf-8") + "\n```{toctree}\n:hidden:\n:glob:\n\n*\n```\n", encoding="utf-8"
    )
    for name, text in pages().items():
        page = source / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")


def build(target: Path, *more: str) -> int:
    """Build the site; Sphinx's exit code."""
    from sphinx.cmd.build import build_main

    source = BUILD / "source"
    shutil.rmtree(BUILD, ignore_errors=True)
    gather(source)
    quiet = BUILD / "ipython" / "profile_default"  # the notebooks' kernel says nothing of itself
    quiet.mkdir(parents=True)
    (quiet / "ipython_kernel_config.py").write_text("c.IPKernelApp.log_level = 40\n", encoding="utf-8")
    os.environ |= {"PYDEVD_DISABLE_FILE_VALIDATION": "1", "IPYTHONDIR": str(quiet.parent)}
    return int(build_main(["-q", "-W", "--keep-going", "-b", "html", *more, str(source), str(target)]))


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]) if len(sys.argv) > 1 else BUILD / "html", *sys.argv[2:]))
