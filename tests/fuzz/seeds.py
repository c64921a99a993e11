"""Sound files to damage: each is read without a Fault."""

from functools import cache
from pathlib import Path

from tests.bench.balanced_claims import Shape
from tests.bench.make_835 import Recipe, Supply
from tests.bench.make_837 import interchanges
from tests.x12.answer_bytes import file_of
from tests.x12.remittance_bytes import BALANCED, ISA

ACKNOWLEDGMENT = (
    "AK1*HC*17*005010X222A1",
    "AK2*837*0001*005010X222A1",
    "IK5*A",
    "AK2*837*0002*005010X222A1",
    "IK3*CLM*22**8",
    "CTX*CLM01:TEST",
    "IK4*2*782*1",
    "IK5*R*5*I6",
    "AK9*P*2*2*1",
)
STATUS = (
    "BHT*0085*08*7*20260301*0215*TH",
    "HL*1**20*1",
    "NM1*AY*2*CLEARING TEST*****46*CLR01",
    "HL*2*1*21*1",
    "NM1*41*2*PRACTICE*****46*PRA01",
    "TRN*2*7",
    "STC*A1:19:PR*20260301*WQ*200.5",
    "HL*3*2*PT",
    "NM1*QC*1*TEST*PATIENT****MI*M1",
    "TRN*2*AAA1",
    "STC*A2:20:PR*20260301*WQ*200.5",
    "REF*1K*ICN1",
    "SVC*HC:99213*200.5*0",
    "STC*A2:20:PR**WQ*200.5",
)
COVERAGE = (
    "BHT*0022*11*1*20260301*0215",
    "HL*1**20*1",
    "NM1*PR*2*PLAN*****PI*HTP01",
    "HL*2*1*21*1",
    "NM1*1P*2*US*****XX*1234567893",
    "HL*3*2*22*0",
    "TRN*2*T1*9PRACTICE",
    "NM1*IL*1*TEST*ONE****MI*M1",
    "EB*1**30",
    "EB*B**98****20",
    "EB*C*IND*30****500*****Y",
)
GOLDEN = Path(__file__).parents[1] / "x12" / "golden"


@cache
def seeds() -> dict[str, bytes]:
    """Give the seeds by name; names stand in the names of findings."""
    golden = {path.stem: path.read_bytes() for path in sorted(GOLDEN.glob("*.x12"))}
    recipe = Recipe(claims=6, claims_per_transaction=2, different_claims=60, shape=Shape(lines=2, reversals=0.3))
    remittances = b"".join(content for content, _ in Supply(recipe).file())
    claims = b"".join(content for content, _ in interchanges(claims=3, lines=2))
    answers = {
        "999": file_of("FA", "005010X231A1", *ACKNOWLEDGMENT),
        "277ca": file_of("HN", "005010X214", *STATUS),
        "271": file_of("HB", "005010X279A1", *COVERAGE),
        "ta1": (ISA + "TA1*000000017*260301*0215*R*024~IEA*0*000000101~").encode(),
    }
    return {"835_balanced": BALANCED, "835_generated": remittances, "837p_generated": claims} | golden | answers
