from .compression.figure import curve_figure as curve_figure
from .compression.report import write_curve_report as write_curve_report
from .dynamics.figure import dynamics_figure as dynamics_figure
from .fit.figures import figures as figures
from .fit.report import write_report as write_report
from .info import ReportInfo as ReportInfo
from .info import SuspiciousLabel as SuspiciousLabel
from .info import TrainingInfo as TrainingInfo
<<<<<<< HEAD
from .learning.figure import learning_figure as learning_figure
from .learning.report import write_learning_report as write_learning_report
from .learning.view import LearningView as LearningView
=======
from .properties.figure import properties_figures as properties_figures
from .properties.report import write_properties_report as write_properties_report
from .properties.view import PropertiesView as PropertiesView
>>>>>>> 75b4367 (potlearn properties: from lattice to phonons, with error bars, beside a reference)
from .selection.figure import selection_figure as selection_figure
from .selection.report import write_selection_report as write_selection_report
from .selection.view import SelectionView as SelectionView
from .study.comparison import markdown_table as markdown_table
from .study.comparison import write_comparison_report as write_comparison_report
from .study.figure import comparison_figure as comparison_figure
from .study.search import write_search_report as write_search_report
from .tune.figure import front_figure as front_figure
from .tune.report import write_tune_report as write_tune_report
