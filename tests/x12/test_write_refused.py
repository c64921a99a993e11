"""What may not be written is refused with code, element and claim, and never with the value."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from schemas.errors import Fault
from tasks.x12.professional import write_837p
from tests.x12.write_rows import COVERAGE, ENVELOPE, SECOND, as_json, claim, dependent, line, of, secondary, split

TWO = [line(1), line(2, 3550)]


def _source(**fields):
    return claim(lines=[line(1)], service_lines={1: fields})


def _provider(key, **fields):
    rows = claim().providers
    return claim(providers=rows | {key: rows[key] | fields})


def _cob(**fields):
    rows = secondary()
    return replace(rows, cob_lines=[rows.cob_lines[0] | fields, rows.cob_lines[1]])


def _more(**fields):
    """Give a claim after the first payer with one more row for each table named: the second line's, with these changes."""
    rows = secondary()
    return replace(
        rows, **{name: [*getattr(rows, name), getattr(rows, name)[-1] | more] for name, more in fields.items()}
    )


def _unbilled(paid=0, adjusted=3550, **fields):
    """Give a claim of the first of two charge lines; the first payer decided on both."""
    rows = secondary(lines=[line(1)])
    decided = [rows.cob_lines[0], rows.cob_lines[1] | {"paid_amount_cents": paid} | fields]
    adjustments = [*rows.cob_adjustments[:-1], rows.cob_adjustments[-1] | {"amount_cents": adjusted}]
    version = rows.version | {"total_charge_cents": 12000}
    return replace(rows, version=version, cob_lines=decided, cob_adjustments=adjustments)


def _adjusted(**fields):
    rows = secondary()
    return replace(rows, cob_adjustments=[*rows.cob_adjustments[:-1], rows.cob_adjustments[-1] | fields])


def _prior(cob_lines=None, cob_adjustments=None, **fields):
    """Give a claim after the first payer with these changes of its coverage and rows."""
    rows = secondary()
    return replace(
        rows,
        coverages=[rows.coverages[0] | fields, SECOND],
        cob_lines=rows.cob_lines if cob_lines is None else cob_lines,
        cob_adjustments=rows.cob_adjustments if cob_adjustments is None else cob_adjustments,
    )


def _all_adjusted(cents, reason="45"):
    row = {"payer_rank": "P", "line_number": None, "group_code": "CO", "reason_code": reason, "amount_cents": cents}
    return {"cob_lines": [], "cob_adjustments": [row]}


def _decided_on(**procedure):
    return _cob(adjudicated_procedure=as_json({"code": "99213"} | procedure))


def _one_source():
    return secondary(lines=[line(1), line(2, 3550, source_line_number=1)])


def _alike():
    rows = secondary()
    return replace(
        rows, coverages=[*rows.coverages, rows.coverages[0] | {"payer_rank": "T", "prior_paid_amount_cents": None}]
    )


