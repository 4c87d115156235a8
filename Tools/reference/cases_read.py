"""Encoders of text, retrieval by picture and text, and networks that change pictures by text.

CASES are run by Tools/parity, FIXTURES are small and committed (fixtures.py).
"""

CASES = []

FIXTURES = []
