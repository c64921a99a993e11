"""The science of codes: a visit as recorded becomes ICD-10-CM, CPT and HCPCS numbers, or a reason why it is not claimed.

The way of an encounter: dispositions (is it ours to claim?), procedures (what each line is), diagnoses, visits (which number a
visit has), modifiers, and then the edits of every module on what came out. Rows in, rows out; the codebook is a parameter.
"""
