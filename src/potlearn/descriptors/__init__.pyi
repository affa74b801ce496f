from .ace import ACE as ACE
from .base import Descriptor as Descriptor
from .base import DesignRows as DesignRows
from .families import FAMILIES as FAMILIES
from .families import descriptor_from_dict as descriptor_from_dict
from .pod import POD as POD
