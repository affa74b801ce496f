"""What notices that a potential does not know where it is, by name in a table."""
