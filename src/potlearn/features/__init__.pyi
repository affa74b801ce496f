from .kinds import KINDS as KINDS
from .kinds import make_kinds as make_kinds
from .matrix import Environments as Environments
from .matrix import configuration_features as configuration_features
from .matrix import environment_features as environment_features
from .matrix import feature_names as feature_names
from .scaling import SCALINGS as SCALINGS
from .scaling import scaled as scaled
