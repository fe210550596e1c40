"""Teachers of a house: what they can teach, when, and their hours."""
