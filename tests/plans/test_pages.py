"""The desk's pages of plans: a sheet becomes a draft, a draft a version, a version stays as it is."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from palace.db import db
from palace.members.models import AuditLine, Staff
from palace.members.rules import Role
from palace.plans.models import PlanDraft
from palace.plans.views import home
from palace.venues import queries as venues
from palace.venues.models import Seat, SeatingPlan, Space
from tests.factory import Factory
from tests.plans.conftest import ASK, SMALL, upload

pytestmark = pytest.mark.usefixtures("manager")


def acts() -> list[str]:
    return list(db.session.scalars(select(AuditLine.act).order_by(AuditLine.id)))


def test_a_sheet_becomes_a_draft_and_nothing_else(client: FlaskClient, hall: Space) -> None:
    told = upload(client, hall)

    assert told.status_code == 201
    assert told.json["seats"] == 3
    assert [zone["code"] for zone in told.json["zones"]] == ["A", "B"]
    assert db.session.scalar(select(func.count(SeatingPlan.id))) == 0
    page = client.get(f"/staff/plans/drafts/{told.json['draft']}")
    assert 'data-code="ST-01-02"' in page.text
    assert "3座应有至少2个轮椅席" in page.text


def test_a_new_plan_has_its_hall_s_name_and_a_new_version_stays_in_its_hall(
    client: FlaskClient, make: Factory, concert: SeatingPlan
) -> None:
    other = make.space()
    new = upload(client, other).json["draft"]
    assert db.session.get_one(PlanDraft, new).document["name"] == {
        "zh": other.name_zh,
        "en": other.name_en,
    }

    version = db.session.get_one(
        PlanDraft, upload(client, other, plan=str(concert.id)).json["draft"]
    )
    assert version.space_id == concert.space_id
    assert version.document["name"] == concert.drawing["name"]


def test_a_bad_sheet_is_told_line_by_line_and_what_was_chosen_stays(
    client: FlaskClient, hall: Space
) -> None:
    bad = SMALL.replace("轮椅席", "沙发").replace("西门", "")
    told = upload(client, hall, bad)

    assert told.status_code == 422
    assert told.json["code"] == "plan_rows_wrong"
    assert sorted(told.json["fields"]) == ["3", "4"]
    page = client.post(
        "/staff/plans",
        data={"space": str(hall.id), "file": (io.BytesIO(bad.encode()), "p.csv")},
    )
    assert page.status_code == 422
    assert "这份座位表有2处要改" in page.text
    assert "第3行" in page.text
    assert re.search(rf'<option value="{hall.id}" selected>', page.text)
    assert db.session.scalar(select(func.count(PlanDraft.id))) == 0


@pytest.mark.parametrize("fields", [{}, {"space": "x"}, {"space": "-1"}, {"space": str(10**30)}])
def test_a_file_without_a_hall_is_refused(client: FlaskClient, fields: dict[str, str]) -> None:
    assert client.post("/staff/plans", data=fields, headers=ASK).status_code == 422


def test_a_file_larger_than_any_plan_is_refused(
    client: FlaskClient, hall: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "LARGEST", len(SMALL.encode()) - 1)

    assert upload(client, hall).status_code == 413


def test_only_managers_may_send_more_than_anybody(client: FlaskClient, make: Factory) -> None:
    other = client.application.test_client()
    make.sign_in(other, make.staff(Role.COUNTER))
    body = "seats=" + "ST-01-01+" * 20_000

    kind = "application/x-www-form-urlencoded"
    path = "/staff/plans/drafts/1/seats"
    assert client.post(path, data=body, content_type=kind, headers=ASK).status_code == 404
    assert other.post(path, data=body, content_type=kind, headers=ASK).status_code == 403


def changed(client: FlaskClient, draft: int, page: str, **fields: object) -> Any:
    return client.post(f"/staff/plans/drafts/{draft}/{page}", json=fields, headers=ASK)


def sent(client: FlaskClient, path: str) -> Any:
    return client.post(path, headers=ASK)


def got(client: FlaskClient, path: str) -> Any:
    return client.get(path, headers=ASK)


def edited(client: FlaskClient, plan: SeatingPlan) -> int:
    return int(sent(client, f"/staff/plans/{plan.id}/edit").json["draft"])


def test_seats_are_changed_by_code_row_block_and_section(
    client: FlaskClient, concert: SeatingPlan
) -> None:
    draft = edited(client, concert)

    told = changed(client, draft, "seats", seen=1, seats="ST-01-01 ST-01-02", zone="C")
    assert told.json["revision"] == 2
    before = {zone["code"]: zone["seats"] for zone in told.json["zones"]}
    told = changed(client, draft, "seats", seen=2, parts=["ST/2", "ST/3/0", "GL"], zone="C")
    after = {zone["code"]: zone["seats"] for zone in told.json["zones"]}

    row = [seat for seat in venues.seats(concert.id) if seat.section == "ST"]
    chosen = [seat for seat in row if seat.row == "2" or (seat.row == "3" and seat.block == 0)]
    already = [seat for seat in venues.seats(concert.id) if seat.section == "GL"]
    moved = sum(seat.zone != "C" for seat in [*chosen, *already])
    assert after["C"] - before["C"] == moved
    stored = db.session.scalars(select(Seat.zone).where(Seat.plan_id == concert.id)).all()
    assert sorted(stored) == sorted(seat.zone for seat in venues.seats(concert.id))


def test_kinds_views_and_entrances_change_too(client: FlaskClient, concert: SeatingPlan) -> None:
    draft = edited(client, concert)

    changed(
        client, draft, "seats", seen=1, seats="ST-05-05",
        type="wheelchair", restricted="yes", entrance="2R",
    )  # fmt: skip
    kept = changed(client, draft, "keep", seen=2)

    assert kept.status_code == 201
    assert kept.json["version"] == 2
    seat = venues.plan(kept.json["plan"]).by_code["ST-05-05"]
    assert (seat.type, seat.restricted, seat.entrance) == ("wheelchair", True, "2R")
    assert seat.door_zh == "二层右门"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"seats": "ST-99-01", "zone": "A"}, "plan_seats_unknown"),
        ({"seats": "ST-01-01"}, "plan_nothing_chosen"),
        ({"zone": "A"}, "plan_nothing_chosen"),
        ({"parts": "XX", "zone": "A"}, "plan_nothing_chosen"),
        ({"seats": "ST-01-01", "zone": "Q"}, "plan_part_unknown"),
        ({"seats": "ST-01-01", "entrance": "9"}, "plan_part_unknown"),
        ({"seats": "ST-01-01", "type": "throne"}, "bad_input"),
        ({"seats": "ST-01-01", "zone": "A", "seen": 9}, "plan_draft_changed"),
    ],
)
def test_a_change_that_cannot_be_is_told_and_changes_nothing(
    client: FlaskClient, concert: SeatingPlan, fields: dict[str, object], code: str
) -> None:
    draft = edited(client, concert)

    told = changed(client, draft, "seats", **({"seen": 1} | fields))

    assert told.json["code"] == code
    assert db.session.get_one(PlanDraft, draft, populate_existing=True).revision == 1


def test_the_second_of_two_managers_is_told_and_keeps_the_choice(
    client: FlaskClient, concert: SeatingPlan
) -> None:
    draft = edited(client, concert)
    changed(client, draft, "seats", seen=1, seats="ST-01-01", zone="C")

    late = client.post(
        f"/staff/plans/drafts/{draft}/seats",
        data={"seen": "1", "seats": "ST-01-02 ST-01-03", "zone": "B"},
    )

    assert late.status_code == 409
    assert "刚有别人改过这份草稿" in late.text
    assert "ST-01-02 ST-01-03</textarea>" in late.text
    assert '<option value="B" selected>' in late.text
    assert 'name="seen" value="2"' in late.text


def test_zones_are_added_renamed_coloured_and_dropped(
    client: FlaskClient, concert: SeatingPlan
) -> None:
    draft = edited(client, concert)
    new = {"code": "V", "name_zh": "贵宾区", "name_en": "VIP", "colour": "F", "new": True}

    assert changed(client, draft, "zones", seen=1, **new).json["zones"][-1]["colour"] == "F"
    assert changed(client, draft, "zones", seen=2, **new).json["code"] == "plan_part_taken"
    renamed = new | {"name_zh": "领导席", "new": False}
    assert changed(client, draft, "zones", seen=2, **renamed).json["zones"][-1]["name"] == "领导席"
    used = changed(client, draft, "zones/drop", seen=3, code="A")
    assert (used.status_code, used.json["code"]) == (409, "plan_part_used")
    assert len(changed(client, draft, "zones/drop", seen=3, code="V").json["zones"]) == 3
    gone = changed(client, draft, "zones", seen=4, **renamed)
    assert gone.json["code"] == "plan_part_unknown"
    for wrong in ({"code": "票"}, {"name_zh": "长" * 41}, {"colour": "Z"}):
        assert changed(client, draft, "zones", seen=4, **(new | wrong)).status_code == 422


def test_a_refused_zone_keeps_what_was_typed(client: FlaskClient, concert: SeatingPlan) -> None:
    draft = edited(client, concert)

    page = client.post(
        f"/staff/plans/drafts/{draft}/zones",
        data={"seen": "1", "code": "A", "name_zh": "我的区", "name_en": "Mine", "new": "1"},
    )

    assert page.status_code == 409
    assert 'value="我的区"' in page.text


def test_a_draft_becomes_a_plan_of_its_own(client: FlaskClient, concert: SeatingPlan) -> None:
    draft = edited(client, concert)
    names = {"own": True, "name_zh": "酒会布置", "name_en": "Banquet"}

    missing = changed(client, draft, "keep", seen=1, own=True)
    assert sorted(missing.json["fields"]) == ["code", "name_en", "name_zh"]
    taken = changed(client, draft, "keep", seen=1, code=concert.code, **names)
    assert taken.json["code"] == "plan_code_taken"
    kept = changed(client, draft, "keep", seen=1, code="banquet", **names)

    plan = db.session.get_one(SeatingPlan, kept.json["plan"])
    assert (plan.code, plan.version, plan.drawing["name"]["zh"]) == ("banquet", 1, "酒会布置")
    assert client.get(f"/staff/plans/drafts/{draft}", headers=ASK).status_code == 404
    assert changed(client, draft, "keep", seen=1).status_code == 404
    assert acts()[-2:] == ["plan_drafted", "plan_kept"]


def test_a_draft_is_thrown_away(client: FlaskClient, concert: SeatingPlan) -> None:
    draft = edited(client, concert)

    assert changed(client, draft, "drop", seen=2).status_code == 409
    assert changed(client, draft, "drop", seen=1).status_code == 200
    assert changed(client, draft, "drop", seen=1).status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_an_export_comes_back_as_the_next_version(
    client: FlaskClient, hall: Space, concert: SeatingPlan, kind: str
) -> None:
    file = client.get(f"/staff/plans/{concert.id}/plan.{kind}")
    assert f'filename="concert-hall-v1.{kind}"' in file.headers["Content-Disposition"]

    draft = upload(client, hall, file.data, plan=str(concert.id)).json["draft"]
    plan = changed(client, draft, "keep", seen=1).json["plan"]

    def columns(plan_id: int) -> list[tuple[object, ...]]:
        names = [column for column in Seat.__table__.c if column.name not in {"id", "plan_id"}]
        rows = db.session.execute(
            select(*names).where(Seat.plan_id == plan_id).order_by(Seat.ordinal)
        )
        return [tuple(row) for row in rows]

    assert columns(plan) == columns(concert.id)
    assert db.session.get_one(SeatingPlan, plan).drawing == concert.drawing


def test_the_list_says_where_plans_are_used(client: FlaskClient, make: Factory) -> None:
    performance = make.performance()

    told = got(client, "/staff/plans").json
    page = client.get(f"/staff/plans/{performance.plan_id}")

    assert [(one["plan"], one["coming"], one["uses"]) for one in told["plans"]] == [
        (performance.plan_id, 1, 1)
    ]
    assert f"/staff/plans/performances/{performance.id}" in page.text
    assert "删掉这一版" not in page.text


def test_a_version_in_use_stays_and_an_unused_one_goes(
    client: FlaskClient, make: Factory, concert: SeatingPlan
) -> None:
    used = make.performance().plan_id
    edited(client, concert)

    refused = sent(client, f"/staff/plans/{used}/retire")
    assert (refused.status_code, refused.json["code"]) == (409, "plan_in_use")
    assert client.post(f"/staff/plans/{concert.id}/retire", headers=ASK).status_code == 200
    for again in ("", "/plan.csv"):
        assert client.get(f"/staff/plans/{concert.id}{again}", headers=ASK).status_code == 404
    assert client.post(f"/staff/plans/{concert.id}/retire", headers=ASK).status_code == 404
    assert [one["plan"] for one in got(client, "/staff/plans").json["plans"]] == [used]


def test_a_manager_of_one_house_sees_its_plans_only(
    client: FlaskClient, make: Factory, concert: SeatingPlan, manager: Staff
) -> None:
    draft = edited(client, concert)
    performance = make.performance()
    branch = make.branch()
    other = client.application.test_client()
    make.sign_in(other, make.staff(Role.PROGRAMME, site=branch))

    assert other.get("/staff/plans", headers=ASK).json == {"plans": [], "drafts": []}
    for path in (
        f"/staff/plans/{concert.id}",
        f"/staff/plans/{concert.id}/plan.json",
        f"/staff/plans/drafts/{draft}",
        f"/staff/plans/performances/{performance.id}",
    ):
        assert other.get(path, headers=ASK).status_code == 404
    for path in (f"/staff/plans/drafts/{draft}/keep", f"/staff/plans/{concert.id}/retire"):
        assert other.post(path, json={"seen": 1}, headers=ASK).status_code == 404
    assert upload(other, concert_space(concert)).status_code == 404
    assert manager


def concert_space(plan: SeatingPlan) -> Space:
    return db.session.get_one(Space, plan.space_id)


def test_a_json_that_counts_wrong_is_told_in_json(client: FlaskClient, hall: Space) -> None:
    document = b'{"format": "seatplan/1", "capacity": 3, "seats": [{}], "sections": [{"code": "S",'
    document += (
        b' "name": {"zh": "x", "en": "x"}}], "categories": [{"code": "A", "name": {"zh": "x",'
    )
    document += b' "en": "x"}}], "entrances": [{"code": "1", "name": {"zh": "x", "en": "x"}}]}'

    told = upload(client, hall, document)

    assert (told.status_code, told.json["code"]) == (422, "plan_miscounted")
