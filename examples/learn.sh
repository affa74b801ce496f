# A potential of silicon and the set that it needs; the same command continues after a kill.
potlearn learn examples/learn.yaml --output learned
potlearn learn learned --show
