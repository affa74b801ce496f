from .exported import ExportedModel as ExportedModel
from .format import SUFFIX as SUFFIX
from .format import PluginFormat as PluginFormat
from .library import header_path as header_path
from .library import library_path as library_path
from .surroundings import Surroundings as Surroundings
from .terms import TERMS as TERMS
