"""Keeping a draft as a plan or the next version of one, and taking versions nobody uses off the lists."""

from __future__ import annotations

from palace import clock
from palace.db import db
from palace.members.services import note
from palace.plans import queries
from palace.plans.errors import PlanCodeTaken, PlanInUse
from palace.plans.models import PlanDraft
from palace.plans.rules import Part
from palace.venues.models import SeatingPlan
from palace.venues.services import import_plan


def keep(draft_id: int, seen: int, *, code: str = "", names: Part | None = None) -> SeatingPlan:
    """Keep a draft as the next version of the plan with its code; the draft is gone then.

    Args:
        code, names: given for a plan of its own beside the hall's others.

    Raises:
        DraftChanged: somebody has worked on it since.
        PlanCodeTaken: the hall has a plan with this code already.
    """
    draft = queries.locked_draft(draft_id, seen)
    queries.lock_hall(draft.space_id)
    document = draft.document
    if names is not None:
        if queries.has_plan(draft.space_id, code):
            raise PlanCodeTaken(plan=code)
        document = document | {"id": code, "name": names}
    elif draft.plan is not None:
        document = document | {"id": draft.plan.code}
    plan = import_plan(draft.space, document)
    _let_go(draft)
    note(
        "plan_kept",
        f"plan:{plan.id}",
        after={
            "name": plan.drawing["name"]["zh"],
            "version": plan.version,
            "seats": document["capacity"],
            "space": plan.space_id,
        },
    )
    return plan


def _let_go(draft: PlanDraft) -> None:
    db.session.delete(draft)
    db.session.flush()


def retire(plan_id: int) -> SeatingPlan:
    """Take a version off the lists that no performance uses; its seats stay for what was sold on them once.

    Raises:
        PlanInUse: performances use it.
    """
    plan = queries.locked_plan(plan_id)
    count = queries.use_count(plan_id)
    if count:
        raise PlanInUse(count=count)
    if plan.retired_at is None:
        plan.retired_at = clock.now()
        queries.forget_base(plan_id)
        db.session.flush()
        note("plan_retired", f"plan:{plan_id}", after={"version": plan.version})
    return plan
