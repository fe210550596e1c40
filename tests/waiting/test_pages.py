"""The queue on pages and to programs: join, wait, take, give up, and the queue as staff see it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from palace.members.models import Member
from palace.members.rules import Role
from palace.waiting import services
from palace.waiting.rules import WaitState
from tests.factory import Factory
from tests.members.browser import JSON
from tests.waiting.conftest import Queue

QueueOf = Callable[..., Queue]


@pytest.fixture
def me(make: Factory, client: FlaskClient) -> Member:
    """Return a member who is signed in."""
    make.site()
    member = make.member()
    make.sign_in(client, member)
    return member


def test_a_full_show_offers_to_wait_and_shows_the_place(
    queue_of: QueueOf, client: FlaskClient, me: Member
) -> None:
    queue = queue_of(1)
    queue.join()
    page = f"/performances/{queue.performance.id}"

    assert "排队等票，第2位" in client.get(page).text
    answer = client.post(f"{page}/wait", data={"count": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{page}/wait")
    assert "您是第2位" in client.get(f"{page}/wait").text
    assert "排队等票（您是第2位）" in client.get(page).text
    assert "您是第2位" in client.get("/mine").text


def test_a_stranger_signs_in_first_and_comes_back_to_the_show(
    queue_of: QueueOf, client: FlaskClient
) -> None:
    queue = queue_of(1)
    page = f"/performances/{queue.performance.id}"

    assert "排队等票，第1位" in client.get(page).text
    answer = client.post(f"{page}/wait", data={"count": "1"})
    assert answer.status_code == 303
    assert "/sign-in" in answer.headers["Location"]


def test_what_is_refused_stays_typed(queue_of: QueueOf, client: FlaskClient, me: Member) -> None:
    queue = queue_of(1)
    queue.performance.seats_per_member = 2
    page = f"/performances/{queue.performance.id}/wait"
    queue.make.commit()

    answer = client.post(page, data={"count": "3", "fewer": "1"})

    assert answer.status_code == 409
    assert 'name="fewer" value="1" checked' in answer.text
    assert client.post(page, data={"count": "0"}).status_code == 422


def test_too_few_together_offers_to_wait(
    queue_of: QueueOf, client: FlaskClient, me: Member
) -> None:
    queue = queue_of(3)
    queue.give_back("ST-01-01")
    queue.give_back("ST-01-03")
    queue.make.commit()
    page = f"/performances/{queue.performance.id}"

    answer = client.post(f"{page}/hold", data={"count": "2", "key": "a-key-of-eight"})

    assert answer.status_code == 409
    assert "排队等票，第1位" in answer.text
    told = client.post(f"{page}/wait", json={"count": 2}, headers=JSON)
    assert (told.status_code, told.get_json()["place"]) == (201, 1)


def test_an_offer_is_taken_in_one_tap(queue_of: QueueOf, client: FlaskClient, me: Member) -> None:
    queue = queue_of(1)
    entry = queue.join(me)
    queue.give_back()
    queue.make.commit()

    page = client.get(f"/offers/{entry.code}").text
    assert "要了，免费领票" in page
    assert "池座1排1座" in page
    answer = client.post(f"/offers/{entry.code}/accept")
    assert answer.status_code == 303
    assert "/orders/" in answer.headers["Location"]
    assert "取票码" in client.get(answer.headers["Location"], follow_redirects=True).text
    assert "您排到了" in client.get(f"/offers/{entry.code}").text


def test_an_offer_that_is_over_says_so_and_is_the_next_ones(
    queue_of: QueueOf, client: FlaskClient, me: Member
) -> None:
    queue = queue_of(1)
    entry = queue.join(me)
    other = queue.join()
    queue.give_back()
    queue.later(minutes=120)
    queue.make.commit()

    answer = client.post(f"/offers/{entry.code}/accept")

    assert answer.status_code == 409
    assert "已经过了时间" in answer.text
    assert queue.read(other).state is WaitState.OFFERED
    assert "没有确认" in client.get(f"/performances/{queue.performance.id}/wait").text


def test_an_offer_that_was_given_up_is_shown_also_where_its_seat_is_no_more(
    queue_of: QueueOf, client: FlaskClient, me: Member
) -> None:
    queue = queue_of(2)
    entry = queue.join(me)
    queue.give_back("ST-01-02")
    services.decline(me, entry.code)
    show = queue.performance
    show.plan_id = queue.make.plan(show.space, [1]).id
    queue.make.add(show)

    page = client.get(f"/offers/{entry.code}")

    assert (page.status_code, "位子给了后面的人" in page.text) == (200, True)


def test_giving_an_offer_up_by_the_page(queue_of: QueueOf, client: FlaskClient, me: Member) -> None:
    queue = queue_of(1)
    entry, other = queue.join(me), queue.join()
    queue.give_back()
    queue.make.commit()

    answer = client.post(f"/offers/{entry.code}/decline", follow_redirects=True)

    assert "让给后面的人了，谢谢" in answer.text
    assert queue.read(other).state is WaitState.OFFERED


def test_somebody_else_s_offer_is_nowhere(
    queue_of: QueueOf, client: FlaskClient, me: Member
) -> None:
    queue = queue_of(1)
    entry = queue.join()
    queue.give_back()
    queue.make.commit()

    for path in ("", "/accept", "/decline"):
        method = client.post if path else client.get
        assert method(f"/offers/{entry.code}{path}").status_code == 404


def test_a_hold_that_finds_nothing_passes_a_lapsed_offer_on(
    queue_of: QueueOf, client: FlaskClient, me: Member
) -> None:
    queue = queue_of(1)
    first, second = queue.join(), queue.join()
    queue.give_back()
    queue.later(minutes=120)
    queue.make.commit()

    wish = {"count": "1", "key": "a-key-of-eight"}
    answer = client.post(f"/performances/{queue.performance.id}/hold", data=wish)

    assert answer.status_code == 409
    assert queue.read(first).state is WaitState.LAPSED
    assert queue.read(second).state is WaitState.OFFERED


def test_a_show_with_a_lapsed_offer_is_full_to_everybody(
    queue_of: QueueOf, client: FlaskClient
) -> None:
    queue = queue_of(2)
    queue.join()
    queue.join()
    queue.give_back("ST-01-01")
    queue.later(minutes=120)
    queue.make.commit()
    page = f"/performances/{queue.performance.id}"

    assert client.get(page, headers=JSON).get_json()["state"] == "full"
    assert client.get(f"{page}/rows", headers=JSON).get_json()["seats"]["ST-01-01"] == "taken"


def test_giving_all_tickets_of_a_show_back(
    queue_of: QueueOf, client: FlaskClient, make: Factory
) -> None:
    queue = queue_of(2)
    make.sign_in(client, queue.owner)
    pair = queue.join(count=2)
    queue.make.commit()
    page = f"/performances/{queue.performance.id}/return"

    shown = client.get(page, headers=JSON).get_json()["tickets"]
    answer = client.post(page, data={"ticket": [one["ticket"] for one in shown]})

    assert answer.status_code == 303
    assert queue.read(pair).state is WaitState.OFFERED
    assert client.get(page).status_code == 404


def test_staff_join_for_a_member_and_the_audit_says_so(
    queue_of: QueueOf, client: FlaskClient, make: Factory
) -> None:
    queue = queue_of(1)
    member = make.member()
    make.sign_in(client, make.staff(Role.COUNTER), acting_for=member)
    make.commit()
    page = f"/performances/{queue.performance.id}/wait"

    assert client.post(page, data={"count": "1"}).status_code == 303
    assert "打印排队条" in client.get(page).text


def test_staff_see_the_queue_and_why_somebody_was_passed_by(
    queue_of: QueueOf, client: FlaskClient, make: Factory
) -> None:
    queue = queue_of(3)
    queue.join(count=2)
    queue.join()
    queue.give_back("ST-01-02")
    make.sign_in(client, make.staff(Role.PROGRAMME))
    make.commit()
    path = f"/staff/programme/performances/{queue.performance.id}/waiting"

    page = client.get(path).text
    told = client.get(path, headers=JSON).get_json()["entries"]

    assert "空出来的不够张数" in page
    assert "手工给不了" in page
    assert [(one["state"], one["passed"], one["passed_why"]) for one in told] == [
        ("waiting", 1, "not_enough"),
        ("offered", 0, None),
    ]


def test_a_clerk_of_another_house_sees_no_queue(
    queue_of: QueueOf, client: FlaskClient, make: Factory
) -> None:
    queue = queue_of(1)
    make.sign_in(client, make.staff(Role.COUNTER, site=make.branch()))
    make.commit()

    path = f"/staff/programme/performances/{queue.performance.id}/waiting"
    assert client.get(path).status_code == 404


def test_the_worker_passes_on_where_nobody_looked(queue_of: QueueOf) -> None:
    queue = queue_of(1)
    queue.join()
    second = queue.join()
    queue.give_back()
    queue.later(minutes=120)

    assert services.pass_on(queue.performance.id) == 2
    assert second.state is WaitState.OFFERED
