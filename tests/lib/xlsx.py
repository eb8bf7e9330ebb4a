"""Writes a workbook from CSV on standard input, as spreadsheet programs do.

Usage: xlsx.py OUT SHEET [date:COLUMN|datetime:COLUMN|bool:COLUMN|number:COLUMN]...
Columns that are not named are texts (shared strings); an empty cell is not written.  It uses
Python's own zip alone and shares nothing with the gateway.
"""
import csv
import datetime
import sys
import zipfile
from xml.sax.saxutils import escape

PARTS = {
    "[Content_Types].xml": """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>
<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>
</Types>""",
    "_rels/.rels": """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>
</Relationships>""",
    "xl/_rels/workbook.xml.rels": """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>
<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/>
</Relationships>""",
    "xl/styles.xml": """<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy\\ hh:mm:ss"/></numFmts>
<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>
<cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs>
</styleSheet>""",
}
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
EPOCH = datetime.datetime(1899, 12, 30)


def letters(column):
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def serial(text):
    """None where it is no day of the calendar: a person would leave a text in the cell."""
    try:
        return repr((datetime.datetime.fromisoformat(text) - EPOCH) / datetime.timedelta(days=1))
    except ValueError:
        return None


class Strings:
    def __init__(self):
        self.at = {}

    def __call__(self, text):
        return self.at.setdefault(text, len(self.at))


def cell(place, kind, text, strings):
    if text == "":
        return ""
    if kind == "bool":
        return f'<c r="{place}" t="b"><v>{int(text in ("t", "true", "1"))}</v></c>'
    if kind in ("date", "datetime") and serial(text) is not None:
        return f'<c r="{place}" s="{1 if kind == "date" else 2}"><v>{serial(text)}</v></c>'
    if kind == "number":
        return f'<c r="{place}"><v>{text}</v></c>'
    return f'<c r="{place}" t="s"><v>{strings(text)}</v></c>'


out, sheet = sys.argv[1:3]
kinds = dict(reversed(word.split(":", 1)) for word in sys.argv[3:])
csv.field_size_limit(sys.maxsize)
rows = csv.reader(sys.stdin)
strings = Strings()
with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
    for name, text in PARTS.items():
        book.writestr(name, HEAD + text)
    book.writestr("xl/workbook.xml", f'{HEAD}<workbook {MAIN} xmlns:r="http://schemas.openxmlformats.org/officeDocument/'
                  f'2006/relationships"><sheets><sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>')
    with book.open("xl/worksheets/sheet1.xml", "w") as part:
        part.write(f"{HEAD}<worksheet {MAIN}><sheetData>".encode())
        header = next(rows)
        cells = "".join(cell(letters(i) + "1", "text", text, strings) for i, text in enumerate(header))
        part.write(f'<row r="1">{cells}</row>'.encode())
        for number, row in enumerate(rows, 2):
            cells = "".join(cell(letters(i) + str(number), kinds.get(header[i], "text"), text, strings)
                            for i, text in enumerate(row))
            part.write(f'<row r="{number}">{cells}</row>'.encode())
        part.write(b"</sheetData></worksheet>")
    with book.open("xl/sharedStrings.xml", "w") as part:
        part.write(f"{HEAD}<sst {MAIN}>".encode())
        for text in strings.at:
            part.write(f'<si><t xml:space="preserve">{escape(text)}</t></si>'.encode())
        part.write(b"</sst>")
