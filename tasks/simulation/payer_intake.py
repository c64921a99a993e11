"""What the synthetic clearinghouse and payer do with an interchange: TA1, 999, the two 277CA hops, 271."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tasks.simulation.payer_coverage import VERSION as COVERAGE_VERSION
from tasks.simulation.payer_coverage import CoverageFacts, coverage_set
from tasks.simulation.payer_envelope import Group, Interchange, Problem, Transaction, element
from tasks.simulation.payer_night import Night
from tasks.simulation.payer_paying import is_unchanged, payer_party
from tasks.simulation.payer_reader import Claim, Inquiry, Party, UnreadableError, party, read_claims, read_inquiries
from tasks.simulation.payer_scenario import draw, draw_between, hits
from tasks.simulation.payer_state import Batch, Partner, Record
from tasks.simulation.payer_status import ClaimStatus, write_277ca
from tasks.simulation.payer_writer import SetVerdict, plain, write_999, write_file, write_ta1

FORWARDED, TAKEN, ACCEPTED, IN_REVIEW = "A0:16:PR", "A1:19:PR", "A2:20:PR", "P2:46:PR"
UNKNOWN_ORIGINAL = "A3:464"
SEGMENT_ERRORS, NOT_SUPPORTED = "5", "1"


@dataclass(frozen=True)
class Taken:
    """A transaction set with its verdict and what was read from it."""

    verdict: SetVerdict
    claims: tuple[Claim, ...] = ()
    inquiries: tuple[Inquiry, ...] = ()


def receive_interchange(run: Night, interchange: Interchange) -> None:
    """Answer the envelope, then the syntax, then hand over what is inside; what only answers us (999, TA1) is not answered."""
    if interchange.error_code == "000" and all(group.kind_code == "FA" for group in interchange.groups):
        return
    run.state.partner = _partner(interchange)
    error_code = _envelope_error(run, interchange)
    sheet = run.sheet()
    run.post(sheet, "ta1", write_ta1(sheet, interchange, error_code))
    if error_code != "000":
        return
    run.state.interchanges[_sender_key(interchange)] = run.night.isoformat()
    for group in interchange.groups:
        taken = [_take(run, interchange, transaction) for transaction in group.transactions]
        sheet = run.sheet()
        run.post(sheet, "999", write_999(sheet, group, [t.verdict for t in taken]))
        good = [t for t in taken if not t.verdict.error_codes and not group.error_codes]
        _forward_claims(run, [t for t in good if t.claims])
        _answer_inquiries(run, [t for t in good if t.inquiries])


def answer_claims(run: Night) -> None:
    """Give the payer's own word (277CA, second hop) on the claims that are due for it tonight, and say which are in review."""
    payers: dict[str, dict[Batch, list[ClaimStatus]]] = {}
    for due in run.take_due(("answer", "review")):
        record = run.state.records[due.payer_claim_number]
        status = IN_REVIEW if due.kind == "review" else _enter(run, record)
        answers = payers.setdefault(record.claim.payer_id, {})
        answers.setdefault(record.batch, []).append(ClaimStatus(record, status))
    for payer_id in sorted(payers):
        first = next(iter(payers[payer_id].values()))[0].record.claim
        _post_277ca(run, f"277ca-{plain(payer_id)}", payer_party(run, first), payers[payer_id])


def _partner(interchange: Interchange) -> Partner:
    head = interchange.header
    first = interchange.groups[0] if interchange.groups else Group("", head[6], head[8], "", "", [], ())
    return Partner(head[7], head[8], head[5], head[6], first.receiver_id, first.sender_id, head[15])


def _sender_key(interchange: Interchange) -> str:
    return f"{interchange.header[6]}|{interchange.control_number}"


def _envelope_error(run: Night, interchange: Interchange) -> str:
    """Give TA105: what is truly wrong, or by rate an invalid content (024)."""
    key, rate = _sender_key(interchange), run.scenario.acknowledgments.interchange_reject_rate
    if key in run.state.interchanges:
        return "025"
    if interchange.error_code == "000" and hits(run.seed, key, "interchange", rate):
        return "024"
    return interchange.error_code


def _take(run: Night, interchange: Interchange, transaction: Transaction) -> Taken:
    errors = transaction.error_codes
    try:
        claims = tuple(read_claims(transaction)) if transaction.kind_code == "837" else ()
        inquiries = tuple(read_inquiries(transaction)) if transaction.kind_code == "270" else ()
    except UnreadableError as unreadable:
        return Taken(SetVerdict(transaction, (*errors, SEGMENT_ERRORS), unreadable.problem))
    if transaction.kind_code not in ("837", "270"):
        errors = (*errors, NOT_SUPPORTED)
    key = f"{_sender_key(interchange)}|{transaction.control_number}"
    rate = run.scenario.acknowledgments.transaction_reject_rate
    if not errors and hits(run.seed, key, "transaction", rate):
        number = claims[0].patient_control_number if claims else ""
        return Taken(SetVerdict(transaction, (SEGMENT_ERRORS,), _invented_problem(transaction), number))
    return Taken(SetVerdict(transaction, errors), claims, inquiries)


