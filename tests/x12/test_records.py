"""Records one by one cost what they are, and no more."""

import re

from tasks.x12.envelope import read_x12
from tasks.x12.records import readings

from .answer_bytes import file_of


class Looked(tuple):
    """Transactions that count how often one of them is looked at."""

    looks = 0

    def __getitem__(self, place):
        type(self).looks += 1
        return super().__getitem__(place)

    def __iter__(self):
        for transaction in super().__iter__():
            type(self).looks += 1
            yield transaction


def test_statuses_without_a_row_cost_no_more_where_there_are_many_transactions():
    one = file_of("HN", "005010X214", "BHT*0085*08*7*20260301*0215*TH", "STC", "STC")
    first, last = one.index(b"ST*"), one.index(b"GE*")
    content = one[:first] + one[first:last] * 300 + one[last:].replace(b"GE*1*", b"GE*300*")
    reading = next(readings(read_x12(content), "277CA"))
    reading.tables.transactions = Looked(reading.tables.transactions)
    reading.refuse_empty("status", "STC", "the category code is missing")
    assert [found.byte_start for found in reading.faults] == [found.start() for found in re.finditer(b"STC~", content)]
    assert (
        Looked.looks <= 3 * 600 + 300
    )  # once for each segment, its place in the file, and one list of where they begin
