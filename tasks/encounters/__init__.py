"""Exports of a practice become judged, typed encounters.

| module | in | out |
|---|---|---|
| contract | canonical_encounter_v1.csv | tables, fields, headers |
| rows | bytes of a file | rows of text with byte ranges, broken rows |
| synthea, registry | Synthea's rows | canonical rows, a registry |
| gate_frames (frames, gate_*) | canonical rows | the same, with what each row breaks |
| typed (hearing, typed_rows, hashes) | rows and verdicts | accepted, quarantine, finding, intake |
| values, mends, places | text | values, fixed text, tables of places |
"""
