"""Rehearse: the synthetic payer takes what lies in a simulated partner's mailbox and leaves its answers there, the bank its files."""

import json
from datetime import date
from pathlib import Path

from tasks.simulation.payer import PayerState, answer, load_scenario
from tasks.simulation.payer_bank import FOLDER
from tasks.step import step
from tasks.stores import home as homes
from tasks.stores.vault import write_once, write_over


@step
def rehearse_payer(home: Path, night: date) -> dict[str, int]:
    """Every simulated partner has taken our files and left the answers due that night.

    Holds: the payer sees bytes only; answering the same night again leaves the same files.
    """
    practice = homes.load_practice(home)
    simulated = [p for p in practice.partners if p.is_simulated]
    return {"answers": sum(_answer(home, partner, practice.bank, night) for partner in simulated)}


def _answer(home: Path, partner: homes.Partner, bank: homes.Bank | None, night: date) -> int:
    memory = home / "simulation" / f"{partner.partner_id}.json"
    kept = (
        json.loads(memory.read_text(encoding="utf-8"))
        if memory.exists()
        else {"night": "", "state": PayerState().to_json()}
    )
    if kept["night"] >= night.isoformat():
        return 0
    outbound, inbound = home / partner.folder / "to_partner", home / partner.folder / "from_partner"
    received = {
        p.name: p.read_bytes() for p in sorted(outbound.glob("*")) if p.is_file() and not p.name.startswith(".")
    }
    scenario = load_scenario(home / partner.scenario)
    after, answers = answer(PayerState.from_json(kept["state"]), scenario, partner.seed, night, received)
    for name, content in answers.items():
        path = inbound / name
        if name.startswith(FOLDER):
            if bank is None:
                continue
            path = bank.drops / name.removeprefix(FOLDER)
        if not path.exists():
            write_once(path, content)
    write_over(memory, json.dumps({"night": night.isoformat(), "state": after.to_json()}).encode())
    return len(answers)
