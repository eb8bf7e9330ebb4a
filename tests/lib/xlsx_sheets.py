"""Writes a workbook of two sheets, one of them with a title above its header, and a hidden third.

Usage: xlsx_sheets.py OUT SHEET ROWS SHEET ROWS
"""
import sys
import zipfile

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def cell(column, row, value):
    place = f"{chr(65 + column)}{row}"
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def sheet(rows):
    text = "".join(f'<row r="{n}">' + "".join(cell(c, n, v) for c, v in enumerate(row)) + "</row>"
                   for n, row in enumerate(rows, 1))
    return f"<worksheet {MAIN}><sheetData>{text}</sheetData></worksheet>"


out, first, nfirst, second, nsecond = sys.argv[1:]
works = [["DANH MỤC"], [], ["Mã công trình", "Tên công trình", "Kinh phí"]]
works += [[f"CT{i:03d}", f"Đường {i}", i * 1000] for i in range(1, int(nfirst) + 1)]
files = [["Mã hồ sơ", "Số lượng"]] + [[f"HS-{i}", i] for i in range(1, int(nsecond) + 1)]
with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
    book.writestr("_rels/.rels", f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
                                 'Target="xl/workbook.xml"/></Relationships>')
    book.writestr("xl/workbook.xml", f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets><sheet name="{first}" sheetId="1" r:id="r1"/>'
                                     f'<sheet name="{second}" sheetId="2" r:id="r2"/>'
                                     '<sheet name="x" state="hidden" sheetId="3" r:id="r3"/></sheets></workbook>')
    links = "".join(f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in (1, 2, 3))
    book.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>')
    for n, rows in enumerate((works, files, [["a"], ["b"]]), 1):
        book.writestr(f"xl/worksheets/sheet{n}.xml", sheet(rows))
