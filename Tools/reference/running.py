"""Compiles the graph of a case and runs it, by our commands."""

import json

import numpy

from harness import REPOSITORY, call, find_page, text


def compiled(graph, plan, options):
    """Compiles a page, or another file that tgc takes, with options of its own."""
    # Pages of tests take their blocks out of the library.
    call("tgc", graph, "--allow-imports", REPOSITORY / "Graphs", *options, "-o", plan)
    return plan


def settings_of(case, data):
    settings = case.settings | data.settings
    return [o for n, v in settings.items() for o in ("--set", f"{n}={text(v)}")]


def weights_of(data):
    return [o for r, f in data.weights for o in ("--weights", f"{r}={f}" if r else f)]


def outputs_of(plan, folder, inputs, outputs, function=None):
    """Runs a plan on arrays by name. Returns the arrays of the outputs by name."""
    options = [plan] + (["--function", function] if function else [])
    for name, values in inputs.items():
        numpy.save(folder / f"in-{name}.npy", values)
        options += ["--input", f"{name}={folder / f'in-{name}.npy'}"]
    for name in outputs:
        options += ["--output", f"{name}={folder / f'out-{name}.npy'}"]
    call("tgrun", *options)
    return {n: numpy.load(folder / f"out-{n}.npy", allow_pickle=False) for n in outputs}


def options_of(case, data):
    """What tgc is told of a case besides its page."""
    options = weights_of(data) + settings_of(case, data)
    if data.vocabulary:
        options += ["--vocabulary", data.vocabulary]
    for name, part in case.parts.items():
        page, *model = part.split(":")
        options += ["--part", ":".join([f"{name}={find_page(page)}", *model])]
    if case.model:
        options += ["--model", case.model]
    return options + ["--batch", case.batch]


def execute(case, data, folder, level=None):
    """Compiles the graph and runs it. Returns the produced arrays by output."""
    graph = data.imported or find_page(case.graph)
    options = options_of(case, data) + ([level] if level else [])
    plan = compiled(graph, folder / f"{case.name}.tplan", options)
    if data.imported:
        return outputs_by_place(plan, folder, data)
    return outputs_of(plan, folder, data.inputs, data.outputs, case.function)


def outputs_by_place(plan, folder, data):
    """The same of a file that names its inputs and outputs itself: they are taken in their order. A
    plan's arrays begin with the batch, also where the file has none."""
    listed = json.loads(call("tginspect", plan, "--json"))
    inputs = {
        i["name"]: v.reshape(i["shape"])
        for i, v in zip(listed["inputs"], data.inputs.values(), strict=True)}
    names = [o["name"] for o in listed["outputs"]]
    found = outputs_of(plan, folder, inputs, names)
    return {ours: found[n] for ours, n in zip(data.outputs, names, strict=True)}
