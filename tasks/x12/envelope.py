"""Files become transactions, piece by piece, and what must not be trusted becomes a Fault.

Every interchange is read with its own separators. A large file is read in blocks that end behind a transaction, so that
memory is bounded; small ones share a buffer, so that thousands cost little. docs/x12.md says what is tolerated and why.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from schemas.errors import Fault
from tasks.x12 import rooms
from tasks.x12.compiling import pays
from tasks.x12.delimiters import Delimiters, delimiters_at
from tasks.x12.index import Index, new_index
from tasks.x12.marks import Marks
from tasks.x12.mending import BOM, transcoded, unwrapped
from tasks.x12.rulings import fault
from tasks.x12.segments import Segment, Transaction, X12File
from tasks.x12.shapes import PLACE

__all__ = ["Content", "FileRead", "Piece", "Segment", "Transaction", "X12File", "read_pieces", "read_x12"]

BLOCK_BYTES = 4_000_000
"""Size of a piece. Measured: the arrays of its index stay small, and two threads share the work of a large file."""

_HEAD = 300
"""Bytes of an 835 by which another is seen that may be the same: BPR and TRN are among them."""

_FIRST_OTHER = 0x80
_MANY = 100_000
_LOOK_AHEAD = 1_000
"""Bytes that must be at hand to tell the separators of an interchange."""


class OnDisk(Protocol):
    """A file that need not be in memory: it gives its bytes by slices, or puts them where there is room."""

    def __len__(self) -> int:
        """Give the size of the file."""

    def __getitem__(self, part: slice, /) -> bytes:
        """Give a part of it."""

    def read_into(self, room: bytearray, place: int, /) -> int:
        """Fill the room with the bytes from this place; give how many these are."""


Content = bytes | OnDisk
"""The bytes of a file."""


@dataclass(slots=True)
class FileRead:
    """What is known of a file once all its pieces were read: what was tolerated, and its fault where it has one."""

    number: int
    tolerances: Counter[str]
    fault: Fault | None = None


@dataclass(slots=True)
class Piece:
    """Transactions that share an index, of one or more files; `ended` are the files that end in this piece."""

    index: Index
    transactions: list[Transaction]
    ended: list[FileRead]


def read_x12(content: bytes) -> X12File:
    """Give every transaction of a file with its bytes.

    Holds: no transaction is left out, none is read twice, bytes after the last trailer are blank.
    Raises: Fault NOT_X12, BAD_ISA, TRUNCATED, TRAILING_DATA, STRAY_SEGMENT, COUNT_MISMATCH, REPEATED, KIND_CONFLICT.
    """
    transactions: list[Transaction] = []
    tolerances: Counter[str] = Counter()
    for piece in read_pieces([content]):
        transactions += piece.transactions
        for file in piece.ended:
            if file.fault:
                raise file.fault
            tolerances = file.tolerances
    return X12File(tuple(transactions), MappingProxyType({code: count for code, count in tolerances.items() if count}))


def read_pieces(contents: Iterable[Content]) -> Iterator[Piece]:
    """Give the transactions of files in pieces of about BLOCK_BYTES, those of a file in its order.

    Holds: a file with a fault has it in the piece that ends it; what earlier pieces gave of it is not to be used.
    """
    waiting: list[_Reader] = []
    size, all_size = 0, 0
    for number, content in enumerate(contents):
        waiting.append(_Reader(number, content))
        size, all_size = size + len(content), all_size + len(content)
        if size > BLOCK_BYTES:
            yield from _together(waiting, is_plain=not pays(all_size))
            waiting, size = [], 0
    yield from _together(waiting, is_plain=not pays(all_size))


def _together(readers: Sequence["_Reader"], *, is_plain: bool) -> Iterator[Piece]:
    """Give small files one piece together; those that are large or must be rewritten give pieces of their own."""
    small = [reader for reader in readers if reader.is_small]
    alone = [reader for reader in readers if not reader.is_small]
    if len(small) > 1:
        index = new_index(b"".join(reader.content[:] for reader in small), is_plain=is_plain)
        base = 0
        piece = Piece(index, [], [])
        for reader in small:
            try:
                whole = reader.content[:]
                reader.read(_Block(index, whole, 0, len(whole), base, 0, is_end=True))
                piece.transactions += reader.marks.transactions
                piece.ended.append(reader.file)
            except _Wrapped:
                alone.append(_Reader(reader.file.number, reader.content))
            base += len(reader.content)
        yield piece
    else:
        alone = list(readers)
    for reader in alone:
        yield from reader.pieces(is_plain=is_plain)


@dataclass(slots=True)
class _Block:
    """A part of a file, which stands at `base` of the buffer of an index and at `origin` of the file.

    Shape: it is content[start:end]; `is_end` tells whether the file ends with it.
    """

    index: Index
    content: bytes | bytearray
    start: int
    end: int
    base: int
    origin: int
    is_end: bool
    ends: dict[Delimiters, int] = field(default_factory=dict)

    def end_of_transactions(self, start: int, delimiters: Delimiters) -> int:
        """Give the offset after the last transaction that is whole, looked for once for each set of separators."""
        if delimiters not in self.ends:
            self.ends[delimiters] = _end_of_transactions(self.content, start, self.end, delimiters)
        return self.ends[delimiters]

    def place_of(self, place: int) -> int:
        """Give the place in `content` of a place in the file."""
        return place - self.origin + self.start

    @property
    def shift(self) -> int:
        """Give what is to be taken from a place in the buffer for the place in the file."""
        return self.base - self.origin


class _Wrapped(Exception):
    """Line ends break the segments behind the reader's place."""


