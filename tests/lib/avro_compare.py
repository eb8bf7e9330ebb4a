"""Holds the gateway's codec against fastavro: random schemas and records, a fixed seed.

usage: avro_compare.py encode|decode|pairs|ships TOOL FOLDER [COUNT]

encode  fastavro reads what the gateway wrote, and where no decimal is in it both wrote the same bytes
decode  the gateway reads what fastavro wrote
pairs   records of one random schema read as another one: both give the same values, or both refuse
ships   every schema of the project is one that fastavro accepts

Exit code 1 and the first differences on stderr when they disagree.
"""
import datetime
import decimal
import io
import json
import pathlib
import random
import struct
import subprocess
import sys

import fastavro

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
DECIMALS = decimal.Context(prec=100)
SYMBOLS = ["nam", "nu", "khac"]


def logical(base, name, **more):
    return dict({"type": base, "logicalType": name}, **more)


# ---- types: how they are described, how a value is made, what the tool calls it ----

def make_type(kind, name):
    """A flat type; name makes named types unique."""
    return {
        "fixed": {"type": "fixed", "name": "F" + name, "size": 8},
        "enum": {"type": "enum", "name": "E" + name, "symbols": SYMBOLS},
        "date": logical("int", "date"),
        "micros": logical("long", "timestamp-micros"),
        "millis": logical("long", "timestamp-millis"),
        "partial": logical("string", "partial-date"),
        "decimal": logical("bytes", "decimal", precision=30, scale=6),
        "decimal_fixed": dict(logical("fixed", "decimal", precision=30, scale=6),
                              name="D" + name, size=13),
    }.get(kind, kind)


FLAT = ["boolean", "int", "long", "float", "double", "string", "bytes", "fixed", "enum", "date",
        "micros", "millis", "partial", "decimal", "decimal_fixed"]


def random_integer(rng, bits):
    n = rng.getrandbits(bits) >> rng.randrange(bits)
    return n if rng.random() < 0.5 else -n - 1


def random_value(rng, kind):
    """A value as fastavro takes it."""
    if kind == "boolean":
        return rng.random() < 0.5
    if kind in ("int", "long"):
        return random_integer(rng, 31 if kind == "int" else 63)
    if kind == "float":
        return struct.unpack("f", struct.pack("f", rng.uniform(-1e6, 1e6)))[0]
    if kind == "double":
        return rng.uniform(-1e300, 1e300)
    if kind == "string":
        return "".join(rng.choice("aáàạâấữ ễđ你😀.") for _ in range(rng.randrange(30)))
    if kind in ("bytes", "fixed"):
        return rng.randbytes(8 if kind == "fixed" else rng.randrange(40))
    if kind == "enum":
        return rng.choice(SYMBOLS)
    day = datetime.date(1, 1, 1) + datetime.timedelta(days=rng.randrange(3650000))
    if kind == "date":
        return day
    if kind == "partial":
        return day.isoformat()[:rng.choice([4, 7, 10])]
    if kind == "micros":
        return EPOCH + datetime.timedelta(microseconds=random_integer(rng, 55))
    if kind == "millis":
        return EPOCH + datetime.timedelta(milliseconds=random_integer(rng, 45))
    return decimal.Decimal(rng.randrange(-10**rng.randrange(1, 31), 10**rng.randrange(1, 31))
                           ).scaleb(-6, DECIMALS)


