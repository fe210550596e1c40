"""A troupe made of everybody who learned together."""

from __future__ import annotations

from palace.classes import queries
from palace.classes.errors import NobodyThere
from palace.courses.models import Offering
from palace.members.rules import is_name
from palace.troupes import services as troupes
from palace.troupes.models import Troupe
from palace.troupes.rules import Somebody, TroupeKind
from palace.troupes.services import Facts


def make_troupe(offering: Offering, name: str, kind: TroupeKind) -> Troupe:
    """Found a troupe at the house of a class, with everybody of its roster on it.

    Who was enrolled by somebody else stands there by name alone; who gave no name is left out.

    Raises:
        NobodyThere: nobody has a place.
        TroupeNamed: the house has a troupe of this name, such as when the same form is sent twice.
        RosterFull: there would be too many.
    """
    people = [
        Somebody(one.name, None if one.brought_by else one.enrolment.member.phone)
        for one in queries.roster(offering.id)
        if is_name(one.name)
    ]
    if not people:
        raise NobodyThere
    facts = Facts(name_zh=name, name_en="", kind=kind, size=len(people))
    troupe = troupes.found(offering.term.site_id, facts)
    troupes.add(troupe.id, people)
    return troupe
