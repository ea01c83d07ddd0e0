"""The command line, ``aethel-export``."""
