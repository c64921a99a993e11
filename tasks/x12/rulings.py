"""Every sloppiness that is tolerated and every Fault that the X12 reader knows, each with its reason or its remedy.

docs/x12.md holds the same two tables for people; a test holds them equal.
"""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.errors import Fault

TOLERATED: Mapping[str, str] = MappingProxyType(
    {
        "BOM": "a UTF-8 byte-order mark before an interchange",
        "NO_ISA": "the file starts with GS or ST; separators are taken from that segment, and '^' separates repeated elements",
        "NO_GS": "a transaction that stands in no group",
        "ISA_WIDTH": "ISA is not 106 bytes wide; its 16 separators are counted instead",
        "ISA11": "ISA11 of a 5010 file is no separator (often U); elements are not repeated",
        "ISA12": "ISA12 is of another version than GS08",
        "ISA16": "ISA16 is missing; ':' is taken as component separator",
        "INDENT": "blanks or tabs before a segment",
        "EMPTY_SEGMENT": "a terminator with nothing before it, or a blank line",
        "LEFT_TERMINATOR": "'~' left before a line feed that is the terminator; it is taken away",
        "NEWLINE_INSIDE": "a line break inside a segment; it is taken out",
        "TRAILING_SEPARATOR": "empty elements at the end of a segment",
        "LOWER_CASE_ID": "a segment id in lower case",
        "SEGMENT_ID": "a segment id that is no id, outside an 835",
        "NON_ASCII": "bytes above 127; read as UTF-8, else as Latin-1",
        "NO_FINAL_TERMINATOR": "the last trailer of the file has no terminator",
        "TRAILING_PADDING": "NUL or end-of-file characters after an interchange",
        "INTERCHANGE_SEGMENT": "ISB, ISE or TA3 beside the groups",
        "SE01": "segment count differs from what is there",
        "SE02": "SE02 differs from ST02",
        "GE01": "transaction count differs from what is there, in a group without an 835",
        "GE02": "GE02 differs from GS06",
        "IEA01": "group count differs from what is there, in an interchange without an 835",
        "IEA02": "IEA02 differs from ISA13",
        "GS01": "GS01 names another kind than the transaction is",
        "GS08": "GS08 or ST03 names another guide than the transaction follows, one without its addendum, or none",
        "ST03": "ST03 and GS08 differ; ST03 is followed where it names a guide",
        "KIND_CONFLICT": "an 837 whose lines and guide disagree, or whose guide is none that we know; it is parked as kind 837",
        "COMPONENT_SEPARATOR": "a composite is written with another separator than ISA16 says",
        "BPR16": "payment date missing or unreadable; the production date DTM*405 is taken",
        "TRN03": "originator id missing; it is left empty",
        "CLP02": "a claim status that is not in the list we know",
        "REVERSED_SHARE": "a reversal whose CLP05 is zero, or has the other sign, and not the sum of its PR adjustments",
        "EMPTY_AMOUNT": "SVC02 or SVC03 is empty; it is taken as zero",
        "DATE": "a date that is no date; it is left empty, and its segment is kept",
        "LEVEL_NUMBER": "an HL01 of an 837 that was there before",
        "NO_TRACE": "a person of whom a 271 says something without a TRN*2; it is no row",
        "STATED_TOTAL": "counts or amounts that a 277CA states of a batch or a provider are not those of its claims",
        "UNKNOWN_SEGMENT": "a segment id that no 837 knows; the segment is kept",
        "AK9": "what AK9 says of a group is not what is said of its sets, but accepts none of them; what refuses is followed",
        "TA105": "a TA1 that refuses, or accepts with errors, and names no error; TA104 is followed",
        "UNREAD": "a segment of another guide in an 835, of a kind that holds no money",
    }
)

REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "UNREADABLE": "name a file that can be read",
        "NOT_X12": "ask the sender for the X12 file itself",
        "BAD_ISA": "ask the sender for the file again",
        "TRUNCATED": "fetch the file again; if it stays short, ask the sender",
        "TRAILING_DATA": "fetch the file again; the rest may be part of another interchange",
        "STRAY_SEGMENT": "ask the sender for the file again",
        "COUNT_MISMATCH": "fetch the file again; a transaction is missing or doubled",
        "REPEATED": "ask the sender whether the payment was made once or twice",
        "KIND_CONFLICT": "ask the sender what kind of transaction was meant",
        "BAD_SEGMENT": "ask the sender for the file again",
        "BAD_LEVEL": "ask the sender for the file again",
        "MISSING_SEGMENT": "ask the sender for a complete transaction",
        "MISSING_ELEMENT": "ask the sender for a complete transaction",
        "ORPHAN_SEGMENT": "ask the sender for a complete transaction",
        "BAD_AMOUNT": "ask the sender for a corrected file",
        "BAD_QUANTITY": "ask the sender for a corrected file",
        "BAD_DATE": "ask the sender for a corrected file",
        "BAD_NUMBER": "ask the sender for a corrected file",
        "BAD_CODE": "ask the sender for a corrected file",
        "CONTRADICTION": "ask the sender what was accepted",
        "BAD_ADJUSTMENT": "ask the sender for a corrected file",
    }
)


def fault(code: str, message: str, byte_start: int = 0, segment: str = "", element: int = 0) -> Fault:
    """Give a Fault with its place and the remedy of the table; `element` 0 means the whole segment."""
    return Fault(code, message, REMEDIES[code], byte_start, segment, f"{element:02d}" if element else "")
