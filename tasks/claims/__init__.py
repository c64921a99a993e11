"""Claims: the life of a claim as a table of legal moves, and claim versions drafted from coded encounters."""