def _invented_problem(transaction: Transaction) -> Problem:
    """Blame the amount of the first claim, or the first name of an inquiry (without its value)."""
    wanted = "CLM" if transaction.kind_code == "837" else "NM1"
    rows = enumerate(transaction.segments, 1)
    position, found = next(((i, s) for i, s in rows if s[0] == wanted), (1, transaction.segments[0]))
    if found[0] == "CLM":
        return Problem("CLM", position, "2300", "8", "2", "782", "6", element(found, 2))
    return Problem(found[0], position, "2100", "8", "9", "67", "7")


def _forward_claims(run: Night, taken: Sequence[Taken]) -> None:
    """Number the claims, and answer for the clearinghouse (277CA, first hop)."""
    answers: dict[Batch, list[ClaimStatus]] = {}
    for one in taken:
        batch = _batch(run, one.verdict.transaction)
        answers[batch] = [_register(run, batch, claim) for claim in one.claims]
    if answers:
        scenario = run.scenario
        hop = Party("AY", "2", scenario.clearinghouse_name, "", "", "", "46", scenario.clearinghouse_id)
        _post_277ca(run, "277ca", hop, answers)


def _batch(run: Night, transaction: Transaction) -> Batch:
    head = next((s for s in transaction.segments if s[0] == "BHT"), [])
    number = element(head, 3) or transaction.control_number
    return Batch(number, run.night, party(transaction.segments, "41"))


def _register(run: Night, batch: Batch, claim: Claim) -> ClaimStatus:
    attempt = run.state.attempts.get(claim.patient_control_number, 0)
    run.state.attempts[claim.patient_control_number] = attempt + 1
    key = claim.patient_control_number + (f"#{attempt}" if attempt else "")
    record = Record(run.next_claim_number(), claim, batch, key)
    status = _drawn_rejection(run, record, "clearinghouse")
    if status:
        run.keep(record, status="rejected")
        return ClaimStatus(record, status)
    run.keep(record)
    run.plan(record, "answer", run.scenario.acknowledgments.payer_lag_nights)
    return ClaimStatus(record, FORWARDED if draw(run.seed, key, "first hop") < 0.5 else TAKEN)


def _drawn_rejection(run: Night, record: Record, hop: str) -> str:
    for rejection in run.scenario.rejections:
        purpose = f"rejection {rejection.hop} {rejection.status}"
        if rejection.hop == hop and hits(run.seed, record.draw_key, purpose, rejection.rate):
            return rejection.status
    return ""


def _enter(run: Night, record: Record) -> str:
    """Accept a claim into adjudication and plan its payment, or say why not."""
    claim = record.claim
    original = run.state.records.get(run.state.numbers.get(claim.original_number, ""))
    is_change = claim.frequency_code in ("7", "8")
    status = _drawn_rejection(run, record, "payer")
    if is_change and (original is None or original.account != record.account or original.status == "replaced"):
        status = UNKNOWN_ORIGINAL
    if status:
        run.keep(record, status="rejected")
        return status
    if is_change and original is not None:
        record = replace(record, draw_key=original.draw_key if is_unchanged(original.claim, claim) else "")
        run.keep(original, status="replaced")
    run.keep(record, status="accepted")
    run.state.numbers[record.payer_claim_number] = record.payer_claim_number
    _plan_payment(run, record)
    return ACCEPTED


def _plan_payment(run: Night, record: Record) -> None:
    """Plan when the claim is decided; by rate it is reviewed first, which is said a night later."""
    lag, key = run.scenario.terms_of(record.claim.payer_id).payment_lag_nights, record.claim.patient_control_number
    nights = draw_between(run.seed, key, "payment lag", min(lag), max(lag))
    words = run.scenario.acknowledgments
    if record.draw_key and hits(run.seed, record.draw_key, "review", words.review_rate):
        run.plan(record, "review", 1)
        nights += words.review_nights
    run.plan(record, "pay", nights)


def _post_277ca(run: Night, kind: str, source: Party, answers: Mapping[Batch, Sequence[ClaimStatus]]) -> None:
    sheet = run.sheet()
    run.post(sheet, kind, write_277ca(sheet, source, answers))


def _answer_inquiries(run: Night, taken: Sequence[Taken]) -> None:
    if not taken:
        return
    sheet = run.sheet()
    facts = CoverageFacts(run.scenario, run.seed, run.state.deductibles)
    sets = [
        coverage_set(sheet, place, one.verdict.transaction, one.inquiries, facts) for place, one in enumerate(taken, 1)
    ]
    run.post(sheet, "271", write_file(sheet, "HB", COVERAGE_VERSION, sets))
