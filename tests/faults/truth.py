"""What each source of the fault tests has in the end, as its own program says it; shares nothing with the gateway.

Of every stream: its rows [key, label, amount, day, microseconds of its last change], the keys among them that are to be
rejected, and the keys that only a reconciliation can find
to be gone.
"""
import collections
import datetime
import hashlib
import json
import os
import subprocess

Truth = collections.namedtuple("Truth", "rows rejected gone")

SOURCE = """select json_build_array(id::text, label, amount::numeric(12,2)::text, seen_on::text,
	(extract(epoch from changed) * 1000000)::bigint) from thing"""
MARIA = """set time_zone = '+07:00'; select json_array(cast(id as char), label, cast(amount as char), cast(seen_on as char),
	cast(unix_timestamp(changed) * 1000000 as integer)) from {}"""
HANOI = datetime.timezone(datetime.timedelta(hours=7))
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
FILE_STREAMS = ("thing", "copy")  # two streams that read the same files


def lines(*command):
    """JSON of each line that a command prints."""
    out = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return [json.loads(line) for line in out.decode().splitlines()]


def rows(dsn, query):
    return lines("psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-d", dsn, "-c", query)


def of_postgres(dsn):
    found = rows(dsn, SOURCE)
    return {"thing": Truth(found, {row[0] for row in found if row[2] == "NaN"}, set())}


def of_mariadb(options, database):
    def ask(query):
        return lines("mariadb", f"--defaults-file={options}", "-N", "-B", "--raw", database, "-e", query)

    gone = {str(number) for number in ask("select id from gone")}
    found = {table: ask(MARIA.format(table)) for table in ("thing", "office")}
    rejected = {table: {row[0] for row in found[table] if row[3] == "0000-00-00"} for table in found}
    return {table: Truth(found[table], rejected[table], gone if table == "thing" else set()) for table in found}


def micros(text):
    """Of a time of Hanoi's clock."""
    at = datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=HANOI)
    return (at - EPOCH) // datetime.timedelta(microseconds=1)


def of_files(book):
    """What whoever dropped the files has noted: of each part the rows of the file that came last."""
    with open(os.path.join(book, "truth.json"), encoding="utf-8") as file:
        parts = json.load(file).values()
    found = [[*row[:4], micros(row[4])] for part in parts for row in part["rows"]]
    rejected = {row[0] for row in found if row[2] == "so nhieu"}
    return {stream: Truth(found, rejected, set()) for stream in FILE_STREAMS}


# ---- the folder itself

def hashes(folder):
    for name in os.listdir(folder):
        if not name.endswith(".report.txt"):
            with open(os.path.join(folder, name), "rb") as file:
                yield name, hashlib.sha256(file.read()).hexdigest()


def check_folder(folder, book, findings):
    """Each file that was whole is put away where it belongs, and the ledger says what stands."""
    with open(os.path.join(book, "truth.json"), encoding="utf-8") as file:
        parts = json.load(file)
    with open(os.path.join(book, "files.json"), encoding="utf-8") as file:
        known = {kind: set(found) for kind, found in json.load(file).items()}
    for name in os.listdir(folder):
        if name not in ("done", "rejected", ".songma"):
            findings.add("lost", f"the file {name} was left in the folder")
    stands = {}
    with open(os.path.join(folder, ".songma/taken.jsonl"), encoding="utf-8") as file:
        taken = []
        for line in file:
            try:
                taken.append(json.loads(line))
            except ValueError:
                continue  # one that was half written when its writer was killed
    for line in taken:
        stands[line["stream"], line["part"]] = line["sha256"]
        if line["sha256"] not in known["whole"] | known["maybe"]:
            findings.add("duplicate", f"{line['name']} was taken by {line['stream']}, and was never whole")
    done = {sha for _, sha in hashes(os.path.join(folder, "done"))}
    for number, part in parts.items():
        for stream in FILE_STREAMS:
            if stands.get((stream, number)) != part["sha"]:
                findings.add("lost", f"{part['name']} is not what stands for part {number} of {stream}")
        if part["sha"] not in done:
            findings.add("lost", f"{part['name']} is not in done/")
    for name, sha in hashes(os.path.join(folder, "rejected")):
        if sha in {part["sha"] for part in parts.values()}:
            findings.add("lost", f"{name} was rejected, and is the last of its part")
        elif sha not in known["whole"] | known["broken"] | known["maybe"]:
            findings.add("duplicate", f"{name} was rejected, and nobody has dropped it so")
    return len(taken)
