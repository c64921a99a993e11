"""The table of legal moves of a claim."""
