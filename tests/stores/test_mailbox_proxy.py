"""The proxy that breaks connections for the tests of the mailboxes, and the proof that it breaks them where it says."""

import socket
import threading
from contextlib import closing, suppress

import pytest

PIECE = 4096


class CuttingProxy:
    """A TCP proxy on loopback that breaks everything after n bytes, or in place of the server's next reply.

    Holds: which connections a cut breaks is settled, under the lock, at the byte that causes it; one that comes later is whole.
    Sockets are shut down when broken and closed at the very end: a number closed early would be given to a new
    connection while a thread is still about to read from the old one.
    """

    def __init__(self, port):
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._pairs, self._threads = [], []
        self._left, self._reply_after = None, None
        self._is_refusing = self._refuses_after_cut = False
        self.sent = self.cuts = 0
        self._start(self._accept)

    def cut_after(self, count, refuse_later=False):
        """The next `count` bytes to the server pass; then every connection breaks, once."""
        with self._lock:
            self.sent, self._left, self._refuses_after_cut = 0, count, refuse_later

    def cut_reply(self, after, refuse_later=False):
        """When `after` bytes have gone to the server, its next reply is lost and every connection breaks, once."""
        with self._lock:
            self.sent, self._reply_after, self._refuses_after_cut = 0, after, refuse_later

    def refuse(self):
        self._is_refusing = True

    def close(self):
        self._is_refusing = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            pairs = self._pairs
        self._break(pairs)
        for thread in self._threads:
            thread.join(5)
        for end in (end for pair in pairs for end in pair):
            end.close()

    def _start(self, work, *arguments):
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if self._is_refusing:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._target))
                self._pairs.append((near, far))
            self._start(self._to_server, near, far)
            self._start(self._to_client, near, far)

    def _to_server(self, near, far):
        with suppress(OSError):
            while data := near.recv(PIECE):
                data, doomed = self._allow(data)
                far.sendall(data)
                self._break(doomed)
        self._break([(near, far)])

    def _to_client(self, near, far):
        with suppress(OSError):
            while data := far.recv(PIECE):
                doomed = self._lose_reply()
                self._break(doomed)
                if not doomed:
                    near.sendall(data)
        self._break([(near, far)])

    def _allow(self, data):
        """Give what may pass of the data, and the connections to break behind it."""
        with self._lock:
            doomed = []
            if self._left is not None:
                data = data[: self._left]
                self._left -= len(data)
                if not self._left:
                    self._left, doomed = None, self._cut()
            self.sent += len(data)
            return data, doomed

    def _lose_reply(self):
        """Give the connections to break in place of this reply: none where it may pass."""
        with self._lock:
            if self._reply_after is None or self.sent < self._reply_after:
                return []
            self._reply_after = None
            return self._cut()

    def _cut(self):
        self.cuts += 1
        self._is_refusing = self._is_refusing or self._refuses_after_cut
        return list(self._pairs)

    @staticmethod
    def _break(pairs):
        for end in (end for pair in pairs for end in pair):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def shouting():
    """A server that gives back in capitals what it is sent, and notes it."""
    heard = bytearray()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with suppress(OSError):
            while True:
                line, _ = listener.accept()
                with closing(line), suppress(OSError):
                    while data := line.recv(PIECE):
                        heard.extend(data)
                        line.sendall(data.upper())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1], heard
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


@pytest.fixture
def proxy(shouting):
    with closing(CuttingProxy(shouting[0])) as made:
        yield made


def _ask(port, data):
    with closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as line:
        line.sendall(data)
        try:
            return line.recv(PIECE)
        except ConnectionError:
            return b""


def test_an_unarmed_proxy_passes_everything(proxy, shouting):
    assert _ask(proxy.port, b"hello") == b"HELLO"
    assert (bytes(shouting[1]), proxy.sent, proxy.cuts) == (b"hello", 5, 0)


def test_exactly_so_many_bytes_pass_before_the_cut_and_the_next_connection_is_whole(proxy, shouting):
    proxy.cut_after(3)
    _ask(proxy.port, b"hello")
    assert _ask(proxy.port, b"again") == b"AGAIN"
    assert (bytes(shouting[1]), proxy.cuts) == (b"helagain", 1)


def test_a_lost_reply_means_that_the_server_heard_it_all(proxy, shouting):
    proxy.cut_reply(after=5)
    assert _ask(proxy.port, b"hello") == b""
    assert (bytes(shouting[1]), proxy.cuts) == (b"hello", 1)


def test_a_proxy_that_refuses_lets_nothing_through(proxy, shouting):
    proxy.refuse()
    assert _ask(proxy.port, b"hello") == b""
    assert bytes(shouting[1]) == b""
