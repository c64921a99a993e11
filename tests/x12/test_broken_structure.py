"""A sound file of every kind with one segment broken, lost, doubled or moved: its rows stay the same, or somebody is told.

Told means a Fault, a failed verdict, or a tolerance that the sound file does not need. What is broken is structure: the id of a
segment, and levels, traces, statuses, benefits, refusals, decisions and lines as a whole. What stands in an element is not asked.
"""

from string import ascii_uppercase, digits

import pytest

from schemas.errors import Fault
from tasks.x12.acknowledgment import read_277ca
from tasks.x12.eligibility_answer import read_271
from tasks.x12.envelope import read_x12
from tasks.x12.inquiry_reading import read_270, read_276
from tasks.x12.professional_reading import read_837p
from tasks.x12.review import read_278
from tasks.x12.status_answer import read_277
from tasks.x12.summary import summarize

from .answer_bytes import file_of
from .remittance_bytes import NIGHT

SHA = "cd" * 32
PEOPLE = """NM1*PR*2*PLAN*****PI*P1|HL*2*1*21*1|NM1*1P*2*CLINIC*****XX*1234567893|"""
SOUND = {
    "270": (
        "HS",
        "005010X279A1",
        "BHT*0022*13*X*20260301*1200|HL*1**20*1|" + PEOPLE + "HL*3*2*22*0|TRN*1*T1*9US|NM1*IL*1*DOE*JOHN****MI*MEM1|"
        "DMG*D8*19700101*M|DTP*291*D8*20260301|EQ*30|HL*4*2*22*1|NM1*IL*1*ROE*JANE****MI*MEM2|HL*5*4*23*0|TRN*1*T2*9US|"
        "NM1*03*1*ROE*JILL|INS*N*19|DTP*291*D8*20260302|EQ*98|HL*6*2*22*0|TRN*1*T3*9US|NM1*IL*1*POE*JIM****MI*MEM3|EQ*30",
    ),
    "271": (
        "HB",
        "005010X279A1",
        "BHT*0022*11*X*20260301*1200|HL*1**20*1|" + PEOPLE + "HL*3*2*22*0|TRN*2*T1*9US|NM1*IL*1*DOE*JOHN****MI*MEM1|"
        "DMG*D8*19700101*M|EB*1**30|EB*B*IND*98***27*20*****Y|EB*C*IND*30***23*500|HL*4*2*22*0|TRN*2*T2*9US|"
        "NM1*IL*1*ROE*JANE****MI*MEM2|EB*6**30|EB*B*IND*98***27*45*****Y|MSG*ENDED|HL*5*2*22*1|NM1*IL*1*POE*JIM****MI*MEM3|"
        "HL*6*5*23*0|TRN*2*T3*9US|TRN*1*THEIRS*9PLAN|NM1*03*1*POE*JILL|EB*1**30|LS*2120|NM1*P3*1*DOC*A|LE*2120|"
        "HL*7*2*22*0|TRN*2*T4*9US|NM1*IL*1*LOE*LEO****MI*MEM4|AAA*N**75*C",
    ),
    "276": (
        "HR",
        "005010X212",
        "BHT*0010*13*X*20260301*1200|HL*1**20*1|NM1*PR*2*PLAN*****PI*P1|HL*2*1*21*1|NM1*41*2*US*****46*S1|HL*3*2*19*1|"
        "NM1*1P*2*CLINIC*****XX*1234567893|HL*4*3*22*0|DMG*D8*19700101*M|NM1*IL*1*DOE*JOHN****MI*MEM1|TRN*1*T1|REF*1K*ICN1|"
        "AMT*T3*200|DTP*472*D8*20260201|HL*5*3*22*1|NM1*IL*1*ROE*JANE****MI*MEM2|HL*6*5*23|NM1*QC*1*ROE*JILL|TRN*1*T2|"
        "AMT*T3*100|DTP*472*D8*20260202|SVC*HC:99213*100*****1|DTP*472*D8*20260202|TRN*1*T3|AMT*T3*50",
    ),
    "277": (
        "HN",
        "005010X212",
        "BHT*0010*08*X*20260301*1200*DG|HL*1**20*1|NM1*PR*2*PLAN*****PI*P1|HL*2*1*21*1|NM1*41*2*US*****46*S1|HL*3*2*19*1|"
        "NM1*1P*2*CLINIC*****XX*1234567893|HL*4*3*22*0|NM1*IL*1*DOE*JOHN****MI*MEM1|TRN*2*T1|STC*F1:65*20260301**200*80|"
        "REF*1K*ICN1|SVC*HC:99213*200*80****1|STC*F1:65*20260301|TRN*2*T2|STC*P1:20*20260301**90|HL*5*3*22*1|"
        "NM1*IL*1*ROE*JANE****MI*MEM2|HL*6*5*23|NM1*QC*1*ROE*JILL|TRN*2*T3|STC*F2:65*20260301**100*0|REF*EJ*PCN3|"
        "SVC*HC:97110*100*0****1|STC*F2:88*20260301|HL*7*3*22*0|NM1*IL*1*POE*JIM****MI*MEM3|TRN*2*T4|STC*A4:35*20260301",
    ),
    "277CA": (
        "HN",
        "005010X214",
        "BHT*0085*08*X*20260301*1200*TH|HL*1**20*1|NM1*PR*2*PLAN*****PI*P1|TRN*1*R1|DTP*050*D8*20260301|HL*2*1*21*1|"
        "NM1*41*2*US*****46*S1|TRN*2*BATCH1|STC*A1:19:PR*20260301*WQ*390|QTY*90*2|QTY*AA*1|AMT*YU*290|AMT*YY*100|HL*3*2*19*1|"
        "NM1*85*2*CLINIC*****XX*1234567893|TRN*1*0|STC*A1:19:PR**WQ*390|QTY*QA*2|QTY*QC*1|AMT*YU*290|AMT*YY*100|HL*4*3*PT|"
        "NM1*QC*1*DOE*JOHN****MI*MEM1|TRN*2*PCN1|STC*A2:20:PR*20260301*WQ*200|REF*1K*ICN1|DTP*472*D8*20260201|HL*5*3*PT|"
        "NM1*QC*1*ROE*JANE****MI*MEM2|TRN*2*PCN2|STC*A7:562:85*20260301*U*100|DTP*472*D8*20260201|SVC*HC:99213*100*****1|"
        "STC*A7:1:1**U*100|HL*6*3*PT|NM1*QC*1*POE*JIM****MI*MEM3|TRN*2*PCN3|STC*A2:20:PR*20260301*WQ*90|REF*1K*ICN3",
    ),
    "277RFI": (
        "HN",
        "005010X213",
        "BHT*0085*08*R17*20260301*0215*RQ|HL*1**20*1|NM1*PR*2*PLAN*****PI*P1|HL*2*1*21*1|NM1*41*2*US*****46*S1|HL*3*2*19*1|"
        "NM1*1P*2*CLINIC*****XX*1234567893|HL*4*3*PT|NM1*QC*1*DOE*JOHN****MI*MEM1|TRN*1*ICN1|STC*R4:19*20260301**200|REF*EJ*PCN1|"
        "SVC*HC:99213*200*0|STC*R4:20*20260301|HL*5*3*PT|NM1*QC*1*ROE*JANE****MI*MEM2|TRN*1*ICN2|STC*R3:18*20260301**90",
    ),
    "278": (
        "HI",
        "005010X217",
        "BHT*0007*11*R1*20260301*1200*18|HL*1**20*1|NM1*X3*2*PLAN*****PI*P1|HL*2*1*21*1|NM1*1P*2*CLINIC*****XX*1234567893|"
        "HL*3*2*22*1|NM1*IL*1*DOE*JOHN****MI*MEM1|HL*4*3*EV*1|TRN*2*T1*9US|UM*HS*I*1*11:B|HCR*A1*AUTH1|HI*ABK:M545|"
        "HL*5*4*SS*0|TRN*2*T1S1*9US|HCR*A3**X1|SV1*HC:99213*100*UN*1|HL*6*2*22*1|NM1*IL*1*ROE*JANE****MI*MEM2|HL*7*6*23*1|"
        "NM1*QC*1*ROE*JILL|HL*8*7*EV*1|TRN*2*T2*9US|AAA*N**33*C|UM*HS*I*1*11:B|HCR*A3**X1",
    ),
    "837P": (
        "HC",
        "005010X222A1",
        "BHT*0019*00*X*20260301*1200*CH|NM1*41*2*US*****46*S1|PER*IC*X*TE*5085550100|NM1*40*2*PLAN*****46*P1|HL*1**20*1|"
        "NM1*85*2*CLINIC*****XX*1234567893|N3*1 WAY|N4*CITY*MA*02109|REF*EI*123456789|HL*2*1*22*0|SBR*S*18*******BL|"
        "NM1*IL*1*DOE*JOHN****MI*MEM1|DMG*D8*19700101*M|NM1*PR*2*PLAN*****PI*P9|CLM*PCN1*200***11:B:1*Y*A*Y*Y|HI*ABK:J069|"
        "SBR*P*18*******CI|CAS*CO*94*5|AMT*D*120|OI***Y***Y|NM1*IL*1*DOE*JOHN****MI*MEM0|NM1*PR*2*PLAN1*****PI*P1|LX*1|"
        "SV1*HC:99213*120*UN*1***1|DTP*472*D8*20260201|SVD*P1*80*HC:99213**1|CAS*PR*1*20|CAS*CO*45*20|LX*2|"
        "SV1*HC:87070*80*UN*2***1|DTP*472*D8*20260201|SVD*P1*45*HC:87070**2|CAS*CO*45*35|CLM*PCN2*100***11:B:1*Y*A*Y*Y|"
        "HI*ABK:J069|SBR*P*18*******CI|AMT*D*100|OI***Y***Y|NM1*IL*1*DOE*JOHN****MI*MEM0|NM1*PR*2*PLAN1*****PI*P1|LX*1|"
        "SV1*HC:99213*100*UN*1***1|DTP*472*D8*20260203|SVD*P1*100*HC:99213**1|HL*3*1*22*1|SBR*P********CI|"
        "NM1*IL*1*ROE*JANE****MI*MEM3|NM1*PR*2*PLAN3*****PI*P3|HL*4*3*23*0|PAT*19|NM1*QC*1*ROE*JILL|CLM*PCN3*90***11:B:1*Y*A*Y*Y|"
        "AMT*F5*15|HI*ABK:J069|LX*1|SV1*HC:99213*90*UN*1***1|DTP*472*D8*20260203",
    ),
}
IDS = """
    AAA AMT BHT CAS CL1 CLM CLP CN1 CR1 CR2 CR3 CR5 CRC CTP CUR DMG DTM DTP EB EQ FRM HCP HCR HI HL HSD III INS K3 LE LIN LQ LS LX MEA
    MIA MOA MPI MSG N1 N2 N3 N4 NM1 NTE OI PAT PER PLB PRV PS1 PWK QTY REF SBR STC SV1 SV2 SV3 SV4 SV5 SV6 SV7 SVC SVD TOO TRN UM
"""
OWNED = {"HL", "TRN", "STC", "EB", "AAA", "HCR", "SVD", "SVC", "EQ", "UM", "CLM", "SV1", "LX", "SBR", "NM1", "AMT"}
MOVED = {"STC", "EB", "AAA", "HCR", "SVD", "SVC", "SV1", "LX", "AMT"}
READERS = {
    "270": lambda x12: read_270(x12, SHA),
    "271": lambda x12: read_271(x12, SHA, NIGHT),
    "276": lambda x12: read_276(x12, SHA),
    "277": lambda x12: read_277(x12, SHA),
    "277RFI": lambda x12: read_277(x12, SHA),
    "277CA": lambda x12: read_277ca(x12, SHA, NIGHT),
    "278": lambda x12: read_278(x12, SHA),
}
BYTES = ("byte_start", "byte_end", "file_sha256")


