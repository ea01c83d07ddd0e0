"""Alerts, service levels and dashboards: queries over ``shared/metrics``, and files made of them.

``python -m monitoring`` writes all of these.

Source:
    docs/adr/0039-alerts-from-one-place.md
"""
