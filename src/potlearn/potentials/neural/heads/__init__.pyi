from .base import Head as Head
from .base import Layer as Layer
from .base import Parameters as Parameters
from .registry import HEADS as HEADS
from .registry import head_from_dict as head_from_dict
