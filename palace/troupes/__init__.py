"""Troupes (文艺团队): who leads them, who is in them, and until when the palace knows them as its own."""
