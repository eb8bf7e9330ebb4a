"""What goes on in a drop folder all the while: of each part newer files come, corrected ones, half-written ones, copies, late,
emptied and broken ones; rows are added, changed, taken out, moved to another part.

usage: drops.py FOLDER BOOK STOP SEED [HURRY]

Runs until the file STOP is there.  BOOK, a folder, then has truth.json: of each part the rows of the file that is to stand,
and its hash; and files.json: the hash of every file that was ever whole in the folder, and of what may have been taken for
one because its writer paused too long.  SIGUSR1: a large file is to come, and another in its place while it is read.
HURRY: so many times as fast, and fewer of the files that take long to make.
"""
import csv
import datetime
import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import time

PARTS, LARGE_ROWS, WAITING_MOST = 8, 3000, 30
SETTLED_S = 5  # from the manual: so long nobody must have written to a file
HEADER = ["Mã", "Tên gọi", "Số tiền", "Ngày", "Cập nhật"]
BAD = "so nhieu"  # no decimal: a dead letter, until the row is another one
XLSX = os.path.join(os.path.dirname(__file__), "..", "lib", "xlsx.py")
HANOI = datetime.timezone(datetime.timedelta(hours=7))


class Part:
    def __init__(self, number):
        self.number, self.files, self.next_id = number, 0, 1
        self.rows = {}  # of the last file: id to row
        self.name = None
        self.content = None
        self.large = number == 1
        self.corrected = False  # the last file, by another of its name
        self.held = None  # a file that must be taken before the next one comes


