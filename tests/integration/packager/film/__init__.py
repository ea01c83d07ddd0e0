"""Films: several packagers, real NATS, a real storage."""
