"""What a SQL Server would answer, made with SQLite: enough of T-SQL for the statements that a
reader of tables sends, with the catalogue views they ask.

Times are kept as ticks of 100 ns since the year 1, so that a datetime's thirds of milliseconds
compare with a datetime2 as on a server of today.  Text compares by the collation of its column;
what becomes varchar goes through a code page, and what that lacks becomes a question mark.
"""
import datetime
import re
import sqlite3
import unicodedata

import tds_wire as wire

TICKS = 10**7
DATABASE_COLLATION = "SQL_Latin1_General_CP1_CI_AS"
CODE_PAGES = {DATABASE_COLLATION: "cp1252", "Vietnamese_CI_AS": "cp1258"}
# name: (number among sys.types, bytes)
TYPES = {
    "image": (34, 16), "text": (35, 16), "uniqueidentifier": (36, 16), "date": (40, 3), "time": (41, 5),
    "datetime2": (42, 8), "datetimeoffset": (43, 10), "tinyint": (48, 1), "smallint": (52, 2),
    "int": (56, 4), "smalldatetime": (58, 4), "real": (59, 4), "money": (60, 8), "datetime": (61, 8),
    "float": (62, 8), "sql_variant": (98, 8016), "ntext": (99, 16), "bit": (104, 1), "decimal": (106, 17),
    "numeric": (108, 17), "smallmoney": (122, 4), "bigint": (127, 8), "varbinary": (165, 0),
    "varchar": (167, 0), "binary": (173, 0), "char": (175, 0), "timestamp": (189, 8),
    "nvarchar": (231, 0), "nchar": (239, 0), "geometry": (240, 0), "sysname": (231, 256), "xml": (241, 0),
}
MOMENTS = ("datetime", "datetime2", "smalldatetime", "datetimeoffset", "date", "time")


class Refused(Exception):
    """The server's number for what is wrong, and its words."""

    def __init__(self, number, text):
        super().__init__(text)
        self.number = number


# ---- values -----------------------------------------------------------------------------------


def ticks_of(text):
    """'2026-11-22 08:05:00.1234567' as ticks; style 121 of a server whose DATEFORMAT is ymd."""
    match = re.fullmatch(r"(\d+)-(\d+)-(\d+)(?:[ T](\d+):(\d+):(\d+)(?:\.(\d{1,7}))?)?", text)
    if match is None:
        raise Refused(241, "Conversion failed when converting date and/or time from character string.")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    when = datetime.datetime(year, month, day, hour, minute, second) - datetime.datetime(1, 1, 1)
    return (when.days * 86400 + when.seconds) * TICKS + int((match[7] or "").ljust(7, "0"))