def written(kind, segments):
    group, version, _ = SOUND[kind]
    content = file_of(group, version, *segments, set_code=kind[:3])
    return content.replace(f"SE*{len(segments) + 2}*".encode(), f"SE*{len(segments_of(kind)) + 2}*".encode())


def segments_of(kind):
    return SOUND[kind][2].split("|")


def rows_of(kind, x12):
    """Give what the rows say of whom, without their bytes."""
    if kind in READERS:
        return [{name: value for name, value in row.items() if name not in BYTES} for row in READERS[kind](x12)]
    tables = read_837p(x12, SHA)
    people = {
        name: {
            row[f"{name}_id"]: (row["id_number"], row["last_or_org_name"], row["first_name"]) for row in tables[name]
        }
        for name in ("subscriber", "patient")
    }
    claims = {row["claim_id"]: row["patient_control_number"] for row in tables["claim"]}
    told = [
        (
            *(row[column] for column in ("patient_control_number", "charge_cents", "patient_paid_cents")),
            *(people[name].get(row[f"{name}_id"]) for name in people),
        )
        for row in tables["claim"]
    ]
    money = [
        (
            name,
            claims.get(row["claim_id"]),
            *(row[column] for column in row if column.endswith(("_cents", "payer_number"))),
        )
        for name in ("other_subscriber", "service_line", "line_adjudication", "adjustment")
        for row in tables[name]
    ]
    return told, money


