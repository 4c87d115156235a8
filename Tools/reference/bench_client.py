"""Speaks with the processes of bench_worker.py: one for each runtime, so that its memory and its threads are
its own."""

import json
import os
import select
import subprocess
import sys
from pathlib import Path

from bench_peers import Refused, first_line

WORKER = Path(__file__).resolve().parent / "bench_worker.py"


class Worker:
    """A runtime in a process of its own."""

    def __init__(self, folder, kind, threads):
        self.kind, self.said = kind, folder / f"{kind}.said"
        settings = {
            "OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads),
            "TORCHINDUCTOR_CACHE_DIR": str(folder / f"{kind}.cache"), "PYTHONWARNINGS": "ignore"}
        with open(self.said, "w") as said:
            self.process = subprocess.Popen(
                [sys.executable, WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said,
                text=True, cwd=folder, env=os.environ | settings)

    def ask(self, limit=300, **job):
        """The answer to a job; `Refused` if the runtime fails, ends, or needs more than `limit` seconds."""
        try:
            self.process.stdin.write(json.dumps(job) + "\n")
            self.process.stdin.flush()
            ready, _, _ = select.select([self.process.stdout], [], [], limit)
        except BrokenPipeError:
            ready = [self.process.stdout]
        if not ready:
            raise Refused(f"it needs more than {limit} s")
        line = self.process.stdout.readline()
        if not line:
            raise Refused(self.ended())
        answer = json.loads(line)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer

    def ended(self):
        """How a process ended that gave no answer."""
        status = self.process.wait()
        how = f"signal {-status}" if status < 0 else f"status {status}"
        return f"its process ends with {how}: {first_line(self.said.read_text(errors='replace'))}"

    def quit(self):
        if self.process.poll() is None:
            try:
                self.process.stdin.write('{"do": "quit"}\n')
                self.process.stdin.close()
                self.process.wait(timeout=5)
            except (BrokenPipeError, subprocess.TimeoutExpired):
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
