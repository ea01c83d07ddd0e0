"""Writing archives: streamed, reproducible, with bounded memory."""
