"""A process that holds one runtime with one network: what it is told comes as a line of JSON on the standard
input, its answer is a line on the standard output.

    {"do": "prepare", "kind": …, …}  loads, runs once, writes the results    -> seconds
    {"do": "run", "count": N}        runs N times                             -> ms of each, peak memory
    {"do": "quit"}
"""

import json
import os
import re
import sys
import time

import numpy

from bench_peers import KINDS, first_line


def peak():
    """The most memory that this process has held so far, in bytes."""
    with open("/proc/self/status") as status:
        return 1024 * int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1))


def timed(run, count):
    times = []
    for _ in range(count):
        start = time.perf_counter()
        run()
        times.append(1e3 * (time.perf_counter() - start))
    return times


def prepare(job):
    start = time.perf_counter()
    peer = KINDS[job["kind"]]()
    peer.prepare(job)
    peer.run()
    seconds = time.perf_counter() - start
    if job.get("results"):
        numpy.savez(job["results"], *peer.results())
    return peer, {"seconds": seconds, "ms": timed(peer.run, 1)[0]}


def main():
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # Libraries talk on the standard output, too.
    peer = None
    for line in sys.stdin:
        job = json.loads(line)
        try:
            if job["do"] == "quit":
                break
            if job["do"] == "prepare":
                peer, answer = prepare(job)
            else:
                answer = {"ms": timed(peer.run, job["count"]), "peak": peak()}
        except Exception as reason:  # The libraries have no common class of errors.
            answer = {"error": f"{type(reason).__name__}: {first_line(str(reason))}"
                      .removeprefix("Refused: ")}
        answers.write(json.dumps(answer) + "\n")
    answers.close()
    os._exit(0)  # Not all libraries end well.


if __name__ == "__main__":
    main()
