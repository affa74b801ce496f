"""Properties, each in its own file."""
