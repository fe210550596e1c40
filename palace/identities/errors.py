"""Why what was said of an entrant is refused."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class EntrantsNeeded(PalaceError):
    """The performance asks who comes, and not everybody was named, or without consent."""

    status, code = 422, "entrants_needed"
    message = N_("这一场实名入场，请给每张票填上入场人，并勾选同意。")


class DocumentNeeded(PalaceError):
    """Somebody of the member's list has no document that fits this show. Carries their `name`."""

    status, code = 422, "document_needed"
    message = N_("%(name)s的证件要为这一场重新填一次，请不要勾选，在下面填写。")


class IdentityTaken(PalaceError):
    """Somebody has a ticket for this performance under one of these documents; whose is not said."""

    status, code = 409, "identity_taken"
    message = N_("这一场一个证件只能有一张票，填的证件里有的已经订过了，或者填了两次。")
