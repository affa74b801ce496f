from .descriptor import ACE as ACE
