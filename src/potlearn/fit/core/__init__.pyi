from .dimers import DimerCheck as DimerCheck
from .dimers import check_dimers as check_dimers
from .dimers import dimer_distances as dimer_distances
from .dimers import dimers as dimers
from .shortest import Pair as Pair
from .shortest import default_zbl as default_zbl
from .shortest import pairs_of as pairs_of
from .shortest import shortest_distances as shortest_distances