EARLIER = date(2026, 1, 1)
CASES = [
    # what is wrong, claim, code, place
    ("no member id", claim(coverage={"member_id": None}), "WRITE_MISSING", "NM109"),
    ("a member id of one character", claim(coverage={"member_id": "Z"}), "WRITE_LENGTH", "NM109"),
    ("a member id with a delimiter", claim(coverage={"member_id": "ZZ*99"}), "WRITE_CHARACTER", "NM109"),
    ("a name outside Latin letters", claim(coverage={"subscriber_last_name": "Олдерби"}), "WRITE_CHARACTER", "NM103"),
    ("a name longer than 60", claim(coverage={"subscriber_last_name": "Z" * 61}), "WRITE_LENGTH", "NM103"),
    ("no patient's birth date", dependent(patient={"birth_date": None}), "WRITE_MISSING", "DMG02"),
    ("an unknown sex", dependent(patient={"sex": "Z"}), "WRITE_CODE", "DMG03"),
    ("no street", dependent(patient={"address1": None}), "WRITE_MISSING", "N301"),
    ("no state in the US", dependent(patient={"state": None}), "WRITE_MISSING", "N402"),
    ("no ZIP code in the US", dependent(patient={"zip": ""}), "WRITE_MISSING", "N403"),
    ("a city of one letter", dependent(patient={"city": "Z"}), "WRITE_LENGTH", "N401"),
    ("an unknown relationship", claim(coverage={"relationship": "99"}), "WRITE_CODE", "PAT01"),
    ("no relationship", claim(coverage={"relationship": None}), "WRITE_MISSING", "PAT01"),
    ("no payer id", claim(coverage={"payer_id": None}), "WRITE_MISSING", "NM109"),
    ("an unknown filing code", claim(coverage={"claim_filing_code": "09"}), "WRITE_CODE", "SBR09"),
    ("no coverage of the payer", claim(payer_rank="S"), "WRITE_COVERAGE", "SBR01"),
    ("two coverages of the payer", claim(coverages=[COVERAGE, COVERAGE]), "WRITE_COVERAGE", "SBR01"),
    ("no billing provider", claim(encounter={"billing_provider_key": None}), "WRITE_PROVIDER", "NM109"),
    ("a provider without a row", claim(encounter={"rendering_provider_key": "ZZ"}), "WRITE_PROVIDER", "NM1"),
    ("no tax id", _provider("GROUP", tax_id=None), "WRITE_MISSING", "REF02"),
    ("no tax id type", _provider("GROUP", tax_id_type=None), "WRITE_MISSING", "REF01"),
    ("an organisation that refers", claim(encounter={"referring_provider_key": "CLINIC"}), "WRITE_CODE", "NM102"),
    ("a control number longer than 38", claim(version={"patient_control_number": "Z" * 39}), "WRITE_LENGTH", "CLM01"),
    ("no place of service", claim(encounter={"place_of_service": None}), "WRITE_MISSING", "CLM05-1"),
    ("an unknown assignment", claim(encounter={"assignment_code": "Z"}), "WRITE_CODE", "CLM07"),
    ("no assignment", claim(encounter={"assignment_code": None}), "WRITE_MISSING", "CLM07"),
    ("a frequency of no claim of ours", claim(version={"frequency_code": "6"}), "WRITE_CODE", "CLM05-3"),
    ("a replacement of nothing", claim(version={"frequency_code": "7"}), "WRITE_MISSING", "REF02"),
    ("a total that is not the lines'", claim(version={"total_charge_cents": 15551}), "WRITE_UNBALANCED", "CLM02"),
    ("an amount of a hundred millions", claim(lines=[line(1, 10**10)]), "WRITE_FORMAT", "CLM02"),
    ("no lines", claim(lines=[]), "WRITE_REPEAT", "LX01"),
    ("fifty-one lines", claim(lines=[line(n) for n in range(1, 52)]), "WRITE_REPEAT", "LX01"),
    ("no diagnosis", claim(diagnoses=[]), "WRITE_MISSING", "HI01-1"),
    ("thirteen diagnoses", claim(diagnoses=["J069"] * 13), "WRITE_REPEAT", "HI12-2"),
    ("a diagnosis with its dot", claim(diagnoses=["J06.9"]), "WRITE_FORMAT", "HI01-2"),
    ("a pointer past the last diagnosis", claim(lines=[line(1, diagnosis_pointers="1:3")]), "WRITE_POINTER", "SV107"),
    ("five pointers", claim(lines=[line(1, diagnosis_pointers="1:2:3:4:5")]), "WRITE_USAGE", "SV1"),
    ("no pointer", claim(lines=[line(1, diagnosis_pointers="")]), "WRITE_MISSING", "SV107-1"),
    ("five modifiers", claim(lines=[line(1, modifiers="25:59:GA:GY:GZ")]), "WRITE_REPEAT", "SV101-6"),
    ("a modifier of three characters", claim(lines=[line(1, modifiers="250")]), "WRITE_LENGTH", "SV101-3"),
    ("no procedure code", claim(lines=[line(1, procedure_code=None)]), "WRITE_MISSING", "SV101-2"),
    ("a last day without a first", claim(lines=[line(1, service_from_on=None)]), "WRITE_MISSING", "DTP03"),
    ("a line without a source line", claim(lines=TWO, service_lines={1: {}}), "WRITE_LINE", "LX01"),
    ("a line number of 51 characters", claim(lines=[line(1, line_control_number="Z" * 51)]), "WRITE_LENGTH", "REF02"),
    ("a drug without a unit", _source(ndc="00002143380", ndc_units=1), "WRITE_MISSING", "CTP05-1"),
    ("an unknown drug unit", _source(ndc="00002143380", ndc_units=1, ndc_unit_type="Z"), "WRITE_CODE", "CTP05-1"),
    ("a note of 81 characters", _source(line_note="Z" * 81), "WRITE_LENGTH", "NTE02"),
    ("text that is not JSON", _source(line_supplement="{Z"), "WRITE_JSON", ""),
    ("a list where an object is due", _source(line_supplement=as_json([1])), "WRITE_JSON", ""),
    ("a word where an object is due", _source(line_supplement=as_json({"ambulance": "Z"})), "WRITE_JSON", ""),
    (
        "an amount in words",
        claim(encounter={"contract_info": as_json({"type": "02", "amount": "Z"})}),
        "WRITE_JSON",
        "",
    ),
    *(
        (f"an unknown key of {what}", rows, "WRITE_JSON", "")
        for what, rows in (
            ("a supplement", claim(encounter={"supplement": as_json({"Zeppelin": 1})})),
            ("an ambulance", _source(line_supplement=as_json({"ambulance": {"reason_code": "A", "Zone": 1}}))),
            ("a form's answer", _source(line_supplement=as_json({"forms": [{"answers": [{"Zone": 1}]}]}))),
            ("a contract", claim(encounter={"contract_info": as_json({"type": "02", "Zone": 1})})),
            ("a price", _source(line_pricing=as_json({"methodology": "01", "Zone": 1}))),
            ("a procedure", _cob(adjudicated_procedure=as_json({"code": "99213", "Zone": 1}))),
        )
    ),
    (
        "days of equipment that is not named",
        _source(line_supplement=as_json({"dme": {"days": 30}})),
        "WRITE_MISSING",
        "SV501-2",
    ),
    (
        "months that nobody certified",
        _source(line_supplement=as_json({"dme": {"months": 3}})),
        "WRITE_MISSING",
        "CR301",
    ),
    ("a number of an unknown payer", _source(line_referrals=as_json([["T", "Z9"]])), "WRITE_COVERAGE", "REF04-2"),
    (
        "an ambulance without a reason",
        _source(line_supplement=as_json({"ambulance": {"miles": 1}})),
        "WRITE_MISSING",
        "CR104",
    ),
    (
        "a paper without its number",
        claim(attachments=[{"line_number": None, "report_type": "OZ", "transmission": "FX"}]),
        "WRITE_MISSING",
        "PWK06",
    ),
    (
        "eleven papers",
        claim(attachments=[{"line_number": None, "report_type": "OZ", "transmission": "AA"}] * 11),
        "WRITE_REPEAT",
        "PWK",
    ),
    ("a line that the first payer left unbalanced", _cob(paid_amount_cents=8001), "WRITE_UNBALANCED", "SVD02"),
    (
        "three causes of an accident",
        claim(encounter={"accident_auto": True, "accident_employment": True, "accident_other": True}),
        "WRITE_REPEAT",
        "CLM11-3",
    ),
    (
        "a state without an accident of a car",
        claim(encounter={"accident_other": True, "accident_state": "MA"}),
        "WRITE_USAGE",
        "CLM11-4",
    ),
    ("a country without an accident", claim(encounter={"accident_country": "CA"}), "WRITE_USAGE", "CLM11-5"),
    *(
        (f"{column} alone", claim(encounter={column: value}), "WRITE_MISSING", place)
        for column, value, place in (
            ("anesthesia_procedure_2", "00102", "HI01-2"),
            ("claim_note_code", "ADD", "NTE02"),
            ("epsdt_referral_codes", as_json(["AV"]), "CRC02"),
        )
    ),
    *(
        (f"{column} alone", _source(**{column: value}), "WRITE_MISSING", place)
        for column, value, place in (
            ("rx_number", "Z1", "LIN03"),
            ("ndc_units", Decimal(1), "LIN03"),
            ("ndc_unit_type", "ML", "LIN03"),
            ("drug_qualifier", "N4", "LIN03"),
            ("rx_number_qual", "XZ", "REF02"),
            ("purchased_service_amount_cents", 500, "PS101"),
            ("test_date_qual", "738", "DTP03"),
            ("line_note_code", "ADD", "NTE02"),
        )
    ),
    ("an extension without a telephone", _provider("GROUP", phone=None, phone_ext="12"), "WRITE_MISSING", "PER04"),
    (
        "an extension of a place without a telephone",
        replace(_provider("CLINIC", phone_ext="12"), encounter=claim().encounter | {"service_facility_key": "CLINIC"}),
        "WRITE_MISSING",
        "PER04",
    ),
    (
        "a paper of an unknown line",
        claim(attachments=[{"line_number": 9, "report_type": "OZ", "transmission": "AA"}]),
        "WRITE_LINE",
        "PWK06",
    ),
    *(
        (f"{what} of {units}", change(Decimal(units)), "WRITE_FORMAT", place)
        for what, change, place in (
            ("units", lambda units: claim(lines=[line(1, units=units)]), "SV104"),
            ("units paid", lambda units: _cob(paid_units=units), "SVD05"),
            ("units adjusted", lambda units: _adjusted(quantity=units), "CAS04"),
            ("a weight", lambda units: claim(patient={"weight_lb": units}), "PAT08"),
            ("patients", lambda units: _source(ambulance_patient_count=units), "QTY02"),
        )
        for units in ("1.2345", "1234567890123", "123456789012345")
    ),
    ("a second decision on a line", _more(cob_lines={}), "WRITE_REPEAT", "SVD02"),
    ("a second decision in full", _more(cob_lines={"paid_amount_cents": 3550}), "WRITE_REPEAT", "SVD02"),
    ("a decision on an unknown line", _more(cob_lines={"line_number": 9}), "WRITE_LINE", "SVD02"),
    ("a decision of an unknown payer", _more(cob_lines={"payer_rank": "T"}), "WRITE_COVERAGE", "SVD02"),
    ("a decision of the payer itself", _more(cob_lines={"payer_rank": "S"}), "WRITE_COVERAGE", "SVD02"),
    ("an adjustment of an unknown line", _more(cob_adjustments={"line_number": 9}), "WRITE_LINE", "CAS03"),
    ("an adjustment of an unknown payer", _more(cob_adjustments={"payer_rank": "T"}), "WRITE_COVERAGE", "CAS03"),
    (
        "a claim's adjustment of an unknown payer",
        _more(cob_adjustments={"payer_rank": "T", "line_number": None}),
        "WRITE_COVERAGE",
        "CAS03",
    ),
    (
        "an adjustment of an undecided line",
        replace(secondary(), cob_lines=secondary().cob_lines[:1]),
        "WRITE_LINE",
        "CAS03",
    ),
    (
        "adjustments of lines and no decision",
        replace(secondary(), cob_lines=[]),
        "WRITE_LINE",
        "CAS03",
    ),
    ("a decision on a line that is not billed", _unbilled(), "WRITE_LINE", "SVD02"),
    ("a line bundled into one that is not billed", _cob(bundled_into_line=3), "WRITE_LINE", "SVD06"),
    (
        "a bundled line that does not balance",
        _cob(paid_amount_cents=1, bundled_into_line=2),
        "WRITE_UNBALANCED",
        "SVD02",
    ),
    ("a payer that left the claim unbalanced", _prior(prior_paid_amount_cents=7999), "WRITE_UNBALANCED", "AMT02"),
    ("a payer without what it paid", _prior(prior_paid_amount_cents=None), "WRITE_UNBALANCED", "AMT02"),
    ("a payment of the whole claim alone", _prior(cob_lines=[], cob_adjustments=[]), "WRITE_UNBALANCED", "AMT02"),
    ("a payment below zero", _prior(prior_paid_amount_cents=-1, **_all_adjusted(15_551)), "WRITE_FORMAT", "AMT02"),
    ("a decision without its amount", _cob(paid_amount_cents=None), "WRITE_MISSING", "SVD02"),
    ("an adjustment without its amount", _adjusted(amount_cents=None), "WRITE_MISSING", "CAS03"),
    ("a reason without its code", _prior(**_all_adjusted(7_550, "")), "WRITE_MISSING", "CAS02"),
    ("five modifiers of a decision", _decided_on(modifiers=["25", "59", "GA", "GY", "GZ"]), "WRITE_REPEAT", "SVD03-6"),
    ("a gap among modifiers", claim(lines=[line(1, modifiers="25::59")]), "WRITE_MISSING", "SV101-6"),
    ("a pointer twice", claim(lines=[line(1, diagnosis_pointers="1:1")]), "WRITE_REPEAT", "SV107"),
    ("a diagnosis twice", claim(diagnoses=["J069", "J069"]), "WRITE_REPEAT", "HI"),
    (
        "a control number of two lines",
        claim(lines=[line(1), line(2) | {"line_control_number": "C0000000001L01"}]),
        "WRITE_REPEAT",
        "REF02",
    ),
    ("two lines of one charge line", _one_source(), "WRITE_REPEAT", "LX01"),
    ("two other payers of one id", _alike(), "WRITE_COVERAGE", "SVD01"),
    ("a hospice employee who is text", _source(line_supplement=as_json({"hospice_employee": "N"})), "WRITE_JSON", ""),
    (
        "a condition that nobody affirmed",
        claim(encounter={"supplement": as_json({"vision": [{"category": "E1", "codes": ["L1"]}]})}),
        "WRITE_MISSING",
        "CRC02",
    ),
    (
        "a form without answers",
        _source(line_supplement=as_json({"forms": [{"list_code": "UT", "form_id": "1.02"}]})),
        "WRITE_MISSING",
        "FRM01",
    ),
    (
        "eleven other payers",
        claim(coverages=[COVERAGE | {"payer_rank": rank} for rank in "PSTABCDEFGHU"]),
        "WRITE_REPEAT",
        "SBR01",
    ),
    ("a key twice", _source(line_supplement='{"forms": [], "forms": []}'), "WRITE_JSON", ""),
    ("a payer's state alone", claim(coverage={"payer_state": "MA"}), "WRITE_MISSING", "N301"),
    ("a subscriber's address without its city", claim(coverage={"subscriber_city": None}), "WRITE_MISSING", "N401"),
    (
        "a state and another subdivision",
        claim(coverage={"subscriber_country_subdivision": "ON"}),
        "WRITE_USAGE",
        "N407",
    ),
    (
        "file information with a delimiter",
        claim(encounter={"file_information": as_json(["A*B"])}),
        "WRITE_CHARACTER",
        "K301",
    ),
    ("sales tax below zero", _source(sales_tax_cents=-5), "WRITE_FORMAT", "AMT02"),
    ("a charge below zero", claim(lines=[line(1), line(2, -1)]), "WRITE_FORMAT", "SV102"),
    ("a total below zero", claim(lines=[line(1, -1)]), "WRITE_FORMAT", "CLM02"),
    ("no units at all", claim(lines=[line(1, units=Decimal(0))]), "WRITE_FORMAT", "SV104"),
    ("units below zero", claim(lines=[line(1, units=Decimal(-1))]), "WRITE_FORMAT", "SV104"),
    ("a line that ends before it begins", claim(lines=[line(1, service_to_on=EARLIER)]), "WRITE_FORMAT", "DTP03"),
    (
        "a disability that ends before it begins",
        claim(encounter={"disability_from": date(2026, 2, 1), "disability_to": EARLIER}),
        "WRITE_FORMAT",
        "DTP03",
    ),
    ("a decision without its date", _cob(adjudication_date=None), "WRITE_MISSING", "DTP03"),
]


