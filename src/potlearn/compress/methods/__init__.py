"""Ways to choose functions or directions, one file each."""
