"""An office that vouches: a real HTTP server that knows people, sleeps, lies and repeats itself."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select, update

from palace import clock
from palace.db import db, transaction
from palace.members.models import Member, RosterEntry
from palace.members.rules import Standing
from palace.privacy.services import erase
from palace.roster.models import RosterQuestion
from palace.roster.verifier import SignedPost, Verdict, VerifierAway, Vouched, sign
from palace.upkeep import verify_due
from tests.conftest import Browser
from tests.factory import Factory
from tests.roster.conftest import applied, listed, member, people

SECRET = "a secret that both sides know, 32 letters"  # noqa: S105 - of this test's own office
GOOD = {
    "standing": "valid",
    "unit": "first",
    "card_number": "TY1",
    "valid_until": "2099-12-31",
}
Answer = Callable[["Office", bytes], None]


class Office(BaseHTTPRequestHandler):
    """Answers a question the way the test says."""

    how: Answer
    asked: list[bytes]
    nonces: set[str]

    def do_POST(self) -> None:
        """Check the question as docs/roster.md says, and answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        at, nonce = self.headers["X-Palace-Timestamp"], self.headers["X-Palace-Nonce"]
        right = sign(SECRET, at.encode(), nonce.encode(), body)
        fresh = nonce not in self.nonces and abs(time.time() - int(at)) < 300
        self.nonces.add(nonce)
        if self.headers["X-Palace-Signature"] != right or not fresh:
            self.say(403, b"", "")
            return
        self.asked.append(body)
        type(self).how(self, nonce.encode())

    def say(self, status: int, body: bytes, signature: str) -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("X-Palace-Signature", signature)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def knows(found: object) -> Answer:
    """Return how an honest office answers."""

    def how(office: Office, nonce: bytes) -> None:
        body = json.dumps(found).encode()
        office.say(200, body, sign(SECRET, nonce, body))

    return how


