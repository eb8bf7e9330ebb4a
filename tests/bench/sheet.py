"""Writes the table of the bench as a file: the columns of wide.sh, values as random as those.

Usage: sheet.py FORM ROWS FILE    FORM: csv, or a workbook with its texts shared or inline
"""

import csv
import datetime
import hashlib
import random
import sys
import tempfile
import zipfile
from xml.sax.saxutils import escape

NAMES = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đỗ", "Bùi"]
COLUMNS = """id so_cccd ho_ten gioi_tinh ngay_sinh ma_xa dia_chi loai trang_thai so_tien ty_le lan diem co_bhyt
ngay_lap ngay_het luc_tao luc_sua ma_hs ghi_chu""".split()
# What a workbook has as dates (d) and moments (m), numbers (n) and truths (b); all else is text.
KINDS = "ntttttttnnnnnbddmmtt"
SERIAL_2015, SERIAL_2026 = 42005, 46023
COMMUNES = ["15520", "15538", "15535", "15517", "14758", "14797", "14845", "16087"]


def text(n):
    return hashlib.md5(str(n).encode()).hexdigest()


def row(i, rng):
    """The row as numbers and texts; dates as the numbers that a workbook has for them."""
    word = text(rng.random())
    return [
        i, f"0380{i * 7919 % 100:02d}{i * 611953 % 1000000:06d}", f"{rng.choice(NAMES)} Văn {word[:8]}",
        rng.choice(["Nam", "Nữ", "nam", "NỮ"]),
        f"{rng.randint(1, 28):02d}/{rng.randint(1, 12):02d}/{rng.randint(1930, 2023)}", rng.choice(COMMUNES),
        f"Số {rng.randint(0, 900)}, thôn {rng.randint(0, 20)}, {word[8:18]}", rng.choice("ABCD"),
        rng.randint(0, 9), rng.randint(0, 90000000000) / 100, rng.random() * 100, rng.randint(0, 10**9),
        rng.randint(0, 1000), int(rng.random() < 0.9), SERIAL_2015 + rng.randint(0, 4000),
        SERIAL_2026 + rng.randint(0, 1000), SERIAL_2015 + rng.random() * 4000, SERIAL_2026 + i / 86400,
        text(word), "ghi chú " + text(i),
    ]


def day(serial):
    return (datetime.datetime(1899, 12, 30) + datetime.timedelta(days=serial)).isoformat(" ")


def write_csv(rows, path):
    rng = random.Random(1)
    with open(path, "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for i in range(1, rows + 1):
            values = row(i, rng)
            for c, kind in enumerate(KINDS):
                if kind == "d":
                    values[c] = day(values[c])[:10]
                elif kind == "m":
                    values[c] = day(values[c])
                elif kind == "b":
                    values[c] = "t" if values[c] else "f"
            writer.writerow(values)


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
LETTERS = [chr(65 + c) for c in range(20)]


def link(n, kind, target):
    return f'<Relationship Id="rId{n}" Type="{LINKS}/{kind}" Target="{target}"/>'


def write_parts(book):
    book.writestr("_rels/.rels", f'{HEAD}<Relationships xmlns="{PACKAGE}">'
                  + link(1, "officeDocument", "xl/workbook.xml") + "</Relationships>")
    book.writestr("xl/workbook.xml", f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>'
                  '<sheet name="Trang tính 1" sheetId="1" r:id="rId1"/></sheets></workbook>')
    book.writestr("xl/_rels/workbook.xml.rels", f'{HEAD}<Relationships xmlns="{PACKAGE}">'
                  + link(1, "worksheet", "worksheets/sheet1.xml") + link(2, "styles", "styles.xml")
                  + link(3, "sharedStrings", "sharedStrings.xml") + "</Relationships>")
    book.writestr("xl/styles.xml", f'{HEAD}<styleSheet xmlns="{MAIN}"><cellXfs count="3"><xf numFmtId="0"/>'
                  '<xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>')


class Texts:
    """The texts that cells share, in the order in which they come first; long ones are all different anyway."""

    LONG = 12

    def __init__(self, inline):
        self.inline = inline
        self.numbers = {}
        self.count = 0
        self.out = tempfile.TemporaryFile("w+", encoding="utf-8")

    def number(self, value):
        known = self.numbers.get(value) if len(value) < self.LONG else None
        if known is not None:
            return known
        self.out.write(f"<si><t>{escape(value)}</t></si>")
        if len(value) < self.LONG:
            self.numbers[value] = self.count
        self.count += 1
        return self.count - 1

    def cell(self, place, value):
        if self.inline:
            return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        return f'<c r="{place}" t="s"><v>{self.number(value)}</v></c>'


def sheet_row(i, values, texts):
    cells = []
    for c, (value, kind) in enumerate(zip(values, KINDS)):
        place = f"{LETTERS[c]}{i}"
        if isinstance(value, str):
            cells.append(texts.cell(place, value))
        elif kind == "b":
            cells.append(f'<c r="{place}" t="b"><v>{value}</v></c>')
        else:
            style = {"d": ' s="1"', "m": ' s="2"'}.get(kind, "")
            cells.append(f'<c r="{place}"{style}><v>{value!r}</v></c>')
    return f'<row r="{i}" spans="1:20">{"".join(cells)}</row>'.encode()


def write_workbook(rows, path, inline):
    rng = random.Random(1)
    texts = Texts(inline)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as book:
        write_parts(book)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            sheet.write(sheet_row(1, COLUMNS, texts))
            for i in range(1, rows + 1):
                sheet.write(sheet_row(i + 1, row(i, rng), texts))
            sheet.write(b"</sheetData></worksheet>")
        with book.open("xl/sharedStrings.xml", "w", force_zip64=True) as out:
            out.write(f'{HEAD}<sst xmlns="{MAIN}">'.encode())
            texts.out.seek(0)
            while piece := texts.out.read(1 << 20):
                out.write(piece.encode())
            out.write(b"</sst>")


if __name__ == "__main__":
    form, count, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    if form == "csv":
        write_csv(count, target)
    else:
        write_workbook(count, target, form == "inline")
