"""When learning ends, by name in a table."""
