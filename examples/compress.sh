# A faster potential at nearly the same accuracy; run where fit.sh has run.

# The least force time within 10 % of the held-out force error
potlearn compress silicon/model.potl --by cost --loss 0.1 \
    --data datasets/silicon/silicon.extxyz.xz --output small.potl
# Files for LAMMPS
potlearn export small.potl --to pod --output small
