"""The report of a selection: which configurations were selected, and what they cover."""
