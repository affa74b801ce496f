from .engine import JaxEngine as JaxEngine
from .inputs import Inputs as Inputs
