"""Exports as the HTTP API offers them: asking for one, and what can be done with it."""
