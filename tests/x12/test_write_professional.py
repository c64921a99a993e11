"""What stands in the bytes, read back by a plain split."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tasks.x12.judge import judge
from tasks.x12.professional import MOST_CLAIMS_OF_A_PATIENT, write_837p
from tests.x12.write_rows import (
    COVERAGE,
    ENVELOPE,
    NIGHT,
    as_json,
    cents,
    claim,
    dependent,
    line,
    of,
    secondary,
    split,
)

GOLDEN = Path(__file__).parent / "golden"


def segments_of(*claims):
    written = write_837p(ENVELOPE, claims)
    assert judge(written.content).errors == ()
    return split(written.content)


@pytest.mark.parametrize(
    ("name", "claims"),
    [("837p_ordinary", [claim()]), ("837p_dependent", [dependent()]), ("837p_secondary", [secondary()])],
)
def test_the_bytes_are_those_of_the_golden_file(name, claims):
    assert write_837p(ENVELOPE, claims).content == (GOLDEN / f"{name}.x12").read_bytes()
    assert (GOLDEN / f"{name}.why").read_text(encoding="utf-8")


def test_the_same_rows_give_the_same_bytes():
    claims = [claim(), dependent(), secondary()]
    assert write_837p(ENVELOPE, claims) == write_837p(ENVELOPE, claims)


def test_the_envelope_counts_and_numbers_agree():
    segments = segments_of(claim())
    st = next(i for i, s in enumerate(segments) if s[0] == "ST")
    se = next(i for i, s in enumerate(segments) if s[0] == "SE")
    assert segments[se][1:] == [str(se - st + 1), segments[st][2]]
    assert (segments[0][13], segments[-1][2], segments[1][6], segments[-2][2]) == ("000000017", "000000017", "5", "5")
    assert (segments[0][9], segments[0][10], segments[1][4]) == ("260302", "0215", "20260302")


def test_claims_are_grouped_by_provider_subscriber_and_patient_in_order_of_arrival():
    other = COVERAGE | {"member_id": "U2"}
    claims = [
        claim("a"),
        dependent(),
        claim("b", coverages=[other]),
        claim("c"),
        dependent(version={"claim_id": "again"}),
    ]
    claims = [replace(c, version=c.version | {"patient_control_number": f"C{n}"}) for n, c in enumerate(claims)]
    segments = segments_of(*claims)
    assert [s[1:] for s in of(segments, "HL")] == [
        ["1", "", "20", "1"],
        ["2", "1", "22", "0"],
        ["3", "1", "22", "1"],
        ["4", "3", "23", "0"],
        ["5", "1", "22", "0"],
    ]
    assert [s[1] for s in of(segments, "CLM")] == ["C0", "C3", "C1", "C4", "C2"]


def test_one_patient_has_at_most_the_claims_that_a_loop_may_hold():
    count = MOST_CLAIMS_OF_A_PATIENT + 1
    claims = [claim(f"c{n}", [line(1)], {"patient_control_number": f"C{n}"}) for n in range(count)]
    segments = split(write_837p(ENVELOPE, claims).content)
    assert len(of(segments, "CLM")) == count
    assert len(of(segments, "HL")) == 3


def test_a_transaction_set_has_at_most_the_claims_of_the_guide(monkeypatch):
    monkeypatch.setattr("tasks.x12.professional.MOST_CLAIMS", 2)
    written = write_837p(ENVELOPE, [claim(f"c{n}") for n in range(5)])
    assert judge(written.content).accepted
    assert [s[2] for s in of(split(written.content), "ST")] == ["0001", "0002", "0003"]
    assert of(split(written.content), "GE") == [["GE", "3", "5"]]
    assert [s.transaction_control_number for s in written.spans] == ["0001", "0001", "0002", "0002", "0003"]


def test_a_span_is_the_claim_from_clm_to_its_last_segment():
    written = write_837p(ENVELOPE, [claim("a"), claim("b"), dependent(), secondary()])
    assert len(written.spans) == 4
    for span in written.spans:
        found = split(written.content[span.byte_start : span.byte_end])
        assert found[0][0] == "CLM"
        assert not [s for s in found[1:] if s[0] in ("CLM", "HL", "SE")]
        assert written.content[span.byte_end :].startswith((b"CLM*", b"HL*", b"SE*"))


def test_a_line_carries_code_money_units_pointers_and_dates():
    rows = [
        line(1, 3550, modifiers="25:59", units=Decimal("2.500"), diagnosis_pointers="2:1"),
        line(2, 0, service_to_on=date(2026, 3, 5)),
    ]
    segments = segments_of(claim(lines=rows))
    assert of(segments, "SV1") == [
        ["SV1", "HC:99213:25:59", "35.5", "UN", "2.5", "", "", "2:1"],
        ["SV1", "HC:99213", "0", "UN", "1", "", "", "1"],
    ]
    assert [s[1:] for s in of(segments, "DTP")] == [["472", "D8", "20260302"], ["472", "RD8", "20260302-20260305"]]
    assert [s[2] for s in of(segments, "REF", "6R")] == ["C0000000001L01", "C0000000001L02"]


def test_diagnoses_stand_in_order_the_first_as_principal():
    assert of(segments_of(claim()), "HI") == [["HI", "ABK:J069", "ABF:R05"]]


def test_replacement_and_void_name_the_payers_number():
    for code in ("7", "8"):
        segments = segments_of(claim(version={"frequency_code": code, "original_claim_number": "icn-9/A"}))
        assert of(segments, "CLM")[0][5] == f"11:B:{code}"
        assert of(segments, "REF", "F8") == [["REF", "F8", "icn-9/A"]]
    assert not of(segments_of(claim(version={"original_claim_number": "ICN9"})), "REF", "F8")


def test_the_rendering_provider_is_omitted_when_it_bills_itself():
    assert of(segments_of(claim()), "NM1", "82")
    assert not of(segments_of(claim(encounter={"rendering_provider_key": "GROUP"})), "NM1", "82")


def test_the_facility_is_omitted_when_it_is_the_billing_providers_own_place():
    assert of(segments_of(claim(encounter={"service_facility_key": "CLINIC"})), "NM1", "77")
    assert not of(segments_of(claim(encounter={"service_facility_key": "GROUP"})), "NM1", "77")
    twin = claim().providers["GROUP"] | {"provider_key": "TWIN"}
    twins = claim(encounter={"service_facility_key": "TWIN"}, providers=claim().providers | {"TWIN": twin})
    assert not of(segments_of(twins), "NM1", "77")


def test_a_primary_care_provider_stands_only_beside_another_referring_one():
    both = {"referring_provider_key": "REFERRER", "pcp_key": "DOCTOR"}
    assert [s[1] for s in of(segments_of(claim(encounter=both)), "NM1") if s[1] in ("DN", "P3")] == ["DN", "P3"]
    assert not of(segments_of(claim(encounter={"pcp_key": "DOCTOR"})), "NM1", "P3")
    assert not of(segments_of(claim(encounter=both | {"pcp_key": "REFERRER"})), "NM1", "P3")


def test_what_a_line_repeats_of_its_claim_is_not_written_again():
    encounter = {"clia_number": "22D0000001", "last_seen_date": NIGHT, "service_facility_key": "CLINIC"}
    source = {
        "line_clia": "22D0000001", "last_seen_date": NIGHT, "line_place_of_service": "11",
        "line_rendering_key": "DOCTOR", "line_service_facility_key": "CLINIC", "ordering_provider_key": "DOCTOR",
    }  # fmt: skip
    segments = segments_of(claim(lines=[line(1)], encounter=encounter, service_lines={1: source}))
    assert len(of(segments, "REF", "X4")) == len(of(segments, "NM1", "77")) == len(of(segments, "DTP", "304")) == 1
    assert not of(segments, "NM1", "DK")
    assert of(segments, "SV1")[0][5] == ""


def test_a_number_of_another_payer_names_that_payer():
    source = {"line_prior_auths": as_json([["P", "MINE"], ["S", "THEIRS"]])}
    both = claim(lines=[line(1)], service_lines={1: source}, coverages=[COVERAGE, secondary().coverages[1]])
    assert of(segments_of(both), "REF", "G1") == [["REF", "G1", "MINE"], ["REF", "G1", "THEIRS", "", "2U:BCNE1"]]


def test_authorization_is_the_destination_payers_own():
    given = {"prior_auth_number": "FIRST", "referral_number": "SENT"}
    assert of(segments_of(claim(encounter=given)), "REF", "G1") == [["REF", "G1", "FIRST"]]
    second = secondary()
    second = replace(second, encounter=second.encounter | given)
    assert not of(segments_of(second), "REF", "G1")
    own = [second.coverages[0], second.coverages[1] | {"auth_number": "SECOND"}]
    assert of(segments_of(replace(second, coverages=own)), "REF", "G1") == [["REF", "G1", "SECOND"]]


def test_a_drug_stands_with_its_quantity():
    source = {"ndc": "00002143380", "ndc_units": Decimal("0.500"), "ndc_unit_type": "ML"}
    segments = segments_of(claim(lines=[line(1)], service_lines={1: source}))
    assert of(segments, "LIN") == [["LIN", "", "N4", "00002143380"]]
    assert of(segments, "CTP") == [["CTP", "", "", "", "0.5", "ML"]]


def test_an_unlisted_code_carries_its_description():
    source = {"line_description": "Special\nwork: a*b~c"}
    assert of(segments_of(claim(lines=[line(1)], service_lines={1: source})), "SV1")[0][1] == (
        "HC:99213:::::SPECIAL WORK A B C"
    )


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("Ålderby", "ALDERBY"),
        ("  Núñez-O\u2019Hara ", "NUNEZ-O'HARA"),
        ("Weiß Øster", "WEISS OSTER"),
        ("Łódź \u2013 Æon", "LODZ - AEON"),
        ("a*b:c^d~e", "A B C D E"),
        ("two\r\n lines\tof   blanks", "TWO LINES OF BLANKS"),
        ("APT #5 @ rear", "APT #5 @ REAR"),
    ],
)
def test_names_become_x12_letters(given, written):
    segments = segments_of(dependent(patient={"last_name": given}))
    assert of(segments, "NM1", "QC")[0][3] == written


@pytest.mark.parametrize(
    ("amount", "written"), [(0, "0"), (5, "0.05"), (50, "0.5"), (100, "1"), (12000, "120"), (9999999999, "99999999.99")]
)
def test_money_is_the_shortest_decimal(amount, written):
    found = of(segments_of(claim(lines=[line(1, amount)])), "CLM")[0][2]
    assert found == written
    assert cents(found) == amount
