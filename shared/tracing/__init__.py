"""Traces: the context that every message carries, and spans where the extra is installed."""
