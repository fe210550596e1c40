"""Python packages, fetched files, compiled words; a marker makes the second run quick and offline."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FONTS = "@expo-google-fonts/noto-sans-sc"
DEV = "requirements-dev.txt"  # includes the run-time packages
VENDOR = {
    "fonts/NotoSansSC_400Regular.ttf": f"{FONTS}/400Regular/NotoSansSC_400Regular.ttf",
    "fonts/NotoSansSC_700Bold.ttf": f"{FONTS}/700Bold/NotoSansSC_700Bold.ttf",
    "fonts/LICENSE": f"{FONTS}/LICENSE",
    "fonts/LICENSE_FONT": f"{FONTS}/LICENSE_FONT",
    "axe/axe.min.js": "axe-core/axe.min.js",
    "axe/LICENSE": "axe-core/LICENSE",
    "axe/LICENSE-3RD-PARTY.txt": "axe-core/LICENSE-3RD-PARTY.txt",
}


class NotBroughtIn(RuntimeError):
    """Something could not be fetched; the message says what and what to do."""


def digest(sources: Sequence[Path]) -> str:
    """Return one hash over the content of files."""
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()


def marked(marker: Path, sources: Sequence[Path]) -> bool:
    """Return whether the marker was made from exactly these contents."""
    return marker.exists() and marker.read_text() == digest(sources)


def mark(marker: Path, sources: Sequence[Path]) -> None:
    """Note that what the sources ask for is complete."""
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.write_text(digest(sources))


def environment(root: Path, python: str) -> None:
    """Make the virtual environment, or make it anew where its Python has gone.

    Raises:
        NotBroughtIn: this Python cannot.
    """
    venv = root / ".venv"
    if _runs([str(venv / "bin" / "python"), "-c", ""], root):
        return
    print("Making .venv …", flush=True)
    shutil.rmtree(venv, ignore_errors=True)
    if not _runs([python, "-m", "venv", str(venv)], root):
        raise NotBroughtIn("This Python cannot make .venv. Type: sudo apt-get install python3-venv")


def python_packages(root: Path, requirements: str) -> None:
    """Install the pinned packages of a requirements file unless its marker says they are there.

    Raises:
        NotBroughtIn: they could not be fetched.
    """
    venv = root / ".venv"
    names = dict.fromkeys(
        (requirements, "requirements.txt" if requirements == DEV else requirements)
    )
    wanted = {venv / "palace" / name: [venv / "pyvenv.cfg", root / name] for name in names}
    if all(marked(marker, sources) for marker, sources in wanted.items()):
        return
    print(f"Installing Python packages of {requirements} …", flush=True)
    pip = [
        str(venv / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    if not _runs([*pip, "-r", str(root / requirements)], root, quiet=False):
        raise NotBroughtIn(
            f"pip could not install {requirements}: it says why above; then type the same again."
        )
    for marker, sources in wanted.items():
        mark(marker, sources)


def vendor_complete(root: Path) -> bool:
    """Return whether every fetched file is in place and as the lock file wants it."""
    folder = root / "static" / "vendor"
    complete = all((folder / name).is_file() for name in VENDOR)
    return complete and marked(folder / ".lock", _vendor_sources(root))


def vendor(root: Path) -> None:
    """Bring the fetched files into `static/vendor/`; npm checks their hashes, no script of theirs runs.

    Raises:
        NotBroughtIn: npm could not.
    """
    if vendor_complete(root):
        return
    npm = shutil.which("npm")
    if npm is None:
        python_packages(root, "requirements-node.txt")
        npm = str(root / ".venv" / "bin" / "npm")
    print("Fetching fonts and scripts by hash …", flush=True)
    if not _runs([npm, "ci", "--ignore-scripts", "--loglevel=error"], root, quiet=False):
        raise NotBroughtIn("npm could not fetch print fonts and scripts: it says why above.")
    folder = root / "static" / "vendor"
    for name, source in VENDOR.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / "node_modules" / source, folder / name)
    mark(folder / ".lock", _vendor_sources(root))
    shutil.rmtree(root / "node_modules")


def words(root: Path) -> None:
    """Compile translations that changed.

    Raises:
        NotBroughtIn: a translation is broken.
    """
    folder = root / "palace" / "translations"
    for catalogue in folder.glob("*/LC_MESSAGES/*.po"):
        compiled = catalogue.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < catalogue.stat().st_mtime:
            if not _runs(
                [str(root / ".venv" / "bin" / "pybabel"), "-q", "compile", "-d", str(folder)], root
            ):
                raise NotBroughtIn(f"The translations in {folder} do not compile.")
            return


def _vendor_sources(root: Path) -> list[Path]:
    return [root / "package-lock.json", Path(__file__)]


def _runs(command: list[str], folder: Path, *, quiet: bool = True) -> bool:
    silence = subprocess.DEVNULL if quiet else None
    try:
        done = subprocess.run(command, check=False, cwd=folder, stdout=silence, stderr=silence)
    except OSError:
        return False
    return done.returncode == 0
