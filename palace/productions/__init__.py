"""The programme's desk for productions: what is typed of them goes through the review."""
