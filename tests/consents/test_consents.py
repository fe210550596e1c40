"""Versions of what people are told, and who agreed to which of them when."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.consents import queries, services
from palace.consents.errors import TextChanged
from palace.consents.models import Consent
from palace.consents.rules import FIRST, Purpose, Words
from palace.db import db
from palace.errors import NotFound
from palace.identities.rules import Declared, Document
from palace.members.models import Member
from palace.programme.models import Performance
from palace.programme.rules import IdentityPolicy
from palace.tickets import services as tickets
from palace.tickets.models import Entrant
from palace.tickets.rules import Wish
from tests.factory import Factory
from tests.identities.test_rules import card
from tests.members.browser import enter, newest_code

NEXT = Words(
    "第二版的说明，写得比第一版长一点点，够二十个字了。", "Version 2, a few words longer now."
)
PHONE = "13900000123"


def given(member_id: int) -> list[tuple[str, int, bool]]:
    """Return what a member agreed to, oldest first: purpose, version, whether it still holds."""
    found = reversed(queries.given_by(member_id))
    return [(one.text.purpose.value, one.text.version, not one.withdrawn_at) for one in found]


def publish(after: int) -> None:
    """Publish the next version of the palace's word."""
    services.publish(Purpose.PRIVACY, NEXT, after=after, actor="staff:1", now=clock.now())


def test_whoever_joins_agrees_to_the_version_the_page_names(
    client: FlaskClient, make: Factory
) -> None:
    make.site()
    page = client.get("/join").text
    assert "第一次登录，就是同意：" in page
    assert 'href="/privacy"' in page

    client.post("/sign-in?next=/join/unit", data={"phone": PHONE})
    enter(client, newest_code(PHONE))

    member = db.session.scalars(select(Member).where(Member.phone == PHONE)).one()
    assert given(member.id) == [("privacy", 1, True)]


def test_a_new_version_is_asked_for_kindly_and_once(client: FlaskClient, make: Factory) -> None:
    make.site()
    member = make.member()
    services.give(member.id, Purpose.PRIVACY, clock.now())
    make.sign_in(client, member)
    assert "看过了，同意" not in client.get("/mine").text
    publish(1)
    make.commit()
    assert "看过了，同意" in client.get("/mine").text

    client.post("/mine/consents?next=/mine")

    assert "看过了，同意" not in client.get("/mine").text
    assert given(member.id) == [("privacy", 1, True), ("privacy", 2, True)]


def test_the_word_is_for_the_version_that_was_shown(client: FlaskClient, make: Factory) -> None:
    make.site()
    member = make.member()
    make.sign_in(client, member)
    shown = re.search(r'action="(/mine/consents[^"]*)"', client.get("/mine").text)
    assert shown
    publish(1)
    make.commit()

    assert client.post(html.unescape(shown[1])).status_code == 303

    assert given(member.id) == [("privacy", 1, True)]
    assert "看过了，同意" in client.get("/mine").text  # the second is still to be read
    for none in ("0", "-1", "3", "99999999999999999999"):
        assert client.post(f"/mine/consents?version={none}").status_code == 404


def test_who_has_not_agreed_books_all_the_same(client: FlaskClient, make: Factory) -> None:
    show, member = make.performance(seats=2), make.member()
    make.sign_in(client, member)
    held = client.post(f"/performances/{show.id}/hold", data={"count": "1", "key": "a-key-of-it"})
    order = held.headers["Location"]
    assert "看过了，同意" in client.get(order).text

    assert client.post(f"{order}/confirm").status_code == 303

    assert len(make.tickets(show)) == 1
    assert given(member.id) == []


def test_a_version_once_published_stays_and_two_at_a_time_are_told(make: Factory) -> None:
    publish(1)

    with pytest.raises(TextChanged):
        publish(1)

    now = clock.now()
    assert queries.current(Purpose.PRIVACY, now).version == 2
    assert queries.version_of(Purpose.PRIVACY, 1, now).body_zh == FIRST[Purpose.PRIVACY].zh
    with pytest.raises(NotFound):
        queries.version_of(Purpose.PRIVACY, 3, now)


def test_every_version_can_be_read_by_everybody(client: FlaskClient, make: Factory) -> None:
    make.site()
    publish(1)
    make.commit()

    assert "第二版的说明" in client.get("/privacy").text
    assert "第二版的说明" not in client.get("/privacy/privacy/1").text
    assert client.get("/privacy/privacy/9").status_code == 404


