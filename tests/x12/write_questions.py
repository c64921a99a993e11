"""Made-up questions (270, 276), requests (278) and receipts (999, TA1) for the writers' tests."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tasks.x12.inquiry import Inquiry
from tasks.x12.receipt import ElementError, GroupReceipt, SegmentError, TransactionReceipt
from tasks.x12.review_request import Delivery, Member, Party, ReviewRequest, ReviewService
from tasks.x12.status_inquiry import Person, StatusInquiry, StatusLine

ON, UNTIL = date(2026, 3, 2), date(2026, 3, 4)
INQUIRY = Inquiry(
    "T1", "UNIT3", "Summit Mutual", "1999900016", "Harbor Family Medicine", "2", "Alderby", "Tobin", "U08838576",
    date(1977, 3, 20), "M", ON,
)  # fmt: skip
CHILD_INQUIRY = replace(
    INQUIRY, dependent_last_name="Alderby", dependent_first_name="Soren", dependent_birth_date=date(2014, 7, 5),
    dependent_sex="M", relationship_code="19",
)  # fmt: skip

PARENT = Person("Alderby", "Tobin", "Q", "SR", date(1977, 3, 20), "M", "U08838576")
CHILD = Person("Alderby", "Soren", "X", "III", date(2014, 7, 5), "U")
LINE = StatusLine("99213", 12000, Decimal("1.500"), ON, UNTIL, ("25", "59", "GA", "GY"), "HC", "0300", "C1L01")
STATUS = StatusInquiry(
    "S1", "UNIT3", "Summit Mutual", "1999900016", "Vantree", "1", PARENT, ON, UNTIL, 12050,
    provider_first_name="Odalys", payer_claim_number="ICN1", patient_control_number="C0000000001", bill_type="111",
    location_number="L1", group_number="G1", prescription_number="RX1", clearinghouse_number="CH1", lines=(LINE, LINE),
)  # fmt: skip
CHILD_STATUS = replace(STATUS, trace_number="S2", dependent=CHILD)

HOME = Party("1P", "2", "Harbor Family Medicine", "1999900016", taxonomy="261QP2300X")
DOCTOR = Party("SJ", "1", "Vantree", "1999900115", "Odalys", "B", "JR", "207Q00000X")
WEEKLY = Delivery("VS", Decimal(3), "WK", 1, "26", 4)
THERAPY = ReviewService(
    "97110", ("GP", "KX", "59", "76"), Decimal(12), 12050, ON, UNTIL, trace_number="R1S1", delivery=WEEKLY,
)  # fmt: skip
REQUEST = ReviewRequest(
    "R1", "UNIT3", "Summit Mutual", replace(HOME, first_name="", entity_type="2"),
    Member("Alderby", "Tobin", date(1977, 3, 20), "M", "U08838576", middle_name="Q", suffix="SR"),
    ("J069", "R05", "Z23", "E119", "I10", "M545", "N390", "K219", "F329", "G4700", "H6690", "L309"),
    (THERAPY, ReviewService("97140")),
    Member("Alderby", "Soren", date(2014, 7, 5), "M", relationship_code="19", middle_name="X", suffix="III"),
    "Desk", "5085550100", service_type_code="PT", place_of_service="11", level_of_service_code="U",
    authorization_number="A1", reference_number="N1", accident_on=ON, onset_on=ON, event_from_on=ON, event_to_on=UNTIL,
    admission_on=ON, delivery=WEEKLY, message="Please hurry", providers=(DOCTOR, replace(DOCTOR, role_code="DK")),
)  # fmt: skip
BY_PERSON = replace(
    REQUEST, trace_number="R2", dependent=None, services=(),
    requester=Party("1P", "1", "Vantree", "1999900115", "Odalys", "B", "JR"),
)  # fmt: skip

BAD_ELEMENT = ElementError(2, "7", component=1, repetition=1, reference_number=1029)
BAD_SEGMENT = SegmentError("CLP", 12, "8", "2100", (BAD_ELEMENT, ElementError(4, "1")))
GOOD = TransactionReceipt("835", "0001")
NOTED = TransactionReceipt("835", "0002", "005010X221A1", (SegmentError("PER", 9, "I6", "1000"),))
BAD = TransactionReceipt("835", "0003", errors=(BAD_SEGMENT,), codes=("1", "2", "3", "4"), is_used=False)
GROUP = GroupReceipt("HP", 7, "005010X221A1", (GOOD, NOTED, BAD), 4, ("5", "4", "3", "2", "1"))
