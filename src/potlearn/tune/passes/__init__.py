"""Passes over the data that many trials share, and what their ledgers answer."""
