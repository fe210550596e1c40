"""`make install`: the palace as a service of the machine. The code stays where it is (decision 18)."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from setup.fetched import ROOT, NotBroughtIn

TEMPLATES = ROOT / "deploy"
USER = "palace"
SYSTEMD = Path("/run/systemd/system")
NO_ADDRESS = "https://"


@dataclass(frozen=True)
class Places:
    """Where everything goes; another root than / is for tests and images, and belongs to whoever makes it."""

    root: Path
    user: str

    @property
    def etc(self) -> Path:
        """Return the folder of settings and keys."""
        return self.root / "etc" / "palace"

    @property
    def state(self) -> Path:
        """Return the folder of data, sockets and logs."""
        return self.root / "var" / "lib" / "palace"

    @property
    def unit(self) -> Path:
        """Return the systemd unit."""
        return self.root / "etc" / "systemd" / "system" / "palace.service"

    @property
    def command(self) -> Path:
        """Return the command `palace`."""
        return self.root / "usr" / "local" / "bin" / "palace"

    def filled(self, template: str) -> str:
        """Return a file of deploy/ with these places in it."""
        text = (TEMPLATES / template).read_text()
        known = {
            "CODE": str(ROOT),
            "ETC": str(self.etc),
            "STATE": str(self.state),
            "USER": self.user,
            "PUBLIC_URL": NO_ADDRESS,
        }
        for name, value in known.items():
            text = text.replace(f"@{name}@", value)
        return text


def check_may_install() -> None:
    """Refuse a machine or a user that cannot have the service.

    Raises:
        NotBroughtIn: with what to type.
    """
    if os.geteuid() != 0:
        raise NotBroughtIn("Only root makes a service. Type: sudo make install")
    if not SYSTEMD.is_dir():
        raise NotBroughtIn(
            "This machine is not run by systemd. Let what runs it start, as an ordinary user in this folder"
            " and with the settings of deploy/palace.env in the environment: make run"
        )


def install(root: Path, public_url: str) -> bool:
    """Write user, folders, settings, command and unit; what is there already is kept, but unit and command.

    Return whether the settings name the public address, so that the service can start.

    Raises:
        NotBroughtIn: the service's user could not read the code.
    """
    is_real = root == Path("/")
    places = Places(root, USER if is_real else getpass.getuser())
    if is_real:
        _make_user(places)
        _check_readable(places)
    _make_folder(places.state, places, 0o700)
    _make_folder(
        places.etc, places, 0o750, owner="root"
    )  # the web may read its settings, not write them
    _make_folder(places.etc / "keys", places, 0o700)
    settings = places.etc / "palace.env"
    unaddressed = f"PUBLIC_URL={NO_ADDRESS}\n"
    text = settings.read_text() if settings.exists() else places.filled("palace.env")
    if public_url:
        text = text.replace(unaddressed, f"PUBLIC_URL={public_url}\n")
    _write(settings, text, 0o640)
    _give(settings, places, owner="root")
    _write(places.command, places.filled("palace.sh"), 0o755)
    _write(places.unit, places.filled("palace.service"), 0o644)
    return unaddressed not in text


def start() -> None:
    """Bring the tables up to date and start the service anew; `palace run` migrates before it serves.

    Raises:
        NotBroughtIn: systemd refuses.
    """
    for words in (["daemon-reload"], ["enable", "palace"], ["restart", "palace"]):
        if subprocess.run(["systemctl", *words], check=False).returncode:
            raise NotBroughtIn("systemd refuses. Type: systemctl status palace")


def _make_user(places: Places) -> None:
    try:
        pwd.getpwnam(places.user)
    except KeyError:
        words = ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        home = ["--home-dir", str(places.state)]
        subprocess.run(["useradd", *words, *home, places.user], check=True)


def _check_readable(places: Places) -> None:
    """Refuse code or a Python that the service's user cannot read, such as a clone below /root."""
    python = (ROOT / ".venv" / "bin" / "python").resolve()
    asked = ["test", "-x", str(python), "-a", "-r", str(ROOT / "wsgi.py")]
    if subprocess.run(asked, check=False, user=places.user, cwd="/").returncode:
        raise NotBroughtIn(
            f"User {places.user} cannot read {ROOT} or run {python}. Clone the palace to /opt/palace, "
            "with the system's Python, and install it from there."
        )


def _make_folder(folder: Path, places: Places, mode: int, owner: str = USER) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)
    _give(folder, places, owner=owner)


def _write(path: Path, text: str, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def _give(path: Path, places: Places, *, owner: str) -> None:
    """Give a path to its owner and the service's group; in another root it stays with who made it."""
    if places.root == Path("/"):
        shutil.chown(path, owner, places.user)
