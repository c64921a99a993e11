"""The denials science: what an adjustment means, which case it opens, what became of it; no store, no clock.

| file | what it knows |
|---|---|
| taxonomy.py | the meaning of a group, reason and remark |
| answers.py | what a remitted claim says line by line, and the event that it is for the claim |
| cases.py | denial cases, each with its deadline |
| settlement.py | what became of a case: recovered, upheld or reversed |
"""
