"""spec/parity.md: what Tools/parity found when each case was last run."""

import json
from datetime import date

HEAD = """# Parity

<!-- Written by `Tools/parity --page` from the last run of each case. -->

Every page is held against a PyTorch module of our own in `Tools/reference`, written from the authors' code, in double
precision, on the same seeded weights under the original names; [trained ones](#real-trained-networks) are below. A case
passes if max |a − b| ≤ 1e-4 · max(1, max |b| / 10) for each output. `sat.` is the share of an output that a last tanh
or sigmoid has driven to its end: what is saturated cannot disagree. `Tools/parity [PATTERN]` runs cases, `--list` says
what each is.
"""

EXPORTED = """
## Exported, in ONNX Runtime

`Tools/parity --onnx [PATTERN]` exports the function of a case by `tgc --emit onnx`, has onnx check the file
(`check_model`, with its shapes), runs it in ONNX Runtime on the same weights, inputs and noise, and holds the outputs
against the same module by the same bound. A row is the output of a case that differs most.
"""


ONNX = "onnx "
"""Before the names of cases whose functions were exported."""


class Results:
    """What each case gave when it was last run, kept beside the references."""

    def __init__(self, path):
        self.path = path
        self.cases = json.loads(path.read_text()) if path.exists() else {}

    def record(self, case, verdicts):
        self.cases[case.name] = self.row(case, verdicts)
        self.save()

    def record_exported(self, case, verdicts):
        """What the exported function gave: rows of their own beside those of plans."""
        self.cases[f"{ONNX}{case.name}"] = self.row(case, verdicts)
        self.save()

    @staticmethod
    def row(case, verdicts):
        return {
            "day": date.today().isoformat(), "graph": case.graph, "batch": case.batch,
            "outputs": [
                [v.output, v.passed, v.difference, v.largest, v.spread, v.saturated, v.remark]
                for v in verdicts]}

    def save(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(".partial")
        partial.write_text(json.dumps(self.cases, indent=1))
        partial.rename(self.path)


def number(value, form):
    return "–" if value is None else format(value, form)


def table(results, cases):
    """The page. Cases that were never run are named below the table."""
    lines = [HEAD, "| case | page | batch | output | max \\|a − b\\| | max \\|b\\| | std | sat. | |",
             "|---|---|---|---|---|---|---|---|---|"]
    absent, days, failed, outputs = [], set(), 0, 0
    for case in cases:
        known = results.cases.get(case.name)
        if known is None:
            absent.append(case.name)
            continue
        days.add(known["day"])
        for output, passed, difference, largest, spread, saturated, remark in known["outputs"]:
            outputs, failed = outputs + 1, failed + (not passed)
            words = ("pass" if passed else "**FAIL**") + (f"; {remark}" if remark else "")
            lines.append(
                f"| `{case.name}` | `{known['graph']}` | {known['batch']} | {output} | "
                f"{number(difference, '.1e')} | {number(largest, '.3g')} | {number(spread, '.3g')} | "
                f"{number(saturated, '.2%')} | {words} |")
    lines += ["", f"{outputs} outputs of {len(cases) - len(absent)} cases, {failed} failed; run on "
              + (f"{min(days)} to {max(days)}" if len(days) > 1 else "".join(days)) + "."]
    if absent:
        names = ", ".join(f"`{n}`" for n in absent)
        lines += ["", "Not run, because files that they need were not at hand, or not yet: "]
        line = ""
        for part in names.split(" "):
            if len(line) + len(part) > 118:
                lines.append(line.rstrip())
                line = ""
            line += part + " "
        lines.append(line.rstrip() + ".")
    return "\n".join(lines) + "\n"


def exported_table(results, cases):
    """The section of exported functions; nothing if none was run."""
    lines, failed, outputs = [], 0, 0
    for case in cases:
        known = results.cases.get(f"{ONNX}{case.name}")
        if known is None:
            continue
        outputs += len(known["outputs"])
        failed += sum(not row[1] for row in known["outputs"])
        name, passed, difference, largest, _, _, remark = max(
            known["outputs"], key=lambda row: (not row[1], row[2] / max(1.0, row[3] / 10)))
        words = ("pass" if passed else "**FAIL**") + (f"; {remark}" if remark else "")
        lines.append(
            f"| `{case.name}` | `{known['graph']}` | {known['batch']} | {name} | "
            f"{number(difference, '.1e')} | {number(largest, '.3g')} | {words} |")
    if not lines:
        return ""
    head = ["| case | page | batch | output | ONNX Runtime, max \\|a − b\\| | max \\|b\\| | |",
            "|---|---|---|---|---|---|---|"]
    return EXPORTED + "\n" + "\n".join(head + lines) + (
        f"\n\n{outputs} outputs of {len(lines)} cases, {failed} failed.\n")
