"""Operators hold signing keys; tools sign with them."""
