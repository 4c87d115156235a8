"""The section of spec/parity.md about trained networks, from the last run of each."""

HEAD = """## Real trained networks

<!-- Written by `Tools/parity --real --page` from the last run of each network. -->

`Tools/parity --real` fetches packages of the Python index that carry trained weights, takes the weight files out of
them without running any of their code, compiles our pages with them, and holds the results against the runtime of the
source: ncnn, ONNX Runtime, or for checkpoints of PyTorch our modules in double precision. `known` is the largest
difference to figures that other code has computed from the same files. The bar for both is that of the cases above,
1e-4 · max(1, max |b| / 10): sums of thousands of float32 differ by their order in the sixth place, and a wrong border,
epsilon or order of axes shows in the second. It is 0.05 for pictures in 0 … 255, and half a pixel for boxes of faces,
whose corners are rounded to pixels on the way. Networks whose weights no package carries have golden files in a folder
of data, which `--shared` names.
"""
START = "\n## Real trained networks\n"


def number(value):
    return "–" if value is None else f"{value:.1e}"


def rows(case, known):
    page = f"`{known['imported']}` itself" if known["imported"] else f"`{known['page']}`"
    for output, difference, figure, bar, passed, remark in known["outputs"]:
        words = ("pass" if passed else "**FAIL**") + (f"; {remark}" if remark else "")
        yield (
            f"| `{case.name}` | {page} | {known['source']} | {output} | {known['runtime']} | "
            f"{number(difference)} | {number(figure)} | {number(bar)} | {words} |")


def section(cases, results):
    lines = [HEAD, "| network | page | weights | output | runtime | max \\|a − b\\| | known | bar | |",
             "|---|---|---|---|---|---|---|---|---|"]
    run = [case for case in cases if case.name in results]
    for case in run:
        lines += rows(case, results[case.name])
    outputs = [o for case in run for o in results[case.name]["outputs"]]
    failed = sum(not o[4] for o in outputs)
    lines += ["", f"{len(outputs)} outputs of {len(run)} networks and inputs, {failed} failed."]
    absent = [f"`{case.name}`" for case in cases if case.name not in results]
    if absent:
        lines += ["", f"Not run: {', '.join(absent)}."]
    return "\n".join(lines) + "\n"


def kept(page):
    """The section of a page, as it is."""
    return page[page.index(START):] if START in page else ""


def rewritten(page, cases, results):
    """A page with the section written anew."""
    rest = page[: page.index(START)] if START in page else page
    return rest.rstrip("\n") + "\n\n" + section(cases, results)
