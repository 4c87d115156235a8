"""Networks that make pictures from captions, and their discriminators.

CASES are run by Tools/parity, FIXTURES are small and committed (fixtures.py).
"""

CASES = []

FIXTURES = []
