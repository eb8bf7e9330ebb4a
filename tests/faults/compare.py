"""Compares sources, topics, warehouse and runs after the faults; shares nothing with the gateway.

usage: compare.py SOURCE-DSN MARIADB-OPTIONS MARIADB-DATABASE FOLDER BOOK WAREHOUSE-DSN BROKERS REGISTRY PREFIX

Reads the databases with their own clients (truth.py), the topics with Confluent's client (read_committed), the records with
fastavro.  Each thing that is wrong is a line; the last line counts "lost N, duplicate N, unbalanced N", and the exit code is
1 if one is not 0.  A record of the run FOREIGN is no pull's: the fault test itself sent an old record once more.
"""
import collections
import datetime
import io
import json
import struct
import sys
import urllib.request

import fastavro
from confluent_kafka import Consumer, TopicPartition

import truth
from truth import rows

FOREIGN = "f" * 32
SHOWN = 10  # of each kind of finding

CANON = """select json_build_array(_key, label, amount::text, seen_on::text,
	(extract(epoch from changed_at) * 1000000)::bigint, id, _version, _deleted_at is not null)
	from canon.thing where _source = '{}' and _stream = '{}'"""
HISTORY = """select json_build_array(_source || '.' || _stream || ' ' || _key, _version) from history.thing
	order by _source, _stream, _key, _valid_to, _version"""
VERSIONS = "select json_build_array(_source || '.' || _stream || ' ' || _key, _version) from canon.thing"
RUNS = """select json_build_array(replace(r.id::text, '-', ''), r.produced + r.resent + r.deleted, r.dead, b.state, b.reason)
	from ops.run r join ops.run_balance b on b.run = r.id where r.source = '{}'"""
LETTERS = "select json_build_array(key) from ops.dead_letter where state = 'open' and source = '{}' and stream = '{}'"

Newest = collections.namedtuple("Newest", "version partition payload")


class Findings:
    def __init__(self):
        self.counts = collections.Counter()

    def add(self, kind, what):
        self.counts[kind] += 1
        if self.counts[kind] <= SHOWN:
            print(f"{kind}: {what}")


def messages(brokers, topic):
    """All committed messages of a topic as it stands now, those of a partition in order."""
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "compare", "isolation.level": "read_committed",
                         "enable.auto.commit": False, "enable.partition.eof": True, "auto.offset.reset": "error"})
    partitions = [TopicPartition(topic, p, 0) for p in sorted(consumer.list_topics(topic, 20).topics[topic].partitions)]
    ends = {p.partition: consumer.get_watermark_offsets(p, 20)[1] for p in partitions}
    consumer.assign(partitions)
    while ends:
        for message in consumer.consume(5000, 0.2):
            number = message.partition()
            if message.error() is None:
                if number in ends and message.offset() < ends[number]:
                    yield message
                if number in ends and message.offset() >= ends[number] - 1:
                    del ends[number]
            elif message.error().code() == -191:  # the end of a partition
                ends.pop(number, None)
            elif not message.error().retriable():
                raise RuntimeError(message.error())
    consumer.close()


def header(message):
    """Version and run."""
    packed = dict(message.headers() or [])["songma"]
    _, _, version, _, run = struct.unpack(">BBqQ16s", packed)
    return version, run.hex()