class Dropper:
    def __init__(self, folder, book, seed, hurry):
        self.hurry = hurry
        self.folder, self.draft, self.random = folder, os.path.join(book, "draft.xlsx"), random.Random(seed)
        self.parts = [Part(n) for n in range(1, PARTS + 1)]
        self.whole, self.maybe, self.broken = set(), set(), set()
        self.replace = False
        signal.signal(signal.SIGUSR1, lambda *_: setattr(self, "replace", True))

    # ---- rows

    def new_row(self, number, at):
        r = self.random
        label = r.choice(("thing", 'thứ "lạ"; có, dấu', "hai\ndòng")) + f" {r.randrange(10**6)}"
        amount = BAD if r.random() < 1 / 300 else f"{r.randrange(10**8) / 100:.2f}"
        day = datetime.date(2020, 1, 1) + datetime.timedelta(r.randrange(2000))
        return [str(number), None if r.random() < 0.05 else label, amount, str(day), at.strftime("%Y-%m-%d %H:%M:%S.%f")]

    def changed(self, part):
        """The part's next rows: some are new, some changed, few gone."""
        r, at = self.random, datetime.datetime.now(HANOI)
        rows = dict(part.rows)
        for number in r.sample(sorted(rows), int(len(rows) * r.random() * 0.05)):
            del rows[number]
        for number in r.sample(sorted(rows), min(len(rows), r.randrange(20))):
            rows[number] = self.new_row(number, at)
        room = (LARGE_ROWS if part.large else 150) - len(rows)
        for _ in range(max(1, min(room, LARGE_ROWS if part.large else r.randrange(1, 60)))):
            number = part.number * 10**6 + part.next_id
            part.next_id += 1
            rows[number] = self.new_row(number, at)
        return rows

    # ---- files

    def encode(self, name, rows):
        text = io.StringIO()
        delimiter, encoding = self.random.choice(((";", "utf-8-sig"), (",", "utf-8"), ("\t", "utf-16")))
        if name.endswith(".xlsx"):
            delimiter, encoding = ",", "utf-8"
        writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(HEADER)
        writer.writerows([cell or "" for cell in row] for row in rows.values())
        content = text.getvalue().encode(encoding)
        if not name.endswith(".xlsx"):
            return content
        subprocess.run([sys.executable, XLSX, self.draft, "Sheet", "number:Mã", "date:Ngày"], input=content, check=True)
        with open(self.draft, "rb") as file:
            return file.read()

    def path(self, name):
        return os.path.join(self.folder, name)

    def put(self, name, content, mode=0o644):
        """At once, as a file that was finished an hour ago."""
        draft = self.path("." + name)
        with open(draft, "wb") as file:
            file.write(content)
        os.chmod(draft, mode)
        self.age(draft)
        os.rename(draft, self.path(name))

    def put_closed(self, name, content):
        self.put(name, content, 0)
        time.sleep(self.random.random())
        os.chmod(self.path(name), 0o644)

    def age(self, path):
        at = time.time() - 3600
        os.utime(path, (at, at))

    def write_slowly(self, name, content):
        """In place, with a pause in the middle; at times left as young as it is."""
        cut = self.random.randrange(1, len(content))
        with open(self.path(name), "wb") as file:
            file.write(content[:cut])
            file.flush()
            began = time.monotonic()
            time.sleep(self.random.random() * 2.5 / self.hurry)
            file.write(content[cut:])
            if time.monotonic() - began > SETTLED_S - 1:
                self.maybe.add(sha(content[:cut]))
        if self.random.random() < 0.7:
            self.age(self.path(name))

    def insist(self, how, *args):
        """Like a person whose copying failed: once more, until it works."""
        while True:
            try:
                return how(*args)
            except OSError:
                self.forget(args[0])
                time.sleep(0.2)

    def forget(self, name):
        try:
            os.unlink(self.path(name))
        except OSError:
            pass

    # ---- what comes

    def next_name(self, part):
        part.files += 1
        part.corrected = False
        return f"thing-{part.number}-{part.files:05d}.{'xlsx' if self.random.random() < 0.1 / self.hurry else 'csv'}"

    def stand(self, part, name, rows, how):
        """The file comes, and is the one of its part from now on."""
        content = self.encode(name, rows)
        self.whole.add(sha(content))
        part.name, part.rows, part.content = name, rows, content
        self.insist(how, name, content)

    def newer(self, part):
        self.stand(part, self.next_name(part), self.changed(part), self.put)

    def slowly(self, part):
        self.stand(part, self.next_name(part), self.changed(part), self.write_slowly)

    def correct(self, part):
        """Another file of the last one's name, once: what it replaces may never have been taken."""
        if part.name is None or part.corrected or part.held:
            return self.newer(part)
        part.corrected = True
        return self.stand(part, part.name, self.changed(part), self.random.choice((self.put, self.write_slowly)))

    def copy(self, part):
        if part.name is not None:
            part.files += 1
            self.insist(self.put, f"thing-{part.number}-{part.files:05d}{os.path.splitext(part.name)[1]}", part.content)
            part.corrected = True

    def late(self, part):
        """A name before all others: it is too late, or is followed by the others at once."""
        if part.name is not None and not part.large:
            content = self.encode("late.csv", self.changed(part))
            self.whole.add(sha(content))
            self.insist(self.put, f"thing-{part.number}-00000.csv", content)

    def emptied(self, part):
        """Nobody means that: it is rejected, since its part has rows."""
        if part.rows and not self.waiting(part):
            name = self.next_name(part)
            self.put_broken(name, self.encode(name, {}))

    def break_off(self, part):
        name = self.next_name(part)
        if name.endswith(".xlsx"):
            content = self.encode(name, self.changed(part))[:-100]
        else:
            content = self.random.choice(("Mã;Ten;Số tiền\r\n{};x;2\r\n", ";".join(HEADER) + '\r\n{};"never closed\r\n'))
            content = content.format(self.random.randrange(10**9)).encode()
        self.put_broken(name, content)

    def put_broken(self, name, content):
        self.broken.add(sha(content))
        self.insist(self.put, name, content)

    def shrink(self, part):
        """Most rows go, and somebody says so."""
        if len(part.rows) < 20:
            return self.newer(part)
        rows = self.changed(part)
        rows = {number: rows[number] for number in self.random.sample(sorted(rows), len(rows) // 3)}
        name = self.next_name(part)
        self.stand(part, name, rows, lambda name, content: self.put("xacnhan-" + name, content))
        part.held = "xacnhan-" + name
        return None

    def unreadable(self, part):
        """Its rights come later than itself."""
        self.stand(part, self.next_name(part), self.changed(part), self.put_closed)

    def move(self, part):
        """A row goes to another part's file: once its own part's files are taken, for the last one taken counts."""
        other = self.random.choice(self.parts)
        if other is part or other.held or not part.rows or self.waiting(part):
            return
        number = self.random.choice(sorted(part.rows))
        rows, others = dict(part.rows), dict(other.rows)
        others[number] = rows.pop(number)
        self.stand(part, self.next_name(part), rows, self.put)
        self.stand(other, self.next_name(other), others, self.put)

    def replaced(self):
        part = self.parts[0]
        if part.held and os.path.exists(self.path(part.held)):
            return
        self.newer(part)
        time.sleep(self.random.random() * 0.4)
        self.correct(part)

    def waiting(self, part=None):
        start = "thing-" if part is None else f"thing-{part.number}-"
        return sum(name.removeprefix("xacnhan-").startswith(start) for name in os.listdir(self.folder))

    def step(self):
        if self.replace:
            self.replace = False
            return self.replaced()
        part = self.random.choice(self.parts if self.random.random() < 0.1 else self.parts[1:])
        if part.held and os.path.exists(self.path(part.held)):
            return None
        part.held = None
        kinds = {self.newer: 45, self.correct: 20, self.slowly: 10, self.copy: 5, self.late: 3, self.emptied: 3,
                 self.break_off: 3, self.shrink: 3, self.unreadable: 3, self.move: 5}
        return self.random.choices(list(kinds), list(kinds.values()))[0](part)

    def book(self):
        return {str(part.number): {"name": part.name, "sha": sha(part.content), "rows": list(part.rows.values())}
                for part in self.parts if part.name is not None}


def sha(content):
    return hashlib.sha256(content).hexdigest()


def main():
    folder, book, stop, seed = sys.argv[1:5]
    dropper = Dropper(folder, book, int(seed), float(sys.argv[5]) if len(sys.argv) > 5 else 1)
    for part in dropper.parts:
        dropper.newer(part)
    while not os.path.exists(stop):
        try:
            if dropper.waiting() < WAITING_MOST:
                dropper.step()
        except OSError:
            pass  # the folder is closed for a while: nobody can look into it
        time.sleep(dropper.random.random() * 0.5 / dropper.hurry)
    with open(os.path.join(book, "truth.json"), "w", encoding="utf-8") as file:
        json.dump(dropper.book(), file)
    with open(os.path.join(book, "files.json"), "w", encoding="utf-8") as file:
        json.dump({"whole": sorted(dropper.whole), "maybe": sorted(dropper.maybe), "broken": sorted(dropper.broken)}, file)


if __name__ == "__main__":
    main()
