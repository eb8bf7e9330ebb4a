"""Sends old records of a topic once more, as they were: what a mirrored topic or a sealed original sent again does.

usage: again.py BROKERS TOPIC COUNT SEED      COUNT keys whose record has been replaced since

Their version stays the old one; their run becomes one that no pull has, so that no run's count is touched.
"""
import random
import sys

from compare import FOREIGN, header, messages
from confluent_kafka import Producer

brokers, topic, count, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
first, last = {}, {}
for message in messages(brokers, topic):
    first.setdefault(message.key(), message)
    last[message.key()] = header(message)[0]
replaced = sorted(key for key, message in first.items() if header(message)[0] < last[key])
if count < len(replaced):
    replaced = random.Random(seed).sample(replaced, count)
producer = Producer({"bootstrap.servers": brokers, "enable.idempotence": True})
for key in replaced:
    old = first[key]
    packed = dict(old.headers())["songma"]
    producer.produce(topic, key=key, value=old.value(), partition=old.partition(),
                     headers=[("songma", packed[:18] + bytes.fromhex(FOREIGN))])
if producer.flush(30) > 0:
    sys.exit("some records could not be sent")
print(len(replaced))
