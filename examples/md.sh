# A run that knows when to stop, and that may be killed; at the root of the checkout.

# A potential with expected errors
potlearn fit examples/heat.yaml --output heat
# The same command continues a run that was interrupted
potlearn md examples/melt.yaml --output melt
