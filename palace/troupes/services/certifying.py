"""A leader signs the safety letter and asks; the palace certifies, or refuses with a reason."""

from __future__ import annotations

from dataclasses import dataclass

from palace import clock
from palace.db import db
from palace.members.services import note
from palace.troupes import claims, queries, rules
from palace.troupes.errors import CertificationOpen, LetterChanged, LetterMissing, ReasonMissing
from palace.troupes.models import Certification
from palace.troupes.rules import CertificationState
from palace.troupes.services.telling import subject, tell


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What is decided about a certification: how it stood when it was seen, what becomes of it, why."""

    seen: CertificationState
    verdict: CertificationState
    why: str = ""


def sign(member_id: int, troupe_id: int, season_id: int, letter_id: int) -> Certification:
    """Sign the version of the safety letter that was shown, and ask to be certified for its season.

    Repeating changes nothing, nor does a deputy who signs what the leader has signed already.

    Raises:
        NotFound: there is no such troupe or season, or it is over.
        TroupeEnded, LetterMissing: there is nothing to ask for.
        LetterChanged: another version was published since.
    """
    troupe, now = claims.lock_troupe(troupe_id), clock.now()
    shown = queries.in_season(troupe_id, season_id, clock.palace_day(now))
    if shown.letter is None:
        raise LetterMissing
    if shown.letter.id != letter_id:
        raise LetterChanged
    signed = claims.lock_certification(troupe_id, season_id)
    if signed and (signed.state is CertificationState.CERTIFIED or _stands(signed, letter_id)):
        return signed
    if signed is None:
        signed = Certification(troupe_id=troupe_id, season_id=season_id)
        db.session.add(signed)
    signed.state, signed.letter_id, signed.signed_by = (
        CertificationState.ASKED,
        letter_id,
        member_id,
    )
    signed.asked_at, signed.decided_by, signed.decided_at, signed.why = now, None, None, None
    db.session.flush()
    note("troupe_asked", subject(troupe), after={"season": season_id, "letter": letter_id})
    return signed


def _stands(signed: Certification, letter_id: int) -> bool:
    """Return whether this very version waits for the palace's word already."""
    return signed.state is CertificationState.ASKED and signed.letter_id == letter_id


def decide(troupe_id: int, season_id: int, decision: Decision, *, by: str) -> Certification:
    """Certify a troupe for a season or refuse it; what was certified may be taken back with a reason.

    Of two who decide at once the first does; the same person's repeat changes nothing.

    Raises:
        NotFound, TroupeEnded: there is no such troupe.
        CertificationDecided, CertificationOpen: it stands otherwise, or nobody asked.
        ReasonMissing: it was refused without one.
    """
    troupe = claims.lock_troupe(troupe_id)
    asked = claims.lock_certification(troupe_id, season_id)
    if asked is None:
        raise CertificationOpen
    if asked.state is decision.verdict and asked.decided_by == by:
        return asked
    rules.check_decides(asked.state, decision.seen, decision.verdict)
    refused, now = decision.verdict is CertificationState.REFUSED, clock.now()
    if refused and not decision.why:
        raise ReasonMissing
    asked.state, asked.decided_by, asked.decided_at = decision.verdict, by, now
    asked.why = decision.why or None
    db.session.flush()
    season = queries.get_season(season_id)
    about = f"certification:{asked.id}:{now:%Y%m%d%H%M%S%f}"
    if refused:
        note("troupe_refused", subject(troupe), after={"season": season_id}, why=asked.why)
        tell("troupe_refused", about, troupe, now, season)
    else:
        note("troupe_certified", subject(troupe), after={"season": season_id}, why=asked.why)
        tell("troupe_certified", about, troupe, now, season)
    return asked
