"""Write ``docs/use/rights.md``'s table from the code: every act against every role of a shop that says nothing.

``python -m tools.rights_table`` prints it; a test holds the page true.
"""

from __future__ import annotations

import sys

from kiosk.i18n.translate import Translator
from kiosk.retail.rights import ACTS, Rights, Role

__all__ = ["table"]


def table() -> str:
    """The table in Markdown, acts as the staff's screen names them."""
    rights, say = Rights(), Translator("en").t
    names = [say(f"staff.role.{role.role}") for role in rights.roles]
    rows = [f"| act | | {' | '.join(names)} |", f"|---|---|{'---|' * len(names)}"]
    for act in ACTS:
        held = ["yes" if rights.may(role.role, act) else "no" for role in rights.roles]
        rows.append(f"| `{act}` | {say(f'act.{act}')} | {' | '.join(held)} |")
    rows.append(f"| | kinds of intervention it judges | {' | '.join(map(_judges, rights.roles))} |")
    rows.append(f"| | changes a price by | {' | '.join(map(_limit, rights.roles))} |")
    return "\n".join(rows) + "\n"


def _judges(role: Role) -> str:
    if role.judges is not None:
        return ", ".join(f"`{kind}`" for kind in role.judges)
    return f"all but {', '.join(f'`{kind}`' for kind in role.leaves)}" if role.leaves else "all"


def _limit(role: Role) -> str:
    if role.override_percent is None:
        return "any amount"
    return f"up to {role.override_percent} %" if role.override_percent else "nothing"


if __name__ == "__main__":
    sys.stdout.write(table())
