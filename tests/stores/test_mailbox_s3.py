"""S3 mailboxes against a real HTTP endpoint (moto's server), and against one that breaks the rule everything rests on."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from schemas.errors import ClaimcycleError, HomeFault
from tasks.stores import mailbox_s3
from tasks.stores.home import Partner
from tasks.stores.mailbox import Unreachable, open_mailbox
from tests.stores.test_mailbox_proxy import CuttingProxy

SMALL = b"ISA*00*claims of the night~"
LARGE = bytes(range(256)) * 2000
NAME = "837P-000000001.x12"
KEY = f"clearway/to_partner/{NAME}"
NUMBERS = itertools.count()
SECRET = "not-a-real-secret"


class Careless(BaseHTTPRequestHandler):
    """A small S3 that keeps what it is given and does not know If-None-Match, as s3rver and some Ceph buckets."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.puts.append((self.path, self.headers.get("If-None-Match")))
        self._answer(self.server.put_status, b"", body)

    def do_GET(self):
        self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>", b"")

    def _answer(self, status, content, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{len(body)}"')
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Nothing is printed."""


@pytest.fixture
def careless():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Careless)
    server.puts, server.put_status = [], 200
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture(scope="module")
def endpoint():
    from moto.server import ThreadedMotoServer  # late: it takes a second

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    for name in (
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_S3",
        "HTTP_PROXY",
        "http_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="module")
def partner_side(endpoint):
    from boto3.session import Session

    keys = {"aws_access_key_id": "partner", "aws_secret_access_key": "partner", "region_name": "us-east-1"}
    s3 = Session(**keys).resource("s3", endpoint_url=endpoint)
    yield s3
    s3.meta.client.close()


@pytest.fixture
def bucket(partner_side):
    return partner_side.create_bucket(Bucket=f"mailbox-{next(NUMBERS)}")


@pytest.fixture
def open_box(endpoint, bucket, tmp_path):
    def make(**changed):
        options = {"bucket": bucket.name, "endpoint_url": endpoint} | changed
        options = {key: value for key, value in options.items() if value is not None}
        return open_mailbox(tmp_path, Partner("CLEARWAY", "CLEARWAY01", "Clearway", "s3", "clearway", options=options))

    return make


@pytest.fixture
def proxy(endpoint):
    with closing(CuttingProxy(urlsplit(endpoint).port)) as made:
        yield made


@pytest.fixture
def proxied(open_box, proxy):
    """A mailbox behind the proxy whose bucket is proved already, so that the cut meets the file itself."""

    def make(**changed):
        box = open_box(endpoint_url=f"http://127.0.0.1:{proxy.port}", **changed)
        box.check_sending()
        return box

    return make


def _held(bucket):
    return {found.key: found.get()["Body"].read() for found in bucket.objects.all() if found.key != "claimcycle-probe"}


# ---- sending ----


@pytest.mark.parametrize("content", [b"", SMALL, LARGE], ids=["empty", "small", "large"])
def test_a_file_is_delivered_whole_and_nothing_else_is_left(open_box, bucket, content):
    assert open_box().deliver(NAME, content)[0] == "delivered"
    assert _held(bucket) == {KEY: content}


def test_the_same_bytes_again_are_a_delivery(open_box, bucket):
    assert [open_box().deliver(NAME, SMALL)[0] for _ in range(2)] == ["delivered", "delivered"]
    assert _held(bucket) == {KEY: SMALL}


def test_other_bytes_under_the_name_fail_and_stay(open_box, bucket):
    bucket.put_object(Key=KEY, Body=b"somebody else's")
    assert open_box().deliver(NAME, SMALL) == ("failed", "another file has this name")
    assert _held(bucket) == {KEY: b"somebody else's"}


def test_racers_have_one_winner_each_also_where_versions_are_kept(open_box, bucket):
    bucket.Versioning().enable()
    contents = [bytes([letter]) * 50_000 for letter in b"AABB"]
    with ThreadPoolExecutor(4) as pool:
        tries = [pool.submit(open_box().deliver, NAME, content) for content in contents]
    outcomes = {content[:1]: one.result()[0] for content, one in zip(contents, tries, strict=True)}
    assert sorted(outcomes.values()) == ["delivered", "failed"]
    assert len(list(bucket.object_versions.filter(Prefix=KEY))) == 1


def test_a_bucket_that_is_not_there_stops_the_sending(open_box):
    box = open_box(bucket="no-such-bucket")
    for act in (box.check_sending, lambda: box.deliver(NAME, SMALL), box.inbound):
        with pytest.raises(HomeFault, match="404 NoSuchBucket; check bucket"):
            act()


# ---- the probe ----


def test_a_bucket_is_proved_by_one_object_once_and_again_on_a_later_night(open_box, bucket):
    for _ in range(2):
        open_box().check_sending()
    assert [(found.key, found.get()["Body"].read()) for found in bucket.objects.all()] == [
        ("claimcycle-probe", b"first")
    ]


def test_a_server_that_ignores_the_condition_is_sent_nothing(open_box, careless):
    box = open_box(endpoint_url=f"http://127.0.0.1:{careless.server_port}")
    for act in (box.check_sending, lambda: box.deliver(NAME, SMALL), lambda: box.deliver(NAME, SMALL)):
        with pytest.raises(ClaimcycleError, match=r"If-None-Match is ignored.*use another bucket or sftp"):
            act()
    assert {path.rpartition("/")[2] for path, _ in careless.puts} == {"claimcycle-probe"}
    assert {condition for _, condition in careless.puts} == {"*"}


def test_a_server_that_says_it_has_no_conditions_is_sent_nothing(open_box, careless):
    careless.put_status = 501
    with pytest.raises(ClaimcycleError, match="If-None-Match is ignored"):
        open_box(endpoint_url=f"http://127.0.0.1:{careless.server_port}").deliver(NAME, SMALL)


@pytest.mark.parametrize(
    ("put_status", "keeps_files", "outcome"),
    [
        (403, False, "failed"),
        (403, True, "failed"),
        (500, True, "failed"),
        (500, False, "unknown"),
        (409, False, "unknown"),
    ],
)
def test_a_refusal_is_a_known_failure_and_a_fault_of_the_server_is_not(
    open_box, careless, put_status, keeps_files, outcome
):
    box = open_box(endpoint_url=f"http://127.0.0.1:{careless.server_port}", keeps_files=keeps_files)
    careless.put_status = 412
    box.check_sending()
    careless.put_status, careless.puts = put_status, []
    assert box.deliver(NAME, SMALL)[0] == outcome
    assert len(careless.puts) == 1  # never again by itself


def test_a_name_that_was_taken_and_is_free_again_is_unknown(open_box, careless):
    careless.put_status = 412
    assert open_box(endpoint_url=f"http://127.0.0.1:{careless.server_port}").deliver(NAME, SMALL)[0] == "unknown"


# ---- broken lines ----


@pytest.mark.parametrize(("keeps_files", "expected"), [(True, "failed"), (False, "unknown")])
@pytest.mark.parametrize("place", [1, 5_000, 100_000, 510_000])
def test_a_line_cut_mid_upload_is_never_a_false_delivery_and_the_second_try_delivers(
    proxied, proxy, bucket, place, keeps_files, expected
):
    box = proxied(keeps_files=keeps_files)
    proxy.cut_after(place)
    assert box.deliver(NAME, LARGE)[0] == expected
    assert (proxy.cuts, _held(bucket)) == (1, {})
    assert box.deliver(NAME, LARGE)[0] == "delivered"
    assert _held(bucket) == {KEY: LARGE}


def test_a_line_cut_inside_the_head_of_the_request_is_never_a_false_delivery(proxied, proxy, bucket):
    """Moto takes a head that is cut off for a whole one and keeps an empty object; S3 would miss the signature."""
    box = proxied(keeps_files=True)
    proxy.cut_after(300)
    outcome, _ = box.deliver(NAME, LARGE)
    assert (outcome, proxy.cuts) == ("failed", 1)
    assert LARGE not in _held(bucket).values()


def test_a_put_whose_answer_is_lost_is_seen_by_a_look(proxied, proxy, bucket):
    box = proxied()
    proxy.cut_reply(after=len(LARGE))
    outcome, proof = box.deliver(NAME, LARGE)
    assert (outcome, proxy.cuts, _held(bucket)) == ("delivered", 1, {KEY: LARGE})
    assert "seen after" in proof


def test_a_put_whose_answer_is_lost_is_unknown_if_nobody_can_look_and_the_second_try_delivers(
    proxied, proxy, open_box, bucket
):
    box = proxied(keeps_files=True)
    proxy.cut_reply(after=len(LARGE), refuse_later=True)
    assert box.deliver(NAME, LARGE)[0] == "unknown"
    assert box.look(NAME, LARGE) == "unknown"
    assert open_box().deliver(NAME, LARGE)[0] == "delivered"
    assert _held(bucket) == {KEY: LARGE}


def test_a_server_that_is_down_is_a_known_failure(open_box):
    box = open_box(endpoint_url="http://127.0.0.1:1")
    assert box.deliver(NAME, SMALL)[0] == "failed"
    box.check_sending()
    with pytest.raises(Unreachable, match="EndpointConnectionError"):
        box.inbound()


@pytest.mark.parametrize(("keeps_files", "expected"), [(True, "failed"), (False, "unknown")])
def test_a_server_that_falls_silent_is_not_waited_for_without_end(
    open_box, careless, monkeypatch, keeps_files, expected
):
    monkeypatch.setattr(mailbox_s3, "ANSWER_SECONDS", 0.2)
    box = open_box(endpoint_url=f"http://127.0.0.1:{careless.server_port}", keeps_files=keeps_files)
    careless.put_status = 412
    box.check_sending()
    monkeypatch.setattr(Careless, "do_PUT", fall_silent)
    outcome, proof = box.deliver(NAME, SMALL)
    assert (outcome, "ReadTimeoutError" in proof) == (expected, True)


def fall_silent(handler):
    threading.Event().wait(1)
    handler.close_connection = True


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
def test_absent_is_proof_only_where_the_partner_keeps_files(open_box, bucket, lies_there, keeps_files, verdict):
    if lies_there is not None:
        bucket.put_object(Key=KEY, Body=lies_there)
    assert open_box(keeps_files=keeps_files).look(NAME, SMALL) == verdict


def test_only_finished_objects_of_the_prefix_are_collected_in_order(open_box, bucket):
    for name in ("b.835", "a.999", ".hidden", "c.835.part", "d.tmp", "", "old/e.835"):
        bucket.put_object(Key=f"clearway/from_partner/{name}", Body=name.encode())
    bucket.put_object(Key="clearway/from_partner_too/f.835", Body=b"f")
    box = open_box()
    assert box.inbound() == ["a.999", "b.835"]
    assert [box.fetch(name) for name in box.inbound()] == [b"a.999", b"b.835"]


def test_more_objects_than_a_page_holds_are_all_listed(open_box, bucket, monkeypatch):
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "3")
    names = [f"{number}.835" for number in range(8)]
    for name in names:
        bucket.put_object(Key=f"answers/{name}", Body=b"")
    assert open_box(from_partner="/answers").inbound() == names


def test_a_vanished_object_says_what_to_do_without_its_name(open_box):
    with pytest.raises(ClaimcycleError, match="run the step again") as gone:
        open_box().fetch("DOE-JANE.835")
    assert "DOE" not in str(gone.value)


# ---- credentials and settings ----


def test_missing_credentials_say_what_to_set(open_box, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    mailbox_s3._session.cache_clear()
    for act in (open_box().inbound, open_box().check_sending):
        with pytest.raises(HomeFault, match="set AWS_ACCESS_KEY_ID"):
            act()
    mailbox_s3._session.cache_clear()


def test_messages_hold_no_secret(open_box, careless):
    careless.put_status = 403
    with pytest.raises(HomeFault, match="refuses with 403") as refused:
        open_box(endpoint_url=f"http://127.0.0.1:{careless.server_port}").check_sending()
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"bucket": None}, "has no bucket"),
        ({"secret_access_key": SECRET}, "key 'secret_access_key' that is not known"),
        ({"keeps_files": "yes"}, "keeps_files must be of type bool"),
        ({"endpoint_url": "http://s3.example.org"}, "must begin with https://"),
        ({"endpoint_url": "s3.example.org"}, "must begin with https://"),
    ],
)
def test_a_wrong_setting_is_told_when_the_mailbox_is_opened(open_box, changed, says):
    with pytest.raises(HomeFault, match=says) as refused:
        open_box(**changed)
    assert SECRET not in str(refused.value)
