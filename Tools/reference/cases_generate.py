"""Generators from codes, super-resolution and style.

CASES are run by Tools/parity, FIXTURES are small and committed (fixtures.py).
"""

CASES = []

FIXTURES = []
