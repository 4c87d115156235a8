"""How rows of Tools/bench are shown: a line on the terminal, cells of the page."""

SHORT = {
    "tgraph": "TGraph", "torch": "PyTorch", "torch-channels-last": "channels-last",
    "torch-script": "frozen trace", "torch-compile": "compile", "torch-compile-frozen": "compile, frozen",
    "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "mnn": "MNN", "ncnn": "ncnn"}


def milliseconds(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def mark(side):
    """What a time is marked with: results beyond the bound of parity, but within ten times it."""
    return "*" if side["error_of_bound"] > 1 else ""


def shown(side):
    return milliseconds(side["ms"]) + mark(side)


def mebibytes(count):
    return f"{count / 2**20:.0f}" if count >= 10 * 2**20 else f"{count / 2**20:.1f}"


def heading():
    return (f"{'network':14} {'batch':>5} {'thr.':>4} {'ms':>9} {'ratio':>6} {'best':22} {'GFLOP/s':>8} "
            f"{'of gemm':>7} {'peak':>6} {'best':>6}  others in ms")


def line(row):
    sides = row["sides"]
    best = sides.get(row["best"])
    others = "  ".join(f"{k} {shown(s)}" for k, s in sides.items() if k != "tgraph")
    ratio = "-" if row["ratio"] is None else f"{row['ratio']:.2f}"
    return (
        f"{row['network']:14} {row['batch']:5} {row['threads']:4} {shown(sides['tgraph']):>9} {ratio:>6} "
        f"{row['best'] or '-':22} {row['gflops']:8.1f} {row['percent_of_product']:6.0f}% "
        f"{mebibytes(sides['tgraph']['peak_bytes']):>6} {mebibytes(best['peak_bytes']) if best else '-':>6}  "
        f"{others}")


def remarks(row):
    """Who was left out of a row and why, and whose outputs beside the picture are wrong."""
    return [f"{kind} is left out: {reason}" for kind, reason in row["refused"].items()] + [
        f"{kind} has a wrong {', '.join(side['wrong'])}" for kind, side in row["sides"].items()
        if side["wrong"]]
