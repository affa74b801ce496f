from .fading import fade_around as fade_around
from .fading import reach_of as reach_of
from .heads import HEADS as HEADS
from .heads import Head as Head
from .potential import NeuralPotential as NeuralPotential
from .scaling import Scaling as Scaling
