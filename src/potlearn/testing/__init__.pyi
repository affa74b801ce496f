from .configurations import configurations as configurations
from .descriptors import DESCRIPTOR_CONTRACTS as DESCRIPTOR_CONTRACTS
from .descriptors import descriptor_is_extensive as descriptor_is_extensive
from .descriptors import descriptor_is_invariant as descriptor_is_invariant
from .descriptors import design_rows_are_derivatives as design_rows_are_derivatives
from .descriptors import fold_is_the_linear_model as fold_is_the_linear_model
from .descriptors import pruned_equals_full as pruned_equals_full
from .descriptors import several_models_equal_one_by_one as several_models_equal_one_by_one
from .descriptors import side_by_side_equals_one_by_one as side_by_side_equals_one_by_one
from .descriptors import vjp_and_jvp_are_derivatives as vjp_and_jvp_are_derivatives
from .potentials import POTENTIAL_CONTRACTS as POTENTIAL_CONTRACTS
from .potentials import (
    atoms_may_be_written_in_any_cell as atoms_may_be_written_in_any_cell,
)
from .potentials import energy_is_conserved as energy_is_conserved
from .potentials import energy_is_invariant as energy_is_invariant
from .potentials import forces_are_derivatives as forces_are_derivatives
from .potentials import forces_turn_with_the_atoms as forces_turn_with_the_atoms
from .potentials import list_may_reach_further as list_may_reach_further
from .potentials import potential_is_extensive as potential_is_extensive
from .potentials import sparse_systems_are_sane as sparse_systems_are_sane
from .potentials import virial_is_a_derivative as virial_is_a_derivative
from .spreads import SPREAD_CONTRACTS as SPREAD_CONTRACTS
from .spreads import spread_is_extensive as spread_is_extensive
from .spreads import spread_is_invariant as spread_is_invariant
from .spreads import spread_is_positive as spread_is_positive
from .spreads import (
    spread_of_atoms_written_in_any_cell as spread_of_atoms_written_in_any_cell,
)
from .spreads import (
    threads_change_no_bit_of_the_spread as threads_change_no_bit_of_the_spread,
)
