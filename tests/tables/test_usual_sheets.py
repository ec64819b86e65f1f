"""A sheet of a workbook is looked at by its bytes, a block at a time: wherever a block ends, what stands there is seen."""

from __future__ import annotations

import pytest
from eventstudy.tables import workbook

USUAL = '<row r="99998"><c r="A99998" t="s"><v>1</v></c><c r="Z99998"/></row>'


def sheet(last: str) -> bytes:
    return f'<worksheet xmlns:r="http://x"><sheetData>{USUAL * 3}{last}</sheetData></worksheet>'.encode()


@pytest.mark.parametrize("block", [7, 16, 61, 1 << 16])
@pytest.mark.parametrize(
    ("last", "near", "sound"),
    [
        ("", True, True),
        ('<row r="7"><c r="Z99999"><v>1</v></c></row>', True, True),
        ('<row r="7"><c r="AA7"><v>1</v></c></row>', False, True),
        ('<row r="7"><c r="B100000"><v>1</v></c></row>', False, True),
        ('<row r="7"><c r="XFD1048576"/></row>', False, True),
        ('<row r="7"><c><v>1</v></c></row>', False, True),
        ('<row><c r="A7"><v>1</v></c></row>', False, True),
        ('<row r="7"><c r="A7"><f>B1</f><v>1</v></c></row>', True, False),
        ('<row r="7"><c r="A7" t="e"><v>#N/A</v></c></row>', True, False),
    ],
)
def test_a_cell_far_out_without_a_name_with_a_formula_or_an_error(
    monkeypatch: pytest.MonkeyPatch, block: int, last: str, near: bool, sound: bool
) -> None:
    monkeypatch.setattr(workbook, "_BLOCK", block)
    assert workbook._usual(sheet(last)) == (near, sound)
