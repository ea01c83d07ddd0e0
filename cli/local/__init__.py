"""The local stack: a real nats-server, a real S3 server and the four services, on loopback."""
