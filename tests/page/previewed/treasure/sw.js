// It works for its own game alone.
