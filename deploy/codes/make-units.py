#!/usr/bin/env python3
"""Makes unit.csv, unit_code.csv and lineage.csv from the published tables of administrative units.

usage: make-units.py TABLES OUT

TABLES is a folder with the tables as PROVENANCE.md of the code lists describes them:
  vn_admin_units_before_2025-07.csv, vn_admin_units_after_2025-07.csv   code,name,type,parent_code,province,full_name
  vn_admin_unit_merge.csv                                               old_code,new_code,relation,split,...,resolution
  admin_code_history_38.csv, admin_predecessor_38.csv                   names by list since 2017, communes that ended before
What they leave out or contradict is told on the standard error; nothing is completed by guess.
"""
import csv
import os
import sys
from collections import defaultdict

BEFORE, AFTER = "before-2025-07", "after-2025-07"
CHANGE = "2025-07-01"
# The lists that the history has, and the first day of their month; the last is that of 30/6/2025.
LISTS = ["2017-10", "2020-02", "2021-02", "2023-05", "2025-01", "2025-06"]
TYPES = ["Thị trấn", "Phường", "Xã"]
LEVELS = {2: "province", 3: "district", 5: "commune"}
CONTINUES = ("unchanged", "retyped", "renamed")
# The district that ended before the last list: it joined the city of Thanh Hóa by decree.
DONG_SON = {"code": "405", "name": "Đông Sơn", "full_name": "Huyện Đông Sơn", "type": "huyện", "parent": "38",
            "until": "2025-01-01", "into": "380"}


