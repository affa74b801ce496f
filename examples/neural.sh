# Networks beside a linear fit of silicon; run at the root of the checkout.

potlearn fit examples/neural.yaml --output neural