class Decoder:
    def __init__(self, registry):
        self.registry, self.schemas = registry, {}

    def __call__(self, payload):
        number = int.from_bytes(payload[1:5], "big")
        if number not in self.schemas:
            with urllib.request.urlopen(f"{self.registry}/schemas/ids/{number}", timeout=20) as answer:
                self.schemas[number] = fastavro.parse_schema(json.loads(json.load(answer)["schema"]))
        record = fastavro.schemaless_reader(io.BytesIO(payload[5:]), self.schemas[number], None)
        amount, day, at = record["amount"], record["seen_on"], record["changed_at"]
        micros = (at - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(microseconds=1)
        return [record["label"], None if amount is None else str(amount), None if day is None else str(day), micros]


def read_topic(brokers, topic, of_run, findings):
    """The newest record of each key; counts how many each run has committed.  No pull ever goes back to an older version."""
    newest, last_own = {}, {}
    for message in messages(brokers, topic):
        key, partition = message.key().decode(), message.partition()
        version, run = header(message)
        of_run[run] += 1
        if run != FOREIGN:
            if version < last_own.get(key, version):
                findings.add("duplicate", f"{topic}, key {key}: its version falls at offset {message.offset()}")
            last_own[key] = version
        known = newest.get(key)
        if known is not None and known.partition != partition:
            findings.add("duplicate", f"{topic}, key {key} is in two partitions")
        if known is None or version >= known.version:
            newest[key] = Newest(version, partition, message.value())
    return newest


def compare_rows(name, there, canon, letters, findings):
    """Every row of the source, and nothing else, once.  A rejected row may be there as it was before."""
    keys = collections.Counter(row[0] for row in canon)
    for key, count in keys.items():
        if count > 1:
            findings.add("duplicate", f"{name}, key {key} is {count} times in the warehouse")
    here = {row[0]: row for row in canon}
    expected = {row[0] for row in there.rows} | there.gone
    for row in there.rows:
        got = here.get(row[0])
        if row[0] in there.rejected:
            if row[0] not in letters:
                findings.add("lost", f"{name}, key {row[0]} was to be rejected, and there is no open letter of it")
        elif got is None:
            findings.add("lost", f"{name}, key {row[0]} of the source is not in the warehouse")
        elif got[1:5] != row[1:5] or got[7]:
            findings.add("lost", f"{name}, key {row[0]}: the source has {row[1:5]}, the warehouse {got[1:5]}, version {got[6]}"
                         + (", deleted" if got[7] else ""))
    for row in canon:
        if (row[0] not in expected and not row[7]) or str(row[5]) != row[0]:
            findings.add("duplicate", f"{name}, key {row[0]} of the warehouse is not in the source: {row[1:5]}, version {row[6]}")


def compare_topic(name, newest, decode, canon, findings):
    """The newest record of each key is what the warehouse has."""
    here = {row[0]: row for row in canon}
    for key, record in newest.items():
        got = here.get(key)
        if record.payload is None:
            if got is not None and not got[7]:
                findings.add("duplicate", f"{name}, key {key} is deleted in the topic, and not in the warehouse")
            continue
        values = decode(record.payload)
        if got is None or got[7]:
            findings.add("lost", f"{name}, key {key} of the topic is not in the warehouse")
        elif got[1:5] != values:
            findings.add("lost", f"{name}, key {key}: the topic's newest is {values}, the warehouse has {got[1:5]}")
    for key in here.keys() - newest.keys():
        findings.add("duplicate", f"{name}, key {key} of the warehouse is not in the topic")


def compare_history(history, versions, findings):
    """What a row was is older than what it became."""
    now = dict(versions)
    for (key, version), (next_key, next_version) in zip(history, history[1:] + [[None, 0]]):
        after = next_version if next_key == key else now.get(key, version)
        if after < version:
            findings.add("duplicate", f"{key}: version {version} was followed by {after}, which is older")


def compare_runs(runs, of_run, letters, findings):
    """Each run balances, and what it says of itself is what the topics have."""
    known = set()
    for run, sent, dead, state, reason in runs:
        known.add(run)
        if state != "balanced":
            findings.add("unbalanced", f"run {run} is {state} ({reason})")
        elif of_run[run] != sent:
            findings.add("unbalanced", f"run {run} says {sent} records, the topic has {of_run[run]}")
        elif letters[run] != dead:
            findings.add("unbalanced", f"run {run} says {dead} letters, the topic has {letters[run]}")
    for run in of_run.keys() - known - {FOREIGN}:
        findings.add("unbalanced", f"run {run} has {of_run[run]} records in the topic, and is not known")


class Comparison:
    def __init__(self, warehouse, brokers, registry, prefix):
        self.warehouse, self.brokers, self.prefix = warehouse, brokers, prefix
        self.decode, self.findings = Decoder(registry), Findings()

    def stream(self, source, stream, there, of_run):
        name = f"{source}.{stream}"
        canon = rows(self.warehouse, CANON.format(source, stream))
        letters = {key for key, in rows(self.warehouse, LETTERS.format(source, stream))}
        newest = read_topic(self.brokers, f"{self.prefix}.{name}", of_run, self.findings)
        compare_rows(name, there, canon, letters, self.findings)
        compare_topic(name, newest, self.decode, canon, self.findings)
        print(f"{name}: source rows {len(there.rows)}, warehouse rows {sum(not row[7] for row in canon)}, "
              f"deleted {sum(row[7] for row in canon)}, to be rejected {len(there.rejected)}")

    def source(self, source, streams):
        of_run = collections.Counter()
        for stream, there in streams.items():
            self.stream(source, stream, there, of_run)
        letters = collections.Counter(header(message)[1] for message in messages(self.brokers, f"{self.prefix}.{source}._dlq"))
        runs = rows(self.warehouse, RUNS.format(source))
        compare_runs(runs, of_run, letters, self.findings)
        own = sum(of_run.values()) - of_run[FOREIGN]
        said = sum(run[1] for run in runs)
        if own != said:
            self.findings.add("duplicate" if own > said else "lost", f"{source}: {own} records are committed, the runs say {said}")
        print(f"{source}: committed records {own}, old records sent again {of_run[FOREIGN]}, letters {sum(letters.values())}, "
              f"runs {len(runs)}")


def main():
    source, options, database, folder, book, warehouse, *kafka = sys.argv[1:]
    comparison = Comparison(warehouse, *kafka)
    comparison.source("test", truth.of_postgres(source))
    comparison.source("maria", truth.of_mariadb(options, database))
    comparison.source("files", truth.of_files(book))
    compare_history(rows(warehouse, HISTORY), rows(warehouse, VERSIONS), comparison.findings)
    print(f"files: taken {truth.check_folder(folder, book, comparison.findings)} times by a stream")
    counts = comparison.findings.counts
    print(", ".join(f"{kind} {counts[kind]}" for kind in ("lost", "duplicate", "unbalanced")))
    return 1 if counts else 0


if __name__ == "__main__":
    sys.exit(main())
