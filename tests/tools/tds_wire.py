"""The wire of a stand-in for SQL Server: TDS 7.4 as far as a client that reads needs it.

Messages, the tokens of an answer, the types of columns and parameters, after Microsoft's
[MS-TDS].  No encryption, no MARS, no bulk load, no old text pointers: what is not known ends
the connection, so that a test sees it.
"""
import struct
import unicodedata

BATCH, RPC, ATTENTION, TRANSACTION, LOGIN, PRELOGIN = 0x01, 0x03, 0x06, 0x0E, 0x10, 0x12
ANSWER, END_OF_MESSAGE, PACKET = 0x04, 0x01, 4096
DONE, DONE_PROC, DONE_IN_PROC = 0xFD, 0xFE, 0xFF
MORE, ERROR, COUNT, ATTENTION_SEEN = 0x01, 0x02, 0x10, 0x20
WHOLE = 0xFFFF  # the length of a type "(max)"

# How each code page says itself: LCID with comparison flags, number of an SQL collation.
COLLATIONS = {
    "cp1252": struct.pack("<IB", 0x00D00409, 52),
    "cp1258": struct.pack("<IB", 0x00D0042A, 0),
}


class Gone(Exception):
    """The client closed its end."""


# ---- messages ---------------------------------------------------------------------------------


def read_exactly(sock, size):
    data = b""
    while len(data) < size:
        piece = sock.recv(size - len(data))
        if not piece:
            raise Gone
        data += piece
    return data


def read_message(sock):
    """(kind, data) of the next message, put together from its packets."""
    data = b""
    while True:
        kind, status, length = struct.unpack(">BBH", read_exactly(sock, 8)[:4])
        data += read_exactly(sock, length - 8)
        if status & END_OF_MESSAGE:
            return kind, data


class Answer:
    """Collects tokens and sends them in packets; what was sent is out of its hands."""

    def __init__(self, sock):
        self.sock, self.data, self.number = sock, bytearray(), 1

    def put(self, data):
        self.data += data
        while len(self.data) > PACKET - 8:
            self.packet(self.data[:PACKET - 8], 0)
            del self.data[:PACKET - 8]

    def packet(self, data, status):
        head = struct.pack(">BBHHBB", ANSWER, status, len(data) + 8, 0, self.number % 256, 0)
        self.number += 1
        self.sock.sendall(head + data)

    def end(self):
        self.packet(self.data, END_OF_MESSAGE)
        self.data = bytearray()

    def flush(self):
        """Sends what there is; the message goes on."""
        if self.data:
            self.packet(self.data, 0)
            self.data = bytearray()


# ---- tokens -----------------------------------------------------------------------------------


def short_text(text):
    return struct.pack("<B", len(text)) + text.encode("utf-16-le")


def long_text(text):
    return struct.pack("<H", len(text)) + text.encode("utf-16-le")


def done(token=DONE, status=0, count=0):
    return struct.pack("<BHHQ", token, status, 0xC1 if status & COUNT else 0, count)


def error(number, text, grade=16):
    body = struct.pack("<iBB", number, 1, grade) + long_text(text)
    body += short_text("STANDIN") + short_text("") + struct.pack("<I", 1)
    return struct.pack("<BH", 0xAA, len(body)) + body


def change(kind, new, old=b"\0"):
    body = struct.pack("<B", kind) + new + old
    return struct.pack("<BH", 0xE3, len(body)) + body


def login_ack(program):
    body = struct.pack(">BI", 1, 0x74000004) + short_text(program) + bytes([16, 0, 0x03, 0xE8])
    return struct.pack("<BH", 0xAD, len(body)) + body


def prelogin():
    """No encryption, one session a connection."""
    options = [(0, bytes([16, 0, 0x03, 0xE8, 0, 0])), (1, b"\2"), (2, b"\0"), (3, b""), (4, b"\0")]
    head, data, at = b"", b"", 5 * len(options) + 1
    for number, value in options:
        head += struct.pack(">BHH", number, at + len(data), len(value))
        data += value
    return head + b"\xff" + data


def read_login(data):
    """(user, password, database) of a LOGIN7 message."""

    def text(at):
        start, length = struct.unpack_from("<HH", data, at)
        return data[start:start + 2 * length]

    hidden = bytes((b ^ 0xA5) >> 4 | ((b ^ 0xA5) & 0x0F) << 4 for b in text(44))
    return tuple(raw.decode("utf-16-le") for raw in (text(40), hidden, text(68)))


def without_headers(data):
    """What stands behind ALL_HEADERS, which every request since TDS 7.2 has."""
    return data[struct.unpack_from("<I", data)[0]:]


# ---- types and values -------------------------------------------------------------------------
# A type is (name, size): ("bigint", 8), ("nvarchar", 200) in bytes, ("varbinary", WHOLE).  Texts
# of a code page have it behind: ("varchar", 40, "cp1258").

# Those of numbers and times that a reader asks to be written as text are not among them.

INTS = {"bit": 1, "tinyint": 1, "smallint": 2, "int": 4, "bigint": 8}


