"""Files of contracts and of Medicare become rows by their headings; what cannot be read names its line."""

from datetime import date
from decimal import Decimal

import pytest

from schemas.errors import HomeFault
from tasks.contracts.schedules import ScheduleFault, read_schedule
from tasks.contracts.schedules import read_schedule as read
from tasks.stores.fee_schedules import keep_schedule, load_schedules
from tasks.stores.warehouse import writer

D = date(2026, 1, 1)
OLD = (
    ",,invented file in the layout of a release,,,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n"
    ",,,STATUS,MEDICARE,WORK,NON-FAC,NA,FACILITY,NA,MP,NON-FACILITY,FACILITY,PCTC,GLOB,PRE,INTRA,POST,MULT,BILAT,ASST,CO-,TEAM,ENDO,CONV,"
    "DIAGNOSTIC,CALCULATION,FAMILY,PAYMENT,PAYMENT,PAYMENT\r\n"
    "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG,BASE,FACTOR,"
    "PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT\r\n"
    '99999,,"Words, of others",A,,1.30,1.33,,0.56,,0.10,2.73,1.96,0,XXX,0,0,0,0,1,2,0,0,,33.2875,09,0,99,0.00,0.00,0.00\r\n'
    "99998,26,Words,R,,0.22,0.08,,0.08,NA,0.01,0.31,0.31,1,XXX,0,0,0,2,0,1,0,0,,33.2875,09,0,99,2.69,2.69,0.05\r\n"
)
NEW = (
    OLD.replace("TEAM,ENDO,", "TEAM,PRIC,ENDO,")
    .replace("SURG,BASE", "SURG,IND,BASE")
    .replace(",0,0,,33.2875", ",0,0,0,,33.2875")
)
GPCI = (
    "invented\n,,\nMedicare Administrative Contractor (MAC),State,Locality Number,Locality Name,2026 PW GPCI (with 1.0 Floor),2026 PE GPCI,2026 MP GPCI\n"
    "9202,PR,20,SOMEWHERE,1,0.869,0.575\n,,,a note,,,\n"
)
FEES = "payer_id,procedure_code,modifier,place_of_service,effective_from,effective_to,allowed,percent_of_charge,percent_of_medicare\n"


@pytest.mark.parametrize("text", [OLD, NEW], ids=["2024", "2026"])
def test_relative_values_are_found_by_their_stacked_headings_and_no_words_are_kept(text):
    schedule = read_schedule(text.encode("cp1252"), "ab", D)
    assert schedule.kind == "rvu"
    first, second = schedule.rows
    assert (first["procedure_code"], first["modifier"], first["status_code"]) == ("99999", "", "A")
    assert [first[f"{part}_rvu"] for part in ("work", "office", "facility", "malpractice")] == [
        Decimal("1.30"), Decimal("1.33"), Decimal("0.56"), Decimal("0.10"),
    ]  # fmt: skip
    assert (first["multiple_code"], first["bilateral_code"], first["assistant_code"]) == ("0", "1", "2")
    assert (first["conversion_factor"], first["has_hospital_cap"], second["has_hospital_cap"]) == (
        Decimal("33.2875"),
        False,
        True,
    )
    assert "Words" not in str(schedule.rows)


def test_gpci_gives_localities_by_contractor_and_number():
    schedule = read_schedule(GPCI.encode(), "ab", D)
    assert schedule.kind == "gpci"
    assert [(r["locality"], r["work_index"], r["practice_index"], r["malpractice_index"]) for r in schedule.rows] == [
        ("09202-20", Decimal(1), Decimal("0.869"), Decimal("0.575"))
    ]


def test_a_fee_schedule_says_amounts_and_percents():
    text = FEES + "P1,99213,,11,2026-01-01,2026-12-31,92.05,,\nP1,,,,,,,,120\nP1,97110,GP,F,2026-01-01,,,62.5,\n"
    rows = read_schedule(text.encode(), "ab", D).rows
    assert [(r["basis"], r["fee_cents"], r["percent"]) for r in rows] == [
        ("fee", 9205, None), ("percent_of_medicare", None, Decimal(120)), ("percent_of_charge", None, Decimal("62.5")),
    ]  # fmt: skip
    assert [r["valid_from"] for r in rows] == [D, D, D]
    assert rows[0]["file_line"] == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FEES + "P1,99213,,,2026-01-01,,92.05,62.5,\n", "line 2"),
        (FEES + "P1,99213,,,2026-01-01,,92.055,,\n", "line 2"),
        (FEES + "P1,,,,2026-01-01,,92.05,,\n", "line 2"),
        (FEES + "P1,99213,,,2026-02-30,,92.05,,\n", "line 2"),
        (FEES, "no row"),
        ("a,b\n1,2\n", "no heading"),
        (OLD.replace("WORK", "LABOR"), "WORK RVU"),
        (GPCI.replace("2026 MP GPCI", "2026 PE GPCI"), "PE GPCI"),
    ],
)
def test_what_cannot_be_read_is_refused_and_named(text, said):
    with pytest.raises(ScheduleFault, match=said):
        read_schedule(text.encode(), "ab", D)


def test_a_medicare_file_needs_its_first_date():
    with pytest.raises(ScheduleFault, match="--effective"):
        read_schedule(OLD.encode(), "ab", None)


TERMS = "payer_id,effective_from,effective_to,locality,payment_rules,is_lesser_of_charge,tolerance_cents,tolerance_percent\nP1,2026-01-01,,,none,Y,0,1\n"


def test_files_are_loaded_once_kept_in_the_vault_and_taken_out_again_with_the_file(tmp_path):
    fees = keep_schedule(tmp_path, "my fees.csv", (FEES + "P1,99213,,,,,92.05,,\n").encode(), D, "fees")
    keep_schedule(tmp_path, "terms.csv", TERMS.encode(), D, "terms")
    assert fees.name == "fees_2026-01-01_my_fees.csv"
    with writer(tmp_path) as warehouse:
        assert load_schedules(warehouse, tmp_path, read, D) == 2
        assert load_schedules(warehouse, tmp_path, read, D) == 0
        assert warehouse.rows("select payer_id, fee_cents, valid_from from contracts.fee") == [
            {"payer_id": "P1", "fee_cents": 9205, "valid_from": D}
        ]
        digest = warehouse.value("select file_sha256 from contracts.fee")
        assert (tmp_path / "vault" / digest[:2] / digest).read_bytes() == fees.read_bytes()
        fees.unlink()
        assert load_schedules(warehouse, tmp_path, read, D) == 1
        assert warehouse.rows("select * from contracts.fee") == []


def test_fees_without_terms_and_one_name_for_two_files_are_refused(tmp_path):
    keep_schedule(tmp_path, "a.csv", (FEES + "P1,99213,,,,,92.05,,\n").encode(), D, "fees")
    with pytest.raises(HomeFault, match="without terms"), writer(tmp_path) as warehouse:
        load_schedules(warehouse, tmp_path, read, D)
    with pytest.raises(HomeFault, match="another file"):
        keep_schedule(tmp_path, "a.csv", (FEES + "P1,99214,,,,,92.05,,\n").encode(), D, "fees")
