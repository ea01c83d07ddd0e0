"""NATS JetStream: connection, topology, publishing, reading, key-value buckets."""
