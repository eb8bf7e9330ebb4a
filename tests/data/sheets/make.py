"""Writes the workbooks of this folder with two independent libraries: XlsxWriter 3.2.0 and openpyxl 3.1.5.

The files are kept, since what matters is that these programs wrote them; the unit test says what stands in each.
Usage: make.py FOLDER
"""

import datetime
import os
import sys

import openpyxl
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

ROWS = [
    ["Nguyễn Văn An", "038199000001", 1, 1.5, 0.1, True, datetime.date(1980, 2, 29)],
    ["  khoảng trắng ", "hai\ndòng", -7, 123456789.25, 1e-7, False, datetime.date(1900, 3, 1)],
    ["<&>\"'", "tab\there", 10**12, 3.3, 2 / 3, True, datetime.datetime(2026, 11, 22, 10, 20, 30)],
    ["", "NFD: e\u0323\u0302", 0, 1e20, 99.99, False, datetime.time(7, 5, 9)],
]
DATE, MOMENT, TIME = "dd/mm/yyyy", "dd/mm/yyyy hh:mm:ss", "hh:mm:ss"
FORMATS = {datetime.date: DATE, datetime.datetime: MOMENT, datetime.time: TIME}


def with_xlsxwriter(path, options):
    book = xlsxwriter.Workbook(path, options)
    formats = {kind: book.add_format({"num_format": code}) for kind, code in FORMATS.items()}
    bold = book.add_format({"bold": True})
    hidden = book.add_worksheet("Ẩn")
    hidden.write(0, 0, "hidden")
    sheet = book.add_worksheet("Dân cư")
    sheet.activate()
    hidden.hide()
    sheet.merge_range(0, 0, 0, 1, "Người", bold)
    sheet.merge_range(0, 2, 1, 2, "Số", bold)
    sheet.write_row(1, 0, ["Họ tên", "Số định danh"])
    for r, row in enumerate(ROWS, 2):
        for c, value in enumerate(row):
            if type(value) in FORMATS:
                sheet.write_datetime(r, c, value, formats[type(value)])
            else:
                sheet.write(r, c, value)
    r = 2 + len(ROWS)
    sheet.write_formula(r, 0, "=1+1", None, 2)
    sheet.write_formula(r, 1, '="a"&"b"', None, "ab")
    sheet.write_formula(r, 2, "=1/0", None, "#DIV/0!")
    sheet.write_rich_string(r, 3, "đậm ", bold, "và", " thường")
    sheet.set_row(r, None, None, {"hidden": True})
    book.close()


def with_openpyxl(path, from_1904):
    book = openpyxl.Workbook()
    if from_1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.active
    sheet.title = "Dân cư"
    sheet.append(["Người", None, "Số"])
    sheet.merge_cells("A1:B1")
    sheet.append(["Họ tên", "Số định danh"])
    for row in ROWS:
        sheet.append([value if value != "" else None for value in row])
        cell = sheet.cell(sheet.max_row, 7)
        cell.number_format = FORMATS[type(row[6])]
    sheet.append(["=1+1", None, "#N/A"])
    sheet.cell(sheet.max_row, 4).value = CellRichText("đậm ", TextBlock(InlineFont(b=True), "và"), " thường")
    sheet.row_dimensions[sheet.max_row].hidden = True
    book.create_chartsheet("Biểu đồ")
    book.create_sheet("Ẩn").sheet_state = "veryHidden"
    book.save(path)


if __name__ == "__main__":
    folder = sys.argv[1]
    with_xlsxwriter(os.path.join(folder, "xlsxwriter.xlsx"), {})
    with_xlsxwriter(os.path.join(folder, "xlsxwriter-inline.xlsx"), {"constant_memory": True})
    with_xlsxwriter(os.path.join(folder, "xlsxwriter-1904.xlsx"), {"date_1904": True})
    with_openpyxl(os.path.join(folder, "openpyxl.xlsx"), False)
    with_openpyxl(os.path.join(folder, "openpyxl-1904.xlsx"), True)
