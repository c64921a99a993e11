"""Mailboxes: the directory, the choice of the kind, and the examples of docs/mailboxes.md."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.errors import HomeFault
from tasks.stores.home import Partner, load_practice
from tasks.stores.mailbox import DirectoryMailbox, open_mailbox, read_options
from tasks.stores.mailbox_s3 import S3Mailbox
from tasks.stores.mailbox_sftp import SftpMailbox

ROOT = Path(__file__).parents[2]
NAME, CONTENT = "837P-000000001.x12", b"ISA*00*claims of the night~"
PRACTICE = """
[practice]
tenant_id = "harbor"
name = "Harbor"
timezone = "America/New_York"
submitter_id = "H"
submitter_name = "H"
contact_name = "B"
contact_phone = "5085550100"
[encounters]
layout = "canonical_v1"
drops = "drops"
"""


@pytest.fixture
def mailbox(tmp_path):
    return open_mailbox(tmp_path, Partner("CLEARWAY", "C", "Clearway", "directory", "mail"))


def test_a_directory_keeps_the_rules_of_every_mailbox(mailbox, tmp_path):
    mailbox.check_sending()
    assert mailbox.look(NAME, CONTENT) == "absent"
    assert [mailbox.deliver(NAME, CONTENT)[0] for _ in range(2)] == ["delivered", "delivered"]
    assert mailbox.deliver(NAME, b"other") == ("failed", "another file has this name")
    assert mailbox.look(NAME, CONTENT) == "present"
    assert [p.name for p in (tmp_path / "mail" / "to_partner").iterdir()] == [NAME]


def test_a_directory_gives_finished_files_in_order_and_none_where_there_is_no_folder(mailbox, tmp_path):
    assert mailbox.inbound() == []
    folder = tmp_path / "mail" / "from_partner"
    folder.mkdir(parents=True)
    for name in ("b.835", "a.999", ".hidden", "c.part", "d.tmp", "e.filepart"):
        (folder / name).write_bytes(name.encode())
    assert mailbox.inbound() == ["a.999", "b.835"]
    assert mailbox.fetch("a.999") == b"a.999"


def test_a_kind_that_is_not_known_is_told(tmp_path):
    with pytest.raises(HomeFault, match="use directory, sftp or s3"):
        open_mailbox(tmp_path, Partner("CLEARWAY", "C", "Clearway", "fax", "mail"))


def test_settings_are_known_complete_and_of_their_type():
    def read(**options):
        return read_options(Partner("C", "C", "C", "s3", "", options=options), {"bucket": str}, {"keeps_files": False})

    assert read(bucket="b") == {"bucket": "b", "keeps_files": False}
    for options, says in (({}, "no bucket"), ({"bucket": ""}, "no bucket"), ({"bucket": 1}, "type str")):
        with pytest.raises(HomeFault, match=says):
            read(**options)


def test_a_practice_without_sftp_and_s3_loads_neither_library():
    code = (
        "import sys; from pathlib import Path; from tasks.stores.home import Partner; from tasks.stores.mailbox import open_mailbox;"
        "open_mailbox(Path(), Partner('C', 'C', 'C', 'directory', 'mail'));"
        "sys.exit(bool({'paramiko', 'boto3'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_the_examples_of_the_page_open(tmp_path):
    examples = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "mailboxes.md").read_text(), flags=re.DOTALL)
    (tmp_path / "practice.toml").write_text(PRACTICE + "\n".join(examples))
    opened = [open_mailbox(tmp_path, partner) for partner in load_practice(tmp_path).partners]
    assert [type(one) for one in opened] == [DirectoryMailbox, SftpMailbox, S3Mailbox]
