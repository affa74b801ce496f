"""The report of a compression: errors against size and force time."""
