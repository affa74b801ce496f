# Labels of configurations by a calculator; run at the root of the checkout.

# what is calculated is kept in labelled.db; the same command continues, and finds what is there
potlearn label datasets/silicon/silicon.extxyz.xz --where 'config_type=[liquid, melt]' \
    --calculator stillinger-weber --output labelled.db
potlearn label --show labelled.db

# the database is data for every other command
potlearn inspect labelled.db