def named_show(make: Factory) -> Performance:
    """Return a show that asks who comes."""
    show = make.performance(seats=4)
    show.identity_policy = IdentityPolicy.EVERY_ENTRANT
    db.session.flush()
    return show


@pytest.mark.parametrize(
    ("born", "purposes"), [("19680412", ["identity"]), ("20200101", ["identity", "guardian"])]
)
def test_documents_have_a_consent_of_their_own_and_a_childs_the_guardians(
    make: Factory, born: str, purposes: list[str]
) -> None:
    show, member = named_show(make), make.member()
    order = tickets.hold(member, show.id, Wish(count=1), key="a-key-of-it")
    one = Declared(name="张小宝", document=Document.ID_CARD, number=card(born, "301"))

    tickets.confirm(member, order.code, entrants=[one], guardian=True)

    assert [purpose for purpose, _, _ in given(member.id)] == purposes


def test_the_consent_to_numbers_is_not_ticked_before(client: FlaskClient, make: Factory) -> None:
    show, member = named_show(make), make.member()
    make.sign_in(client, member)
    order = tickets.hold(member, show.id, Wish(count=1), key="a-key-of-it")
    make.commit()

    page = client.get(f"/orders/{order.code}").text

    assert 'name="consent" value="1" form="confirm" required>' in page
    assert FIRST[Purpose.IDENTITY].zh in page
    assert 'name="guardian" value="1" form="confirm">' in page


def test_taken_back_the_documents_of_shows_that_are_over_go_at_once(
    client: FlaskClient, make: Factory
) -> None:
    member = make.member()
    make.sign_in(client, member)
    past, ahead = named_show(make), named_show(make)
    for show, serial in ((past, "301"), (ahead, "302")):
        order = tickets.hold(member, show.id, Wish(count=1), key=f"a-key-{show.id}")
        one = Declared(name="张建华", document=Document.ID_CARD, number=card("19680412", serial))
        tickets.confirm(member, order.code, entrants=[one], guardian=False)
    start = clock.now() - timedelta(hours=3)
    past.doors_at, past.starts_at = start, start
    past.ends_at = past.sale_closes_at = start + timedelta(hours=2)
    make.commit()

    done = client.post("/mine/consents/identity/withdraw")

    assert done.status_code == 303
    assert given(member.id) == [("identity", 1, False)]
    assert db.session.scalars(select(Entrant.performance_id)).all() == [ahead.id]
    assert client.post("/mine/consents/privacy/withdraw").status_code == 404


def test_given_twice_it_stands_once(make: Factory) -> None:
    member, now = make.member(), clock.now()

    services.give(member.id, Purpose.PRIVACY, now)
    services.give(member.id, Purpose.PRIVACY, now)

    assert len(db.session.scalars(select(Consent)).all()) == 1


def test_the_administrator_publishes_and_sets_days(client: FlaskClient, make: Factory) -> None:
    make.site()
    make.sign_in(client, make.staff())
    text = {"purpose": "privacy", "after": "1", "body_zh": NEXT.zh, "body_en": NEXT.en}
    assert client.post("/staff/privacy/texts", data=text | {"body_zh": "短"}).status_code == 422
    assert client.post("/staff/privacy/texts", data=text).status_code == 303
    again = client.post("/staff/privacy/texts", data=text)
    assert again.status_code == 409
    assert "刚才有人发布了新的一版" in again.text
    assert NEXT.zh in again.text  # what was typed is still there

    figures = dict.fromkeys(("entrant", "notice", "agenda", "application", "challenge"), "60")
    days = {f"{name}_keep_days": value for name, value in figures.items()}
    days |= {"command_key_keep_days": "14", "export_keep_days": "7", "downloads_per_day": "3"}
    wrong = client.post("/staff/privacy/days", data=days | {"audit_keep_days": "10"})
    assert wrong.status_code == 422
    assert "操作记录至少留183天" in wrong.text
    assert client.post("/staff/privacy/days", data=days).status_code == 303
    rules = make.rules()
    db.session.refresh(rules)
    assert (rules.entrant_keep_days, rules.audit_keep_days, rules.downloads_per_day) == (
        60,
        None,
        3,
    )