def ticks_as(ticks, kind):
    """Rounded to what the type holds."""
    name, digits = kind[0], kind[1] if len(kind) > 1 else 7
    if name == "date":
        return ticks - ticks % (86400 * TICKS)
    if name == "datetime":
        third = (ticks % TICKS * 300 + TICKS // 2) // TICKS
        return ticks - ticks % TICKS + third * TICKS // 300
    if name == "smalldatetime":
        return (ticks + 30 * TICKS) // (60 * TICKS) * (60 * TICKS)
    unit = 10**(7 - digits)
    return (ticks + unit // 2) // unit * unit


def ticks_text(ticks, kind):
    """As style 121 writes it."""
    name, digits = kind[0], kind[1] if len(kind) > 1 else 7
    when = datetime.datetime(1, 1, 1) + datetime.timedelta(seconds=ticks // TICKS)
    rest = ticks % TICKS
    if name == "datetime":
        digits, rest = 3, (rest + 5000) // 10000 * 10000
    fraction = "" if digits == 0 or name == "smalldatetime" else ".%07d" % rest
    text = when.strftime("%Y-%m-%d %H:%M:%S").zfill(19) + fraction[:digits + 1]
    if name == "datetimeoffset":
        return text + " +00:00"
    return text[:10] if name == "date" else text[11:] if name == "time" else text


def code_page_text(text, page):
    """What is left of a text that went through a code page."""
    return unicodedata.normalize("NFC", wire.code_page_bytes(text, page).decode(page))


def parse_type(text):
    """'varchar(27)' as ('varchar', 27), 'nvarchar(max)' with WHOLE, 'decimal(38, 10)' with both."""
    name, _, rest = text.lower().partition("(")
    numbers = [wire.WHOLE if part.strip() == "max" else int(part) for part in rest.rstrip(") ").split(",") if part]
    return (name.strip(), *numbers)


def cast(value, target, source, style, collation):
    """CAST and CONVERT: the types as written, '' where a source's is not known."""
    to, come = parse_type(target), parse_type(source or "")
    if value is None:
        return None
    if to[0] in MOMENTS:
        return ticks_as(ticks_of(value) if isinstance(value, str) else value, to)
    if to[0] in ("varchar", "nvarchar", "char", "nchar"):
        text = ticks_text(value, come) if come[0] in MOMENTS and not isinstance(value, str) else str(value)
        if to[0] == "varchar" and come[0] in ("nvarchar", "nchar"):
            text = code_page_text(text, CODE_PAGES[collation or DATABASE_COLLATION])
        return text[:to[1]] if len(to) > 1 else text[:30]
    if to[0] in ("bit", "tinyint", "smallint", "int", "bigint"):
        if isinstance(value, str) and not re.fullmatch(r" *[-+]?\d+ *", value):
            raise Refused(8114, "Error converting data type nvarchar to %s." % to[0])
        return int(value)
    if to[0] in ("varbinary", "binary"):
        return bytes.fromhex(value) if style == 2 and isinstance(value, str) else value
    if to[0] == "uniqueidentifier":
        return value.upper()
    return value


def collate(a, b):
    """Without case, but with accents; blanks at the end do not count."""
    a, b = a.rstrip(" ").casefold(), b.rstrip(" ").casefold()
    return (a > b) - (a < b)


def length(value):
    """DATALENGTH of a text of two bytes a letter; bytes as they are."""
    return None if value is None else len(value) * (2 if isinstance(value, str) else 1)


# ---- T-SQL to SQLite --------------------------------------------------------------------------

TOKEN = re.compile(r"[NX]?'(?:[^']|'')*'|\[(?:[^\]]|\]\])*\]|\d+(?:\.\d+)?(?:e-?\d+)?|@?\w+|\s+|<=|>=|<>|.", re.S)


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def plain(token):
    return token[1:-1].replace("]]", "]") if token[:1] == "[" else token


class Translator:
    """One statement: its SQLite text, and for each column of its answer the type it has."""

    def __init__(self, sql, tables):
        self.tokens = [t for t in TOKEN.findall(sql) if not t.isspace()]
        self.at, self.tables, self.columns, self.collation = 0, tables, {}, None
        self.limit = None
        for i, token in enumerate(self.tokens[:-3]):
            if token.upper() in ("FROM", "INTO", "UPDATE") and self.tokens[i + 2] == ".":
                self.columns.update(tables.get(self.table(i + 1), {}))

    def table(self, at):
        return plain(self.tokens[at]) + "." + plain(self.tokens[at + 2])

    def peek(self):
        return self.tokens[self.at].upper() if self.at < len(self.tokens) else ""

    def next(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, token):
        if self.next().upper() != token:
            raise Refused(102, "Incorrect syntax near '%s'." % token)

    def until(self, *ends):
        """(SQL, type) up to one of the tokens at this depth; the type of what stands there alone, or
        alone behind ELSE."""
        out, kind = [], ""
        while self.at < len(self.tokens) and self.peek() not in ends:
            alone = not out or out[-1] == "ELSE"
            text, found = self.one()
            kind = found if alone or text == "" else ""
            out.append(text)
        return " ".join(out), kind

    def name_of_type(self, end):
        out = ""
        while self.peek() != end or out.count("(") > out.count(")"):
            out += self.next()
        return out

    def one(self):
        """The next token, or a call or brackets as a whole."""
        token = self.next()
        upper = token.upper()
        if upper == "(":
            text, kind = self.until(")")
            self.expect(")")
            return "(" + text + ")", kind
        call = getattr(self, "call_" + upper, None) if self.peek() == "(" else None
        if call is not None:
            self.expect("(")
            answer = call()
            self.expect(")")
            return answer
        if upper == "CASE":
            text, kind = self.until("END")
            self.expect("END")
            return "CASE " + text + " END", kind
        if upper == "COLLATE":
            self.collation = self.next()
            return "", "nvarchar"
        if token[:1] == "@":
            return ":" + token[1:], "nvarchar"
        if token[:2] == "N'":
            return token[1:], "nvarchar"
        return self.name(token)

    def name(self, token):
        """A name, of a table of the user's with its schema, or any other token."""
        if self.peek() == "." and token.lower() not in ("sys",) and self.table(self.at - 1) in self.tables:
            name = self.table(self.at - 1)
            self.at += 2
            return quoted(name), ""
        if self.peek() == "." and self.tokens[self.at + 1][:1] == "[":
            self.next()
            column = plain(self.next())
            if column not in self.columns:
                raise Refused(207, "Invalid column name '%s'." % column)
            return token + "." + quoted(column), self.columns[column]
        if token == "+" and "'" in (self.tokens[self.at - 2][-1:], self.peek()[-1:]):
            return "||", ""
        return (quoted(plain(token)) if token[:1] == "[" else token), ""

    def call_CAST(self):
        self.collation = None
        text, kind = self.until("AS")
        self.expect("AS")
        target, collation = self.name_of_type(")"), self.collation
        self.collation = None
        return self.cast(text, target, kind, 0, collation)

    def call_CONVERT(self):
        self.collation = None
        target = self.name_of_type(",")
        self.expect(",")
        text, kind = self.until(",", ")")
        style = 0
        if self.peek() == ",":
            self.next()
            style = int(self.next())
        return self.cast(text, target, kind, style, self.collation)

    def cast(self, text, target, source, style, collation):
        call = "cast_(%s, '%s', '%s', %d, '%s')" % (text, target, source, style, collation or "")
        return call, target

    def call_LEFT(self):
        text, kind = self.until(",")
        self.expect(",")
        return "substr(%s, 1, %s)" % (text, self.until(")")[0]), kind

    def call_SWITCHOFFSET(self):
        text, kind = self.until(",")
        self.until(")")
        return text, kind

    call_TODATETIMEOFFSET = call_SWITCHOFFSET

    def call_DATEDIFF(self):
        part = self.next()
        return "datediff_('%s' %s)" % (part, self.until(")")[0]), "int"

    def call_DATEPART(self):
        part = self.next()
        return "datepart_('%s' %s)" % (part, self.until(")")[0]), "int"

    def select(self):
        """A whole SELECT with the types of its columns."""
        kinds, out = [], []
        self.expect("SELECT")
        if self.peek() == "TOP":
            self.next()
            self.limit = self.one()[0]
        while not out or self.peek() == ",":
            if out:
                self.next()
            text, kind = self.until(",", "FROM")
            out.append(text)
            kinds.append(kind)
        rest = self.until()[0]
        sql = "SELECT " + ", ".join(out) + " " + rest + (" LIMIT " + self.limit if self.limit else "")
        return sql, kinds


# ---- the database -----------------------------------------------------------------------------

CATALOGUE = """
attach ':memory:' as sys;
create table sys.schemas (schema_id integer, name text);
create table sys.objects (object_id integer, schema_id integer, name text, type text, is_ms_shipped integer default 0);
create table sys.partitions (object_id integer, index_id integer, rows integer);
create table sys.columns (object_id integer, column_id integer, name text, system_type_id integer,
  user_type_id integer, max_length integer, precision integer, scale integer, is_nullable integer, collation_name text);
create table sys.types (user_type_id integer, name text);
create table sys.indexes (object_id integer, index_id integer, name text, is_primary_key integer,
  is_unique integer, has_filter integer);
create table sys.index_columns (object_id integer, index_id integer, column_id integer, key_ordinal integer,
  is_included_column integer);
create table sys.databases (database_id integer, service_broker_guid text);
insert into sys.schemas values (1, 'dbo'), (4, 'sys');
insert into sys.databases values (5, '6D2B1C5E-0000-4000-8000-0123456789AB');
"""
RIGHTS = re.compile(r"EXISTS \(SELECT 1 FROM sys\.fn_my_permissions\(.*?'OBJECT'\) p WHERE .*?\)\)", re.S)


class Database:
    """The tables; whoever calls holds the lock of his own."""

    def __init__(self):
        self.lite = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self.tables, self.version, self.active, self.failure = {}, 2000, None, None
        self.writable, self.hidden = set(), set()
        self.lite.executescript(CATALOGUE)
        self.lite.executemany("insert into sys.types values (?, ?)", [
            (256 if name == "sysname" else number, name) for name, (number, _) in TYPES.items()])
        for collation in CODE_PAGES:
            self.lite.create_collation(collation, collate)
        for name, count, function in (
                ("cast_", 5, self.noted(cast)), ("DATALENGTH", 1, length),
                ("MIN_ACTIVE_ROWVERSION", 0, self.lowest), ("next_version_", 0, self.next_version),
                ("TYPE_NAME", 1, {n: name for name, (n, _) in TYPES.items() if n not in (231, 240)
                                  or name == "nvarchar"}.get),
                ("QUOTENAME", 1, lambda name: "[" + name.replace("]", "]]") + "]"),
                ("writable_", 1, lambda name: name in self.writable),
                ("HAS_PERMS_BY_NAME", 5, lambda *name: name[3] not in self.hidden),
                ("DB_ID", 0, lambda: 5), ("SCHEMA_NAME", 0, lambda: "dbo"),
                ("SERVERPROPERTY", 1, lambda _: "16.0.1000.6"), ("SYSUTCDATETIME", 0, self.now),
                ("datediff_", 3, self.difference), ("datepart_", 2, lambda _, t: t % TICKS // 10)):
            self.lite.create_function(name, count, function)

    def noted(self, function):
        """Keeps what a function refuses, of which SQLite says nothing."""

        def call(*arguments):
            try:
                return function(*arguments)
            except Refused as refused:
                self.failure = refused
                raise

        return call

    def now(self):
        return ticks_of(datetime.datetime.utcnow().strftime("%Y-%m-%d %H:%M:%S.%f"))

    def difference(self, part, start, end):
        start = ticks_of(start) if isinstance(start, str) else start
        return (end // TICKS - start // TICKS) // (86400 if part == "day" else 1)

    def next_version(self):
        self.version += 1
        return self.version

    def lowest(self):
        """Of a transaction that is open, or the one that comes next."""
        return self.version + 1 if self.active is None else self.active

    def create(self, name, columns):
        """columns: lines "name TYPE [collate C] [null] [key]"."""
        object_id, key = 100 + len(self.tables), []
        schema, table = name.split(".", 1)
        parsed = [re.fullmatch(r"(.+?) (\w+(?:\([^)]*\))?)(?: collate (\w+))?( null)?( key)?", c.strip()) for c in columns]
        body, kinds = [], {}
        for i, (column, kind, collation, null, is_key) in enumerate((m.groups() for m in parsed), 1):
            kind = kind.replace(" ", "")
            to = parse_type(kind)
            texts = to[0] in ("varchar", "char", "nvarchar", "nchar", "text", "ntext")
            collation = collation or (DATABASE_COLLATION if texts else None)
            body.append(quoted(column) + (" collate " + collation if collation else ""))
            kinds[column] = kind + (" " + collation if collation else "")
            size = to[1] if len(to) > 1 else 8
            most = -1 if size == wire.WHOLE else size * 2 if to[0][0] == "n" and texts else size
            if to[0] not in ("varchar", "char", "nvarchar", "nchar", "varbinary", "binary"):
                most = TYPES[to[0]][1]
            number = TYPES[to[0]][0]
            self.lite.execute("insert into sys.columns values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (
                object_id, i, column, number, number, most, to[1] if len(to) > 2 else 0,
                to[2] if len(to) > 2 else 0, null is not None, collation))
            if is_key:
                key.append((object_id, 1, i, len(key) + 1, 0))
        self.lite.execute("create table %s (%s)" % (quoted(name), ", ".join(body)))
        self.lite.execute("insert into sys.objects values (?, 1, ?, 'U', 0)", (object_id, table))
        self.lite.execute("insert into sys.partitions values (?, 1, 0)", (object_id,))
        if key:
            self.lite.execute("insert into sys.indexes values (?, 1, 'PK', 1, 1, 0)", (object_id,))
            self.lite.executemany("insert into sys.index_columns values (?, ?, ?, ?, ?)", key)
        self.tables[name] = kinds
        self.stamp(name, kinds)

    def stamp(self, name, kinds):
        """A rowversion grows with each change of its row."""
        for column in (c for c, kind in kinds.items() if kind == "timestamp"):
            others = ", ".join(quoted(c) for c in kinds if c != column)
            for event in ("insert", "update of " + others):
                self.lite.execute(
                    "create trigger %s after %s on %s begin update %s set %s = next_version_() where rowid = new.rowid; end"
                    % (quoted(name + event), event, quoted(name), quoted(name), quoted(column)))

    def execute(self, sql, values=()):
        """(names, types, rows) of a SELECT; None of what answers nothing."""
        self.failure = None
        if "sys.partitions" in sql:
            self.count_rows()
        sql = RIGHTS.sub("writable_(s.name + '.' + o.name)", sql)
        translator = Translator(sql, self.tables)
        try:
            if translator.peek() != "SELECT":
                self.lite.execute(translator.until()[0], values)
                return None
            text, kinds = translator.select()
            rows = self.lite.execute(text, values)
            names = ["" if "(" in column[0] else column[0] for column in rows.description]
            rows = rows.fetchall()
        except sqlite3.Error as error:
            raise self.failure or self.refusal(str(error)) from error
        return names, [self.kind(kind, [row[i] for row in rows]) for i, kind in enumerate(kinds)], rows

    def count_rows(self):
        for number, name in enumerate(self.tables, 100):
            count = self.lite.execute("select count(*) from " + quoted(name)).fetchone()[0]
            self.lite.execute("update sys.partitions set rows = ? where object_id = ?", (count, number))

    def refusal(self, text):
        return Refused(208 if "no such table" in text else 207 if "no such column" in text else 102, text)

    def kind(self, kind, values):
        """The type on the wire; where the text says none, as the values are."""
        name, _, collation = kind.partition(" ")
        to = parse_type(name)
        if to[0] in ("nvarchar", "nchar", "sysname", "ntext", "xml"):
            size = to[1] if len(to) > 1 else 4000
            return ("nchar" if to[0] == "nchar" else "nvarchar", wire.WHOLE if size == wire.WHOLE else size * 2)
        if to[0] in ("varchar", "char"):
            return (to[0], to[1] if len(to) > 1 else 30, CODE_PAGES[collation or DATABASE_COLLATION])
        if to[0] in ("varbinary", "binary"):
            return to if len(to) > 1 else (to[0], 8000)
        if to[0] in wire.INTS or to[0] in ("float", "real"):
            return (to[0], 0)
        if any(isinstance(value, str) for value in values):
            return ("nvarchar", 8000)
        return ("bigint", 8)
