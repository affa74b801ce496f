from .curve import COLUMNS as COLUMNS
from .curve import LearningCurve as LearningCurve
from .fit import fit_neural as fit_neural
from .optimisers import OPTIMISERS as OPTIMISERS
from .result import NeuralResult as NeuralResult
from .settings import NeuralSettings as NeuralSettings
