from .base import Objective as Objective
from .base import Optimiser as Optimiser
from .base import Plan as Plan
from .registry import OPTIMISERS as OPTIMISERS
