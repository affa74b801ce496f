"""Where trials are kept: a journal file, or a database."""
