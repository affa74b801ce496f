"""Calculators with faults, for ``module:callable``."""

import os
import signal
import subprocess
import time

import numpy as np
from ase.calculators.calculator import Calculator, CalculatorSetupError, SCFError, all_changes
from ase.calculators.emt import EMT


class Faulty(Calculator):
    """EMT, but for cells whose first vector is longer than 10 Å, where ``fault`` happens."""

    implemented_properties = ("energy", "free_energy", "forces", "stress")

    def __init__(self, fault, log=None, pause=0.0, hang=None):
        Calculator.__init__(self)
        self.fault, self.log, self.pause, self.hang = fault, log, pause, hang

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        Calculator.calculate(self, atoms, properties, system_changes)
        time.sleep(self.pause)
        if self.hang is not None and os.path.exists(self.hang):
            os.rename(self.hang, f"{self.hang}.now")
            self.hangs()
        if self.log is not None:
            with open(self.log, "a") as file:
                file.write("x")
        atoms = atoms.copy()
        atoms.calc = EMT()
        self.results = {
            "energy": atoms.get_potential_energy(),
            "forces": atoms.get_forces(),
            "stress": atoms.get_stress(),
        }
        if atoms.cell.lengths()[0] > 10:
            getattr(self, self.fault)()

    def nan(self):
        self.results["energy"] = np.nan * len(self.atoms)

    def infinite_force(self):
        self.results["forces"][0, 1] = np.inf

    def unconverged(self):
        self.converged = False

    def raises(self):
        raise SCFError("the density oscillates")

    def shape(self):
        self.results["forces"] = self.results["forces"][:, :2]

    def no_energy(self):
        del self.results["energy"]

    def dies(self):
        os.kill(os.getpid(), signal.SIGKILL)

    def no_engine(self):
        raise CalculatorSetupError("no command")

    def no_binary(self):
        raise FileNotFoundError(2, "No such file or directory", "pw.x")

    def full_disk(self):
        raise OSError(28, "No space left on device")

    def slow(self):
        time.sleep(0.5)

    def hangs(self):
        """Never ends, and neither does a program that it has started."""
        subprocess.run(["sleep", "86399"])

    def smeared(self):
        self.results["free_energy"] = self.results["energy"] - 0.5


def faulty(**settings):
    """A function that gives a calculator."""
    return Faulty(**settings)
