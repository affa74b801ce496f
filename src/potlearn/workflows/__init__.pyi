from . import dynamics as dynamics
from . import generation as generation
from . import labels as labels
from . import learning as learning
from . import properties as properties
from .blocks import block_error as block_error