def is_told(kind, content, sound):
    """Tell whether a Fault, a verdict or a tolerance speaks; None where the rows are the same."""
    rows = summarize("a.x12", content)
    if any(row["faults"] or row["tolerated"] for row in rows):
        return True
    if any(verdict["unbalanced"] for row in rows for verdict in row["balanced"].values()):
        return True
    try:
        return None if rows_of(kind, read_x12(content)) == sound else False
    except Fault:
        return "only by the reader"


def neighbours(tag):
    """Give the ids that one wrong letter makes of this one: all that some guide knows, and one that none does."""
    letters = ascii_uppercase + digits
    found = {tag[:place] + letter + tag[place + 1 :] for place in range(len(tag)) for letter in letters} - {tag}
    return sorted(found & set(IDS.split())) + [tag[:place] + "Z" + tag[place + 1 :] for place in range(len(tag))]


def with_another_id(segments):
    for place, segment in enumerate(segments):
        tag, _, rest = segment.partition("*")
        for other in neighbours(tag):
            yield (segment, other), [*segments[:place], f"{other}*{rest}", *segments[place + 1 :]]


def with_another_order(segments):
    for place, segment in enumerate(segments):
        before, behind = segments[:place], segments[place + 1 :]
        if segment.split("*")[0] in OWNED:
            yield (segment, "cut"), [*before, *behind]
            yield (segment, "doubled"), [*before, segment, segment, *behind]
        if segment.split("*")[0] in MOVED:
            yield (segment, "later"), [*before, *behind[:1], segment, *behind[1:]]


