"""What an import does to rosters and members, and what it never does."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import delete, select

from palace import clock
from palace.db import db, transaction
from palace.members.models import AuditLine, Member, PersonalKey, RosterEntry, Unit
from palace.members.rules import Standing
from palace.members.services.personal import opened
from palace.roster import queries, services
from palace.roster.errors import ImportRunning, LeaversUnconfirmed, NotToApply
from palace.roster.models import RosterChunk
from palace.roster.rules import ImportState
from palace.upkeep import read_roster
from tests.factory import Factory
from tests.races.together import codes, together
from tests.roster.conftest import applied, listed, member, now, people, unit_id, upload

ZHANG = "张建华,13800000001,TY1,一出租,2099-12-31,在职,"
LI = "李志强,13800000002,TY2,first,20991231,退休,"
WANG = "王秀英,,TY3,钢铁厂工会,2099/12/31,,"


def standing(row: Member) -> Standing:
    """Return a member's standing as the database has it now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Member, row.id).standing(clock.palace_day(clock.now()))


def acts_on(row: Member) -> list[str]:
    """Return what the audit says was done to a member, in order."""
    wanted = select(AuditLine.act).where(AuditLine.subject == f"member:{row.id}")
    return list(db.session.scalars(wanted.order_by(AuditLine.id)))


def test_a_roster_is_read_first_and_written_when_confirmed(house: Factory) -> None:
    number = upload(listed(ZHANG, LI, WANG))
    read_roster(number)
    first = now(number)
    assert first.state is ImportState.CHECKED
    assert first.counts == {
        "new": 3, "changed": 0, "unchanged": 0, "errors": 0, "leaving": 0, "listed": 0, "kept": 0,
    }  # fmt: skip
    assert people() == []

    with transaction():
        services.apply(number, confirmed=False)
    read_roster(number)

    assert now(number).state is ImportState.APPLIED
    assert people() == [
        ("TY1", "张建华", "active"),
        ("TY2", "李志强", "retired"),
        ("TY3", "王秀英", "active"),
    ]
    assert list(queries.chunks(number)) == []


def test_the_same_file_twice_changes_nothing(house: Factory) -> None:
    first = applied(listed(ZHANG, LI, WANG))
    listers = {entry.listed_by for entry in db.session.query(RosterEntry)}
    again = applied(listed(ZHANG, LI, WANG))

    assert again.counts["unchanged"] == 3
    assert (again.counts["new"], again.counts["changed"]) == (0, 0)
    db.session.expire_all()
    assert {entry.listed_by for entry in db.session.query(RosterEntry)} == listers == {first.id}


def test_a_unit_s_import_reaches_no_other_unit(house: Factory) -> None:
    applied(listed(ZHANG, LI, WANG))
    foreign = applied(
        listed("赵六,,TY3,steel,,,", "赵六,,TY9,没有的单位,,,", "赵六,,TY1,second,,,"),
        "taxi",
        complete=True,
        confirmed=True,
    )

    assert foreign.counts["errors"] == 2
    assert {one.reason for one in queries.errors_of(foreign.id)} == {"unit"}
    assert people("steel") == [("TY3", "王秀英", "active")]
    assert people("first", "second") == [
        ("TY1", "张建华", "left"),
        ("TY2", "李志强", "left"),
        ("TY1", "赵六", "active"),
    ]


def test_nobody_comes_onto_the_roster_of_a_unit_that_is_closed(house: Factory) -> None:
    db.session.get_one(Unit, unit_id("first")).closed_at = clock.now()
    db.session.commit()
    done = applied(listed("张建华,13800000001,TY1,,,,"), "first")
    assert (done.counts["new"], done.counts["errors"], people()) == (0, 1, [])


def test_standing_follows_at_once(house: Factory) -> None:
    zhang = member("张建华", "13800000001")
    assert standing(zhang) is Standing.PENDING
    applied(listed(ZHANG))
    assert standing(zhang) is Standing.VALID
    applied(listed("张建华,13800000001,TY1,first,2099-12-31,离职,2026-01-31"))
    assert standing(zhang) is Standing.EXPIRED
    applied(listed("张建华,13800000001,TY1,first,2099-12-31,退休,"))
    assert standing(zhang) is Standing.VALID
    house.rules().retired_are_members = False
    house.commit()
    assert standing(zhang) is Standing.EXPIRED


def test_a_member_moves_with_their_card_to_the_next_unit(house: Factory) -> None:
    zhang = member("张建华", "13800000001")
    applied(listed(ZHANG))
    applied(listed("张建华,13800000001,TY1,,,,"), "second")
    applied(listed("李志强,13800000002,TY2,,,,"), "first", complete=True, confirmed=True)

    assert standing(zhang) is Standing.VALID
    assert db.session.get_one(Member, zhang.id).unit_id == unit_id("second")


def test_the_same_card_of_another_unit_s_namesake_is_nobody_s_next_entry(house: Factory) -> None:
    zhang = member("张建华", "13800000001")
    applied(listed(ZHANG))
    applied(listed(ZHANG.replace("在职", "离职")))

    applied(listed("张建华,13900000009,TY1,,,,"), "steel")

    assert standing(zhang) is Standing.EXPIRED
    assert db.session.get_one(Member, zhang.id).unit_id == unit_id("first")


