"""The report of a fit: errors of a potential on labelled configurations."""
