"""Choice that leaves no row far from a chosen one: FPS, set cover, entropy."""
