"""Encoders of pictures, similarities, and networks of vision and language.

CASES are run by Tools/parity, FIXTURES are small and committed (fixtures.py).
"""

CASES = []

FIXTURES = []
