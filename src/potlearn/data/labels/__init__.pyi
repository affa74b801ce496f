from .found import KeysFound as KeysFound
from .keys import LabelKeys as LabelKeys
from .resolve import Labels as Labels
from .resolve import calculator_results as calculator_results
from .resolve import labelled as labelled
from .resolve import resolve as resolve
