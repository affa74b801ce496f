"""Ways to an uncertainty: each its file, and one row of the table."""
