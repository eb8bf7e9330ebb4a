"""Reads messages as any Avro consumer of Confluent's does: schema by the id in the message, from the registry.

usage: confluent_read.py REGISTRY-URL TOPIC        messages in hex on stdin, one a line; records as JSON on stdout
"""
import json
import sys

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext


def plain(value):
    return value.hex() if isinstance(value, bytes) else str(value)


def main():
    url, topic = sys.argv[1:3]
    read = AvroDeserializer(SchemaRegistryClient({"url": url}))
    context = SerializationContext(topic, MessageField.VALUE)
    for line in sys.stdin:
        record = read(bytes.fromhex(line.strip()), context)
        print(json.dumps(record, default=plain, ensure_ascii=False, sort_keys=True))


if __name__ == "__main__":
    main()
