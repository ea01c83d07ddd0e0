"""What every route stands on: problem details, tokens, the request log, limits, pages."""
