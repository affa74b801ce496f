from .base import PairPotential as PairPotential
from .shifted import BornMayer as BornMayer
from .shifted import Coulomb as Coulomb
from .shifted import LennardJones as LennardJones
from .shifted import Morse as Morse
from .zbl import ZBL as ZBL
