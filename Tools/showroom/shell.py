"""Our commands, run as a reader would type them."""

import os
import shlex
import subprocess
import sys
from pathlib import Path


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(*words):
    """Says a command and runs it; what it prints goes to the standard error. Ends with its status
    where it fails."""
    words = [str(w) for w in words]
    here = f"{Path.cwd()}{os.sep}"
    say("  " + shlex.join(w.replace(here, "") for w in words))
    done = subprocess.run(words, stdout=sys.stderr)
    if done.returncode:
        sys.exit(done.returncode)