def test_a_member_with_a_new_number_moves_to_the_next_unit_by_it(house: Factory) -> None:
    zhang = member("张建华", "13800000001")
    applied(listed(ZHANG))
    applied(listed(ZHANG.replace("在职", "离职")))
    db.session.get_one(Member, zhang.id).phone = "13900000009"
    db.session.commit()

    applied(listed("张建华,13900000009,GT7,,,,"), "steel")

    assert standing(zhang) is Standing.VALID


def test_a_card_given_to_somebody_else_takes_no_account_along(house: Factory) -> None:
    zhang = member("张建华", "13800000001")
    applied(listed(ZHANG))
    applied(listed("孙七,13800000007,TY1,first,2099-12-31,在职,"))

    assert standing(zhang) is Standing.PENDING
    assert acts_on(zhang) == ["member_recognised", "member_untied"]


def test_a_corrected_name_goes_on_to_the_account_and_stands_in_the_audit_locked(
    house: Factory,
) -> None:
    zhang = member("张建华", "13800000001")
    applied(listed(ZHANG))
    applied(listed(ZHANG.replace("张建华", "张健华")))

    db.session.expire_all()
    assert db.session.get_one(Member, zhang.id).name == "张健华"
    assert acts_on(zhang) == ["member_recognised", "member_renamed"]
    line = db.session.scalars(select(AuditLine).where(AuditLine.act == "member_renamed")).one()
    key = db.session.get_one(PersonalKey, zhang.id)
    assert (line.actor, line.before, line.after) == ("system", None, None)
    assert opened(line.personal or b"", key, zhang.id) == ({"name": "张建华"}, {"name": "张健华"})


def test_many_leavers_are_asked_about_again(house: Factory) -> None:
    applied(listed(*[f"张建华,,TY{number},first,,," for number in range(10)]))
    number = upload(listed("张建华,,TY1,first,,,"), "first", complete=True)
    read_roster(number)
    with pytest.raises(LeaversUnconfirmed), transaction():
        services.apply(number, confirmed=False)
    assert now(number).state is ImportState.CHECKED

    with transaction():
        services.apply(number, confirmed=True)
    read_roster(number)

    assert [status for _, _, status in people("first")].count("left") == 9
    with pytest.raises(NotToApply), transaction():
        services.apply(number, confirmed=True)


@pytest.mark.parametrize(("left", "confirmed"), [(1, False), (5, True)])
def test_a_word_counts_for_as_many_leavers_as_it_was_shown(
    house: Factory, left: int, confirmed: bool
) -> None:
    lines = [f"张建华,,TY{number},first,,," for number in range(10)]
    applied(listed(*lines))
    number = upload(listed(*lines[left:]), "first", complete=True)
    read_roster(number)
    with transaction():
        services.apply(number, confirmed=confirmed)
    applied(listed(*[f"张建华,,TX{number},first,,," for number in range(10)]))

    read_roster(number)
    assert [status for _, _, status in people("first")].count("left") == 0
    read_roster(number)
    again = now(number)
    assert (again.state, again.counts["leaving"]) == (ImportState.CHECKED, left + 10)

    with transaction():
        services.apply(number, confirmed=True)
    read_roster(number)
    assert now(number).state is ImportState.APPLIED


def test_a_list_that_is_not_complete_lets_nobody_leave(house: Factory) -> None:
    applied(listed(ZHANG, LI))
    done = applied(listed(ZHANG), "first")

    assert done.counts["leaving"] == 1
    assert [status for _, _, status in people("first")] == ["active", "retired"]
    told = db.session.query(AuditLine).filter(AuditLine.subject == f"roster_import:{done.id}")
    assert [(line.after or {})["leaving"] for line in told if line.act == "roster_applied"] == [0]


def test_what_a_file_has_no_column_for_stays(house: Factory) -> None:
    applied(listed(ZHANG))
    applied(listed("张建国,TY1", header="姓名,会员卡号"), "first")

    entry = db.session.query(RosterEntry).one()
    assert (entry.name, entry.phone) == ("张建国", "13800000001")
    assert entry.valid_until is not None


@pytest.mark.parametrize("gone", [0, 1])
def test_a_file_of_which_a_piece_is_gone_lets_nobody_leave(
    house: Factory, monkeypatch: pytest.MonkeyPatch, gone: int
) -> None:
    applied(listed(ZHANG, LI))
    monkeypatch.setattr(services, "PIECE", len(listed(ZHANG)))
    number = upload(listed(ZHANG, LI), complete=True)
    read_roster(number)
    with transaction():
        services.apply(number, confirmed=True)
        late = RosterChunk.import_id == number, RosterChunk.number >= gone
        db.session.execute(delete(RosterChunk).where(*late))
    read_roster(number)

    assert (now(number).state, now(number).refusal) == (ImportState.REFUSED, "roster_file_gone")
    assert [status for *_, status in people()] == ["active", "retired"]


def test_the_same_file_is_at_work_once(house: Factory) -> None:
    content = listed(ZHANG)
    counted = codes(together(house.app, [lambda: _try(content) for _ in range(4)]))

    assert counted == {"won": 1, ImportRunning.code: 3}


def _try(content: bytes) -> None:
    services.upload(io.BytesIO(content), "a.csv", unit_id=None, complete=False, actor="staff:1")
