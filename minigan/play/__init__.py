"""The live page: Algorithm 1 on the line, stepped through in a browser or played from a file."""
