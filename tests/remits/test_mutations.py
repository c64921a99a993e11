"""No single element of an 835 can move money unseen: what changes the ledger leaves a sign, or says another thing rightly."""

from collections import Counter, defaultdict
from random import Random

from .homes import RemitHome
from .making import TAG, interchange, retagged, tagged, written
from .mutations import sample
from .proof import nights, sized
from .stories import STORIES, make_world

ANOTHER_STATEMENT = {
    ("CAS01", "code"), ("CAS02", "code"), ("CAS02", "first digit"), ("CAS02", "last digit"), ("CAS02", "letter"),
    ("CAS02", "emptied"), ("CLP02", "code"), ("CLP02", "first digit"), ("CLP02", "last digit"),
    ("PLB03", "code"), ("PLB03", "first digit"), ("PLB03", "last digit"), ("PLB03", "letter"),
}  # fmt: skip
"""Codes that nothing else in the 835 repeats: the changed file is a right 835 that says another thing, cash and sums alike.
No reader can tell it from what the payer meant; the money stays where a person finds it, under the code that was said."""

SIGNS = """
select file_sha256 from files.quarantined
union select file_sha256 from remittances.payment where verdict <> 'accepted'
union select p.file_sha256 from remittances.payment p join ledger.exception x using (payment_id)
union select file_sha256 from remittances.claim where claim_id is null
union select p.file_sha256 from remittances.payment p join remittances.patient_share_difference d using (payment_id)
"""
"""What a person is shown: files, payments and claims that wait, exceptions, and patient shares that do not agree."""


def test_money_that_one_element_changes_leaves_a_sign(tmp_path):
    """Each mutation is a world of its own in one home; the first of each batch is left as it is."""
    unseen = Counter()
    seen = Counter()
    for seed in range(sized("REMIT_MUTATED", 2)):
        rng = Random(seed)
        world = make_world(seed, 1, rng.sample(STORIES, 4))
        segments = interchange(world.payments, 1)
        made = sample(segments, sized("REMIT_MUTATIONS", 120), rng)
        judge(tmp_path / str(seed), world, segments, made, unseen, seen)
    print(f"{sum(seen.values()):,} mutations: {dict(seen)}; those unseen say another code: {dict(unseen)}")
    assert seen
    kinds = {(element, way.split(" ")[0] if way.startswith("code") else way) for element, way in unseen}
    assert not kinds - ANOTHER_STATEMENT, {
        key: n for key, n in unseen.items() if (key[0], key[1]) not in ANOTHER_STATEMENT
    }


def judge(path, world, segments, made, unseen, seen):
    home = RemitHome(path)
    tags = [tagged(number) for number in range(1, len(made) + 2)]
    home.send(world.claims, tags)
    night = next(iter(nights(1)))
    digests = home.arrive(
        night, [retagged(written(s), tag) for s, tag in zip([segments, *(m.segments for m in made)], tags, strict=True)]
    )
    home.run(night)
    signed = {row["file_sha256"] for row in home.ask(SIGNS)}
    told = file_books(home, dict(zip(digests, tags, strict=True)))
    expected = told[tags[0]]
    assert expected
    assert digests[0] not in signed
    for mutation, tag, digest in zip(made, tags[1:], digests[1:], strict=True):
        has_sign = digest in signed
        is_same = told[tag] == expected
        outcome = "same" if is_same else "seen" if has_sign else "unseen"
        seen[outcome] += 1
        if outcome == "unseen":
            unseen[mutation.element, mutation.way] += 1


def file_books(home, tags):
    """Give the balances by the file that said so: a changed number may name another world's claim, or a trace of none."""
    found = defaultdict(Counter)
    rows = home.ask(
        "select file_sha256, claim_id, account, code, sum(amount_cents)::bigint as cents from ledger.entry group by all"
    )
    for row in rows:
        tag = tags[row["file_sha256"]]
        name = row["claim_id"] and row["claim_id"].replace(tag, TAG)
        found[tag][name, row["account"], row["code"]] += row["cents"]
    return {tag: {key: cents for key, cents in found[tag].items() if cents} for tag in tags.values()}
