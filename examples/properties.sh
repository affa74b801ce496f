# Properties of silicon by a potential, with error bars; run at the root of the checkout.

# A potential with expected errors
potlearn fit examples/heat.yaml --output heat
# Beside Stillinger and Weber's potential; the same command continues after a kill
potlearn properties heat/model.potl examples/properties.yaml --output properties
