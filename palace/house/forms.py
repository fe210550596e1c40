"""What an administrator may send about the figures of the house: a form for each group, made of them."""

from __future__ import annotations

from typing import cast

from palace.venues.fields import FiguresForm, form_of
from palace.venues.figures import FIGURES, Group


class GroupForm(FiguresForm):
    """The figures of a group."""

    group: Group


def _form_of(group: Group) -> type[GroupForm]:
    about = f"The figures of the group {group.value}, with what they were when they were seen."
    name = f"{group.value.capitalize()}RulesForm"
    made = form_of(name, FIGURES[group], about, GroupForm, group=group)
    return cast("type[GroupForm]", made)


TicketsRulesForm = _form_of(Group.TICKETS)
WaitingRulesForm = _form_of(Group.WAITING)
StrikesRulesForm = _form_of(Group.STRIKES)
KeptRulesForm = _form_of(Group.KEPT)
CodesRulesForm = _form_of(Group.CODES)
MessagesRulesForm = _form_of(Group.MESSAGES)
PeopleRulesForm = _form_of(Group.PEOPLE)
RosterRulesForm = _form_of(Group.ROSTER)
LimitsRulesForm = _form_of(Group.LIMITS)
ProgrammeRulesForm = _form_of(Group.PROGRAMME)
MoneyRulesForm = _form_of(Group.MONEY)
FORMS = {
    form.group: form
    for form in (
        TicketsRulesForm,
        WaitingRulesForm,
        StrikesRulesForm,
        KeptRulesForm,
        CodesRulesForm,
        MessagesRulesForm,
        PeopleRulesForm,
        RosterRulesForm,
        LimitsRulesForm,
        ProgrammeRulesForm,
        MoneyRulesForm,
    )
}
