"""Which Python sources a case depends on: those of the functions that build it, and what they import."""

import ast
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def modules(function, met=None):
    """The modules here of a function and of the functions that it holds on to."""
    met = set() if met is None else met
    if id(function) in met:
        return set()
    met.add(id(function))
    found = {function.__module__}
    for cell in function.__closure__ or ():
        held = cell.cell_contents
        if callable(held) and hasattr(held, "__closure__"):
            found |= modules(held, met)
        elif isinstance(held, type):
            found.add(held.__module__)
    return found


def imported(path):
    """The modules that a source imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def of(case):
    """The files of a case, sorted."""
    waiting, files = list(modules(case.build)), set()
    while waiting:
        path = HERE / f"{waiting.pop()}.py"
        if path.exists() and path not in files:
            files.add(path)
            waiting += imported(path)
    # The script that is run is no module by its name.
    return sorted(files - {Path(sys.argv[0]).resolve()})