@pytest.mark.parametrize(("rows", "code", "place"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_claim_is_refused(rows, code, place):
    with pytest.raises(Fault) as raised:
        write_837p(ENVELOPE, [rows])
    fault = raised.value
    assert (fault.code, fault.segment + fault.element) == (code, place)
    assert fault.claim_id == rows.version["claim_id"]
    assert f"claim {fault.claim_id}" in fault.message
    assert fault.remedy
    if code != "WRITE_CODE":  # which lists the codes that may stand there
        assert "Z" not in fault.message.replace("ZIP", "")  # every wrong value above is made of Z
    assert not {"ALDERBY", "U08838576", "2014", "GULL"} & set(fault.message.upper().split())


def test_a_refused_claim_names_the_element():
    with pytest.raises(Fault, match="Patient Birth Date"):
        write_837p(ENVELOPE, [dependent(patient={"birth_date": None})])


def test_the_others_are_written_without_the_refused_one():
    claims = [claim("good"), claim("bad", diagnoses=[])]
    with pytest.raises(Fault) as raised:
        write_837p(ENVELOPE, claims)
    kept = [rows for rows in claims if rows.version["claim_id"] != raised.value.claim_id]
    assert [span.claim_id for span in write_837p(ENVELOPE, kept).spans] == ["good"]


def test_the_first_refused_claim_is_named_though_a_later_one_fails_in_an_earlier_step():
    late = claim("late", lines=[line(1, service_from_on=None, service_to_on=None)])
    early = claim("early", coverages=[])
    for claims, named in (([claim("good"), late, early], "late"), ([claim("good"), early, late], "early")):
        with pytest.raises(Fault) as raised:
            write_837p(ENVELOPE, claims)
        assert raised.value.claim_id == named
        assert raised.value.message.count("claim ") == 1


def test_the_first_fault_of_a_claim_is_told():
    rows = claim(
        lines=[line(1, service_from_on=None, service_to_on=None)], version={"total_charge_cents": 1}, diagnoses=[]
    )
    with pytest.raises(Fault, match="has no diagnosis"):
        write_837p(ENVELOPE, [rows])


@pytest.mark.parametrize("number", ["A-1", "Z" * 51, "É1", "A*1", "", None])
def test_a_control_number_of_a_line_is_checked(number):
    rows = claim(lines=[line(1, line_control_number=number)])
    if number == "A-1":
        assert b"REF*6R*A-1~" in write_837p(ENVELOPE, [rows]).content
    else:
        with pytest.raises(Fault, match=r"line 1: Line Item Control Number"):
            write_837p(ENVELOPE, [rows])


@pytest.mark.parametrize("field", ["sender_id", "receiver_id"])
def test_an_envelope_that_does_not_fit_is_refused(field):
    with pytest.raises(Fault, match="WRITE_LENGTH"):
        write_837p(replace(ENVELOPE, **{field: "X" * 16}), [claim()])
    with pytest.raises(Fault, match="WRITE_LENGTH"):
        write_837p(replace(ENVELOPE, interchange_control_number=10**9), [claim()])


def test_a_batch_of_nothing_or_of_a_claim_twice_is_refused():
    with pytest.raises(Fault, match=r"WRITE_MISSING.*a batch of no claims"):
        write_837p(ENVELOPE, [])
    with pytest.raises(Fault, match=r"WRITE_REPEAT.*CLM01.*stands twice"):
        write_837p(ENVELOPE, [claim("a"), claim("b"), claim("a")])


def test_a_decision_is_on_the_line_s_own_kind_of_code():
    rows = secondary()
    rows = replace(rows, service_lines={number: {"procedure_qualifier": "IV"} for number in (1, 2)})
    segments = split(write_837p(ENVELOPE, [rows]).content)
    assert [s[3] for s in of(segments, "SVD")] == [s[1] for s in of(segments, "SV1")] == ["IV:99213"] * 2


def test_a_date_and_a_liability_beside_a_decision_of_nothing_on_an_unbilled_line_are_of_the_claim():
    rows = _unbilled(adjusted=0)
    first = {"prior_adjudication_date": date(2026, 2, 20), "prior_remaining_liability_cents": 4000}
    nothing = [rows.cob_lines[1] | {"remaining_liability_cents": 0}]
    whole = [row | {"line_number": None} for row in rows.cob_adjustments[:-1]]
    coverages = [rows.coverages[0] | first, SECOND]
    segments = split(
        write_837p(ENVELOPE, [replace(rows, coverages=coverages, cob_lines=nothing, cob_adjustments=whole)]).content
    )
    assert (len(of(segments, "DTP", "573")), of(segments, "AMT", "EAF")) == (1, [["AMT", "EAF", "40"]])


def test_a_bundled_line_names_the_line_of_the_claim():
    """Charge line 2 is not billed: charge line 3 is the claim's second."""
    rows = secondary(lines=[line(1), line(2, 3550, source_line_number=3)])
    rows = replace(
        rows,
        service_lines=rows.service_lines | {3: {"unit_type": "UN"}},
        cob_lines=[rows.cob_lines[0] | {"bundled_into_line": 3}, rows.cob_lines[1] | {"line_number": 3}],
        cob_adjustments=[*rows.cob_adjustments[:-1], rows.cob_adjustments[-1] | {"line_number": 3}],
    )
    assert of(split(write_837p(ENVELOPE, [rows]).content), "SVD")[0][-1] == "2"


def test_a_decision_of_nothing_on_a_line_that_is_not_billed_is_none():
    written = split(write_837p(ENVELOPE, [_unbilled(adjusted=0)]).content)
    assert [s for s in written if s[0] in ("SVD", "CAS")] == [
        ["SVD", "UNIT3", "80", "HC:99213", "", "1"],
        ["CAS", "CO", "45", "25"],
        ["CAS", "PR", "2", "10", "", "1", "5"],
    ]
    without = _unbilled(adjusted=0)
    unpaid = {column: value for column, value in without.cob_lines[1].items() if column != "paid_amount_cents"}
    assert split(write_837p(ENVELOPE, [replace(without, cob_lines=[without.cob_lines[0], unpaid])]).content) == written
    for rows in (_unbilled(1, 0), _unbilled(0, 0, remaining_liability_cents=1), _unbilled(0, 0, line_number=9)):
        with pytest.raises(Fault, match=r"decided on charge line [29], which is not in the claim"):
            write_837p(ENVELOPE, [rows])


def test_a_refused_decision_leaves_the_other_claims():
    good, bad = replace(secondary(), version=secondary().version | {"claim_id": "good"}), _more(cob_lines={})
    with pytest.raises(Fault) as raised:
        write_837p(ENVELOPE, [good, bad])
    assert raised.value.claim_id == "second"
    assert [span.claim_id for span in write_837p(ENVELOPE, [good]).spans] == ["good"]


def test_date_and_remaining_liability_stand_at_one_level():
    rows = secondary()
    first = rows.coverages[0] | {
        "prior_adjudication_date": date(2026, 2, 20),
        "prior_remaining_liability_cents": 1500,
    }
    rows = replace(rows, coverages=[first, rows.coverages[1]])
    by_line = replace(rows, cob_lines=[row | {"remaining_liability_cents": 1500} for row in rows.cob_lines])
    by_claim = replace(
        rows, cob_lines=[], cob_adjustments=[row | {"line_number": None} for row in rows.cob_adjustments]
    )
    for written, levels in ((by_line, ["SVD", "SVD"]), (by_claim, ["SBR"])):
        segments = split(write_837p(ENVELOPE, [written]).content)
        liabilities = [i for i, s in enumerate(segments) if s[:2] == ["AMT", "EAF"]]
        dates = [s for s in segments if s[:2] == ["DTP", "573"]]
        assert len(liabilities) == len(dates) == len(levels)


def test_more_than_six_reasons_go_on_in_a_second_segment_and_zeros_are_left_out():
    adjusted = [
        {"payer_rank": "P", "line_number": None, "group_code": "CO", "reason_code": str(n), "amount_cents": cents}
        for n, cents in enumerate([100, 0, 100, 100, 100, 100, 100, 100], start=1)
    ]
    rows = secondary(cob_lines=[], cob_adjustments=adjusted)
    rows = replace(rows, coverages=[rows.coverages[0] | {"prior_paid_amount_cents": 14_850}, SECOND])
    found = [s for s in split(write_837p(ENVELOPE, [rows]).content) if s[0] == "CAS"]
    assert found == [
        ["CAS", "CO", "1", "1", "", "3", "1", "", "4", "1", "", "5", "1", "", "6", "1", "", "7", "1"],
        ["CAS", "CO", "8", "1"],
    ]
