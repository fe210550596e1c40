"""Names and numbers in the audit: encrypted, shown to administrators, gone with the person's key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from palace import clock
from palace.db import db
from palace.members import services
from palace.members.models import Member, PersonalKey
from palace.members.queries import is_in_use
from palace.members.rules import Role
from palace.members.services import Personal, destroy_key, note
from palace.members.services.personal import opened, sealed
from palace.security import BadKeys, complete_keys, keys, load_keys, make_keys
from tests.factory import Factory


@pytest.fixture
def renamed(make: Factory) -> Member:
    """Return somebody who changed their name from 李小明 to 李大明."""
    make.site()
    member = make.member("李小明", valid=False)
    services.rename(member, "李大明")
    return member


def page(make: Factory, client: FlaskClient, role: Role = Role.ADMIN) -> str:
    """Return the audit as somebody sees it."""
    make.sign_in(client, make.staff(role))
    return client.get("/staff/audit?act=member_renamed").get_data(as_text=True)


def test_a_name_stands_nowhere_in_clear_but_an_administrator_reads_it(
    make: Factory, client: FlaskClient, renamed: Member
) -> None:
    written = db.session.scalar(
        text("SELECT row_to_json(line)::text FROM audit_lines AS line WHERE act = 'member_renamed'")
    )
    assert "李" not in written
    assert "李".encode().hex() not in written
    assert "名字: 李小明 → 李大明" in page(make, client)
    file = client.get("/staff/audit?format=csv").get_data(as_text=True)
    assert "李小明" not in file
    assert "李大明" not in file
    assert "个人内容只在网页上看" in file


def test_after_the_key_is_destroyed_nobody_reads_it_and_there_is_no_other(
    make: Factory, client: FlaskClient, renamed: Member
) -> None:
    destroy_key(renamed.id, clock.now())
    destroy_key(renamed.id, clock.now())
    told = page(make, client)

    assert "个人内容已销毁" in told
    assert "李小明" not in told
    assert sealed(Personal(renamed.id, after={"name": "李"})) is None
    services.rename(renamed, "李中明")
    assert client.get("/staff/audit?act=member_renamed").status_code == 200


def test_a_line_of_one_person_is_not_read_with_the_key_of_another(make: Factory) -> None:
    one, other = make.member(), make.member()
    body = sealed(Personal(one.id, {"name": "张"}, {"name": "李"}))
    sealed(Personal(other.id))
    assert body is not None
    mine, theirs = (db.session.get(PersonalKey, member.id) for member in (one, other))

    assert opened(body, mine, one.id) == ({"name": "张"}, {"name": "李"})
    assert opened(body, theirs, other.id) is None
    assert opened(body, mine, other.id) is None
    assert opened(body[:-1], mine, one.id) is None
    assert opened(b"", mine, one.id) is None
    assert opened(body, None, one.id) is None


def test_somebody_without_a_key_cannot_get_one_after_it_is_destroyed(make: Factory) -> None:
    member = make.member()
    destroy_key(member.id, clock.now())
    note("member_renamed", f"member:{member.id}", personal=Personal(member.id, {"name": "张"}))
    found = db.session.scalar(text("SELECT personal FROM audit_lines WHERE act = 'member_renamed'"))
    assert found is None


def test_the_key_around_the_keys_stays_as_long_as_somebody_needs_it(
    make: Factory, renamed: Member
) -> None:
    key = keys().active("personal")
    assert is_in_use(key.id)
    destroy_key(renamed.id, clock.now())
    assert not is_in_use(key.id)


def test_a_keys_file_of_before_gets_the_key_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    complete_keys(path)
    assert not path.exists()
    make_keys(path)
    written = json.loads(path.read_text())
    written["keys"] = [key for key in written["keys"] if key["purpose"] != "personal"]
    path.write_text(json.dumps(written))
    with pytest.raises(BadKeys):
        load_keys(path)

    complete_keys(path)
    first = load_keys(path).active("personal")
    complete_keys(path)
    assert load_keys(path).active("personal") == first