def to_tool(kind, value):
    """What the tool prints for this value of a reader's field."""
    if value is None:
        return ["null", ""]
    if kind == "boolean":
        return ["bool", "true" if value else "false"]
    if kind in ("int", "long"):
        return ["int", str(value)]
    if kind == "float":
        return ["float", struct.unpack("f", struct.pack("f", value))[0].hex()]
    if kind == "double":
        return ["float", float(value).hex()]
    if kind in ("bytes", "fixed"):
        return ["bytes", value.hex()]
    if kind == "date":
        return ["date", str((value - datetime.date(1970, 1, 1)).days)]
    if kind in ("micros", "millis"):
        return ["timestamp", str((value - EPOCH) // datetime.timedelta(microseconds=1))]
    if kind in ("decimal", "decimal_fixed"):
        return ["decimal", format(value, ".6f") if value else "0.000000"]
    return ["text", value]


def same(a, b):
    if a[0] == "float" and b[0] == "float":
        return float.fromhex(a[1]) == float.fromhex(b[1])
    return a == b


def differ(what, *parts):
    print(f"{what}:", *parts, sep="\n  ", file=sys.stderr)
    return 1


# ---- the tool ----

class Tool:
    def __init__(self, program, folder):
        self.program, self.folder = program, pathlib.Path(folder)

    def write(self, name, schema):
        path = self.folder / name
        path.write_text(json.dumps(schema))
        return str(path)

    def run(self, command, schemas, lines):
        paths = [self.write(f"{command}-{i}.avsc", s) for i, s in enumerate(schemas)]
        done = subprocess.run([self.program, command, *paths], input="\n".join(lines) + "\n",
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.splitlines(), done.stderr


# ---- records of one schema ----

def own_schema(kinds):
    """A schema as the project's own are, each kind plain and with null on either side."""
    fields = []
    for i, kind in enumerate(kinds):
        for j in range(3):
            named = make_type(kind, f"{i}_{j}")
            shape = [named, ["null", named], [named, "null"]][j]
            fields.append({"name": f"f{i}_{j}", "type": shape, "doc": "d", "privacy": "public"})
    return {"type": "record", "name": "R", "namespace": "vn.songma.test", "fields": fields}


def own_record(rng, kinds):
    record = {}
    for i, kind in enumerate(kinds):
        for j in range(3):
            null = j > 0 and rng.random() < 0.3
            record[f"f{i}_{j}"] = None if null else random_value(rng, kind)
    return record


def as_line(kinds, record):
    return [to_tool(kind, record[f"f{i}_{j}"]) for i, kind in enumerate(kinds) for j in range(3)]


def encoded(schema, record):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, record)
    return out.getvalue()


def compare_encode(tool, count, rng):
    bad = 0
    for kinds in (FLAT, [k for k in FLAT if not k.startswith("decimal")]):
        schema = own_schema(kinds)
        parsed = fastavro.parse_schema(schema)
        records = [own_record(rng, kinds) for _ in range(count)]
        lines = [json.dumps(as_line(kinds, r)) for r in records]
        code, out, said = tool.run("encode", [schema], lines)
        if code != 0 or len(out) != count:
            return differ("the tool failed", said, f"{len(out)} lines")
        for record, line in zip(records, out):
            back = fastavro.schemaless_reader(io.BytesIO(bytes.fromhex(line)), parsed)
            if back != record:
                bad += differ("fastavro reads something else", record, back)
            if kinds is not FLAT and bytes.fromhex(line) != encoded(parsed, record):
                bad += differ("other bytes", record, line)
            if bad > 3:
                return bad
    return bad


def compare_decode(tool, count, rng):
    schema = own_schema(FLAT)
    parsed = fastavro.parse_schema(schema)
    records = [own_record(rng, FLAT) for _ in range(count)]
    code, out, said = tool.run("decode", [schema, schema],
                               [encoded(parsed, r).hex() for r in records])
    if code != 0 or len(out) != count:
        return differ("the tool failed", said, f"{len(out)} lines")
    bad = 0
    for record, line in zip(records, out):
        want = as_line(FLAT, record)
        got = [] if line.startswith("!") else json.loads(line)
        if len(got) != len(want) or not all(map(same, got, want)):
            bad += differ("the gateway reads something else", want, line)
        if bad > 3:
            break
    return bad


# ---- pairs ----

PROMOTIONS = {"int": ["long", "float", "double"], "long": ["float", "double"],
              "float": ["double"], "string": ["bytes"], "bytes": ["string"]}


def nested(rng, name):
    """A type that our reader never takes, and a maker of its values."""
    node = {"type": "record", "name": "N" + name, "fields": [
        {"name": "v", "type": "long"}, {"name": "next", "type": ["null", "N" + name]}]}

    def chain():
        value = None
        for _ in range(rng.randrange(5)):
            value = {"v": random_integer(rng, 63), "next": value}
        return {"v": 0, "next": value}

    return rng.choice([
        ({"type": "array", "items": "string"},
         lambda: [random_value(rng, "string") for _ in range(rng.randrange(4))]),
        ({"type": "array", "items": {"type": "array", "items": "null"}},
         lambda: [[None] * rng.randrange(9) for _ in range(rng.randrange(4))]),
        ({"type": "map", "values": ["null", "double"]},
         lambda: {f"k{i}": rng.choice([None, 1.5]) for i in range(rng.randrange(4))}),
        (node, chain),
        (["null", {"type": "map", "values": node}], lambda: {"a": chain(), "b": chain()}),
    ])


class Field:
    """A field of the writer and what becomes of it at the reader."""

    def __init__(self, rng, i):
        self.name, self.kind = f"f{i}", rng.choice(FLAT)
        self.writer, self.reader = None, None
        self.nullable = rng.random() < 0.4
        self.make = lambda: (None if self.nullable and rng.random() < 0.3
                             else random_value(rng, self.kind))
        if rng.random() < 0.2:
            kind, self.make = nested(rng, str(i))
            self.writer = {"name": self.name, "type": kind}
            return
        named = make_type(self.kind, str(i))
        self.writer = {"name": self.name,
                       "type": rng.choice([["null", named], [named, "null"]]) if self.nullable
                       else named}
        if rng.random() < 0.75:
            self.resolve(rng, i)

    def resolve(self, rng, i):
        to = self.kind
        if to in PROMOTIONS and rng.random() < 0.4:
            to = rng.choice(PROMOTIONS[to])
        # fastavro gives bytes that are no UTF-8 as text another way than by refusing.
        if self.kind == "bytes" and to == "string":
            self.make = lambda: random_value(rng, "string").encode()
            self.nullable = False
            self.writer["type"] = "bytes"
        named = make_type(to, str(i))
        nullable = self.nullable or rng.random() < 0.3
        self.reader = {"name": self.name, "type": ["null", named] if nullable else named}
        self.to = to
        if rng.random() < 0.2:
            self.reader["name"] = "new_" + self.name
            self.reader["aliases"] = ["nothing", self.name]


def added(rng, i):
    kind, value = rng.choice([("int", 7), ("string", "mới"), ("boolean", True), ("double", 2.5),
                              ("null", None)])
    shape = ["null", "string"] if kind == "null" else kind
    return {"name": f"added{i}", "type": shape, "default": value}, kind


def make_pair(rng):
    fields = [Field(rng, i) for i in range(rng.randrange(1, 12))]
    reader = [(f.reader, f.to) for f in fields if f.reader]
    reader += [added(rng, i) for i in range(rng.randrange(3))]
    rng.shuffle(reader)
    writer = {"type": "record", "name": "R", "fields": [f.writer for f in fields]}
    return fields, writer, {"type": "record", "name": "R", "fields": [r for r, _ in reader]}, reader


def expected(fields, writer, reader, data):
    record = fastavro.schemaless_reader(io.BytesIO(data), writer, reader)
    return [to_tool("string" if kind == "null" else kind, record[field["name"]])
            for field, kind in fields]


def compare_pair(tool, rng, n):
    fields, writer, reader, order = make_pair(rng)
    parsed = fastavro.parse_schema(writer)
    wanted = fastavro.parse_schema(reader)
    data = [encoded(parsed, {f.name: f.make() for f in fields}) for _ in range(20)]
    code, out, said = tool.run("decode", [writer, reader], [d.hex() for d in data])
    if code != 0 or len(out) != len(data):
        return differ(f"pair {n}: the tool failed", said, writer, reader)
    for message, line in zip(data, out):
        want = expected(order, parsed, wanted, message)
        got = [] if line.startswith("!") else json.loads(line)
        if len(got) != len(want) or not all(map(same, got, want)):
            return differ(f"pair {n}: other values", writer, reader, want, line)
    return 0


def compare_pairs(tool, count, rng):
    bad = 0
    for n in range(count):
        bad += compare_pair(tool, rng, n)
        if bad > 3:
            break
    return bad


def compare_ships(_tool, _count, _rng):
    root = pathlib.Path(__file__).resolve().parents[2] / "schemas"
    paths = sorted(root.glob("*/*.avsc"))
    for path in paths:
        fastavro.parse_schema(json.loads(path.read_text()))
    print(f"{len(paths)} schemas")
    return 0 if paths else differ("no schema found", root)


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    command, program, folder = sys.argv[1:4]
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 100
    compare = {"encode": compare_encode, "decode": compare_decode, "pairs": compare_pairs,
               "ships": compare_ships}[command]
    sys.exit(1 if compare(Tool(program, folder), count, random.Random(20261122)) else 0)


if __name__ == "__main__":
    main()
