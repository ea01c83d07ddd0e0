"""One build: its plan, context, cache key, packing, progress and log."""
