"""Forgiving: somebody else, with a reason, at once."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from palace import clock
from palace.db import db
from palace.members.models import AuditLine, Member, PersonalKey
from palace.members.rules import Role
from palace.members.services.personal import opened
from palace.strikes import queries, services
from palace.strikes.errors import NotYoursToDecide, StrikeClosed
from palace.strikes.models import Strike
from palace.strikes.rules import StrikeKind
from tests.factory import Factory


def strike_of(make: Factory, member: Member, written_by: str = "system") -> Strike:
    """Return a strike of a member."""
    strike = Strike(
        member_id=member.id,
        kind=StrikeKind.TICKET,
        subject="performance:1",
        title_zh="晋剧《打金枝》",
        title_en="The Golden Branch",
        happened_at=clock.now(),
        written_at=clock.now(),
        written_by=written_by,
    )
    make.add(strike)
    return strike


def test_a_clerk_forgives_with_a_reason(make: Factory, client: FlaskClient) -> None:
    make.site()
    strike = strike_of(make, make.member())
    make.sign_in(client, make.staff(Role.COUNTER))
    assert "晋剧《打金枝》" in client.get("/staff/strikes").get_data(as_text=True)

    refused = client.post(f"/staff/strikes/{strike.id}/forgive", data={"why": " "})
    assert refused.status_code == 422
    assert "请写一句为什么" in refused.get_data(as_text=True)
    done = client.post(f"/staff/strikes/{strike.id}/forgive", data={"why": "来了，门口没扫上"})

    assert done.status_code == 303
    assert "来了，门口没扫上" in client.get(done.headers["Location"]).get_data(as_text=True)
    assert queries.of_member(strike.member_id) == []
    again = client.post(f"/staff/strikes/{strike.id}/forgive", data={"why": "再来"})
    assert again.status_code == 409


@pytest.mark.parametrize("own", [True, False])
def test_nobody_forgives_themselves_or_what_they_wrote(make: Factory, own: bool) -> None:
    member = make.member()
    strike = strike_of(make, member, written_by="staff:77")
    actor = f"member:{member.id}" if own else "staff:77"

    with pytest.raises(NotYoursToDecide):
        services.forgive(strike.id, actor, "我来了", clock.now())
    strike.forgiven_at, strike.forgiven_by, strike.why = clock.now(), actor, "我来了"
    with pytest.raises(IntegrityError, match="forgiven_by_another"):
        db.session.flush()


def test_it_is_forgiven_once_and_noted(make: Factory) -> None:
    strike = strike_of(make, make.member())
    services.forgive(strike.id, "staff:3", "来了", clock.now())

    with pytest.raises(StrikeClosed):
        services.forgive(strike.id, "staff:4", "来了", clock.now())
    [line] = db.session.query(AuditLine).where(AuditLine.act == "strike_forgiven")
    assert (line.subject, line.why) == (f"strike:{strike.id}", None)
    key = db.session.get(PersonalKey, strike.member_id)
    assert line.personal
    assert opened(line.personal, key, strike.member_id) == ({}, {"words": "来了"})
