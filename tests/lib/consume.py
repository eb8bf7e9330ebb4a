"""Reads a topic as any consumer of Confluent's format would: ids looked up in the registry.

Usage: consume.py BROKERS REGISTRY TOPIC      prints one JSON object a record, sorted by key.
It uses Confluent's own Python client and shares nothing with the gateway.
"""
import json
import sys

from confluent_kafka import DeserializingConsumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer

brokers, registry, topic = sys.argv[1:]
consumer = DeserializingConsumer({
    "bootstrap.servers": brokers,
    "group.id": "reader-of-" + topic,
    "auto.offset.reset": "earliest",
    "isolation.level": "read_committed",
    "enable.partition.eof": True,
    "value.deserializer": AvroDeserializer(SchemaRegistryClient({"url": registry})),
})
consumer.subscribe([topic])
records, ended, partitions = [], set(), None
while partitions is None or len(ended) < partitions:
    try:
        message = consumer.poll(20)
    except Exception as error:  # an end of partition comes as one
        kafka_error = getattr(error, "kafka_message", None)
        if kafka_error is None or kafka_error.error().code() != -191:
            raise
        ended.add(kafka_error.partition())
        partitions = len(consumer.assignment())
        continue
    if message is None:
        sys.exit("nothing came for 20 s")
    records.append((message.key().decode(), message.value()))
for key, value in sorted(records):
    print(json.dumps({"key": key, **value}, default=str, ensure_ascii=False))
consumer.close()
