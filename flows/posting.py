"""Post outside the night: the night's own steps, on what is still unread."""

from datetime import date
from pathlib import Path

from tasks.apply_matches import apply_matches
from tasks.post_payments import post_payments
from tasks.read_remittances import read_remittances
from tasks.step import done_again


def post_unread(home: Path, night: date) -> None:
    """Every remittance in the vault that no step finished with is read, posted and matched."""
    for task in (read_remittances, post_payments, apply_matches):
        done_again(task)(home, night)
