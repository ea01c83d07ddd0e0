"""Commits artifacts, and the only service that deletes."""
