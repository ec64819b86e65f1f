"""Every notebook runs from top to bottom without a network, warns of nothing, shows its figures, and ends with a picture."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FIGURE = re.compile(r"(?<![\w.])\d*\.\d+")


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a kernel that is this Python, whatever kernels the machine knows, and that reaches no network."""
    spec = tmp_path / "kernels" / "tested"
    spec.mkdir(parents=True)
    command = [sys.executable, "-Xfrozen_modules=off", "-W", "error::FutureWarning", "-m", "ipykernel_launcher"]
    content = {"argv": [*command, "-f", "{connection_file}"], "display_name": "tested", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(content))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.delenv("MPLBACKEND", raising=False)  # pictures belong into the notebook, whatever the terminal wants
    return spec.name


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS[0].name == "01_first_study.ipynb"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_committed_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    assert notebook.metadata.kernelspec.name == "python3"


@pytest.mark.render
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_and_ends_with_a_picture(path: Path, kernel: str, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, kernel_name=kernel, timeout=180, resources=place).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    said = [out.text for cell in code for out in cell.outputs if out.get("name") == "stderr"]
    assert not said, "".join(said)
    assert any("image/png" in out.get("data", {}) for out in code[-1].outputs)
    prose = "".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    shown = FIGURE.findall("".join(_text(out) for cell in code for out in cell.outputs))
    unproven = [figure for figure in FIGURE.findall(prose) if not _is_among(figure, shown)]
    assert not unproven, f"said, but not shown by any cell: {', '.join(unproven)}"


def _text(output: nbformat.NotebookNode) -> str:
    """What a reader can read of an output."""
    return str(output.get("text") or output.get("data", {}).get("text/plain", "")) + "\n"


def _is_among(figure: str, shown: list[str]) -> bool:
    """Whether a shown number is the figure, rounded to its places; signs are words in prose."""
    places = len(figure.partition(".")[2])
    return any(
        round(float(number), places) == float(figure) for number in shown if len(number.partition(".")[2]) >= places
    )


def test_a_figure_that_no_cell_shows_is_found() -> None:
    assert _is_among(".06", ["0.0594"])
    assert _is_among("13.4", ["13.37"])
    assert not _is_among("13.4", ["13.30", "13"])
    assert FIGURE.findall("-13.4 % (p = .004), 20.01.2025, v1") == ["13.4", ".004", "20.01"]
