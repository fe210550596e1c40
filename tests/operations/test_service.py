"""The palace as a service: what `make install` writes, and that it starts by what is written."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from palace.config import ROOT, Settings
from palace.postgres import STOP_LIMIT
from palace.run import STOP_LIMITS
from setup import service as written
from setup.fetched import NotBroughtIn
from tests.architecture.tables import NOWHERE
from tests.operations.conftest import Installed, install

ADDRESS = "https://palace.example"


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    """Return a palace installed into a folder."""
    assert "PUBLIC_URL" not in install(tmp_path, ADDRESS)
    return Installed(tmp_path)


def test_the_settings_written_are_those_of_a_real_palace(installed: Installed) -> None:
    settings = Settings.from_env(installed.env)

    assert (settings.public_url, settings.proxies, settings.demo) == (ADDRESS, 1, False)
    assert settings.state == installed.root / "var" / "lib" / "palace"
    assert not settings.keys_file.is_relative_to(settings.state)
    assert settings.state.stat().st_mode & 0o077 == 0


def test_without_an_address_it_says_what_to_write(tmp_path: Path) -> None:
    assert "PUBLIC_URL" in install(tmp_path)
    assert "PUBLIC_URL" not in install(tmp_path, ADDRESS)
    assert Installed(tmp_path).env["PUBLIC_URL"] == ADDRESS


def test_a_second_time_keeps_what_a_person_changed(installed: Installed) -> None:
    with installed.settings.open("a") as settings:
        settings.write("ICP_NUMBER=晋ICP备1号\n")
    unit = installed.unit.read_text()

    install(installed.root, "https://another.example")

    assert installed.env["ICP_NUMBER"] == "晋ICP备1号"
    assert installed.env["PUBLIC_URL"] == ADDRESS
    assert installed.unit.read_text() == unit


def test_the_unit_waits_as_long_as_the_palace_needs_to_stop(installed: Installed) -> None:
    needed = sum(STOP_LIMITS.values()) + STOP_LIMIT

    assert float(installed.line("TimeoutStopSec")) > needed


def test_the_unit_names_what_is_there(installed: Installed) -> None:
    assert Path(installed.line("ExecStart").split()[0]).exists()
    assert installed.line("WorkingDirectory") == str(ROOT)
    assert installed.line("EnvironmentFile") == str(installed.settings)
    writable = [Path(path) for path in installed.line("ReadWritePaths").split()]
    assert all(path.is_dir() for path in writable)
    assert not any("@" in line for line in installed.unit.read_text().splitlines())


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd's own checker")
def test_systemd_understands_the_unit(installed: Installed) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", str(installed.unit)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert "palace.service" not in done.stdout + done.stderr


def test_without_systemd_it_says_what_to_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(written, "SYSTEMD", tmp_path / "none")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(NotBroughtIn, match="environment: make run"):
        written.check_may_install()

    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(NotBroughtIn, match="sudo make install"):
        written.check_may_install()


def test_the_command_refuses_who_may_not_read_the_settings(tmp_path: Path) -> None:
    install(tmp_path, ADDRESS)
    installed = Installed(tmp_path)
    installed.settings.unlink()
    done = subprocess.run(
        [str(tmp_path / "usr" / "local" / "bin" / "palace"), "health"],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (
        1,
        "Only root and the user palace may: sudo palace health\n",
    )


def test_files_are_named_from_the_folder_where_the_command_is_typed(installed: Installed) -> None:
    (installed.root / "backup-key.txt").touch()
    done = subprocess.run(
        ["palace", "restore", "backup-key.txt", "--identity", "gone.txt"],
        check=False,
        capture_output=True,
        text=True,
        cwd=installed.root,
        env=installed.env | {"DATABASE_URL": NOWHERE, "DATABASE_OWNER_URL": NOWHERE},
    )

    assert done.returncode == 2, done.stderr
    assert f"{installed.root / 'gone.txt'}: No such file or directory for user" in done.stderr
    assert "'FILE'" not in done.stderr


def test_the_proxys_sample_sends_files_for_as_long_as_the_palace_does() -> None:
    sample = (ROOT / "deploy" / "nginx.conf").read_text()

    assert "proxy_set_header X-Forwarded-For $remote_addr;" in sample
    assert 'Cache-Control "public, max-age=31536000, immutable"' in sample
    assert len(re.findall("# change", sample)) == 3
