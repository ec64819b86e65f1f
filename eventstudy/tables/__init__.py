"""Tables as people hold them: files, workbooks and frames become columns whose meaning is found, and said.

Three openers (`text`, `workbook`, `frames`) make cells of bytes and objects; one reader finds headings (`headed`), dates
(`dates`), numbers (`numbers`) from the whole of a column. What can mean two things is refused with the rows that leave it open.
"""

from eventstudy.tables.headings import fold, roles, words
from eventstudy.tables.place import Place, Reading

__all__ = ["Place", "Reading", "fold", "roles", "words"]