def table(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def say(text):
    print("make-units: " + text, file=sys.stderr)


def first_day(month):
    return month + "-01"


def typed(full_name):
    """Splits "Xã Thọ Hải" into its type and its name, whatever the case of the type."""
    for word in TYPES:
        if full_name.lower().startswith(word.lower() + " "):
            return word.lower(), full_name[len(word) + 1:]
    raise ValueError(full_name)


def mended(unit):
    """The list has one unit whose type lost its accent."""
    if unit["type"] == "" and unit["full_name"].startswith("Xa "):
        name = unit["full_name"][3:]
        say("%s: %s is taken as Xã %s" % (unit["code"], unit["full_name"], name))
        return dict(unit, type="xã", name=name, full_name="Xã " + name)
    return unit


def spans(history):
    """The stretches of lists with one name and parent: (full_name, parent, first list, first list without it or None)."""
    out = []
    for month in LISTS:
        name, parent = history[month + "_name"], history[month + "_parent"]
        if name:
            kind, rest = typed(name)
            name = kind[0].upper() + kind[1:] + " " + rest
        if out and out[-1][3] is None:
            if out[-1][:2] == [name, parent]:
                continue
            out[-1][3] = month
        if name:
            out.append([name, parent, month, None])
    return out


def code_row(code_map, code, name, full_name, kind, parent, start, end, unit):
    return [code_map, code, name, full_name, kind, parent, start, end, unit]


def dated_rows(history, unit):
    """The rows of one code of the former map, a row for every name or parent that it had."""
    rows = []
    for name, parent, start, end in spans(history):
        kind, rest = typed(name)
        rows.append(code_row(BEFORE, history["code"], rest, name, kind, parent,
                             "" if start == LISTS[0] else first_day(start),
                             CHANGE if end is None else first_day(end), unit))
    return rows


def lineage_edges(merge, before):
    """old, new, relation, split, decision; without the pairs that have no old code."""
    district = {unit["full_name"]: unit["code"] for unit in before.values() if len(unit["code"]) == 3}
    targets = defaultdict(set)
    for row in merge:
        targets[row["old_code"]].add(row["new_code"])
    edges = []
    for row in merge:
        old, split = row["old_code"], len(targets[row["old_code"]]) > 1
        if not old:
            # "Sắp xếp toàn bộ huyện Cồn Cỏ thành đặc khu Cồn Cỏ": the old unit is the district.
            whole = row["nso_note"].removeprefix("Sắp xếp toàn bộ h").split(" thành ")[0]
            old, split = district.get("H" + whole), False
            if old is None:
                say("left out: %s → %s has no code" % (row["old_name"], row["new_name"]))
                continue
            say("%s → %s: the district %s" % (row["new_code"], row["new_name"], old))
        if row["relation"].startswith("partial") and not split:
            say("%s → %s is a part of it, and no other part is named: split" % (old, row["new_code"]))
            split = True
        edges.append((old, row["new_code"], row["relation"], split, row["resolution"].removeprefix("NQ ")))
    for code in sorted(set(before) - {edge[0] for edge in edges}):
        if len(code) == 5:
            say("%s %s leads nowhere" % (code, before[code]["full_name"]))
    return edges


def same_provinces(edges, before, after):
    """The provinces that went on as they were: all their communes together, and no others."""
    into, origin = defaultdict(set), defaultdict(set)
    for old, new, *_ in edges:
        into[before[old]["province"]].add(after[new]["province"])
        origin[after[new]["province"]].add(before[old]["province"])
    return {code for code in into if into[code] == {code} and origin[code] == {code}}


def make(folder):
    before = {row["code"]: row for row in table(folder, "vn_admin_units_before_2025-07.csv")}
    after = {row["code"]: mended(row) for row in table(folder, "vn_admin_units_after_2025-07.csv")}
    history = {row["code"]: row for row in table(folder, "admin_code_history_38.csv")}
    edges = lineage_edges(table(folder, "vn_admin_unit_merge.csv"), before)
    goes_on = {new for old, new, relation, *_ in edges if relation in CONTINUES and old == new}
    goes_on |= same_provinces(edges, before, after)
    units, codes, lineage = [], [], []

    for code in sorted(set(before) | set(history) | {DONG_SON["code"]}):
        unit = BEFORE + "/" + code
        first = ""
        if code in history:
            first = first_day(next(month for month in LISTS if history[code][month + "_name"]))
            codes += dated_rows(history[code], unit)
        elif code == DONG_SON["code"]:
            codes.append(code_row(BEFORE, code, DONG_SON["name"], DONG_SON["full_name"], DONG_SON["type"],
                                  DONG_SON["parent"], "", DONG_SON["until"], unit))
        else:
            row = before[code]
            codes.append(code_row(BEFORE, code, row["name"], row["full_name"], row["type"], row["parent_code"], "",
                                  CHANGE, unit))
        units.append([unit, LEVELS[len(code)], first])
    for code, row in sorted(after.items()):
        unit = (BEFORE if code in goes_on else AFTER) + "/" + code
        if code not in goes_on:
            units.append([unit, LEVELS[len(code)], CHANGE])
        codes.append(code_row(AFTER, code, row["name"], row["full_name"], row["type"], row["parent_code"], CHANGE, "",
                              unit))

    for old, new, relation, split, decision in edges:
        lineage.append([BEFORE, old, AFTER, new, relation, split, decision, CHANGE])
    ended = {row[1]: row[7] for row in codes}
    for row in table(folder, "admin_predecessor_38.csv"):
        old = row["abolished_code"]
        lineage.append([BEFORE, old, BEFORE, row["successor_code_2025_06"], "succeeded", False, "", ended[old]])
    lineage.append([BEFORE, DONG_SON["code"], BEFORE, DONG_SON["into"], "full", False, "", DONG_SON["until"]])
    return units, codes, sorted(lineage)


def write(folder, name, header, rows):
    with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header.split(","))
        out.writerows([str(cell).lower() if isinstance(cell, bool) else cell for cell in row] for row in rows)
    say("%s: %d rows" % (name, len(rows)))


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__)
    units, codes, lineage = make(arguments[0])
    write(arguments[1], "unit.csv", "id,level,first_seen", units)
    write(arguments[1], "unit_code.csv",
          "map,code,name,full_name,unit_type,parent_code,valid_from,valid_to,unit_id", codes)
    write(arguments[1], "lineage.csv", "old_map,old_code,new_map,new_code,relation,split,decision,on_date", lineage)


main(sys.argv[1:])
