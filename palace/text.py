"""Message ids: Chinese source strings, marked here and translated where people read them."""


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "mark, do not translate yet"
    """Mark a message id for the catalogue and return it unchanged."""
    return message
