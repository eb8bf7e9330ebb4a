"""A stand-in for SQL Server, for tests of what goes over the wire through FreeTDS.

    tds_server.py serve CONTROL [PORT]   until it is ended; prints the port that it listens on
    tds_server.py tell CONTROL WORD…     a line to the one that serves; prints its answer

CONTROL is the path of a socket.  What it can be told:

    create NAME: COLUMN TYPE [collate C] [null] [key], …    a table
    do SQL                            a statement of T-SQL, whoever may write it
    rows SQL                          what a SELECT answers, tabs between values
    hold | reserve | release          a transaction that is open from now on; a rowversion of it; its end
    fault KIND [ROWS] [TIMES]         for the next queries of rows: a server's error by its number or a
                                      broken line ("cut"), behind so many rows; "stall": no answer
                                      until told to stop
    calm                              no faults any more
    writable NAME | hide COLUMN       the account may write that table, may not read that column
    count TEXT | faults               how many statements had that text; how many faults are to come
"""
import re
import select
import socket
import socketserver
import sys
import threading

import tds_engine as engine
import tds_wire as wire

ACCOUNT = ("songma", "Mật;khẩu}1", "dan_cu")
FAULTS = {
    1205: ("Transaction was deadlocked and has been chosen as the deadlock victim.", 13),
    229: ("The SELECT permission was denied on the object.", 14),
    1222: ("Lock request time out period exceeded.", 16),
}


class State:
    def __init__(self):
        self.lock = threading.Lock()
        self.database = engine.Database()
        self.log, self.faults = [], []

    def fault_of(self, sql):
        """The fault that a query of rows has to suffer, or None."""
        if not self.faults or not sql.startswith("SELECT TOP"):
            return None
        one = sql.startswith("SELECT TOP (1)")
        return None if one and self.faults[0][0] != "stall" else self.faults.pop(0)

    # ---- what it is told ----------------------------------------------------------------------

    def tell(self, line):
        word, _, rest = line.partition(" ")
        with self.lock:
            return getattr(self, "told_" + word)(rest)

    def told_create(self, rest):
        name, _, columns = rest.partition(":")
        self.database.create(name.strip(), re.split(r",(?![^(]*\))", columns))

    def told_do(self, sql):
        self.database.execute(sql)

    def told_rows(self, sql):
        return "\n".join("\t".join(map(str, row)) for row in self.database.execute(sql)[2])

    def told_hold(self, _):
        self.database.active = self.database.version + 1

    def told_reserve(self, _):
        return self.database.next_version()

    def told_release(self, _):
        self.database.active = None

    def told_fault(self, rest):
        kind, *numbers = rest.split()
        rows, times = [int(n) for n in numbers] + [0, 1][len(numbers):]
        self.faults += [(kind, rows)] * times

    def told_calm(self, _):
        self.faults.clear()

    def told_writable(self, name):
        self.database.writable.add(name)

    def told_hide(self, column):
        self.database.hidden.add(column)

    def told_count(self, text):
        return sum(text in line for line in self.log)

    def told_faults(self, _):
        return len(self.faults)


