"""The report of a study: its front, how it grew, what decided, what failed."""
