"""The other games of the two papers, one idea a file: its formula, its turns, a small builder."""
