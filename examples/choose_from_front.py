"""Which potential of a tuned front to take: questions of one line, each answered with a reason."""

import sys

import potlearn as pl

tuned = pl.tune.load(sys.argv[1])  # the folder that `potlearn tune` wrote, finished or not

print(tuned.fastest(within_se=1))  # the fastest that is not clearly worse than the best
print(tuned.knee())  # where accuracy starts to cost much
print(tuned.best(below={"force_time": 20}))  # the most accurate below 20 µs per atom
print(tuned.best("energy_mae"))  # the lowest of anything that was measured

point = tuned.knee()
for name, found in point.objectives.items():
    print(name, found.value, found.low, found.high)  # with its 95 % interval
print(point.command)  # what makes this potential again
# point.load() gives the potential itself
