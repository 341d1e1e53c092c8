"""``minigan theory``: both sides of the papers' identities, computed and compared, as a table."""

import argparse
from dataclasses import asdict

from minigan.base.strict_json import json_text
from minigan.cli.output import progress

HELP = "hold the papers' identities against numbers"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options: the seed, and JSON in place of the table."""
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn at random (0)")
    parser.add_argument("--json", action="store_true", help="print the table as JSON")


def run(options: argparse.Namespace) -> int:
    """Compute both sides of every identity and print the table; 1 if one fails."""
    from minigan.identities import identities  # SciPy: only where it is needed

    rows = list(progress(identities(options.seed), None))
    held = all(row.holds for row in rows)
    if options.json:
        table = [asdict(row) | {"residual": row.residual, "holds": row.holds} for row in rows]
        print(json_text({"holds": held, "identities": table}))
    else:
        width, source = (max(len(getattr(row, n)) for row in rows) for n in ("statement", "source"))
        print(f"{'statement':{width}}  {'source':{source}}  {'left':>13}  {'right':>13}  residual")
        for row in rows:
            print(
                f"{row.statement:{width}}  {row.source:{source}}  {row.left:13.6g}  "
                f"{row.right:13.6g}  {row.residual:8.1e}  {'holds' if row.holds else 'FAILS'}"
            )
        failed = sum(not row.holds for row in rows)
        print(f"\n{failed} of {len(rows)} fail" if failed else f"\nall {len(rows)} hold")
    return 0 if held else 1
