"""Signing keys that operators hold, and the tools that sign."""
