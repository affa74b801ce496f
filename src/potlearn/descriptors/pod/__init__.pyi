from .descriptor import POD as POD
