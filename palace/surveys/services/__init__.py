"""What is done about menus and scores: written, voted on, told, given."""

from palace.surveys.services.menus import change, move, open_survey, paste, remove
from palace.surveys.services.voting import score, tell_voters, vote

__all__ = [
    "change",
    "move",
    "open_survey",
    "paste",
    "remove",
    "score",
    "tell_voters",
    "vote",
]
