"""Any selector for any number of rows, level by level."""
