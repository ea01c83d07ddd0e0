"""The story of an export, as the logs of all services tell it."""
