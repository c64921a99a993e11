"""SFTP mailboxes against a real OpenSSH server on loopback: what a broken line may and may not do."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import paramiko
import pytest

from schemas.errors import ClaimcycleError, HomeFault
from tasks.stores import mailbox_sftp
from tasks.stores.home import Partner
from tasks.stores.mailbox import Unreachable, open_mailbox
from tests.stores.test_mailbox_proxy import CuttingProxy

SSHD = Path("/usr/sbin/sshd")
SMALL = b"ISA*00*claims of the night~"
LARGE = bytes(range(256)) * 400
NAME = "837P-000000001.x12"

pytestmark = pytest.mark.skipif(
    not SSHD.exists(), reason="needs a real OpenSSH server: apt-get install openssh-server (/usr/sbin/sshd)"
)


@dataclass
class Server:
    port: int
    keys: Path

    def known_hosts(self, path, port, key="host_key"):
        kind, text = (self.keys / f"{key}.pub").read_text().split()[:2]
        path.write_text(f"[127.0.0.1]:{port} {kind} {text}\n")


def _free_port():
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return listener.getsockname()[1]


def _make_key(path, *options):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path), *options], check=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    keys = tmp_path_factory.mktemp("sshd")
    for name in ("host_key", "other_host_key", "user_key", "stranger_key"):
        _make_key(keys / name)
    shutil.copy(keys / "user_key.pub", keys / "authorized_keys")
    port = _free_port()
    config = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": keys / "host_key",
        "AuthorizedKeysFile": keys / "authorized_keys",
        "PidFile": keys / "sshd.pid",
        "PasswordAuthentication": "no",
        "KbdInteractiveAuthentication": "no",
        "PermitRootLogin": "prohibit-password",
        "StrictModes": "no",
        "UsePAM": "no",
        "Subsystem": "sftp internal-sftp",
    }
    (keys / "sshd_config").write_text("".join(f"{key} {value}\n" for key, value in config.items()))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    with (keys / "log").open("wb") as log:
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", keys / "sshd_config"], stdout=log, stderr=log)
    try:
        _wait_for_banner(port, process, keys / "log")
        yield Server(port, keys)
    finally:
        process.terminate()
        process.wait(10)


def _wait_for_banner(port, process, log):
    for _ in range(100):
        assert process.poll() is None, log.read_text()
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as line:
            if line.recv(3) == b"SSH":
                return
        time.sleep(0.05)
    raise AssertionError(log.read_text())


@pytest.fixture
def remote(tmp_path):
    for name in ("to_partner", "from_partner"):
        (tmp_path / "remote" / name).mkdir(parents=True)
    return tmp_path / "remote"


@pytest.fixture
def practice_home(tmp_path, server):
    home = tmp_path / "home"
    home.mkdir()
    for name in ("user_key", "stranger_key"):
        shutil.copy(server.keys / name, home / name)
    server.known_hosts(home / "known_hosts", server.port)
    return home


@pytest.fixture
def partner(server, remote):
    def make(**changed):
        options = {
            "host": "127.0.0.1",
            "port": server.port,
            "user": getpass.getuser(),
            "key_file": "user_key",
            "known_hosts": "known_hosts",
        }
        options = {key: value for key, value in (options | changed).items() if value is not None}
        return Partner("CLEARWAY", "CLEARWAY01", "Clearway Exchange", "sftp", str(remote), options=options)

    return make


@pytest.fixture
def mailbox(practice_home, partner):
    return open_mailbox(practice_home, partner())


@pytest.fixture
def proxy(server, practice_home):
    with closing(CuttingProxy(server.port)) as made:
        server.known_hosts(practice_home / "known_hosts", made.port)
        yield made


def _outbound(remote):
    return {path.name: path.read_bytes() for path in (remote / "to_partner").iterdir()}


def _arm_at_rename(monkeypatch, arm):
    """Arm the proxy once, in the moment when the rename is asked for."""
    plain, armed = paramiko.SFTPClient.rename, []

    def rename(sftp, old, new):
        if not armed:
            armed.append(arm())
        return plain(sftp, old, new)

    monkeypatch.setattr(paramiko.SFTPClient, "rename", rename)


# ---- sending ----


@pytest.mark.parametrize("content", [b"", SMALL, LARGE], ids=["empty", "small", "large"])
def test_a_file_is_delivered_whole_and_nothing_else_is_left(mailbox, remote, content):
    assert mailbox.deliver(NAME, content)[0] == "delivered"
    assert _outbound(remote) == {NAME: content}


def test_the_same_bytes_again_are_a_delivery_and_change_nothing(mailbox, remote):
    mailbox.deliver(NAME, SMALL)
    before = (remote / "to_partner" / NAME).stat()
    assert mailbox.deliver(NAME, SMALL)[0] == "delivered"
    assert (remote / "to_partner" / NAME).stat().st_ino == before.st_ino


def test_other_bytes_under_the_name_fail_and_stay(mailbox, remote):
    (remote / "to_partner" / NAME).write_bytes(b"somebody else's")
    assert mailbox.deliver(NAME, SMALL) == ("failed", "another file has this name")
    assert _outbound(remote) == {NAME: b"somebody else's"}


def test_a_name_that_is_taken_between_look_and_rename_is_not_overwritten(mailbox, remote, monkeypatch):
    _arm_at_rename(monkeypatch, lambda: (remote / "to_partner" / NAME).write_bytes(b"a racer's"))
    assert mailbox.deliver(NAME, SMALL)[0] == "failed"
    assert _outbound(remote) == {NAME: b"a racer's"}


def test_leftovers_of_killed_tries_do_not_stand_in_the_way(mailbox, remote):
    (remote / "to_partner" / f"{NAME}.part").write_bytes(b"half")
    (remote / "to_partner" / f"{NAME}.2.part").write_bytes(b"half")
    assert mailbox.deliver(NAME, SMALL)[0] == "delivered"
    assert _outbound(remote) == {NAME: SMALL, f"{NAME}.part": b"half", f"{NAME}.2.part": b"half"}


def test_bytes_that_come_back_changed_are_not_renamed(mailbox, remote, monkeypatch):
    plain = mailbox_sftp._ask_fsync

    def spoil(sftp, stream):
        plain(sftp, stream)
        (remote / "to_partner" / f"{NAME}.part").write_bytes(SMALL.upper())

    monkeypatch.setattr(mailbox_sftp, "_ask_fsync", spoil)
    outcome, proof = mailbox.deliver(NAME, SMALL)
    assert (outcome, _outbound(remote)) == ("failed", {})
    assert "ReadBackDiffers" in proof


def test_a_missing_outbound_folder_is_a_known_failure_and_told_before_sending(mailbox, remote):
    (remote / "to_partner").rmdir()
    assert mailbox.deliver(NAME, SMALL)[0] == "failed"
    with pytest.raises(HomeFault, match="correct folder or to_partner"):
        mailbox.check_sending()


def test_racers_deliver_once(practice_home, partner, remote):
    boxes = [open_mailbox(practice_home, partner()) for _ in range(4)]
    with ThreadPoolExecutor(len(boxes)) as pool:
        outcomes = list(pool.map(lambda box: box.deliver(NAME, LARGE)[0], boxes))
    assert outcomes == ["delivered"] * 4
    assert _outbound(remote) == {NAME: LARGE}


def test_racers_with_other_bytes_have_one_winner(practice_home, partner, remote):
    contents = [bytes([letter]) * 50_000 for letter in b"ABCD"]
    with ThreadPoolExecutor(4) as pool:
        tries = [pool.submit(open_mailbox(practice_home, partner()).deliver, NAME, content) for content in contents]
    outcomes = [one.result()[0] for one in tries]
    assert sorted(outcomes) == ["delivered", "failed", "failed", "failed"]
    assert _outbound(remote) == {NAME: contents[outcomes.index("delivered")]}


# ---- broken lines ----


def test_a_line_cut_anywhere_is_never_a_false_delivery_and_the_second_try_delivers(
    practice_home, partner, proxy, remote
):
    proxy.cut_after(10**9)
    target = remote / "to_partner" / NAME
    box = open_mailbox(practice_home, partner(port=proxy.port))
    assert box.deliver(NAME, LARGE)[0] == "delivered"
    whole = proxy.sent
    places = [1500, 4000, whole // 2, whole - 400, whole - 150, whole]
    for place in places:
        target.unlink()
        proxy.cut_after(place)
        outcome, _ = box.deliver(NAME, LARGE)
        assert outcome == ("delivered" if target.exists() else "failed"), place
        assert not target.exists() or target.read_bytes() == LARGE
        proxy.cut_after(10**9)
        assert box.deliver(NAME, LARGE)[0] == "delivered", place
        assert target.read_bytes() == LARGE
    assert proxy.cuts >= len(places) - 1  # the last place is the very end, where the client may hang up first


def test_a_line_cut_mid_upload_withdraws_its_part(practice_home, partner, proxy, remote):
    box = open_mailbox(practice_home, partner(port=proxy.port))
    proxy.cut_after(len(LARGE) // 2)
    outcome, proof = box.deliver(NAME, LARGE)
    assert (outcome, proxy.cuts) == ("failed", 1)
    assert "nothing lies under the name" in proof
    assert _outbound(remote) == {}


def test_a_line_cut_mid_upload_is_a_known_failure_even_if_nobody_can_look(practice_home, partner, proxy, remote):
    box = open_mailbox(practice_home, partner(port=proxy.port))
    proxy.cut_after(len(LARGE) // 2, refuse_later=True)
    assert box.deliver(NAME, LARGE)[0] == "failed"
    assert NAME not in _outbound(remote)


def test_a_rename_whose_answer_is_lost_is_seen_by_a_look(practice_home, partner, proxy, remote, monkeypatch):
    _arm_at_rename(monkeypatch, lambda: proxy.cut_reply(after=100))
    outcome, proof = open_mailbox(practice_home, partner(port=proxy.port)).deliver(NAME, SMALL)
    assert (outcome, proxy.cuts, _outbound(remote)) == ("delivered", 1, {NAME: SMALL})
    assert "seen after" in proof


def test_a_rename_whose_answer_is_lost_is_unknown_if_nobody_can_look(
    practice_home, partner, proxy, remote, monkeypatch
):
    _arm_at_rename(monkeypatch, lambda: proxy.cut_reply(after=100, refuse_later=True))
    box = open_mailbox(practice_home, partner(port=proxy.port))
    assert box.deliver(NAME, SMALL)[0] == "unknown"
    assert box.look(NAME, SMALL) == "unknown"
    assert _outbound(remote) == {NAME: SMALL}


def test_a_rename_that_never_reached_the_server_is_a_known_failure(practice_home, partner, proxy, remote, monkeypatch):
    _arm_at_rename(monkeypatch, lambda: proxy.cut_after(1))
    assert open_mailbox(practice_home, partner(port=proxy.port)).deliver(NAME, SMALL)[0] == "failed"
    assert _outbound(remote) == {}


def test_a_file_that_the_partner_took_before_we_could_look_is_unknown(
    practice_home, partner, proxy, remote, monkeypatch
):
    _arm_at_rename(monkeypatch, lambda: proxy.cut_reply(after=100))
    settle = mailbox_sftp.SftpMailbox._settle

    def settle_late(box, *arguments):
        (remote / "to_partner" / NAME).unlink()
        return settle(box, *arguments)

    monkeypatch.setattr(mailbox_sftp.SftpMailbox, "_settle", settle_late)
    assert open_mailbox(practice_home, partner(port=proxy.port)).deliver(NAME, SMALL)[0] == "unknown"


def test_a_server_that_falls_silent_is_not_waited_for_without_end(practice_home, partner, monkeypatch):
    monkeypatch.setattr(mailbox_sftp, "TIMEOUT_SECONDS", 0.3)
    with closing(socket.create_server(("127.0.0.1", 0))) as mute:
        box = open_mailbox(practice_home, partner(port=mute.getsockname()[1]))
        assert box.deliver(NAME, SMALL)[0] == "failed"
        with pytest.raises(Unreachable, match="try again later"):
            box.inbound()


def test_a_server_that_is_down_is_a_known_failure(practice_home, partner):
    box = open_mailbox(practice_home, partner(port=_free_port()))
    assert box.deliver(NAME, SMALL)[0] == "failed"
    assert box.look(NAME, SMALL) == "unknown"
    box.check_sending()


# ---- looking and collecting ----


@pytest.mark.parametrize(
    ("lies_there", "keeps_files", "verdict"),
    [
        (SMALL, False, "present"),
        (SMALL, True, "present"),
        (None, True, "absent"),
        (None, False, "unknown"),
        (b"other", True, "absent"),
        (b"other", False, "unknown"),
    ],
)
def test_absent_is_proof_only_where_the_partner_keeps_files(
    practice_home, partner, remote, lies_there, keeps_files, verdict
):
    if lies_there is not None:
        (remote / "to_partner" / NAME).write_bytes(lies_there)
    assert open_mailbox(practice_home, partner(keeps_files=keeps_files)).look(NAME, SMALL) == verdict


def test_only_finished_plain_files_are_collected_in_order(mailbox, remote):
    folder = remote / "from_partner"
    for name in ("b.835", "a.999", ".hidden", "c.835.part", "d.tmp", "e.filepart"):
        (folder / name).write_bytes(name.encode())
    (folder / "old").mkdir()
    (folder / "link").symlink_to(folder / "a.999")
    assert mailbox.inbound() == ["a.999", "b.835"]
    assert [mailbox.fetch(name) for name in mailbox.inbound()] == [b"a.999", b"b.835"]
    assert (folder / "a.999").exists()


def test_large_files_come_whole(mailbox, remote):
    (remote / "from_partner" / "large.835").write_bytes(LARGE)
    assert mailbox.fetch("large.835") == LARGE


def test_a_line_that_broke_between_listing_and_fetching_is_opened_again(practice_home, partner, proxy, remote):
    (remote / "from_partner" / "a.835").write_bytes(SMALL)
    box = open_mailbox(practice_home, partner(port=proxy.port))
    assert box.inbound() == ["a.835"]
    proxy.cut_after(1)
    with pytest.raises(Unreachable):
        box.fetch("a.835")
    assert box.fetch("a.835") == SMALL


def test_a_missing_inbound_folder_and_a_vanished_file_say_what_to_do_without_the_name(mailbox, remote):
    with pytest.raises(ClaimcycleError, match="run the step again") as gone:
        mailbox.fetch("DOE-JANE.835")
    assert "DOE" not in str(gone.value)
    (remote / "from_partner").rmdir()
    with pytest.raises(HomeFault, match="correct folder or from_partner"):
        mailbox.inbound()


# ---- keys and settings ----


def test_a_changed_host_key_stops_everything(server, practice_home, mailbox, remote):
    server.known_hosts(practice_home / "known_hosts", server.port, key="other_host_key")
    for act in (mailbox.check_sending, mailbox.inbound, lambda: mailbox.deliver(NAME, SMALL)):
        with pytest.raises(HomeFault, match="another host key than known_hosts"):
            act()
    assert _outbound(remote) == {}


def test_an_unknown_host_is_refused_and_never_added(practice_home, mailbox):
    (practice_home / "known_hosts").write_text("")
    with pytest.raises(HomeFault, match="known_hosts has no key of"):
        mailbox.inbound()
    assert (practice_home / "known_hosts").read_text() == ""


def test_a_strange_user_key_is_refused(practice_home, partner):
    with pytest.raises(HomeFault, match="refuses user and key"):
        open_mailbox(practice_home, partner(key_file="stranger_key")).check_sending()


def test_a_line_cut_during_the_login_is_no_refusal(practice_home, partner, proxy):
    box = open_mailbox(practice_home, partner(port=proxy.port))
    for place in (30, 1200, 1700, 2000):
        proxy.cut_after(place)
        assert box.deliver(NAME, SMALL)[0] == "failed"
    assert proxy.cuts == 4


def test_a_key_with_a_passphrase_is_opened_by_the_environment(server, practice_home, partner, monkeypatch):
    subprocess.run(
        ["ssh-keygen", "-q", "-p", "-N", "correct horse", "-f", str(practice_home / "user_key")],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    box = open_mailbox(practice_home, partner(key_passphrase_env="CLEARWAY_PASSPHRASE"))
    with pytest.raises(HomeFault, match="not set"):
        box.inbound()
    monkeypatch.setenv("CLEARWAY_PASSPHRASE", "wrong horse")
    with pytest.raises(HomeFault, match="cannot be read as a private key") as refused:
        box.inbound()
    assert "horse" not in str(refused.value)
    monkeypatch.setenv("CLEARWAY_PASSPHRASE", "correct horse")
    assert box.inbound() == []


def test_a_password_is_told_to_nobody(practice_home, partner, monkeypatch):
    monkeypatch.setenv("CLEARWAY_PASSWORD", "hunter2")
    box = open_mailbox(practice_home, partner(key_file=None, password_env="CLEARWAY_PASSWORD"))
    with pytest.raises(HomeFault, match="refuses user and key") as refused:
        box.inbound()
    assert "hunter2" not in str(refused.value)


def test_a_key_that_others_may_read_is_refused(practice_home, mailbox):
    (practice_home / "user_key").chmod(0o644)
    with pytest.raises(HomeFault, match="chmod 600"):
        mailbox.inbound()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"host": None}, "has no host"),
        ({"known_hosts": None}, "has no known_hosts"),
        ({"key_file": None}, "neither key_file nor password_env"),
        ({"password": "hunter2"}, "key 'password' that is not known"),
        ({"keep_files": True}, "key 'keep_files' that is not known"),
        ({"port": "22"}, "port must be of type int"),
        ({"keeps_files": 1}, "keeps_files must be of type bool"),
    ],
)
def test_a_wrong_setting_is_told_when_the_mailbox_is_opened(practice_home, partner, changed, says):
    with pytest.raises(HomeFault, match=says) as refused:
        open_mailbox(practice_home, partner(**changed))
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("file", ["user_key", "known_hosts"])
def test_a_missing_file_is_named_by_its_setting(practice_home, mailbox, file):
    (practice_home / file).unlink()
    with pytest.raises(HomeFault, match="key_file" if file == "user_key" else "known_hosts"):
        mailbox.inbound()
