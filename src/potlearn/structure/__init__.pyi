from .bonds import Bonds as Bonds
from .geometry import check_geometry as check_geometry
from .neighbors import Neighbors as Neighbors
from .neighbors import neighbors as neighbors
from .neighbors import side_by_side as side_by_side
from .species import check_species as check_species
from .species import species_indices as species_indices
from .system import System as System
