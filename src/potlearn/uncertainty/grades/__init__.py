"""How far atoms are from the environments that a model was trained on."""
