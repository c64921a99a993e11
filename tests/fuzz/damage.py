"""Damage to a sound file: bytes cut, flipped, inserted, repeated or moved, as a tape of numbers decides."""

from collections.abc import Callable
from itertools import chain, repeat

SIGNS = b"0123456789*~:^-. \r\n\t\0\x1aACEHILOPRSTVX\xef\xbb\xbf\xff+|>"
TOKENS = (
    b"~", b"~~", b"*", b"**", b"\r\n", b"~\n", b"CAS*CO*45*1~", b"CLP*", b"SVC*HC:99213*1*1~", b"PLB*1*20261231*WO:1*1~",
    b"SE*1*0001~", b"ST*835*0002~", b"GE*1*101~", b"IEA*1*000000101~", b"BPR*I*1*C*ACH~", b"cas*", b"-", b".", b"00", b"LX*1~",
    b"K3*X~", b"NTE*ADD*X~", b"\xef\xbb\xbf", b"N1*PR*X~", b"ISA*",
)  # fmt: skip
_MOST_BYTES = 700
_MOST_DAMAGES = 3


class Tape:
    """Numbers out of bytes, two bytes a number; zeros when it has run out."""

    def __init__(self, content: bytes) -> None:
        self.bytes = chain(content, repeat(0))

    def number(self, below: int) -> int:
        """Give a number from 0 to below `below`."""
        return (next(self.bytes) * 256 + next(self.bytes)) % below


def damage(content: bytes, tape: Tape) -> tuple[bytes, int]:
    """Give the damaged file and how often it was damaged: mostly once."""
    times = max(1, tape.number(_MOST_DAMAGES * 2) - _MOST_DAMAGES + 1)
    for _ in range(times):
        content = _KINDS[tape.number(len(_KINDS))](content, tape.number(len(content) + 1), tape)
    return content, times


def _cut(content: bytes, place: int, tape: Tape) -> bytes:
    return content[:place] + content[place + 1 + tape.number(_MOST_BYTES) :]


def _cut_little(content: bytes, place: int, tape: Tape) -> bytes:
    return content[:place] + content[place + 1 + tape.number(8) :]


def _flip(content: bytes, place: int, tape: Tape) -> bytes:
    return content[:place] + _sign(tape) + content[place + 1 :]


def _insert(content: bytes, place: int, tape: Tape) -> bytes:
    signs = b"".join(_sign(tape) for _ in range(1 + tape.number(4)))
    return content[:place] + signs + content[place:]


def _insert_token(content: bytes, place: int, tape: Tape) -> bytes:
    return content[:place] + TOKENS[tape.number(len(TOKENS))] + content[place:]


def _repeat(content: bytes, place: int, tape: Tape) -> bytes:
    return content[: place + 1 + tape.number(_MOST_BYTES)] + content[place:]


def _move(content: bytes, place: int, tape: Tape) -> bytes:
    """Take a piece out and put it in elsewhere."""
    end = place + 1 + tape.number(_MOST_BYTES)
    piece, rest = content[place:end], content[:place] + content[end:]
    target = tape.number(len(rest) + 1)
    return rest[:target] + piece + rest[target:]


def _cut_segments(content: bytes, place: int, tape: Tape) -> bytes:
    """Cut whole segments, from one terminator to a later one."""
    ends = _ends(content, place, 1 + tape.number(12))
    return content[: ends[0]] + content[ends[-1] :] if ends else content


def _repeat_segments(content: bytes, place: int, tape: Tape) -> bytes:
    """Repeat whole segments."""
    ends = _ends(content, place, 1 + tape.number(12))
    return content[: ends[-1]] + content[ends[0] :] if ends else content


def _ends(content: bytes, place: int, count: int) -> list[int]:
    """Give the offsets after the next terminators, `count` and one of them where there are so many."""
    ends: list[int] = []
    while len(ends) <= count and (place := content.find(b"~", place) + 1):
        ends.append(place)
    return ends


def _sign(tape: Tape) -> bytes:
    """Give a byte, mostly one that means something."""
    number = tape.number(256 + 3 * len(SIGNS))
    return bytes([number]) if number < 256 else bytes([SIGNS[number % len(SIGNS)]])


_KINDS: tuple[Callable[[bytes, int, Tape], bytes], ...] = (
    _cut,
    _cut_little,
    _flip,
    _flip,
    _insert,
    _insert_token,
    _repeat,
    _move,
    _cut_segments,
    _repeat_segments,
)
