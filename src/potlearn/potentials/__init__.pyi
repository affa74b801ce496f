from .archive import load as load
from .archive import save as save
from .base import Potential as Potential
from .base import Prediction as Prediction
from .linear import LinearPotential as LinearPotential
