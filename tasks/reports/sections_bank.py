"""The tables of the page that hold the books against the bank, and what payers carry from one payment to another."""

from tasks.reports.tables import PAYER, Column, Table

BANK: tuple[Table, ...] = (
    Table(
        "deposits",
        "Remittances and deposits",
        (
            Column("state", "State", "words"),
            PAYER,
            Column("trace_number", "Trace number", "code"),
            Column("paid_on", "Remitted", "date"),
            Column("settled_on", "In the bank", "date"),
            Column("banking_days", "Banking days", "count"),
            Column("expected_cents", "Expected $", "cents"),
            Column("deposit_cents", "Deposited $", "cents"),
            Column("difference_cents", "Difference $", "cents"),
        ),
        "The bank's files are not looked for: practice.toml has no [bank].",
        "What a person must look at stands first. Banking days are those between the two, or since the one that is there.",
    ),
    Table(
        "books",
        "The books against the bank",
        (Column("line", "Line", "words"), Column("cents", "$", "cents")),
        "The bank's files are not looked for.",
    ),
    Table(
        "chains",
        "Takebacks and forwarded balances by payer",
        (
            PAYER,
            Column("kind", "Kind", "words"),
            Column("open_count", "Open", "count"),
            Column("open_cents", "To be taken $", "cents"),
            Column("unexplained_count", "Unexplained", "count"),
            Column("unexplained_cents", "Unexplained $", "cents"),
        ),
        "No payer has announced a takeback or carried a balance.",
    ),
    Table(
        "last_era",
        "The last remittance of each payer",
        (
            PAYER,
            Column("payee_npi", "Payee NPI", "code"),
            Column("first_era_on", "First", "date"),
            Column("last_era_on", "Last", "date"),
            Column("days_since", "Days since", "count"),
            Column("era_count", "Remittances", "count"),
            Column("waiting_claims", "Claims waiting", "count"),
            Column("oldest_days", "Oldest waits, days", "count"),
            Column("is_silent", "Silent", "flag"),
        ),
        "No payer has sent a remittance, and none was sent a claim.",
    ),
)
