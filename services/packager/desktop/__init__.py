"""A desktop application is the native shell, the game inside it, and what systems ask of both.

``windows``, ``macos`` and ``linux`` share it; what one of them needs lies with its exporter.
"""
