"""Who was erased stays erased, whatever backup comes back and wherever."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from palace import clock, restoring
from palace.backup import backup
from palace.config import Settings
from palace.db import db, transaction
from palace.members.models import AuditLine, Member
from palace.members.services import rename
from palace.privacy import ledger, services
from palace.privacy.models import Erasure
from palace.restoring import restore
from palace.upkeep import keep_erased
from tests.factory import Factory
from tests.operations.conftest import Machine, opened

NAME = "欧阳海棠"


def joined(app: Flask) -> int:
    """Let somebody join who changed their name once; return their number."""
    make = Factory(app)
    make.site()
    member = make.member("欧阳海", valid=False, phone="13912345678")
    rename(member, NAME)
    make.commit()
    return int(member.id)


def erase(settings: Settings, member_id: int) -> None:
    """Erase somebody, as the page does."""
    with transaction():
        services.erase(member_id, clock.now(), asked_by=f"member:{member_id}")
    services.keep_ledger(settings)


def names(member_id: int) -> list[str]:
    """Return what the palace calls a member, and what the audit still can tell of them."""
    member = db.session.get_one(Member, member_id)
    noted = select(AuditLine).where(AuditLine.subject == f"member:{member_id}")
    told = [line.act for line in db.session.scalars(noted.order_by(AuditLine.id))]
    return [member.name, member.phone or "", *told[-1:]]


@pytest.fixture
def lost(here: Machine) -> tuple[Machine, Path, int]:
    """Return a machine, its backup with somebody in it, and their number: they left since."""
    with opened(here.settings) as app:
        member_id = joined(app)
        made = backup(here.settings, clock.now())
        erase(here.settings, member_id)
    return here, made, member_id


def test_an_old_backup_does_not_bring_them_back_on_the_same_machine(
    lost: tuple[Machine, Path, int],
) -> None:
    here, made, member_id = lost

    restore(here.settings, made, here.identity, replacing=True)

    with opened(here.settings):
        assert names(member_id) == ["", "", "member_erased"]
        assert db.session.get(Erasure, member_id) is not None


def test_the_ledger_is_made_from_the_tables_that_are_given_up(
    lost: tuple[Machine, Path, int],
) -> None:
    here, made, member_id = lost
    ledger.file_of(here.settings).unlink()

    restore(here.settings, made, here.identity, replacing=True)

    with opened(here.settings):
        assert names(member_id)[0] == ""
    assert [line.member_id for line in ledger.read(ledger.file_of(here.settings))] == [member_id]


def test_nor_on_another_machine_to_which_the_folder_was_carried(
    lost: tuple[Machine, Path, int], there: Settings, tmp_path: Path
) -> None:
    here, made, member_id = lost
    carried = tmp_path / "carried"
    shutil.copytree(made.parent, carried)

    restore(there, carried / made.name, here.identity, replacing=False)

    with opened(there):
        assert names(member_id)[0] == ""
    assert [line.member_id for line in ledger.read(ledger.file_of(there))] == [member_id]


def test_a_restore_that_was_killed_before_is_finished_by_the_hourly_tidying(
    lost: tuple[Machine, Path, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, made, member_id = lost

    def killed(*_: object) -> None:
        raise SystemExit("killed")

    monkeypatch.setattr(restoring, "_erase_again", killed)
    with pytest.raises(SystemExit):
        restore(here.settings, made, here.identity, replacing=True)
    with opened(here.settings):
        assert names(member_id)[0] == NAME

        keep_erased(here.settings)

        assert names(member_id)[0] == ""


def test_the_ledger_of_another_palace_erases_nobody(
    lost: tuple[Machine, Path, int], there: Settings, tmp_path: Path
) -> None:
    here, made, member_id = lost
    file = ledger.file_of(here.settings)
    (line,) = ledger.read(file)
    file.unlink()
    other = replace(line, mark="0" * 16)
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(made, alone)
    ledger.add(alone / ledger.NAME, [other])

    restore(there, alone / made.name, here.identity, replacing=False)

    with opened(there):
        assert names(member_id)[0] == NAME


def test_the_ledger_names_nobody_and_is_for_its_owner_alone(
    lost: tuple[Machine, Path, int],
) -> None:
    here, _, _ = lost
    file = ledger.file_of(here.settings)

    assert NAME not in file.read_text()
    assert "139" not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_takes_nothing_stops_nobody_and_is_a_failed_task(here: Machine) -> None:
    with opened(here.settings) as app:
        member_id = joined(app)
        here.settings.backup_folder.write_text("no folder")

        erase(here.settings, member_id)

        assert names(member_id)[0] == ""
        with pytest.raises(OSError, match=r"."):
            keep_erased(here.settings)


def test_a_line_a_full_disk_cut_off_is_written_again(lost: tuple[Machine, Path, int]) -> None:
    here, _, member_id = lost
    file = ledger.file_of(here.settings)
    file.write_text(file.read_text()[:20])
    assert ledger.read(file) == []

    with opened(here.settings):
        services.keep_ledger(here.settings)

    assert [line.member_id for line in ledger.read(file)] == [member_id]
