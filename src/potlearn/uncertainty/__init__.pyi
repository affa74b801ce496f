from .grades.base import Grade as Grade
from .grades.mahalanobis import MahalanobisGrade as MahalanobisGrade
from .grades.maxvol import MaxVolGrade as MaxVolGrade
from .grades.registry import GRADES as GRADES
from .grades.registry import grade_from_dict as grade_from_dict
from .grades.registry import make_grade as make_grade
from .grades.std import StdGrade as StdGrade
from .grades.sub_basis import leading_features as leading_features
