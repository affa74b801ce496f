# The configurations that are most worth a calculation; run at the root of the checkout.

# 40 configurations, the others, and a report that maps them
potlearn select datasets/silicon/silicon.extxyz.xz -k 40 \
    --output chosen.extxyz --rest rest.extxyz --report choice
