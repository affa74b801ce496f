from .selection import select as select
from .selection_outcome import SelectionOutcome as SelectionOutcome
from .settings.select import SelectConfig as SelectConfig
from .settings.study import CompareConfig as CompareConfig
from .settings.study import SearchConfig as SearchConfig
from .study import study as study
