"""What a kernel asks of 64 bytes at once, and of the 64 bits that are the answer.

Compiled kernels have the same as a few instructions of the processor, see `bits_compiled`. There the highest bit makes a
number negative and here it does not, so a kernel asks of bits nothing that depends on a sign.
"""

from tasks.x12.shapes import Data

BLOCK = 64
"""Bytes that are looked at together."""


def signs_in(data: Data, place: int, sign: int) -> int:
    """Give a bit for each byte of data[place : place + BLOCK], the first one lowest: 1 where it is the sign."""
    found, end = 0, place + BLOCK
    place_of_sign = data.find(sign, place, end)
    while place_of_sign >= 0:
        found |= 1 << (place_of_sign - place)
        place_of_sign = data.find(sign, place_of_sign + 1, end)
    return found


def eight_bytes(data: Data, place: int) -> int:
    """Give data[place : place + 8] as a number, the first lowest."""
    return int.from_bytes(data[place : place + 8], "little")


def lowest(bits: int) -> int:
    """Give the number of the lowest bit that is set, BLOCK where none is."""
    return (bits & -bits).bit_length() - 1 if bits else BLOCK


def ones(bits: int) -> int:
    """Give how many bits are set."""
    return bits.bit_count()


def fetch(data: Data, place: int) -> None:
    """Let the processor bring near what stands at a place, and go on meanwhile: it is asked for soon."""