def code_page_bytes(text, page):
    """Vietnamese in windows-1258 has its tones as letters of their own."""
    out = b""
    for letter in text:
        base = unicodedata.normalize("NFD", letter)
        halves = (letter, unicodedata.normalize("NFC", base[:-1]) + base[-1:],
                  unicodedata.normalize("NFC", base[:1] + base[2:]) + base[1:2])
        for spelling in halves:
            try:
                out += spelling.encode(page)
                break
            except UnicodeEncodeError:
                continue
        else:
            out += b"?"
    return out


def type_info(kind):
    name, size = kind[0], kind[1]
    if name == "bit":
        return b"\x68\x01"
    if name in INTS:
        return bytes([0x26, INTS[name]])
    if name in ("float", "real"):
        return bytes([0x6D, 8 if name == "float" else 4])
    if name in ("varchar", "char", "nvarchar", "nchar"):
        code = {"varchar": 0xA7, "char": 0xAF, "nvarchar": 0xE7, "nchar": 0xEF}[name]
        return struct.pack("<BH", code, size) + COLLATIONS[kind[2] if len(kind) > 2 else "cp1252"]
    if name in ("varbinary", "binary"):
        return struct.pack("<BH", 0xA5 if name == "varbinary" else 0xAD, size)
    raise ValueError("a column of the type " + name)


def sized(data, size):
    """Bytes behind their length, in pieces where the type is "(max)"."""
    if size != WHOLE:
        return struct.pack("<H", len(data)) + data
    pieces = [data[at:at + 8000] for at in range(0, len(data), 8000)]
    return struct.pack("<Q", len(data)) + b"".join(
        struct.pack("<I", len(piece)) + piece for piece in pieces) + struct.pack("<I", 0)


def value_bytes(kind, value):
    """One value of a row, behind its length."""
    name, size = kind[0], kind[1]
    if value is None:
        if name in INTS or name in ("float", "real"):
            return b"\0"
        return b"\xff" * 8 if size == WHOLE else b"\xff\xff"
    if name in INTS:
        return bytes([INTS[name]]) + int(value).to_bytes(INTS[name], "little", signed=name not in ("bit", "tinyint"))
    if name in ("float", "real"):
        return struct.pack("<Bd", 8, value) if name == "float" else struct.pack("<Bf", 4, value)
    if name in ("nvarchar", "nchar"):
        return sized(value.encode("utf-16-le"), size)
    if name in ("varchar", "char"):
        return sized(code_page_bytes(value, kind[2] if len(kind) > 2 else "cp1252"), size)
    if name in ("varbinary", "binary"):
        return sized(value, size)
    raise ValueError("a value of the type " + name)


def columns(names, kinds):
    out = struct.pack("<BH", 0x81, len(names))
    for name, kind in zip(names, kinds):
        out += struct.pack("<IH", 0, 0x0009) + type_info(kind) + short_text(name)
    return out


def row(kinds, values):
    """Rows with more than one empty value say so by bits, all others by lengths."""
    if values.count(None) < 2:
        return b"\xd1" + b"".join(value_bytes(k, v) for k, v in zip(kinds, values))
    bits = bytearray((len(values) + 7) // 8)
    for i, value in enumerate(values):
        bits[i // 8] |= (value is None) << i % 8
    full = (value_bytes(k, v) for k, v in zip(kinds, values) if v is not None)
    return b"\xd2" + bytes(bits) + b"".join(full)


# ---- what a client calls ----------------------------------------------------------------------


class Reader:
    """Walks through the bytes of a call."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values[0] if len(values) == 1 else values

    def bytes(self, size):
        self.at += size
        return self.data[self.at - size:self.at]

    def text(self, length):
        return self.bytes(2 * length).decode("utf-16-le")

    def pieces(self):
        if self.take("Q") == 0xFFFFFFFFFFFFFFFF:
            return None
        out = b""
        while (size := self.take("I")) > 0:
            out += self.bytes(size)
        return out

    def value(self):
        """A parameter, by the type that stands before it."""
        code = self.take("B")
        if code in (0x26, 0x68):
            self.take("B")
            size = self.take("B")
            return int.from_bytes(self.bytes(size), "little", signed=True) if size > 0 else None
        if code in (0xE7, 0xEF, 0xA7, 0xAF):
            most = self.take("H")
            self.bytes(5)
            if most == WHOLE:
                data = self.pieces()
            else:
                size = self.take("H")
                data = None if size == 0xFFFF else self.bytes(size)
            page = "utf-16-le" if code in (0xE7, 0xEF) else "cp1252"
            return None if data is None else data.decode(page)
        if code == 0x63:
            self.take("i")
            self.bytes(5)
            size = self.take("i")
            return None if size < 0 else self.bytes(size).decode("utf-16-le")
        raise ValueError("a parameter of the type 0x%02x" % code)


def read_call(data):
    """(procedure's name or number, [(name, status, value), …]) of an RPC message."""
    reader = Reader(without_headers(data))
    length = reader.take("H")
    name = reader.take("H") if length == 0xFFFF else reader.text(length)
    reader.take("H")
    values = []
    while reader.at < len(reader.data):
        parameter = reader.text(reader.take("B"))
        status = reader.take("B")
        values.append((parameter, status, reader.value()))
    return name, values
