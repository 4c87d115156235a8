"""A folder of packages beside those of Tools/python: pip fetches a pinned list once."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from harness import REPOSITORY, NotRun


class PipFolder:
    """The packages of `Tools/requirements-NAME.txt`, in `tgraph/NAME` of the cache folder."""

    def __init__(self, name):
        self.wanted = REPOSITORY / f"Tools/requirements-{name}.txt"
        self.cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tgraph" / name

    def folder(self):
        """Where the packages are, or will be; another list or another Python has another folder."""
        key = hashlib.sha256(self.wanted.read_bytes()).hexdigest()[:8]
        return self.cache / f"packages-{sys.version_info.major}{sys.version_info.minor}-{key}"

    def install(self):
        """Fetches the packages if they are not there, those of the list and nothing that they ask for
        beyond it."""
        place = self.folder()
        if (place / "installed").exists():
            return
        print(f"installing {' '.join(self.wanted.read_text().split())} into {place}, once", file=sys.stderr)
        done = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
             "--only-binary", ":all:", "--upgrade", "--target", place, "--requirement", self.wanted],
            stdout=sys.stderr)
        if done.returncode:
            raise NotRun("pip could not fetch the packages; is the package index in reach?")
        (place / "installed").write_text(self.wanted.read_text())

    def use(self):
        """Lets this process import them."""
        if str(self.folder()) not in sys.path:
            sys.path.append(str(self.folder()))
