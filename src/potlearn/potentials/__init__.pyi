from .archive import save as save
from .base import Potential as Potential
from .base import Prediction as Prediction
from .files import FORMATS as FORMATS
from .files import load as load
from .files import split_model as split_model
from .gates import GateWatch as GateWatch
from .linear import LinearPotential as LinearPotential
