"""A member's certificates, and the page by which everybody sees that one is true."""

from __future__ import annotations

import re

from flask.typing import ResponseReturnValue

from palace.certificates import printing, queries
from palace.certificates.errors import CertificateUnknown
from palace.certificates.views.base import bp, certificate_json
from palace.db import db
from palace.members.queries import current_member
from palace.members.rules import Role
from palace.paper import PRINTS, sent
from palace.venues.models import Site
from palace.web import CodeConverter, allow, answer, public


@bp.get("/mine/certificates")
@allow(Role.MEMBER, Role.ACTING)
def mine() -> ResponseReturnValue:
    """Show a member's certificates and those of whom they enrolled."""
    found = queries.of_member(current_member().id)
    return answer(
        "certificates/mine.html",
        lambda: {"certificates": [certificate_json(one) for one in found]},
        certificates=found,
    )


@bp.get("/certificates/<code:code>.pdf")
@allow(Role.MEMBER, Role.ACTING)
@PRINTS
def pdf(code: str) -> ResponseReturnValue:
    """Send a certificate to who has it."""
    found = queries.get_own(current_member().id, code)
    return sent(printing.job_of([found]), f"certificate-{found.number}")


@bp.get("/certificates/<code>")
@public
def check(code: str) -> ResponseReturnValue:
    """Say to everybody whether a certificate is true, the name masked; a mistyped code is one of none."""
    if not re.fullmatch(CodeConverter.regex, code):
        raise CertificateUnknown
    found = queries.get(code)
    site = db.session.get_one(Site, found.site_id)
    return answer(
        "certificates/check.html",
        lambda: certificate_json(found),
        certificate=found,
        house=site,
        lessons=printing.lessons_of([found])[found.id],
    )
