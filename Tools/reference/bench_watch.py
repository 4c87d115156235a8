"""Runs a command and writes how long it took and the most memory it held into a file, as JSON:
bench_watch.py FILE COMMAND ARGUMENT…

It is a small program of its own because a process begins with the peak of the one that started it."""

import json
import os
import sys
import time

report, *command = sys.argv[1:]
start = time.perf_counter()
process = os.posix_spawn(command[0], command, os.environ)
_, status, usage = os.wait4(process, 0)
with open(report, "w") as file:
    json.dump({"seconds": time.perf_counter() - start, "peak": 1024 * usage.ru_maxrss}, file)
sys.exit(os.waitstatus_to_exitcode(status) & 255)
