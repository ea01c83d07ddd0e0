"""The archive writers stream reproducible archives with bounded memory."""
