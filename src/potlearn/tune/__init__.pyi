from .trial import Asked as Asked
from .trial import Outcome as Outcome
from .trial import State as State
from .trial import Trial as Trial
