"""What somebody types who says who comes in: the form of a single order and of a package's."""

from __future__ import annotations

import re
from datetime import date
from itertools import zip_longest

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField

from palace import clock
from palace.clock import palace_day
from palace.companions.models import Companion
from palace.companions.queries import chosen
from palace.errors import NotFound
from palace.forms import Form, Repeated
from palace.identities.errors import EntrantsNeeded
from palace.identities.rules import Declared, Document, flaw_of, last_four, tidy_number
from palace.members.rules import is_name, tidy_name
from palace.text import N_

MOST_SEATS = 20
LONGEST_TEXT = 60
TOO_MANY = _("一次选的座位太多了，请分几次选。")
TOO_LONG = _("有一格写得太长了，请照证件填。")
NO_NAME = N_("请填写真实姓名，2到30个字，不带数字和符号。")
NO_DOCUMENT = N_("请选择证件。")
PERSON = re.compile(r"[0-9]{1,18}")


def texts() -> Repeated:
    """Return a field of as many texts as one order has seats."""
    return Repeated(most=MOST_SEATS, longest=LONGEST_TEXT, too_many=TOO_MANY, wrong=TOO_LONG)


class EntrantsForm(Form):
    """Who comes in by each seat of an order, in plan order; empty where nobody is asked.

    `person`: people of the member's list, by id; they take the first seats, typed ones the others.
    """

    person = texts()
    name, document, number = texts(), texts(), texts()
    consent, guardian = BooleanField(), BooleanField()

    def __init__(self) -> None:
        super().__init__()
        self.sentences: list[dict[str, str]] = []

    @property
    def persons(self) -> list[int]:
        """Return who was chosen of the member's list.

        Raises:
            NotFound: what was sent is nobody's id.
        """
        ids = self.person.data or []
        if any(not PERSON.fullmatch(one) for one in ids):
            raise NotFound
        return [int(one) for one in dict.fromkeys(ids)]

    @property
    def entrants(self) -> list[Declared]:
        """Return who was typed; `check` has looked at them before."""
        return [
            Declared(name=tidy_name(name), document=Document(document), number=tidy_number(number))
            for typed, (name, document, number) in zip(self._typed(), self._rows(), strict=True)
            if typed
        ]

    def people(self, member_id: int) -> list[Declared | Companion]:
        """Return who comes: people of the member's list first, then who was typed.

        Raises:
            EntrantsNeeded: somebody is not named as it must be.
            NotFound: somebody is not on the member's list.
        """
        self.check()
        return [*chosen(member_id, self.persons), *self.entrants]

    @property
    def kept(self) -> list[dict[str, str]]:
        """Return what a refused page shows again: never a number, only its last four."""
        return [
            {"name": name, "document": document, "end": last_four(tidy_number(number))}
            for name, document, number in self._rows()
        ]

    def check(self) -> None:
        """Look at every row there is.

        Raises:
            EntrantsNeeded: `sentences` says what is wrong, row by row; or consent is missing.
        """
        rows = self._rows()
        if not rows and not self.person.data:
            return
        today = palace_day(clock.now())
        self.sentences = [
            self._flaws(*row, today) if typed else {}
            for typed, row in zip(self._typed(), rows, strict=True)
        ]
        if any(self.sentences) or not self.consent.data:
            raise EntrantsNeeded

    def _flaws(self, name: str, document: str, number: str, today: date) -> dict[str, str]:
        found = {} if is_name(tidy_name(name)) else {"name": gettext(NO_NAME)}
        if document not in set(Document):
            return found | {"document": gettext(NO_DOCUMENT)}
        flaw = flaw_of(Document(document), tidy_number(number), today)
        return found | ({"number": gettext(flaw)} if flaw else {})

    def _typed(self) -> list[bool]:
        """Return which rows count: as many as chosen people leave seats, those with a number first."""
        rows = self._rows()
        with_number = [bool(number) for _name, _document, number in rows]
        blank = len(rows) - len(self.person.data or []) - sum(with_number)
        counted = []
        for filled in with_number:
            counted.append(filled or blank > 0)
            blank -= not filled
        return counted

    def _rows(self) -> list[tuple[str, str, str]]:
        names, documents, numbers = (
            field.data or [] for field in (self.name, self.document, self.number)
        )
        return list(zip_longest(names, documents, numbers, fillvalue=""))
