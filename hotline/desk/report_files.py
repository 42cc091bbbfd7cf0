"""Reports as files: xlsx, and CSV that Excel opens with the right characters."""

from __future__ import annotations

import csv
import io

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from hotline.desk.report_rows import COLUMNS, Report
from hotline.records import JSON

# A cell that starts so would be run as a formula by the program that opens the file.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cell = str | int | float | None


def as_csv(report: Report) -> bytes:
    """UTF-8 with a byte order mark, without which Excel reads Chinese as something else."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(_table(report))
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(report: Report) -> bytes:
    """One sheet with a head line that stays, shares as per cent."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "报表"
    for line in _table(report):
        sheet.append(line)
    for number, name in enumerate(COLUMNS, 1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = 14
        sheet[f"{letter}1"].font = Font(bold=True)
        if name == "answered_in_3min":
            for line_number in range(2, sheet.max_row + 1):
                sheet[f"{letter}{line_number}"].number_format = "0.0%"
    sheet.freeze_panes = "B2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _table(report: Report) -> list[list[Cell]]:
    return [list(COLUMNS.values()), *(_cells(line) for line in (*report.rows, report.total))]


def _cells(line: JSON) -> list[Cell]:
    return [harmless(line[name]) for name in COLUMNS]


def harmless(value: Cell) -> Cell:
    """The value as a file may hold it: text that would be a formula is marked as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
