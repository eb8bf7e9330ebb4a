"""A drop folder alone, at a pace that no other part slows down: drop-drive in place of a pull, a file in place of Kafka, and
drops.py, hurried, in place of people.  It ends at any step with which a file is taken and put away, stands still there while
another follows it, meets a full disk, closed folders and files that are replaced while they are read; then the rows that it
has sent and deleted are those of the files that stand.

usage: drop_folder.py DROP-DRIVE SHIM SECONDS [SEED]

Prints what was missing or too much, and "lost N, duplicate N"; leaves its folder behind then.
"""
import collections
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
STEPS = 24  # an order is for one of so many moments
CAPABILITIES = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]
REST_S = 120  # the longest that what is left may take


class Folder:
    def __init__(self, drive, shim, seed):
        self.random = random.Random(seed)
        self.work = tempfile.mkdtemp(prefix=f"songma-folder-{seed}.")
        self.folder, self.log = self.path("drop"), self.path("log")
        os.mkdir(self.folder)
        os.mkdir(self.path("book"))
        rights = CAPABILITIES if os.geteuid() == 0 else []
        self.command = rights + [drive, self.folder, self.log]
        self.shim = dict(os.environ, LD_PRELOAD=shim, FOLDER=self.folder, FOLDER_FULL=self.path("full"),
                         FOLDER_STEP=self.path("step"))
        self.errors = open(self.path("errors"), "a", encoding="utf-8")
        self.pull, self.dropper, self.others = None, None, []

    def begin(self, seed):
        self.dropper = subprocess.Popen([sys.executable, os.path.join(HERE, "drops.py"), self.folder, self.path("book"),
                                         self.path("stop"), str(seed), "8"])
        self.wait(60, lambda: len(os.listdir(self.folder)) > 4)
        self.keep()

    def path(self, name):
        return os.path.join(self.work, name)

    # ---- processes

    def start(self, env):
        return subprocess.Popen(self.command, env=env, stderr=self.errors)

    def keep(self):
        if self.pull is None or self.pull.poll() is not None:
            self.pull = self.start(self.shim)
        self.others = [other for other in self.others if other.poll() is None]

    def wait(self, seconds, done):
        end = time.monotonic() + seconds
        while time.monotonic() < end and not done():
            time.sleep(0.02)
        return done()

    def rest(self, most):
        """The pull goes on meanwhile."""
        end = time.monotonic() + self.random.random() * most
        while time.monotonic() < end:
            self.keep()
            time.sleep(0.02)

    def is_still(self):
        if self.pull.poll() is not None:
            return True
        try:
            with open(f"/proc/{self.pull.pid}/stat", encoding="utf-8") as file:
                return file.read().rpartition(") ")[2][0] in "TZ"
        except OSError:
            return True

    def at_a_step(self, what, number):
        with open(self.path("step.new"), "w", encoding="utf-8") as file:
            file.write(f"{what} {self.random.randint(1, STEPS)}")
        os.rename(self.path("step.new"), self.path("step"))
        if self.wait(1, self.is_still):
            return
        try:
            os.unlink(self.path("step"))
        except OSError:
            pass
        self.pull.send_signal(number)

    # ---- faults

    def kill(self):
        self.at_a_step("kill", signal.SIGKILL)

    def zombie(self):
        """Stands still while another follows it, goes on with what it has in hand, and is followed by a third."""
        self.at_a_step("stop", signal.SIGSTOP)
        self.others.append(self.start(os.environ))
        time.sleep(self.random.random() * 1.5)
        self.pull.send_signal(signal.SIGCONT)

    def full(self):
        with open(self.path("full"), "w", encoding="utf-8"):
            self.rest(1)
        os.unlink(self.path("full"))

    def closed(self):
        below = self.random.choice(("", "done", ".songma", ".songma/work", ".songma/keys", ".songma/leaving"))
        path = os.path.join(self.folder, below)
        try:
            os.chmod(path, self.random.choice((0, 0o500)))
            self.rest(1)
            os.chmod(path, 0o755)
        except FileNotFoundError:
            pass  # it is not made yet

    def replaced(self):
        self.dropper.send_signal(signal.SIGUSR1)
        self.rest(0.5)

    def run(self, seconds):
        faults = (self.kill, self.zombie, self.full, self.closed, self.replaced)
        counts = collections.Counter()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.rest(0.4)
            fault = self.random.choice(faults)
            counts[fault.__name__] += 1
            fault()
        return counts

    def drain(self):
        with open(self.path("stop"), "w", encoding="utf-8"):
            pass
        self.dropper.wait(REST_S)
        emptied = self.wait(REST_S, self.is_empty)
        time.sleep(0.5)
        return emptied

    def end(self):
        for process in [self.dropper, self.pull, *self.others]:
            if process is not None:
                process.kill()
                process.wait()

    def is_empty(self):
        self.keep()
        return not any(os.path.isfile(os.path.join(self.folder, name)) for name in os.listdir(self.folder))

    # ---- afterwards

    def sent(self):
        """Of each stream the keys that it has sent and not deleted since."""
        there = collections.defaultdict(set)
        with open(self.log, encoding="utf-8") as file:
            for line in file:
                what, stream, rest = line.split(" ", 2)
                if what == "U":
                    there[stream].add(rest.strip())
                elif what == "D":
                    there[stream].discard(rest.strip())
        return there

    def compare(self):
        with open(os.path.join(self.path("book"), "truth.json"), encoding="utf-8") as file:
            wanted = {row[0] for part in json.load(file).values() for row in part["rows"]}
        lost = duplicate = 0
        for stream, keys in sorted(self.sent().items()):
            for what, found in (("lost", wanted - keys), ("duplicate", keys - wanted)):
                if found:
                    print(f"{what}: stream {stream}, {len(found)} rows, such as {sorted(found)[:5]}")
            lost, duplicate = lost + len(wanted - keys), duplicate + len(keys - wanted)
        return lost, duplicate


def main():
    drive, shim, seconds = sys.argv[1:4]
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(2**31)
    print(f"SEED={seed}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Folder(os.path.abspath(drive), os.path.abspath(shim), seed)
    try:
        folder.begin(seed)
        counts = folder.run(float(seconds))
        emptied = folder.drain()
    finally:
        folder.end()
    lost, duplicate = folder.compare()
    if not emptied:
        print("files were left in the folder")
    print(", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())))
    if emptied and not lost and not duplicate:
        shutil.rmtree(folder.work)
    else:
        print(f"left in {folder.work}")
    print(f"lost {lost}, duplicate {duplicate}" + ("" if emptied else ", files left"))


if __name__ == "__main__":
    main()
