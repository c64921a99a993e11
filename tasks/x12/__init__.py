"""X12 health care transactions: bytes to rows and rows to bytes.

Reading goes bytes -> index (offsets of every segment) -> envelope (transactions with their bytes) -> tables -> rows:

- `envelope.read_x12` gives the transactions of a file, or a Fault;
- `tables.read_tables` gives the tables of one kind by its layout in schemas/x12, `arrow.arrow_tables` the same as Arrow;
- `remittance.read_835`, `professional_reading.read_837p`, `acknowledgment.read_ta1`, `read_999`, `read_277ca`,
  `eligibility_answer.read_271`, `status_answer.read_277`, `review.read_278`, `inquiry_reading.read_270` and `read_276`
  give rows;
- `balance.balance` tells whether an 835 adds up, `summary.summarize` tells what a file holds and never raises;
- `rulings` is the table of what is tolerated and what is a Fault (docs/x12.md).
"""
