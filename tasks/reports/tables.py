"""The page's tables: which columns each has, in which words, and the rows as cells ready to be written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tasks.reports.figures import show_value, sort_key

Row = Mapping[str, Any]
NUMBERS = ("cents", "rate", "days", "count")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the row's field, its heading, how values are written, and the field it sorts by where that is another."""

    field: str
    heading: str
    kind: str = "text"
    sorted_by: str = ""

    @property
    def css(self) -> str:
        """Give the style of its cells: numbers stand right, ids are cut short on screen and copied whole."""
        return "number" if self.kind in NUMBERS else self.kind


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page: the section its rows come from, its caption, and what it says when it has none."""

    section: str
    caption: str
    columns: tuple[Column, ...]
    when_empty: str = "None."
    note: str = ""

    @property
    def css(self) -> str:
        """Give the style of the table: one of few columns does not stretch over the page."""
        return "narrow" if len(self.columns) < 4 else "full"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: text to read, key to sort by, style."""

    text: str
    key: str
    css: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A table with its rows; `total` counts the rows there are, shown or not."""

    table: Table
    rows: list[list[Cell]]
    total: int


def fill(table: Table, rows: Sequence[Row]) -> Filled:
    """Give the table with these rows, in their order.

    Holds: only the fields that the table names are read, so a field of the query that is not meant for the page stays out.
    """
    cells = [[_cell(row, c) for c in table.columns] for row in rows]
    return Filled(table, cells, int(rows[0].get("total_count", len(rows))) if rows else 0)


def _cell(row: Row, column: Column) -> Cell:
    value = row.get(column.field)
    css = f"verdict {value}" if column.kind == "verdict" else column.css
    return Cell(show_value(value, column.kind), sort_key(row.get(column.sorted_by or column.field), column.kind), css)


CLAIM = Column("claim_id", "Claim", "id")
CONTROL = Column("patient_control_number", "Control number", "code")
FILE = Column("file_sha256", "File (SHA-256)", "id")
PAYER = Column("payer", "Payer")
OWNER = Column("owner", "Owner", "words")

TABLES: tuple[Table, ...] = (
    Table(
        "kpi",
        "Every measure with what it is made of",
        (
            Column("label", "Measure"),
            Column("shown", "Value", "number", "value"),
            Column("shown_numerator", "Numerator", "number", "numerator"),
            Column("shown_denominator", "Denominator", "number", "denominator"),
            Column("window_from_on", "From", "date"),
            Column("window_to_on", "To", "date"),
            Column("definition", "Definition"),
            Column("source", "Source"),
            Column("definition_version", "Version", "count"),
        ),
    ),
    Table(
        "payers",
        "Payers",
        (
            PAYER,
            Column("claims", "Claims", "count"),
            Column("charged_cents", "Charged $", "cents"),
            Column("paid_cents", "Paid $", "cents"),
            Column("adjusted_cents", "Adjusted $", "cents"),
            Column("written_off_cents", "Written off $", "cents"),
            Column("patient_cents", "Patients owe $", "cents"),
            Column("open_cents", "Open $", "cents"),
            Column("denied_cents", "of it denied $", "cents"),
            Column("denial_rate", "Denial rate", "rate"),
            Column("median_days", "Median days to answer", "days"),
            Column("p90_days", "90% within days", "days"),
        ),
        "No claim yet.",
    ),
    Table(
        "aging",
        "A/R aging by payer, from date of service",
        (
            PAYER,
            Column("bucket", "Days", "code"),
            Column("claims", "Claims", "count"),
            Column("open_cents", "Open $", "cents"),
            Column("denied_cents", "of it denied $", "cents"),
            Column("unsent_cents", "of it not sent $", "cents"),
            Column("credit_cents", "Credits $", "cents"),
            Column("patient_cents", "Patients owe $", "cents"),
        ),
        "Nothing is open.",
        "Credits stand apart: open and credits together are the ledger's balance with payers.",
    ),
    Table(
        "denial_reasons",
        "Denials by payer, category and code",
        (
            PAYER,
            Column("category", "Category", "words"),
            Column("code", "Code", "code"),
            Column("cases", "Cases", "count"),
            Column("cents", "Denied $", "cents"),
            Column("open_cases", "Open cases", "count"),
            Column("open_cents", "Open $", "cents"),
            Column("recovered_cents", "Recovered $", "cents"),
            Column("uncounted_cases", "Not in the rate", "count"),
        ),
        "No denial yet.",
        "Duplicates, patient share and denials that the payer took back are shown and stay out of the denial rate.",
    ),
    Table(
        "cash",
        "Cash posted by night",
        (
            Column("posted_on", "Night", "date"),
            Column("claim_cents", "Payers, on claims $", "cents"),
            Column("patient_cents", "Patients $", "cents"),
            Column("other_cents", "Payers, beside claims $", "cents"),
            Column("cash_cents", "Cash $", "cents"),
        ),
        "No night is closed yet.",
    ),
    Table(
        "trend",
        "Night by night",
        (
            Column("night", "Night", "date"),
            Column("sent_count", "Claims sent", "count"),
            Column("sent_cents", "Sent $", "cents"),
            Column("paid_cents", "Paid $", "cents"),
            Column("denied_count", "Denials", "count"),
            Column("denied_cents", "Denied $", "cents"),
            Column("newly_held_count", "Newly held", "count"),
            Column("held_count", "Held", "count"),
            Column("open_cents", "Open $", "cents"),
            Column("waiting_count", "Waiting", "count"),
            Column("violation_count", "Broken", "count"),
        ),
        "No night is closed yet.",
        "Sent, paid, denied and newly held in the night; held, open, waiting and broken checks at its end.",
    ),
    Table(
        "waiting",
        "What waits for a person",
        (Column("what", "What"), Column("count", "Count", "count")),
        "Nothing waits.",
    ),
    Table(
        "worklist",
        "Denials to work, by deadline",
        (
            Column("deadline_on", "Deadline", "date"),
            Column("days_left", "Days left", "count"),
            PAYER,
            CONTROL,
            Column("category", "Category", "words"),
            Column("code", "Code", "code"),
            Column("remark_codes", "Remarks", "code"),
            Column("remedy", "Remedy", "words"),
            OWNER,
            Column("amount_cents", "Denied $", "cents"),
            CLAIM,
        ),
        "No open denial.",
    ),
    Table(
        "held_by_rule",
        "Held encounters by rule and owner",
        (
            Column("rule_id", "Rule", "code"),
            OWNER,
            Column("encounters", "Encounters", "count"),
            Column("charge_cents", "Charges $", "cents"),
            Column("remedy", "Next step"),
        ),
        "No encounter is held.",
        "An encounter counts under the first rule that holds it.",
    ),
    Table(
        "held",
        "Held encounters",
        (
            Column("encounter_id", "Encounter", "id"),
            Column("rules", "Rules", "code"),
            OWNER,
            Column("charge_cents", "Charges $", "cents"),
            Column("since_on", "Since", "date"),
            Column("days_held", "Days", "count"),
        ),
        "No encounter is held.",
    ),
    Table(
        "overdue",
        "Claims that a payer should have answered",
        (
            PAYER,
            CONTROL,
            Column("state", "State", "code"),
            Column("since_on", "Since", "date"),
            Column("expected_on", "Answer was due", "date"),
            Column("days_late", "Days late", "count"),
            Column("open_cents", "Open $", "cents"),
            CLAIM,
        ),
        "No claim is overdue.",
    ),
    Table(
        "quarantined_rows",
        "Encounter rows in quarantine",
        (
            Column("rule_id", "Rule", "code"),
            Column("table_name", "Table", "code"),
            Column("column_name", "Column", "code"),
            Column("source_row", "Row", "count"),
            OWNER,
            Column("remedy", "Next step"),
            Column("quarantined_on", "Night", "date"),
            FILE,
        ),
        "No row is in quarantine.",
        "The value that failed is in encounters.quarantine of the warehouse, not on this page.",
    ),
    Table(
        "quarantined_files",
        "Files in quarantine",
        (
            Column("fault_code", "Fault", "code"),
            Column("source", "From", "code"),
            Column("byte_start", "At byte", "count"),
            Column("message", "What is wrong"),
            Column("remedy", "Next step"),
            Column("found_on", "Night", "date"),
            FILE,
        ),
        "No file is in quarantine.",
    ),
    Table(
        "unmatched",
        "Remitted claims that match none of ours",
        (
            CONTROL,
            Column("payer_claim_number", "Payer's number", "code"),
            Column("status_code", "Status", "code"),
            Column("charge_cents", "Charged $", "cents"),
            Column("paid_cents", "Paid $", "cents"),
            Column("byte_start", "At byte", "count"),
            FILE,
        ),
        "Every remitted claim is one of ours.",
    ),
    Table(
        "held_payments",
        "Payments held",
        (
            PAYER,
            Column("trace_number", "Trace number", "code"),
            Column("payment_cents", "Payment $", "cents"),
            Column("difference_cents", "Out of balance $", "cents"),
            Column("verdict_reason", "Why"),
            Column("read_on", "Night", "date"),
            FILE,
        ),
        "No payment is held.",
    ),
    Table(
        "exceptions",
        "Posting exceptions",
        (
            Column("exception_code", "Exception", "code"),
            Column("difference_cents", "Difference $", "cents"),
            Column("message", "What is wrong, and what to do"),
            Column("found_on", "Night", "date"),
            CLAIM,
        ),
        "Everything was posted as said.",
    ),
    Table(
        "invariants",
        "Checks: views that must be empty",
        (Column("invariant", "View", "code"), Column("rows", "Rows", "count"), Column("verdict", "Verdict", "verdict")),
        "No check was run.",
    ),
    Table(
        "batches",
        "Batches sealed",
        (
            Column("sealed_on", "Night", "date"),
            Column("kind", "Kind", "code"),
            PAYER,
            Column("file_name", "File name", "code"),
            Column("interchange_control_number", "Interchange", "code"),
            Column("claim_count", "Claims", "count"),
            Column("total_charge_cents", "Charged $", "cents"),
            Column("judge", "Judge", "text"),
            Column("outcome", "Delivery", "text"),
        ),
        "No batch is sealed yet.",
    ),
    Table(
        "files",
        "Files received",
        (
            Column("arrived_on", "Night", "date"),
            Column("source", "From", "code"),
            Column("kind", "Kind", "code"),
            Column("kinds", "Holds", "text"),
            Column("byte_count", "Bytes", "count"),
            Column("is_repeat", "Seen before", "flag"),
            Column("outcome", "Outcome", "text"),
            FILE,
        ),
        "No file has arrived.",
        "Names of files are left out, since a name may tell a patient; ask the warehouse by the SHA-256.",
    ),
)
"""Every table of the page, by section, in the order of the page."""
