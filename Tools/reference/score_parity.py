"""Tools/score-parity: holds the scores of tgeval against torch-fidelity, clean-fid, lpips and scikit-image.

Each case draws its features or pictures from a seed, scores them on both sides and prints a line for each
number: ours, theirs, and the relative difference, at most 1e-4 where nothing else is said below. Networks are seeded and the same on both
sides: trained weights would not make the comparison harder. Pictures are scenes of Tools/scenes/draw.

Known differences, and how each is met:
  scipy's root   clean-fid takes scipy.linalg.sqrtm of the product of two covariances. Of singular ones its
                 error grows to some 1e-7 of the trace; the sets here leave it far below the bound.
  torch-fidelity's root
                 it sums the roots of the eigenvalues of that product. Each that should be 0 comes out as a
                 rounding, and its root counts: with 20 pictures and 2048 numbers the
                 distance is 1.6e-4 too small. There the bound is 1e-3, ours is held by 1e-4 against the
                 singular values of the features themselves, and the same way of files to a number against
                 torch-fidelity by 1e-4 for 72 pictures and 64 numbers.
  float32        both packages multiply float32 features in float32, for kernels and distances; they are
                 given ours as float64, so that only the definitions are compared.
  draws          clean-fid draws the subsets of KID by a generator without a seed: it is compared on whole
                 sets, where the draw is only an order.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from harness import Failed, NotRun, judge, named
from pip_folder import PipFolder

BOUND = 1e-4
PACKAGES = PipFolder("score")


@dataclass
class Case:
    """`run` takes an empty folder and gives (what, ours, theirs) for each number, and a bound if it is
    another one."""

    name: str
    run: Callable


def cases():
    """The cases; the packages are imported only now."""
    import score_features
    import score_pictures
    import score_sets

    return [Case(n, r) for m in (score_features, score_pictures, score_sets) for n, r in m.CASES.items()]


def compare(case):
    """Prints a line for each number. True if all are within the bound."""
    with tempfile.TemporaryDirectory() as folder:
        rows = case.run(Path(folder))
    worst = 0
    for what, ours, theirs, *bound in rows:
        difference = abs(ours - theirs) / max(abs(theirs), 1e-12)
        share = difference / (bound or [BOUND])[0]
        worst = max(worst, share)
        note = f" (bound {bound[0]:.0e})" if bound else ""
        print(f"  {what:<52} {ours:>16.9g} {theirs:>16.9g} {difference:9.1e}{note}")
    print(f"{'PASS' if worst <= 1 else 'FAIL'} {case.name}: {worst:.1e} of the bound at most", flush=True)
    return worst <= 1


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pattern", nargs="?", default="")
    parser.add_argument("--list", action="store_true", help="name the cases")
    options = parser.parse_args()
    try:
        PACKAGES.install()
    except NotRun as absent:
        print(f"Tools/score-parity: {absent}", file=sys.stderr)
        return 66
    PACKAGES.use()
    chosen = named(options.pattern, cases())
    if options.list:
        print("\n".join(c.name for c in chosen))
        return 0
    return judge(chosen, compare)


if __name__ == "__main__":
    sys.exit(main())
