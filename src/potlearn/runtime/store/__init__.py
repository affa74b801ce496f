"""What long work keeps in files: archives, journals, content keys, checkpoints."""
