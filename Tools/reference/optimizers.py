"""Records how torch.optim walks down small functions, for Tests/Fixtures/inversion/optimizers.json.

Run with Tools/python. Each case has a function with a gradient that the tests write down again, a
start, the numbers of the method, and every evaluation: the point and its value, in float32 for
descent and Adam, in float64 for L-BFGS (whose branches float32 noise would move).
"""
import json
import pathlib

import torch

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Fixtures" / "inversion"


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def quadratic(x):
    """Curvatures 1, 4, 9 … around 1, 1/2, 1/3 …, coupled to the neighbour."""
    k = torch.arange(1, x.numel() + 1, dtype=x.dtype)
    d = x - 1 / k
    return (0.5 * k**2 * d**2).sum() + 0.25 * (d[1:] * d[:-1]).sum()


def smooth(x):
    """Not convex: a bowl with waves."""
    return (0.1 * x**2 + torch.sin(3 * x)).sum()


FUNCTIONS = {"rosenbrock": rosenbrock, "quadratic": quadratic, "smooth": smooth}


def record(name, method, function, start, rounds, dtype, **numbers):
    x = torch.tensor(start, dtype=dtype, requires_grad=True)
    if method == "adam":
        betas = (numbers.get("beta1", 0.9), numbers.get("beta2", 0.999))
        optimizer = torch.optim.Adam([x], lr=numbers["rate"], betas=betas, eps=numbers.get("epsilon", 1e-8))
    elif method == "descent":
        optimizer = torch.optim.SGD([x], lr=numbers["rate"], momentum=numbers.get("momentum", 0.0))
    else:
        optimizer = torch.optim.LBFGS(
            [x], lr=numbers.get("rate", 1.0), max_iter=rounds, max_eval=10**9, tolerance_grad=1e-7,
            tolerance_change=1e-9, history_size=numbers.get("history", 10), line_search_fn="strong_wolfe")
    points, values = [], []

    def closure():
        optimizer.zero_grad()
        value = FUNCTIONS[function](x)
        value.backward()
        points.append(x.detach().tolist())
        values.append(value.item())
        return value

    if method == "lbfgs":
        optimizer.step(closure)
    else:
        for _ in range(rounds):
            optimizer.step(closure)
    return {
        "name": name, "method": method, "function": function, "start": start, "numbers": numbers,
        "points": points, "values": values, "end": x.detach().tolist(),
    }


start4 = [-1.2, 1.0, -0.5, 0.8]
start6 = [3.0, -2.0, 0.5, 1.5, -1.0, 2.0]
cases = [
    record("descent", "descent", "quadratic", start6, 20, torch.float32, rate=0.01),
    record("momentum", "descent", "quadratic", start6, 20, torch.float32, rate=0.005, momentum=0.9),
    record("adam", "adam", "smooth", start6, 30, torch.float32, rate=0.05),
    record("adam betas", "adam", "smooth", start6, 30, torch.float32, rate=0.1, beta1=0.3, beta2=0.9, epsilon=1e-3),
    record("lbfgs rosenbrock", "lbfgs", "rosenbrock", start4, 25, torch.float64),
    record("lbfgs quadratic", "lbfgs", "quadratic", start6, 8, torch.float64),
    record("lbfgs history", "lbfgs", "smooth", start6, 12, torch.float64, history=3),
    record("lbfgs rate", "lbfgs", "rosenbrock", start4, 12, torch.float64, rate=0.3),
]
FOLDER.mkdir(parents=True, exist_ok=True)
(FOLDER / "optimizers.json").write_text(json.dumps({"cases": cases}, indent=1) + "\n")
print(f"{len(cases)} cases, {sum(len(c['points']) for c in cases)} evaluations")
