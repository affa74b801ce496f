from .result import DimerScan as DimerScan
from .result import HotRun as HotRun
from .result import Survival as Survival
from .settings import SurvivalSettings as SurvivalSettings
from .survive import survival as survival
