"""The status service folds events into documents and sends them to WebSocket clients."""
