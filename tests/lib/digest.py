"""Prints one digest over all records of a topic, and how many there are.

Usage: digest.py BROKERS TOPIC      prints COUNT SHA256, of keys and values as bytes, whatever their
order and partition; of a key that comes twice the last.  The number of the schema in a value is
left out, for each topic has its own subject.  Confluent's own client; nothing of the gateway.
"""
import hashlib
import sys

from confluent_kafka import Consumer

brokers, topic = sys.argv[1:]
consumer = Consumer({
    "bootstrap.servers": brokers,
    "group.id": "digest-of-" + topic,
    "auto.offset.reset": "earliest",
    "isolation.level": "read_committed",
    "enable.partition.eof": True,
    "enable.auto.commit": False,
})
consumer.subscribe([topic])
records, ended, partitions = {}, set(), None
while partitions is None or len(ended) < partitions:
    message = consumer.poll(20)
    if message is None:
        sys.exit("nothing came for 20 s")
    if message.error():
        ended.add(message.partition())
        partitions = len(consumer.assignment())
    else:
        records[message.key()] = message.value()
whole = hashlib.sha256()
for key in sorted(records):
    value = records[key]
    whole.update(hashlib.sha256(key).digest())
    whole.update(b"-" if value is None else hashlib.sha256(value[5:]).digest())
print(len(records), whole.hexdigest())
consumer.close()
