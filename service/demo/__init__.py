"""A fictional county to try things out in: its places and people, what its villagers wish for, and how it went.

No place, person, company or telephone number in here exists: see county.toml and people.py for how that was ensured.
"""
