"""What the desk of courses does: terms, courses through the review, classes, their sessions, their end."""
