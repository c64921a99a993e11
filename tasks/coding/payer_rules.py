"""What every payer wants beside certain lines, whoever it is: laboratory and mammography certificates."""

from collections.abc import Iterator, Sequence

from tasks.coding.case import Case, Line, is_kind
from tasks.coding.findings import FindingRow, finding

_SENT_OUT = "90"


def find_certificate_flaws(case: Case, lines: Sequence[Line]) -> Iterator[FindingRow]:
    """Give laboratory lines without a CLIA number and mammograms without the site's certificate (checks V13 V14)."""
    for line in lines:
        has_clia = line.row["line_clia"] or case.encounter["clia_number"]
        if _is_own_test(case, line) and not has_clia:
            yield finding(case, "V13", "clia_number", None, line)
        has_certificate = line.row["line_mammography_cert"] or case.encounter["mammography_cert"]
        if is_kind(case, "mammography", line) and not has_certificate:
            yield finding(case, "V14", "mammography_cert", None, line)


def _is_own_test(case: Case, line: Line) -> bool:
    is_test = is_kind(case, "laboratory", line) and not is_kind(case, "sent_out_or_exempt", line)
    return is_test and _SENT_OUT not in line.modifiers
