"""What the palace's JSON answers look like, by name."""

from __future__ import annotations

from tests.architecture.shapes.approvals import APPROVALS
from tests.architecture.shapes.booking import BOOKING
from tests.architecture.shapes.books import BOOKS
from tests.architecture.shapes.classes import CLASSES
from tests.architecture.shapes.coursedesk import COURSEDESK
from tests.architecture.shapes.courses import COURSES
from tests.architecture.shapes.courts import COURTS
from tests.architecture.shapes.doors import DOORS
from tests.architecture.shapes.finding import FINDING
from tests.architecture.shapes.house import HOUSE
from tests.architecture.shapes.kinds import CODE, TEXT, Shape, at_least, each, known, one_of
from tests.architecture.shapes.programme import PROGRAMME
from tests.architecture.shapes.reserving import RESERVING
from tests.architecture.shapes.rolls import ROLLS
from tests.architecture.shapes.rooms import ROOMS
from tests.architecture.shapes.series import SERIES
from tests.architecture.shapes.till import TILL
from tests.architecture.shapes.troupes import TROUPES

__all__ = ["CODE", "SHAPES", "TEXT", "Shape", "at_least", "each", "known", "one_of"]
PARTS = (
    APPROVALS,
    BOOKING,
    BOOKS,
    CLASSES,
    COURSEDESK,
    COURSES,
    COURTS,
    DOORS,
    FINDING,
    HOUSE,
    PROGRAMME,
    RESERVING,
    ROLLS,
    ROOMS,
    SERIES,
    TILL,
    TROUPES,
)
SHAPES: dict[str, Shape] = {name: shape for part in PARTS for name, shape in part.items()}
