"""What the four services share: events, streams, the worker loop, storage, settings, errors."""
