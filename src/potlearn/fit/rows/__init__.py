"""Design rows: made, laid out in chunks, and kept."""