class Session(socketserver.BaseRequestHandler):
    """One connection of a client."""

    def setup(self):
        self.state, self.text_size = self.server.state, 4096
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handle(self):
        try:
            if self.log_in():
                while True:
                    self.serve(*wire.read_message(self.request))
        except (wire.Gone, OSError):
            pass

    def send(self, *tokens):
        answer = wire.Answer(self.request)
        for token in tokens:
            answer.put(token)
        answer.end()

    def log_in(self):
        kind, data = wire.read_message(self.request)
        if kind == wire.PRELOGIN:
            self.send(wire.prelogin())
            kind, data = wire.read_message(self.request)
        if kind != wire.LOGIN:
            raise wire.Gone
        user, password, database = wire.read_login(data)
        if (user, password) != ACCOUNT[:2]:
            self.send(wire.error(18456, "Login failed for user '%s'." % user, 14), wire.done(status=wire.ERROR))
            return False
        if database not in ("", ACCOUNT[2]):
            self.send(wire.error(4060, 'Cannot open database "%s".' % database, 11), wire.done(status=wire.ERROR))
            return False
        page = wire.COLLATIONS["cp1252"]
        self.send(wire.change(1, wire.short_text(ACCOUNT[2]), wire.short_text("master")),
                  wire.change(7, bytes([len(page)]) + page),
                  wire.login_ack("Microsoft SQL Server"),
                  wire.change(4, wire.short_text(str(wire.PACKET)), wire.short_text("4096")),
                  wire.done())
        return True

    def serve(self, kind, data):
        if kind == wire.ATTENTION:
            self.send(wire.done(status=wire.ATTENTION_SEEN))
        elif kind == wire.TRANSACTION:
            self.transaction(wire.without_headers(data))
        elif kind == wire.BATCH:
            self.answer(wire.without_headers(data).decode("utf-16-le"), {}, wire.DONE)
        elif kind == wire.RPC:
            self.call(*wire.read_call(data))
        else:
            raise wire.Gone

    def transaction(self, data):
        """Begun and ended in name: the tables have one state for all."""
        request, descriptor = int.from_bytes(data[:2], "little"), bytes([8, 1, 0, 0, 0, 0, 0, 0, 0])
        if request == 5:
            self.send(wire.change(8, descriptor), wire.done())
        else:
            tokens = [wire.change(9 if request == 7 else 10, b"\0", descriptor)]
            if data[2 + data[2] * 2 + 1:][:1] == b"\1":
                tokens.append(wire.change(8, descriptor))
            self.send(*tokens, wire.done())

    def call(self, name, values):
        if name not in (10, "sp_executesql"):
            self.send(wire.error(2812, "Could not find stored procedure."), wire.done(wire.DONE_PROC, wire.ERROR))
            return
        sql = values[0][2]
        given = {"P%d" % i: value for i, (_, _, value) in enumerate(values[2:], 1)}
        self.answer(sql, given, wire.DONE_IN_PROC)

    def answer(self, sql, given, token):
        with self.state.lock:
            self.state.log.append(sql + "".join("\t%s=%s" % pair for pair in given.items()))
            fault = self.state.fault_of(sql)
        if fault is not None and fault[0] == "stall":
            self.stall()
            return
        try:
            with self.state.lock:
                result = self.state.database.execute(sql, given) if re.match(r"\s*SELECT", sql) else None
            size = re.match(r"\s*SET TEXTSIZE (\d+)", sql, re.I)
            self.text_size = int(size[1]) if size else self.text_size
        except engine.Refused as refused:
            self.send(self.failure(token, refused.number, str(refused)))
            return
        self.rows(result, token, fault)

    def rows(self, result, token, fault):
        answer = wire.Answer(self.request)
        if result is not None:
            names, kinds, rows = result
            answer.put(wire.columns(names, kinds))
            for i, values in enumerate(rows):
                data = wire.row(kinds, self.cut(kinds, values))
                if fault is not None and i == fault[1]:
                    self.break_off(answer, data, token, fault[0])
                    return
                answer.put(data)
        count = len(result[2]) if result is not None else 0
        counted = wire.COUNT if result is not None else 0
        if token == wire.DONE_IN_PROC:
            answer.put(wire.done(token, counted | wire.MORE, count))
            answer.put(b"\x79\0\0\0\0" + wire.done(wire.DONE_PROC))
        else:
            answer.put(wire.done(token, counted, count))
        answer.end()

    def break_off(self, answer, data, token, kind):
        """Amid the rows: the line in the middle of one, or the server with an error."""
        if kind == "cut":
            answer.put(data[:len(data) // 2])
            answer.flush()
            raise wire.Gone
        answer.put(self.failure(token, int(kind), *FAULTS[int(kind)]))
        answer.end()

    def cut(self, kinds, values):
        """As a server does in silence, unless the session says how much text it takes."""
        return [value if value is None or kind[1] != wire.WHOLE else
                value[:self.text_size // (2 if kind[0] == "nvarchar" else 1)] for kind, value in zip(kinds, values)]

    def failure(self, token, number, text, grade=16):
        last = wire.DONE_PROC if token == wire.DONE_IN_PROC else token
        return wire.error(number, text, grade) + wire.done(last, wire.ERROR)

    def stall(self):
        """Says nothing until the client asks to stop, or goes away."""
        select.select([self.request], [], [])
        kind, _ = wire.read_message(self.request)
        if kind == wire.ATTENTION:
            with self.state.lock:
                self.state.log.append("-- told to stop")
            self.send(wire.done(status=wire.ATTENTION_SEEN))


class Control(socketserver.StreamRequestHandler):
    def handle(self):
        line = self.rfile.read().decode().strip()
        try:
            answer, failed = self.server.state.tell(line), "0"
        except Exception as error:  # the one who told it has to see it
            answer, failed = "%s: %s" % (type(error).__name__, error), "1"
        self.wfile.write((failed + ("" if answer is None else str(answer))).encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True


class ControlServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


def serve(control, port):
    state = State()
    with Server(("127.0.0.1", port), Session) as server, ControlServer(control, Control) as controls:
        server.state = controls.state = state
        threading.Thread(target=controls.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        server.serve_forever()


def tell(control, words):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(control)
        sock.sendall(" ".join(words).encode())
        sock.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: sock.recv(65536), b"")).decode()
    if answer[1:]:
        print(answer[1:], file=sys.stderr if answer[:1] == "1" else sys.stdout)
    return int(answer[:1])


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    sys.exit(tell(sys.argv[2], sys.argv[3:]))
