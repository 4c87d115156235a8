"""spec/performance.md, from the rows that Tools/bench keeps."""

import statistics

from bench_table import mebibytes, milliseconds, shown

COLUMNS = {
    "tgraph": "TGraph", "torch": "PyTorch", "torch-channels-last": "last", "torch-script": "trace",
    "torch-compile": "compile", "torch-compile-frozen": "frozen", "onnxruntime": "ONNX R.",
    "openvino": "OpenVINO", "mnn": "MNN", "ncnn": "ncnn"}
NAMES = {
    "torch": "PyTorch", "torch-channels-last": "PyTorch channels-last", "torch-script": "PyTorch's frozen trace",
    "torch-compile": "torch.compile", "torch-compile-frozen": "frozen torch.compile",
    "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "mnn": "MNN", "ncnn": "ncnn"}
WIDTH = 120

HEAD = """\
# Performance

`Tools/bench --page` writes this page from the rows that `Tools/bench` keeps. Rows that were not run are not here.

## What is measured

One run of a network that is loaded already, on the processor, in float32. Weights are seeded, and the same for all
sides; inputs too. PyTorch runs the reference modules of `Tools/reference` (as they are; `last`: channels-last;
`trace`: TorchScript, frozen and optimised for inference; `compile`: `torch.compile`; `frozen`: the same with weights as
constants). ONNX Runtime, OpenVINO and MNN read the file that `tgc --emit onnx` writes; ncnn what pnnx makes of a
trace. Halves of floats are off everywhere.

- **Results first.** Before it is timed, each side's outputs are held against the reference module in float64. A side
  counts while the error of its picture (without one, of all outputs) is within ten times the bound of parity
  ([parity.md](parity.md)); `*` marks errors beyond one.
- **Turns.** Every runtime has a process of its own. In a turn each side runs warm a few times, one side after the
  other, and gives its median. A figure is the median over the turns. The *ratio* is the median over the turns of the
  fastest other side's time of the turn over ours: above 1 TGraph is faster than all others. *Of turns* is the
  smallest and the largest of them. Where the load changed within a row, the quotient of two figures is not the ratio:
  the ratio counts.
- **Rates** count the network as it is written: twice its multiplications at `-O0`. Minimal filtering and folding do
  less, so a rate can be above that of products. The share is that of products of matrices of 2048 × 2048 (PyTorch's
  library) on equally many threads in the same minutes.
- **Memory** is the peak of the whole process, with its libraries and weights. *Start* is the time of the whole command
  `tgrun`, from its start until a PNG is written.
"""

REPEAT = """\
## Repeat it

    Tools/bench --quick         five networks, one thread, at most 5 minutes
    Tools/bench                 all networks, batch 1, one thread and all cores, at most 60 minutes
    Tools/bench --night         also batches of 8, and torch.compile in every row
    Tools/bench --page          this page

What the options mean is in [tools.md](tools.md). Another machine, or other versions, begin a new file of rows.
"""


def wrapped(words, first="", then=""):
    """A paragraph in lines of at most WIDTH characters."""
    lines, line = [], first
    for word in words.split():
        if len(line) + len(word) + 1 > WIDTH:
            lines.append(line.rstrip())
            line = then
        line += ("" if not line or line.endswith(" ") else " ") + word
    return "\n".join([*lines, line])


def table(head, rows):
    """A table of Markdown; all columns but the first are numbers."""
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, *rows)]
    lines.insert(1, "|---|" + "---:|" * (len(head) - 1))
    return "\n".join(lines) + "\n"


def times(rows):
    kinds = [k for k in COLUMNS if any(k in r["sides"] for r in rows)]
    body = [
        [r["title"], *[shown(r["sides"][k]) if k in r["sides"] else "-" for k in kinds],
         "-" if r["ratio"] is None else f"{r['ratio']:.2f}", between(r)] for r in rows]
    return table(["network, ms", *[COLUMNS[k] for k in kinds], "ratio", "of turns"], body)


