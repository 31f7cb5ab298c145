"""Builds the image for real, where that can be done without a registry: buildah on a base that mmdebstrap makes of Debian's packages.

Base, storage and images are kept below the cache folder, each made once for what it is made of. tests/node may use
`image()` and `archive()` too. STEADYHAND_IMAGE_BASE names another base for BASE=, as buildah finds it.
"""

import fcntl
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parent.parent.parent
NAME = "lab.local/steadyhand"
SUITE = "bookworm"
PACKAGES = "python3,python3-venv,ca-certificates"
OWN_BASE = "STEADYHAND_IMAGE_BASE"
CERTIFICATES = Path("/etc/ssl/certs")
CONTEXT = ["Dockerfile", "Makefile", "requirements*.txt", "pyproject.toml", "README.md", "LICENSE"]
FOLDERS = ["agent", "integrations", "playbooks", "image"]


def cache() -> Path:
    """Where all of it is kept: below $STEADYHAND_CACHE, or in the checkout's git-ignored .cache."""
    return Path(os.environ.get("STEADYHAND_CACHE") or CHECKOUT / ".cache") / "image"


def missing() -> str:
    """Why the image cannot be built here and what would let it; empty when it can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "the image is built and entered as root on Linux; `make image` needs neither"
    wanted = ["buildah", "make", "unshare"] + ([] if os.environ.get(OWN_BASE) else ["mmdebstrap"])
    lacking = [program for program in wanted if not shutil.which(program)]
    if not lacking and subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        return "this machine lets nobody mount (unshare --mount fails): give the container CAP_SYS_ADMIN"
    return f"no {' and no '.join(lacking)}: on Debian, apt-get install {' '.join(lacking)}" if lacking else ""


def builder() -> list[str]:
    """The command for `make image BUILDER=…`, with storage of its own."""
    folder = cache()
    return ["buildah", "--storage-driver", "vfs", "--root", str(folder / "storage"), "--runroot", str(folder / "run")]


def image(tree: Path = CHECKOUT, repository: str = NAME) -> str:
    """The name of a tree's image; built first if it is not there. Raises RuntimeError with what was printed."""
    with _alone():
        name = f"{repository}:{_digest(tree)}"
        if name not in (there := _images()):
            build(name, tree)
            for old in there:
                if old.startswith(f"{repository}:"):
                    with suppress(RuntimeError):  # another run has a container of it: a later build takes it away
                        _run(*builder(), "rmi", old)
    return name


def build(name: str, tree: Path = CHECKOUT) -> None:
    """`make image`, whatever there is already. Raises RuntimeError with what was printed."""
    trust = f" -v {CERTIFICATES}:{CERTIFICATES}:ro" if CERTIFICATES.is_dir() else ""
    _run("make", "-C", str(tree), "image", f"BUILDER={' '.join(builder())}", f"BASE={base()}", f"IMAGE={name}",
         f"BUILD_ARGS=--isolation chroot{trust}", seconds=600)  # fmt: skip


def base() -> str:
    """The base image's name; made first if it is not there."""
    if named := os.environ.get(OWN_BASE):
        return named
    name = f"localhost/steadyhand-base:{SUITE}-{hashlib.sha256(PACKAGES.encode()).hexdigest()[:8]}"
    if name not in _images():
        folder = cache() / "base"
        folder.mkdir(parents=True, exist_ok=True)
        _run("mmdebstrap", "--variant=apt", f"--include={PACKAGES}", SUITE, str(folder / "base.tar"), seconds=400)
        (folder / "Dockerfile").write_text("FROM scratch\nADD base.tar /\n")
        _run(*builder(), "build", "--isolation", "chroot", "--tag", name, str(folder), seconds=200)
        (folder / "base.tar").unlink()
    return name


def archive(name: str) -> Path:
    """The image as a file that containerd, docker and podman load under its name."""
    with _alone():
        path = cache() / "archives" / name.rpartition(":")[0].rpartition("/")[2] / f"{identity(name)}.tar"
        if not path.exists():
            shutil.rmtree(path.parent, ignore_errors=True)
            path.parent.mkdir(parents=True)
            _run(*builder(), "push", "--quiet", name, f"docker-archive:{path}:{name}", seconds=200)
    return path


def identity(name: str) -> str:
    """The digest of its configuration and layers: the same for two builds of the same."""
    return _run(*builder(), "images", "--quiet", "--no-trunc", name).strip().removeprefix("sha256:")


def configuration(name: str) -> dict[str, Any]:
    """What the image says about itself: user, environment, labels, entry point."""
    told = json.loads(_run(*builder(), "inspect", "--type", "image", name))
    found: dict[str, Any] = told["OCIv1"]["config"]
    return found


@contextmanager
def mounted(name: str) -> Iterator[Path]:
    """The image's root file system as a folder, thrown away afterwards."""
    container = _run(*builder(), "from", name).strip()
    try:
        yield Path(_run(*builder(), "mount", container).strip())
    finally:
        _run(*builder(), "rm", container)


@functools.cache
def _digest(tree: Path) -> str:
    """Of everything that the image is made of, the commit in its label included."""
    paths = [path for pattern in CONTEXT for path in tree.glob(pattern)]
    paths += [path for folder in FOLDERS for path in (tree / folder).rglob("*") if "__pycache__" not in path.parts]
    digest = hashlib.sha256(os.environ.get(OWN_BASE, PACKAGES).encode())
    digest.update(subprocess.run(["git", "rev-parse", "HEAD"], cwd=tree, capture_output=True, check=False).stdout)
    for path in sorted(path for path in paths if path.is_file()):
        digest.update(str(path.relative_to(tree)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _images() -> set[str]:
    told = json.loads(_run(*builder(), "images", "--json") or "[]")
    return {name for image in told or [] for name in image.get("names") or []}


@contextmanager
def _alone() -> Iterator[None]:
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(*command: str, seconds: float = 60) -> str:
    done = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"[-4000:])
    return done.stdout
