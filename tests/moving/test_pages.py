"""What the pages say of moves: who is waited for, what can still change, until when tickets go back."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from palace import clock
from palace.db import db
from palace.members.rules import Role
from palace.programme.models import Performance
from tests.factory import Factory
from tests.moving.conftest import Mover, later

WAITS, SOMEBODY = "1场取消或改期等第二个人确认", "staff:0"


def proposed_by(mover: Mover, show: Performance, who: str) -> None:
    """Propose to move a show, as somebody."""
    mover.propose(show, later(show)).proposed_by = who
    db.session.flush()


def test_the_desk_of_the_second_person_says_that_a_proposal_waits(
    mover: Mover, make: Factory, client: FlaskClient
) -> None:
    show = mover.show()
    make.sign_in(client, make.staff(Role.REVIEWER))
    assert "第二个人" not in client.get("/staff").text
    proposed_by(mover, show, SOMEBODY)
    assert WAITS in client.get("/staff").text
    make.set_clock(show.ends_at)
    make.sign_in(client, make.staff(Role.REVIEWER))
    assert "工作台" in client.get("/staff").text
    assert "第二个人" not in client.get("/staff").text


def test_who_proposed_is_not_asked_to_confirm(
    mover: Mover, make: Factory, client: FlaskClient
) -> None:
    show, somebody = mover.show(), make.staff(Role.PROGRAMME)
    proposed_by(mover, show, f"staff:{somebody.id}")
    make.sign_in(client, somebody)
    assert "第二个人" not in client.get("/staff").text


def test_another_house_s_proposal_waits_for_nobody_here(
    mover: Mover, make: Factory, client: FlaskClient
) -> None:
    show = mover.show()
    proposed_by(mover, show, SOMEBODY)
    make.sign_in(client, make.staff(Role.REVIEWER, site=make.branch()))
    assert "第二个人" not in client.get("/staff").text


def test_a_production_with_many_shows_stands_once(
    mover: Mover, make: Factory, client: FlaskClient
) -> None:
    make.sign_in(client, make.staff(Role.PROGRAMME))
    shows = [mover.show()]
    shows += [make.performance() for _ in range(3)]
    for one in shows:
        one.production_id = shows[0].production_id
    db.session.flush()
    page = client.get("/staff/programme/moves").text
    assert page.count("<details") == 1
    assert "4场" in page
    assert all(f"/staff/programme/performances/{one.id}/move" in page for one in shows)


def test_the_page_of_a_show_that_is_over_says_so_and_asks_nothing(
    mover: Mover, make: Factory, client: FlaskClient
) -> None:
    show = mover.show()
    make.sign_in(client, make.staff(Role.PROGRAMME))
    address = f"/staff/programme/performances/{show.id}/move"
    assert "看影响" in client.get(address).text
    make.set_clock(show.ends_at)
    make.sign_in(client, make.staff(Role.PROGRAMME))
    for asked in (address, f"{address}?kind=cancel"):
        page = client.get(asked).text
        assert page.count("这一场已经结束或取消，不能再改。") == 1
        assert "看影响" not in page


def test_a_moved_ticket_names_one_deadline(
    mover: Mover, make: Factory, client: FlaskClient
) -> None:
    show = mover.show()
    [(member, ticket)] = mover.sold(show)
    until = clock.now() + timedelta(days=1)
    mover.move(show, later(show, return_until=until))
    make.sign_in(client, member)
    said = client.get(f"/tickets/{ticket.code}").text.split("以前可以退")
    assert len(said) == 3
    assert said[0][-12:] == said[1][-12:]
