"""A game as an application: the native shell, the game inside it, and what systems ask of both.

What ``windows``, ``macos`` and ``linux`` share; what only one of them needs lies with its exporter.
"""
