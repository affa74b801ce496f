"""``python -m potlearn.cli`` is the ``potlearn`` command."""

from potlearn.cli import main

main()
