from .automatic import find as find
from .compression import compress as compress
from .compression_outcome import Comparison as Comparison
from .compression_outcome import CompressOutcome as CompressOutcome
from .descriptor_arrays import DescriptorsOutcome as DescriptorsOutcome
from .descriptor_arrays import descriptors as descriptors
from .dynamics import DynamicsOutcome as DynamicsOutcome
from .dynamics import simulate as simulate
from .evaluation import EvaluateOutcome as EvaluateOutcome
from .evaluation import evaluate as evaluate
from .exchange import ExportOutcome as ExportOutcome
from .exchange import export as export
from .exchange import import_ as import_
from .fit_outcome import FitOutcome as FitOutcome
from .fitting import fit as fit
from .folder import OutputFolder as OutputFolder
from .initial import InitOutcome as InitOutcome
from .initial import init as init
from .inspection import inspect as inspect
from .labelling import LabellingOutcome as LabellingOutcome
from .labelling import label as label
from .labelling import labels_in as labels_in
<<<<<<< HEAD
=======
from .learning import LearnOutcome as LearnOutcome
from .learning import learn as learn
from .learning import show_learning as show_learning
>>>>>>> learn
from .pair_style import InstallOutcome as InstallOutcome
from .pair_style import install_lammps as install_lammps
from .selection import select as select
from .selection_outcome import SelectionOutcome as SelectionOutcome
from .settings import DescriptorsConfig as DescriptorsConfig
from .settings import EvaluateConfig as EvaluateConfig
from .settings import ExportConfig as ExportConfig
from .settings import FitConfig as FitConfig
from .settings import ImportConfig as ImportConfig
from .settings import InspectConfig as InspectConfig
from .settings import LammpsConfig as LammpsConfig
from .settings.compress import CompressConfig as CompressConfig
from .settings.dynamics import DynamicsConfig as DynamicsConfig
from .settings.initial import FindConfig as FindConfig
from .settings.initial import InitConfig as InitConfig
from .settings.label import LabellingConfig as LabellingConfig
<<<<<<< HEAD
=======
from .settings.learn import LearnConfig as LearnConfig
>>>>>>> learn
from .settings.select import SelectConfig as SelectConfig
from .settings.study import CompareConfig as CompareConfig
from .settings.study import SearchConfig as SearchConfig
from .settings.tune import TuneConfig as TuneConfig
from .study import study as study
from .tuning.outcome import TuneOutcome as TuneOutcome
from .tuning.task import tune as tune
