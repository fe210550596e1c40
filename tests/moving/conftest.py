"""A sold show that is moved, and the two people it takes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.dialects.postgresql import Range

from palace import clock
from palace.members.models import Member
from palace.moving import effects, queries, services
from palace.moving.models import Move
from palace.moving.rules import MoveKind
from palace.moving.services import Wish
from palace.moving.services.proposing import as_shown
from palace.programme.models import Performance
from palace.programme.queries import performance_at
from palace.proposals import seen_as
from palace.tickets import services as tickets
from palace.tickets.models import Ticket
from palace.tickets.rules import Wish as SeatWish
from palace.venues.models import Occupancy
from palace.venues.rules import Use
from tests.factory import Factory

FIRST, SECOND = "staff:1", "staff:2"
TITLE = "晋剧《打金枝》"
LATER = timedelta(days=3)


class Mover:
    """Moves a show by the real services, as two people do."""

    def __init__(self, make: Factory) -> None:
        self.make = make

    def show(self, **values: object) -> Performance:
        """Return a show with its hall."""
        show = self.make.performance(**({"seats": 6} | values))  # type: ignore[arg-type]  # values of it
        during = Range(show.starts_at - timedelta(hours=2), show.ends_at + timedelta(hours=1))
        use = Occupancy(
            space_id=show.space_id, atoms=show.space.atoms, during=during, use=Use.PERFORMANCE
        )
        self.make.add(use)
        show.occupancy_id = use.id
        self.make.add(show)
        return show

    def sold(self, show: Performance, count: int = 1) -> list[tuple[Member, Ticket]]:
        """Return so many people, each with a free ticket."""
        found = []
        for _ in range(count):
            member = self.make.member()
            key = f"moving-{member.id}"
            order = tickets.hold(member, show.id, SeatWish(count=1), key=key)
            found.append((member, tickets.confirm(member, order.code).tickets[0]))
        return found

    def propose(self, show: Performance, wish: Wish, title: str = TITLE) -> Move:
        """Propose as the first person."""
        return services.propose(show, wish, title=title, shown=as_shown(show), actor=FIRST)

    def confirm(self, move: Move, actor: str = SECOND, seen: str = "") -> Move:
        """Confirm as the second, what is shown now."""
        show = performance_at(move.performance_id, None)
        shown = effects.preview(show, effects.target_of(move), clock.now())
        return services.confirm(
            show.id,
            move.id,
            mark=queries.mark(move, show, shown.displaced_ids),
            seen=seen or seen_as(shown.figures),
            actor=actor,
        )

    def move(self, show: Performance, wish: Wish | None = None) -> Move:
        """Move a show three days later, or as wished."""
        return self.confirm(self.propose(show, wish or later(show)))

    def cancel(self, show: Performance) -> Move:
        """Call a show off."""
        return self.confirm(self.propose(show, Wish(kind=MoveKind.CANCEL)))

    def tell(self) -> None:
        """Tell everybody."""
        while services.tell_some():
            pass


def later(show: Performance, **values: object) -> Wish:
    """Return the wish to move a show three days later."""
    given: dict[str, object] = {"kind": MoveKind.MOVE, "starts_at": show.starts_at + LATER}
    return Wish(**(given | values))  # type: ignore[arg-type]  # values of a wish


@pytest.fixture
def mover(make: Factory) -> Mover:
    """Return what moves shows."""
    return Mover(make)
