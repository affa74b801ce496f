"""Reports of studies: comparisons of selection methods, and searches for the best one."""
