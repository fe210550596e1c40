"""What pages of a show's tickets and of a package's both send back of the money they showed."""

from __future__ import annotations

import re

from wtforms import HiddenField
from wtforms.validators import Optional, Regexp

from palace.forms import STALE, Form
from palace.money import Fen
from palace.tickets.entrants import texts

SAID_BACK = re.compile(r"([a-z2-7]{20}):([0-9]{1,10})")


class ReturnsForm(Form):
    """Which of a show's tickets go back: `CODE`, or `CODE:2400` where the page said so many fen come back."""

    ticket = texts()

    @property
    def tickets(self) -> list[tuple[str, Fen | None]]:
        """Return the codes, each with what was said to come back of it."""
        found = [(one, SAID_BACK.fullmatch(one)) for one in self.ticket.data or []]
        return [(said[1], Fen(int(said[2]))) if said else (one, None) for one, said in found]


class LadderForm(Form):
    """The steps of returning that a page showed; a program that was shown none sends none."""

    ladder = HiddenField(validators=[Optional(), Regexp(r"^[0-9: ]{0,400}\Z", message=STALE)])
