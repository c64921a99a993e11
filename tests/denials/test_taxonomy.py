"""The taxonomy: complete over the reasons that the domain notes name, most specific row first, unambiguous."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Fault
from tasks.denials.taxonomy import UNCLASSIFIED, classify, load_taxonomy, read_taxonomy

TAXONOMY = load_taxonomy()
# fmt: off
NAMED = [
    "16", "125", "129", "148", "226", "227", "252", "18", "26", "27", "31", "32", "177", "200", "22", "19", "20", "21", "24", "109",
    "15", "197", "198", "210", "243", "288", "29", "96", "204", "119", "149", "151", "222", "50", "55", "56", "167", "150", "152", "97",
    "231", "234", "236", "59", "4", "5", "6", "7", "8", "9", "10", "11", "12", "146", "181", "182", "199", "170", "171", "172",
    "183", "184", "185", "242", "B7", "163", "164", "250", "251", "45", "90", "91", "94", "131", "144", "253", "B6", "1", "2", "3",
    "66", "142", "241", "23", "B15",
]
# fmt: on


def row(group="*", reason="16", remark="*", kind="denial", remedy="correct", basis="corrected"):
    return {
        "group_code": group,
        "reason_code": reason,
        "remark_code": remark,
        "category": "missing_data",
        "kind": kind,
        "remedy": remedy,
        "owner": "biller",
        "deadline_basis": basis,
        "source": "test",
    }


@pytest.mark.parametrize("reason", NAMED)
def test_every_reason_of_the_domain_notes_is_classified(reason):
    assert classify(TAXONOMY, "CO", reason, ()) != UNCLASSIFIED


@pytest.mark.parametrize(
    ("group", "reason", "remarks", "category", "kind", "remedy"),
    [
        ("CO", "45", [], "contractual", "contractual", "write_off"),
        ("PR", "1", [], "patient_share", "patient", "bill_patient"),
        ("CO", "1", [], "patient_share_conflict", "denial", "review"),
        ("OA", "23", [], "prior_payer", "prior_payer", "review"),
        ("OA", "18", [], "duplicate", "informational", "review"),
        ("CO", "197", ["N54"], "authorization", "denial", "correct"),
        ("CO", "198", [], "authorization", "denial", "appeal"),
        ("PR", "204", [], "non_covered", "denial", "bill_patient"),
        ("CO", "204", [], "non_covered", "denial", "appeal"),
        ("CO", "16", [], "missing_data", "denial", "correct"),
        ("CO", "16", ["M76"], "diagnosis_coding", "denial", "correct"),
        ("CO", "16", ["M76", "MA130"], "unprocessable", "denial", "correct"),
        ("CO", "16", ["MA130", "M76"], "unprocessable", "denial", "correct"),
        ("CO", "16", ["N999"], "missing_data", "denial", "correct"),
        ("CO", "ZZZ", [], "unclassified", "denial", "review"),
    ],
)
def test_the_most_specific_row_wins(group, reason, remarks, category, kind, remedy):
    found = classify(TAXONOMY, group, reason, remarks)
    assert (found.category, found.kind, found.remedy) == (category, kind, remedy)


def test_a_remark_row_wins_over_a_group_row():
    rows = [row(), row(group="PR", remedy="bill_patient"), row(remark="MA130", remedy="review")]
    assert read_taxonomy(rows).classify("PR", "16", ["MA130"]).remedy == "review"
    assert read_taxonomy(reversed(rows)).classify("PR", "16", []).remedy == "bill_patient"


@given(
    st.sampled_from(["CO", "PR", "OA", "PI", "CR"]),
    st.sampled_from(NAMED),
    st.lists(st.sampled_from(["MA130", "M51", "M76", "N290", "N54"])),
)
def test_remarks_never_change_the_kind_nor_their_order_the_meaning(group, reason, remarks):
    assert classify(TAXONOMY, group, reason, remarks).kind == classify(TAXONOMY, group, reason, ()).kind
    assert classify(TAXONOMY, group, reason, remarks) == classify(TAXONOMY, group, reason, remarks[::-1])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([row(), row()], "a second row"),
        ([row(kind="maybe")], "a word of no list"),
        ([row(remedy="hope")], "a word of no list"),
        ([row(basis="never")], "a word of no list"),
        ([row(), row(remark="N1", kind="contractual")], "kind contractual"),
    ],
)
def test_a_wrong_table_is_a_fault_that_names_the_row(rows, message):
    with pytest.raises(Fault, match=message) as raised:
        read_taxonomy(rows)
    assert "/16/" in raised.value.message
