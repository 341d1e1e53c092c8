"""Ctrl-C at a certain moment."""


def interrupted_after(n):
    """Progress that ends in Ctrl-C when n steps are done."""

    def progress(records, total):
        for record in records:
            yield record
            if record.step == n:
                raise KeyboardInterrupt

    return progress