def with_another_level(segments):
    codes = ("19", "20", "21", "22", "23", "EV", "SS", "PT", "2", "")
    for place, segment in enumerate(segments):
        tag, *elements = segment.split("*")
        for number, element in enumerate(elements[:3]) if tag == "HL" else ():
            others = codes if number == 2 else ("", "0", "1", "2", "3", "5", "9", "X", element + "1")
            for other in others:
                changed = [*elements[:number], other, *elements[number + 1 :]]
                yield (
                    (segment, number + 1, other),
                    [*segments[:place], "*".join([tag, *changed]), *segments[place + 1 :]],
                )
            slid = [*elements[:number], *elements[number + 1 :]]
            yield (segment, number + 1, "slid"), [*segments[:place], "*".join([tag, *slid]), *segments[place + 1 :]]


def test_the_sound_files_are_read_and_need_no_tolerance():
    for kind in SOUND:
        content = written(kind, segments_of(kind))
        (row,) = summarize("a.x12", content)
        assert (row["kind"], row["faults"], row["tolerated"]) == (kind, [], [])
        assert not any(verdict["unbalanced"] for verdict in row["balanced"].values())
        assert rows_of(kind, read_x12(content))


@pytest.mark.parametrize("change", [with_another_id, with_another_order, with_another_level])
@pytest.mark.parametrize("kind", SOUND)
def test_no_segment_may_be_broken_unnoticed(kind, change):
    sound = rows_of(kind, read_x12(written(kind, segments_of(kind))))
    found = [
        what
        for what, segments in change(segments_of(kind))
        if is_told(kind, written(kind, segments), sound) in (False, "only by the reader")
    ]
    assert found == []


@pytest.mark.parametrize("kind", SOUND)
def test_a_name_behind_a_broken_end_stands_in_no_fault(kind):
    segments = segments_of(kind)
    place = next(at for at, segment in enumerate(segments) if segment.startswith(("NM1*IL", "NM1*QC")))
    broken = [*segments[:place], *segments[place].replace("*1*", "*1|LEE*", 1).split("|"), *segments[place + 1 :]]
    (row,) = summarize("a.x12", written(kind, broken))
    assert row["faults"] or row["tolerated"]
    assert "LEE" not in str(row)


@pytest.mark.parametrize("kind", [kind for kind in SOUND if kind not in ("837P", "270", "271")])
def test_a_provider_may_have_two_names_in_a_level(kind):
    segments = segments_of(kind)
    place = next(at for at, segment in enumerate(segments) if segment.startswith(("NM1*1P", "NM1*85")))
    (row,) = summarize("a.x12", written(kind, [*segments[:place], segments[place], *segments[place:]]))
    assert row["faults"] == []


def test_a_payer_of_a_277_may_be_reached_at_an_address():
    segments = segments_of("277")
    place = next(at for at, segment in enumerate(segments) if segment.startswith("NM1*PR"))
    (row,) = summarize("a.x12", written("277", [*segments[: place + 1], "N1*PR*PLAN", *segments[place + 1 :]]))
    assert row["faults"] == []
