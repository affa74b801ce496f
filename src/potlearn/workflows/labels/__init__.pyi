from .known import KNOWN as KNOWN
from .known import Known as Known
from .label import label as label
from .outcome import Failure as Failure
from .outcome import Labelled as Labelled
from .spec import CalculatorSpec as CalculatorSpec
from .summary import Summary as Summary
from .summary import summarise as summarise