def between(row):
    """The smallest and the largest ratio of a turn."""
    low, high = row["ratio_of_turns"] or (None, None)
    return "-" if low is None else f"{low:.2f}–{high:.2f}"


def costs(rows):
    def cells(r):
        ours, best = r["sides"]["tgraph"], r["sides"].get(r["best"])
        return [
            r["title"], f"{r['gflops']:.0f}", f"{r['percent_of_product']:.0f} %",
            mebibytes(ours["peak_bytes"]), mebibytes(best["peak_bytes"]) if best else "-",
            mebibytes(r["arena_bytes"]), mebibytes(r["plan_bytes"]),
            milliseconds(r["start_up_ms"]) if r["start_up_ms"] else "-", f"{r['compile_seconds']:.1f}"]

    return table(
        ["network", "GFLOP/s", "of products", "peak MiB", "best other's", "arena", "plan", "start ms",
         "compile s"], [cells(r) for r in rows])


def left_out(rows):
    """Who could not run what, and why; equal reasons together."""
    reasons = {}
    for row in rows:
        for kind, reason in row["refused"].items():
            reasons.setdefault((kind, reason), []).append(row["title"])
    if not reasons:
        return ""
    lines = [
        wrapped(f"{NAMES[kind]}: {'; '.join(titles)}: {reason.replace('|', '/')}", "- ", "  ")
        for (kind, reason), titles in reasons.items()]
    return "Left out:\n\n" + "\n".join(lines) + "\n"


def wrong(rows):
    """Outputs beside the picture that others get wrong."""
    found = [f"{NAMES[kind]}: {row['title']}: {', '.join(side['wrong'])}"
             for row in rows for kind, side in row["sides"].items() if side["wrong"]]
    return wrapped("Wrong outputs beside the picture: " + "; ".join(found) + ".") + "\n" if found else ""


def best_of(rows):
    """One sentence: how often we are first, and the middle and the ends of the ratios."""
    rows = [r for r in rows if r["ratio"]]
    if not rows:
        return ""
    first = sum(r["ratio_of_turns"][0] > 1 for r in rows)
    behind = sum(r["ratio_of_turns"][1] < 1 for r in rows)
    ratios = [r["ratio"] for r in rows]
    return wrapped(
        f"Of {len(rows)} rows TGraph is the fastest in every turn in {first}, and in none in {behind}; in "
        f"{len(rows) - first - behind} the turns differ. The ratios go from {min(ratios):.2f} to "
        f"{max(ratios):.2f}, their median is {statistics.median(ratios):.2f}.") + "\n"


def machine(results):
    m, versions = results["machine"], results["versions"]
    loads = [load for r in results["rows"] for load in r["load"]]
    words = (
        f"{m['processor']} ({'virtual, ' if m['is_virtual'] else ''}family and model {m['family']}), "
        f"{m['cores']} cores, {', '.join(m['instruction_sets'])}, {m['memory_gib']} GiB, {m['system']}. "
        + "Versions: " + ", ".join(f"{name} {version}" for name, version in versions.items())
        + f", Python {m['python']}. The load of the machine while the rows were measured was "
        f"{min(loads):.1f} to {max(loads):.1f} processes. "
        "Where that is more than the threads of the row, other programs took part of the cores, "
        "and times are longer than on an idle machine; the ratios are taken within turns, in which "
        "all sides meet about the same.")
    return "## Machine\n\n" + wrapped(words) + "\n"


def section(batch, threads, rows):
    title = f"## Batch {batch}, {threads} thread{'s' if threads > 1 else ''}\n"
    turns = sorted({r["turns"] for r in rows})
    note = f"Turns: {', '.join(map(str, turns))}.\n"
    return "\n".join(part for part in (title, best_of(rows) + note, times(rows), costs(rows),
                                       left_out(rows), wrong(rows)) if part)


def page(results):
    groups = {}
    for row in results["rows"]:
        groups.setdefault((row["batch"], row["threads"]), []).append(row)
    return "\n".join(
        [HEAD, machine(results), *[section(*key, rows) for key, rows in sorted(groups.items())], REPEAT])
