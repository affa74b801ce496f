"""Files of other programs: one file a format, one row a format in the table of :mod:`.table`."""
