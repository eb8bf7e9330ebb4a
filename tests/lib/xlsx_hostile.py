"""Writes a workbook made to do harm to standard output.

Usage: xlsx_hostile.py KIND
It has the columns id and a; the kinds are the names of the functions below.
"""
import io
import sys
import zipfile

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
LAUGHS = ("<!DOCTYPE sst [<!ENTITY a0 \"ha\">"
          + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10)) + "]>")
HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>a</t></is></c></row>'


def row(number, text="<v>1</v>", place="B"):
    return f'<row r="{number}"><c r="A{number}"><v>{number}</v></c><c r="{place}{number}">{text}</c></row>'


def sheet(rows, behind="", before=""):
    return f"{HEAD}{before}<worksheet {MAIN}><sheetData>{HEADER}{rows}</sheetData>{behind}</worksheet>"


def book(sheet_text, texts=None, more=()):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("_rels/.rels", f'{HEAD}<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" '
                                     f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        made.writestr("xl/workbook.xml", f'{HEAD}<workbook {MAIN} xmlns:r="{OFFICE}"><sheets>'
                                         '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>')
        links = f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        if texts is not None:
            links += f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
            made.writestr("xl/sharedStrings.xml", texts)
        made.writestr("xl/_rels/workbook.xml.rels", f'{HEAD}<Relationships xmlns="{PACKAGE}">{links}</Relationships>')
        made.writestr("xl/worksheets/sheet1.xml", sheet_text)
        for name, text in more:
            made.writestr(name, text)
    return out.getvalue()


def bomb():
    return book(sheet(row(2) + " " * 300_000_000))


def laughs():
    return book(sheet('<row r="2"><c r="A2"><v>2</v></c><c r="B2" t="s"><v>0</v></c></row>'),
                f"{HEAD}{LAUGHS}<sst {MAIN}><si><t>&a9;</t></si></sst>")


def outside():
    return book(sheet(row(2), before='<!DOCTYPE worksheet [<!ENTITY f SYSTEM "file:///etc/passwd">]>'))


def far():
    return book(sheet(row(2, place="XFD")))


def cut():
    whole = book(sheet("".join(row(n) for n in range(2, 5000))))
    return whole[: len(whole) // 2]


def bytes_():
    return book(sheet(row(2)).encode().replace(b"<v>1</v>", b"<v>\xff\xc0\x80</v>"))


def parts():
    return book(sheet(row(2)), more=[(f"xl/media/{n}.png", "x") for n in range(5000)])


def locked():
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(10000)


def empty():
    return b"PK\5\6" + bytes(18)


def texts():
    many = 400_000
    shared = "".join(f"<si><t>{n} {'x' * 60}</t></si>" for n in range(many))
    return book(sheet(f'<row r="2"><c r="A2"><v>2</v></c><c r="B2" t="s"><v>{many - 1}</v></c></row>'),
                f"{HEAD}<sst {MAIN}>{shared}</sst>")


def merges():
    many = "".join(f'<mergeCell ref="C{n}:D{n}"/>' for n in range(2, 150_000))
    return book(sheet(row(2), behind=f"<mergeCells>{many}</mergeCells>"))


kinds = {f.__name__.rstrip("_"): f for f in (bomb, laughs, outside, far, cut, bytes_, parts, locked, empty, texts, merges)}
sys.stdout.buffer.write(kinds[sys.argv[1]]())
