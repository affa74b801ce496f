# The front of accuracy against force time for silicon; run at the root of the checkout.

# Search, then fit and measure potentials of the front
potlearn tune examples/tune.yaml --output front
# Look at it, while it runs or after
potlearn tune front --show
