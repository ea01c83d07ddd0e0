"""The WebSocket: who may watch, what is sent, and how fast."""