@pytest.fixture
def office() -> Iterator[tuple[type[Office], SignedPost]]:
    """Run an office on loopback; return its ways and a verifier that asks it."""
    kind = type("ThisOffice", (Office,), {"how": knows(GOOD), "asked": [], "nonces": set()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield kind, SignedPost(f"http://127.0.0.1:{server.server_port}/check", SECRET, timeout=0.5)
    server.shutdown()
    thread.join()
    server.server_close()


Pair = tuple[type[Office], SignedPost]


def test_an_answer_that_is_signed_is_believed(office: Pair) -> None:
    kind, verifier = office
    assert verifier.check("", "张建华", "13800000001") == Verdict(
        Vouched.VALID, "first", "TY1", date(2099, 12, 31)
    )
    assert json.loads(kind.asked[0]) == {
        "card_number": "",
        "name": "张建华",
        "phone": "13800000001",
    }


def slow(_office: Office, _nonce: bytes) -> None:
    """Sleep longer than anybody waits."""
    time.sleep(1)


def drips(office: Office, _nonce: bytes) -> None:
    """Send a letter now and then, for ever."""
    office.send_response(200)
    office.end_headers()
    for _ in range(20):
        office.wfile.write(b"x")
        time.sleep(0.1)


def wrongly_signed(office: Office, nonce: bytes) -> None:
    """Sign with another secret."""
    body = json.dumps(GOOD).encode()
    office.say(200, body, sign("another secret", nonce, body))


def replayed(office: Office, _nonce: bytes) -> None:
    """Send what was right for a question of before."""
    body = json.dumps(GOOD).encode()
    office.say(200, body, sign(SECRET, b"an older nonce", body))


def signed_in_no_ascii(office: Office, _nonce: bytes) -> None:
    """Send a signature that is no hexadecimal digits."""
    office.say(200, json.dumps(GOOD).encode(), "\xe9" * 64)


def endless(office: Office, nonce: bytes) -> None:
    """Send more than any answer has."""
    body = b" " * 100_000
    office.say(200, body, sign(SECRET, nonce, body))


@pytest.mark.parametrize(
    "how",
    [
        slow,
        drips,
        wrongly_signed,
        replayed,
        signed_in_no_ascii,
        endless,
        knows([]),
        knows({"standing": "perhaps"}),
        knows({"standing": "valid"}),
        knows(GOOD | {"valid_until": "soon"}),
        knows(GOOD | {"unit": ["first"]}),
        lambda office, _: office.say(500, b"", ""),
    ],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_anything_else_is_no_answer(office: Pair, how: Answer) -> None:
    kind, verifier = office
    kind.how = how
    kind.handle_error = lambda *_: None  # type: ignore[attr-defined]  # who asked has gone
    began = time.monotonic()

    with pytest.raises(VerifierAway):
        verifier.check("", "张建华", "13800000001")
    assert time.monotonic() - began < 2


def test_nobody_there_is_no_answer() -> None:
    with pytest.raises(VerifierAway):
        SignedPost("http://127.0.0.1:9/", SECRET, timeout=0.5).check("", "张建华", "")


def standing(row: Member) -> Standing:
    """Return a member's standing as the database has it now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Member, row.id).standing(clock.palace_day(clock.now()))


def test_a_member_is_vouched_for_and_let_go(house: Factory, office: Pair) -> None:
    kind, verifier = office
    zhang = member("张建华", "13800000001")

    assert verify_due(verifier) == 1
    assert standing(zhang) is Standing.VALID
    assert verify_due(verifier) == 0

    kind.how = knows({"standing": "unknown"})
    db.session.execute(db.text("UPDATE roster_entries SET vouched_at = now() - interval '1 day'"))
    db.session.commit()
    assert verify_due(verifier) == 1
    assert json.loads(kind.asked[-1])["card_number"] == "TY1"
    assert standing(zhang) is Standing.EXPIRED


def test_who_is_unknown_waits_and_is_asked_about_once(house: Factory, office: Pair) -> None:
    kind, verifier = office
    kind.how = knows({"standing": "unknown"})
    zhang = member("张建华", "13800000001")

    assert (verify_due(verifier), verify_due(verifier)) == (1, 0)
    assert standing(zhang) is Standing.PENDING
    assert db.session.query(RosterQuestion).one().answer == "unknown"


def test_an_office_that_is_away_changes_nothing(house: Factory) -> None:
    zhang = member("张建华", "13800000001")

    assert verify_due(SignedPost("http://127.0.0.1:9/", SECRET, timeout=0.5)) == 0
    assert standing(zhang) is Standing.PENDING
    assert db.session.query(RosterQuestion).count() == 0


def test_a_verdict_overwrites_no_import_and_an_import_takes_it_over(
    house: Factory, office: Pair
) -> None:
    _, verifier = office
    member("张建华", "13800000001")
    verify_due(verifier)
    applied(listed("张建华,13800000001,TY1,first,2030-01-01,退休,"))

    entry = db.session.query(RosterEntry).one()
    assert (entry.vouched_at, entry.status.value) == (None, "retired")
    assert verify_due(verifier) == 0


def test_a_member_who_waits_may_ask_again(house: Factory, office: Pair) -> None:
    kind, verifier = office
    kind.how = knows({"standing": "unknown"})
    zhang = member("张建华", "13800000001")
    verify_due(verifier)
    client = Browser(house.app)
    house.sign_in(client, zhang)
    house.commit()

    assert client.post("/mine/standing").headers["Location"] == "/mine"
    kind.how = knows(GOOD)
    assert verify_due(verifier) == 1
    assert standing(zhang) is Standing.VALID


@dataclass
class Told:
    """An office that answers as told, and keeps whom it was asked about."""

    verdict: Verdict
    meanwhile: Callable[[], object] = bool
    asked: list[str] = field(default_factory=list)

    def check(self, card_number: str, name: str, phone: str) -> Verdict:
        """Answer, after what happens meanwhile."""
        self.asked.append(f"{card_number}{name}{phone}")
        self.meanwhile()
        return self.verdict


def test_who_has_no_name_yet_is_not_asked_about(house: Factory) -> None:
    member("", "13800000001")
    office = Told(Verdict(Vouched.UNKNOWN))

    assert (verify_due(office), office.asked) == (0, [])


def test_who_is_erased_while_the_office_is_asked_stays_erased(house: Factory) -> None:
    zhang, li = member("张建华", "13800000001"), member("李志强", "13800000002")

    def gone() -> None:
        with transaction():
            if db.session.get_one(Member, zhang.id).erased_at is None:
                erase(zhang.id, clock.now(), asked_by="system")

    assert verify_due(Told(Verdict(Vouched.UNKNOWN), gone)) == 2
    assert list(db.session.scalars(select(RosterQuestion.member_id))) == [li.id]


def test_who_is_vouched_for_elsewhere_leaves_the_unit_of_before(house: Factory) -> None:
    member("张建华", "13800000001")
    verify_due(Told(Verdict(Vouched.VALID, "first", "TY1")))
    db.session.execute(update(RosterEntry).values(vouched_at=clock.now() - timedelta(days=1)))
    db.session.commit()

    verify_due(Told(Verdict(Vouched.VALID, "second", "TY2")))

    assert people() == [("TY1", "张建华", "left"), ("TY2", "张建华", "active")]
