"""A phone's application is a runtime template, the game inside it, and what stores ask of both.

``android`` and ``ios`` share it; what one of them needs lies with its exporter.
"""
