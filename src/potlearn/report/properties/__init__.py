"""The report of properties: potentials, or a potential and its reference, side by side."""
