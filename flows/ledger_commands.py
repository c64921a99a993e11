"""`claims ledger`: are the books as they were sealed?"""

from pathlib import Path
from typing import Annotated

import typer

from flows.options import Home, console

ledger_app = typer.Typer(help="The ledger: is it as it was sealed?", no_args_is_help=True)
SHOWN = 50


@ledger_app.command("verify")
def verify(
    home: Home = Path("data"),
    reread: Annotated[
        bool, typer.Option("--bytes", help="Also read again the bytes that every entry names, and compare the cents.")
    ] = False,
    head: Annotated[str, typer.Option(help="The hash of a seal that you noted: the chain must still have it.")] = "",
) -> None:
    """Recompute every seal; exit 1 and name day and posting where a row is not as it was sealed.

    Every posting must sum to zero, too.
    """
    from tasks.ledger.rereading import misread
    from tasks.stores.home import load_practice
    from tasks.stores.rereading import misread_entries
    from tasks.stores.seals import count_unsealed, find_tampering, last_seal
    from tasks.stores.warehouse import session

    load_practice(home)
    with session(home) as warehouse:
        found = find_tampering(warehouse, head)
        if reread:
            found += misread_entries(warehouse, home, misread)
        seal, unsealed = last_seal(warehouse), count_unsealed(warehouse)
    for row in found[:SHOWN]:
        console.print(
            f"{row['posted_on'] or '-'} {row['posting_id'] or '-'} {row['what']}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    if seal:
        console.print(
            f"seal {seal['seal_number']} of {seal['posted_on']}: {seal['seal_hash']}", highlight=False, soft_wrap=True
        )
    shown = f", the first {SHOWN} shown" if len(found) > SHOWN else ""
    console.print(
        f"{len(found)} things wrong{shown}; {unsealed} entries since the last seal; note the seal's hash elsewhere for --head",
        highlight=False,
        soft_wrap=True,
    )
    if found:
        raise typer.Exit(1)