@dataclass(slots=True, eq=False)
class _Reader:
    """One file on its way to transactions.

    Holds: `place` is the next byte to read; `delimiters` are those of the open interchange, None between two; a large
    file that is not in memory is looked at for other bytes than ASCII on the way: `is_looked_at` tells that all of it was.
    """

    number: int
    content: Content
    offsets: NDArray[np.int64] | None = None
    place: int = 0
    is_begun: bool = False
    delimiters: Delimiters | None = None
    last_terminator: str = ""
    marks: Marks = field(init=False)
    file: FileRead = field(init=False)
    payments: dict[tuple[int, bytes], list[int]] = field(default_factory=dict)
    is_looked_at: bool = False

    def __post_init__(self) -> None:
        """Take what is small into memory, and look at all that is there."""
        self.marks = Marks(self.number)
        self.file = FileRead(self.number, self.marks.tolerances)
        if len(self.content) <= BLOCK_BYTES:
            self.content = self.content[:]
            self.is_looked_at = _is_ascii(self.content)
        if isinstance(self.content, bytes):
            self._look_at_rest()

    @property
    def is_small(self) -> bool:
        """Tell whether the file may share a buffer with others, as it arrived."""
        return self.offsets is None and len(self.content) <= BLOCK_BYTES

    def _look_at_rest(self) -> None:
        """Take the file as UTF-8 where a byte behind the reader's place is not ASCII."""
        if not self.is_looked_at:
            places = range(self.place, len(self.content), BLOCK_BYTES)
            if not all(_is_ascii(self.content[place : place + BLOCK_BYTES]) for place in places):
                self._take_as_utf_8()
        self.is_looked_at = True

    def _take_as_utf_8(self) -> None:
        """Take all bytes as UTF-8, Latin-1 though they may be; places before the first that is not ASCII stay the same."""
        whole = self.content[:]
        self.marks.tolerances["NON_ASCII"] += not whole.replace(BOM, b"").isascii()
        self.content, self.offsets = transcoded(whole)
        self.is_looked_at = True

    def pieces(self, *, is_plain: bool) -> Iterator[Piece]:
        """Give the file in pieces, each with a buffer of its own."""
        size = BLOCK_BYTES
        while True:
            origin = self.place
            part = b"" if isinstance(self.content, bytes) else _part(self.content, origin, size, is_plain)
            if not self.is_looked_at and not _is_ascii(part):
                self._take_as_utf_8()
                continue
            is_end = origin + size >= len(self.content)
            self.marks.transactions = []
            block = self._block(part, origin, min(origin + size, len(self.content)), is_end, is_plain)
            try:
                self.read(block)
            except _Wrapped:
                self._unwrap()
                is_end = False
            if self.file.fault:
                self._look_at_rest()
            is_last = is_end or self.file.fault is not None
            yield Piece(block.index, self.marks.transactions, [self.file] if is_last else [])
            if is_last:
                return
            size = BLOCK_BYTES if self.place > origin else size * 2

    def _block(self, part: bytes | bytearray, origin: int, end: int, is_end: bool, is_plain: bool) -> _Block:
        """Give the block content[origin:end], which is `part`; of a file in memory it is no copy."""
        offsets = None if self.offsets is None else self.offsets[origin:end]
        if isinstance(self.content, bytes):
            index = new_index(memoryview(self.content)[origin:end], offsets, is_plain=is_plain)
            return _Block(index, self.content, origin, end, 0, origin, is_end)
        return _Block(new_index(part, offsets, is_plain=is_plain), part, 0, len(part), 0, origin, is_end)

    def _unwrap(self) -> None:
        """Take the line ends out of the interchanges that they break."""
        assert self.delimiters
        self._look_at_rest()
        self.marks.tolerances["NEWLINE_INSIDE"] += 1
        rest, kept = unwrapped(self.content[self.place :], self.delimiters)
        offsets = np.arange(len(self.content)) if self.offsets is None else self.offsets
        self.offsets = np.concatenate((offsets[: self.place], offsets[self.place :][kept]))
        self.content = self.content[: self.place] + rest

    def read(self, block: _Block) -> None:
        """Read as far as the block allows; a fault ends the file.

        Raises: _Wrapped.
        """
        try:
            while self._is_ready(block) and self._read_some(block):
                pass
            self._refuse_repeated(block)
        except Fault as found:
            self.file.fault = found

    def _is_ready(self, block: _Block) -> bool:
        """Tell whether the block has something to read; the first look is at least for what is no X12 at all."""
        if self.delimiters:
            return block.place_of(self.place) < block.end
        try:
            return self._is_at_interchange(block)
        except Fault as found:
            place = found.byte_start - block.start + block.base
            found.byte_start = block.index.place_in_file(place, block.shift)
            raise

    def _is_at_interchange(self, block: _Block) -> bool:
        """Skip padding and take the separators of the next interchange; tell whether there is one."""
        place, tolerances = block.place_of(self.place), self.marks.tolerances
        terminator = self.last_terminator.encode("latin-1") if self.is_begun else b""
        start = _end_of_padding(block.content, place, block.end, terminator)
        rest = block.end - start
        if not block.is_end and rest < _LOOK_AHEAD:
            return False
        if start > place:
            _tolerate_padding(block.content[place:start], terminator, rest > 0, tolerances)
        self.place += start - place
        if self.is_begun and not rest:
            return False
        if self.is_begun and block.content[start : start + 3].upper() != b"ISA":
            raise fault("TRAILING_DATA", "bytes after the last trailer that are no interchange", start)
        self.delimiters = delimiters_at(block.content, start, tolerances)
        self.is_begun = True
        return True

    def _read_some(self, block: _Block) -> bool:
        """Read one interchange, or what of it ends within the block; tell whether anything was read."""
        assert self.delimiters
        start, end = block.place_of(self.place), block.end
        if not block.is_end:
            end = block.end_of_transactions(start, self.delimiters)
        if end <= start:
            return False
        base = block.base - block.start
        found = block.index.scan(base + start, base + end, self.delimiters, self.marks.tolerances)
        if found is None:
            raise _Wrapped
        self.place = block.index.numbers.state[PLACE] - block.shift
        if self.marks.take(block.index, block.shift, found, self.delimiters, block.is_end):
            self.last_terminator, self.delimiters = self.delimiters.segment, None
        return True

    def _refuse_repeated(self, block: _Block) -> None:
        """Fault where an 835 stands twice in the file, byte for byte but for its SE."""
        if block.is_end and len(self.marks.transactions) < 2 and not self.payments:
            return
        starts = block.index.numbers.starts
        for payment in self.marks.transactions:
            if payment.kind != "835":
                continue
            start, end = starts[payment.numbers[0]] - block.shift, starts[payment.numbers[-1]] - block.shift
            size, place = end - start, block.place_of(start)
            alike = self.payments.setdefault((size, bytes(block.content[place : place + min(size, _HEAD)])), [])
            if any(self.content[other : other + size] == self.content[start:end] for other in alike):
                raise fault("REPEATED", "the same 835 stands twice in the file", payment.byte_start, "ST")
            alike.append(start)


