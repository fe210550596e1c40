"""Numbers of identity documents: checked where they are typed, kept only as a keyed hash and four digits."""
