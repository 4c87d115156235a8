"""Tools/parity --weights-type f16, --precision bf16: what rounding changes, network by network.

Each page of the library is compiled twice with the same seeded weights, as float32 and with weights of
16 bits, or with products of bfloat16, and its default function runs on the same drawn inputs. No PyTorch
module takes part.
"""

import fnmatch
import json
import math
import tempfile
from pathlib import Path

import numpy

from harness import Failed, NotRun, call
from running import outputs_of

SEED = 1


def drawn(item, numbers):
    """An input of a plan: ids among the rows, classes, or numbers of its range."""
    shape = item["shape"]
    if item["kind"] == "label":
        return numbers.integers(0, item["classes"], shape)
    if item.get("rows"):
        return numbers.integers(1, item["rows"], shape)
    if item["kind"] in ("image", "uniform", "mask"):
        low, high = item.get("range", (0, 1))
        return numbers.uniform(low, high, shape).astype(numpy.float32)
    return numbers.standard_normal(shape).astype(numpy.float32)


def compiled(page, folder, option, kind):
    """A plan of a page. Returns its path and what tgc says of it."""
    plan = folder / f"{kind}.tplan"
    report = call(
        "tgc", page, "--synthetic-weights", SEED, option, kind, "-o", plan, "--json", "--quiet")
    return plan, json.loads(report)


def macs(report, name):
    """Billions of multiplications with additions of the first function."""
    return report["functions"][0][name] / 1e9


def decibels(a, b):
    """The ratio of signal to noise of b in dB; the peak is the distance of the largest number of a from
    the smallest; not-a-number of equal numbers."""
    error = numpy.mean((a.astype(numpy.float64) - b) ** 2)
    peak = float(a.max()) - float(a.min())
    if peak == 0:
        return math.nan
    return 10 * math.log10(peak**2 / error) if error > 0 else math.inf


def measure(page, folder, option, kind):
    """A row for each output of the page's default function; its sizes are MiB of weights, or billions of
    MACs, of all and of bfloat16."""
    plans, reports = zip(*(compiled(page, folder, option, k) for k in ("f32", kind)))
    listed = json.loads(call("tginspect", plans[0], "--json"))
    numbers = numpy.random.default_rng(SEED)
    inputs = {i["name"]: drawn(i, numbers) for i in listed["inputs"]}
    names = [o["name"] for o in listed["outputs"]]
    full, half = (outputs_of(plan, folder, inputs, names) for plan in plans)
    if kind == "bf16":
        sizes = [macs(reports[1], name) for name in ("macs_after", "macs_bfloat16")]
    else:
        sizes = [r["weight_bytes"] / 2**20 for r in reports]
    kept = sum("stay float32" in note for note in reports[1]["notes"])
    kinds = {o["name"]: o["kind"] for o in listed["outputs"]}
    return [
        (page, *sizes, kept, name, kinds[name], float(numpy.abs(full[name] - half[name]).max()),
         float(numpy.abs(full[name]).max()), decibels(full[name], half[name]))
        for name in names]


def line(row):
    page, before, after, kept, output, _, difference, largest, ratio = row
    return (
        f"{page:32} {before:8.3g} {after:8.3g} {kept:4} {output:17} {difference:10.2e} "
        f"{largest:10.3g} {ratio:7.1f}")


def table(rows, heads):
    """The rows as the page on the runtime has them: of each network its last picture, or the worst of
    its outputs."""
    lines = [
        f"| page | {heads[0]} | {heads[1]} | output | max \\|a − b\\| | max \\|a\\| | dB |",
        "|---|---:|---:|---|---:|---:|---:|"]
    for page in dict.fromkeys(row[0] for row in rows):
        own = [row for row in rows if row[0] == page]
        pictures = [row for row in own if row[5] == "image"]
        _, before, after, _, output, _, difference, largest, ratio = (
            pictures[-1] if pictures else min(own, key=lambda row: (math.isnan(row[-1]), row[-1])))
        decibel = "–" if math.isnan(ratio) else f"{ratio:.1f}"
        lines.append(
            f"| `{page}` | {sized(before)} | {sized(after)} | {output} | {difference:.1e} | {largest:.3g} "
            f"| {decibel} |")
    return "\n".join(lines)


def sized(number):
    """A size with a digit behind the point, or more where that would say nothing."""
    return f"{number:.1f}" if number >= 1 else f"{number:.2g}"


def main(options):
    option, kind, heads = (
        ("--precision", options.precision, ("GMAC", "bfloat16")) if options.precision
        else ("--weights-type", options.weights_type, ("MiB", "float16")))
    pages = [p["name"] for p in json.loads(call("tgc", "--list", "--json"))["pages"]]
    glob = any(c in options.pattern for c in "*?[")
    pattern = options.pattern if glob else f"*{options.pattern}*"
    rows, failed = [], 0
    if not options.page:
        print(f"{'page':32} {heads[0]:>8} {heads[1]:>8} kept {'output':17} {'max|a-b|':>10} "
              f"{'max|a|':>10} {'dB':>7}")
    for page in pages:
        if not fnmatch.fnmatchcase(page, pattern):
            continue
        try:
            with tempfile.TemporaryDirectory() as folder:
                found = measure(page, Path(folder), option, kind)
        except (Failed, NotRun) as reason:
            # Pages that take parts or weights of their own cannot be compiled alone.
            print(f"{page:32} not run: {reason}", flush=True)
            continue
        failed += any(not math.isfinite(row[6]) for row in found)
        rows += found
        if not options.page:
            print("\n".join(map(line, found)), flush=True)
    if options.page:
        print(table(rows, heads))
    return 76 if failed else 0 if rows else 66
