"""The figures of the papers, and those that go with them: each played, told and drawn in a file."""
