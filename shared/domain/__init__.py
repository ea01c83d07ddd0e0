"""What an export is: events, state, options, platforms, and pure decisions over them."""
