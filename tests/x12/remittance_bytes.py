"""Tiny 835s of our own making: they balance at every level, and every text in them is invented."""

from datetime import date

ISA = "ISA*00*          *00*          *ZZ*PAYER          *ZZ*PRACTICE       *260301*0215*^*00501*000000101*0*T*:~"
HEADER = (
    "ST*835*0001~",
    "BPR*I*171.5*C*ACH*CCP*01*011000015*DA*77*1000000001**01*011000028*DA*88*20260303~",
    "TRN*1*TRACE1*1000000001~",
    "REF*EV*PRACTICE~",
    "DTM*405*20260302~",
    "N1*PR*HARBOR TEST PLAN~",
    "N3*1 TEST STREET~",
    "N4*BOSTON*MA*02110~",
    "REF*2U*HTP01~",
    "PER*BL*DESK*TE*6175550100~",
    "N1*PE*TEST PRACTICE*XX*1234567893~",
)
PAID_CLAIM = (
    "CLP*AAA1*1*200*120.5*45*12*ICN1*11*1~",
    "CAS*CO*45*4.5~",
    "NM1*QC*1*TEST*PATIENT****MI*M1~",
    "NM1*TT*2*NEXT PLAN*****PI*NXT01~",
    "MOA***MA01*N290~",
    "DTM*050*20260220~",
    "SVC*HC:99213:25:59*150*100**1~",
    "DTM*472*20260210~",
    "CAS*CO*45*20**253*.5*1~",
    "CAS*PR*2*29.5~",
    "REF*6R*L1~",
    "AMT*B6*129.5~",
    "LQ*HE*M15~",
    "LQ*HE*N130~",
    "SVC*HC:85025*50*25**1.5*HC:85027~",
    "DTM*472*20260211~",
    "CAS*PR*1*15.5~",
    "CAS*OA*23*7~",
    "CAS*PI*94*2.5~",
    "REF*6R*L2~",
)
REVERSED_CLAIM = (
    "CLP*BBB2*22*-80*-60*0*12*ICN2*11*1~",
    "NM1*QC*1*TEST*OTHER****MI*M2~",
    "DTM*232*20260105~",
    "SVC*HC:99212*-80*-60**-1~",
    "CAS*CO*45*-20~",
    "REF*6R*L3~",
)
DENIED_CLAIM = (
    "CLP*CCC3*4*90*0**12*ICN3*11*1~",
    "CAS*CO*16*90~",
    "NM1*QC*1*TEST*THIRD****MI*M3~",
    "MOA***N30~",
)
PLB = ("PLB*1234567893*20261231*L6:ICN1*-1*WO:ICN9*-100*FB:TRACE0*-10~",)


def file_835(*claims: tuple[str, ...]) -> bytes:
    """Give one interchange with the header, these claims, the PLB and right trailers."""
    body = [*HEADER, "LX*1~", *(segment for claim in claims for segment in claim), *PLB]
    trailers = [f"SE*{len(body) + 1}*0001~", "GE*1*101~", "IEA*1*000000101~"]
    group = "GS*HP*PAYER*PRACTICE*20260301*0215*101*X*005010X221A1~"
    return "".join([ISA, group, *body, *trailers]).encode()


BALANCED = file_835(PAID_CLAIM, REVERSED_CLAIM, DENIED_CLAIM)

NIGHT = date(2026, 3, 4)
_PLACES = frozenset({"payment_id", "remitted_claim_id", "service_id", "adjustment_id", "provider_adjustment_id"})
_PLACED = _PLACES | {"byte_start", "byte_end", "file_sha256"}


def without_places(rows):
    """Give rows without what depends on where they stand in the file."""
    return {
        table: [{column: value for column, value in row.items() if column not in _PLACED} for row in part]
        for table, part in rows.items()
        if table != "segment"  # as it is written, separators and all
    }