def _part(content: OnDisk, origin: int, size: int, is_plain: bool) -> bytes | bytearray:
    """Give content[origin : origin + size]: of the ordinary size, in a room that becomes free with the piece's index."""
    if size == BLOCK_BYTES and origin + size <= len(content) and not is_plain:
        room = rooms.take_bytes(size)
        if content.read_into(room, origin) == size:
            return room
    return content[origin : origin + size]


def _is_ascii(content: bytes | bytearray) -> bool:
    """Tell whether all bytes are ASCII; numpy looks at many of them without the lock of the interpreter."""
    return content.isascii() if len(content) < _MANY else bool(np.frombuffer(content, np.uint8).max() < _FIRST_OTHER)


def _end_of_padding(content: bytes | bytearray, place: int, end: int, terminator: bytes) -> int:
    """Give the offset of the next byte that is no blank, byte-order mark, padding or lone terminator."""
    if place >= end or content[place : place + 1].isalpha():
        return place
    run = _padding(terminator).match(content, place, end)
    return run.end() if run else place


def _tolerate_padding(skipped: bytes | bytearray, terminator: bytes, is_before: bool, tolerances: Counter[str]) -> None:
    """Report what stands behind an interchange that ends with `terminator`, or before the first one; `is_before` another."""
    tolerances["BOM"] += skipped.count(BOM)
    tolerances["TRAILING_PADDING"] += b"\0" in skipped or b"\x1a" in skipped
    if terminator not in b"\r\n":
        tolerances["EMPTY_SEGMENT"] += skipped.count(terminator)
    if is_before:
        lines = max(skipped.count(b"\n"), skipped.count(b"\r"))
        tolerances["EMPTY_SEGMENT"] += max(lines - (terminator not in (b"", b"\n")), 0)
        tolerances["INDENT"] += skipped[-1:] in (b" ", b"\t") and skipped[-1:] != terminator


@lru_cache(maxsize=256)
def _padding(terminator: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?:[ \t\r\n\0\x1a" + re.escape(terminator) + rb"]|" + BOM + rb")*")


def _end_of_transactions(content: bytes | bytearray, start: int, end: int, delimiters: Delimiters) -> int:
    """Give the offset after the last SE of content[start:end], `start` where there is none that is whole.

    Holds: segments are parted as the first two behind `start` are: by a terminator and, perhaps, blanks or a line end.
    """
    terminator = delimiters.segment.encode("latin-1")
    parted = re.compile(re.escape(terminator) + rb"[ \t\r\n]*").search(content, start, end)
    trailer = b"SE" + delimiters.element.encode("latin-1")
    whole = content.rfind(terminator, start, end)
    place = content.rfind(parted[0] + trailer, start, whole) if parted else -1
    return content.find(terminator, place + 1, end) + 1 if place >= 0 else start
