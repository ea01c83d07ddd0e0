"""Folds events into documents and tells WebSocket clients how far their exports are."""
