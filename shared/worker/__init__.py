"""How a message is worked on: delivery, attempts, retries, dead letters."""
