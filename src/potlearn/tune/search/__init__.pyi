from .loop import Searched as Searched
from .loop import search as search
from .parameters import Choice as Choice
from .parameters import Range as Range
from .samplers.table import SAMPLERS as SAMPLERS
from .space import Space as Space
from .storage.place import Shared as Shared
from .study import Study as Study
