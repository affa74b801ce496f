from .method import Ending as Ending
from .method import Method as Method
from .minimise import minimize as minimize
from .problem import Problem as Problem
from .registry import DEFAULT as DEFAULT
from .registry import METHODS as METHODS
from .registry import make_method as make_method
from .result import Result as Result
