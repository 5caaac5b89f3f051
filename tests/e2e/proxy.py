"""A TCP proxy on loopback that can be cut, as a network between stoa and the server would be."""
import contextlib
import selectors
import socket
import threading

CHUNK = 65536


class Proxy:
    """Connections to `port` go on to the target port. Runs in a thread of its own."""

    def __init__(self, target):
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.refused = 0  # connections, so far
        self._wake, self._woken = socket.socketpair()
        self._orders = []
        self._done = threading.Event()

    def __enter__(self):
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._order("end")
        self._thread.join()

    def cut(self):
        """Resets every connection. New ones are accepted at once."""
        self._order("cut")

    def refuse(self):
        """Resets every connection, and every new one until admit()."""
        self._order("refuse")

    def admit(self):
        self._order("admit")

    def _order(self, what):
        self._done.clear()
        self._orders.append(what)
        self._wake.send(b"!")
        self._done.wait(10)

    def _run(self):
        selector = selectors.DefaultSelector()
        selector.register(self._listener, selectors.EVENT_READ)
        selector.register(self._woken, selectors.EVENT_READ)
        pairs, admits = {}, True
        while True:
            for key, _ in selector.select():
                if key.fileobj is self._listener:
                    self._accept(selector, pairs, admits)
                elif key.fileobj is self._woken:
                    self._woken.recv(64)
                elif key.fileobj in pairs:
                    self._pass_on(selector, pairs, key.fileobj)
            while self._orders:
                order = self._orders.pop(0)
                admits = admits if order == "cut" else order == "admit"
                if order != "admit":
                    for end in list(pairs):
                        self._drop(selector, pairs, end)
                self._done.set()
                if order == "end":
                    self._listener.close()
                    return

    def _accept(self, selector, pairs, admits):
        near, _ = self._listener.accept()
        try:
            if not admits:
                self.refused += 1
                raise OSError
            far = socket.create_connection(("127.0.0.1", self._target), timeout=5)
        except OSError:
            _reset(near)
            return
        for one, other in ((near, far), (far, near)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            one.settimeout(None)
            pairs[one] = other
            selector.register(one, selectors.EVENT_READ)

    def _pass_on(self, selector, pairs, end):
        try:
            chunk = end.recv(CHUNK)
            if not chunk:
                raise OSError
            pairs[end].sendall(chunk)
        except OSError:
            self._drop(selector, pairs, end)

    @staticmethod
    def _drop(selector, pairs, end):
        other = pairs.pop(end, None)
        pairs.pop(other, None)
        for each in (end, other):
            if each is not None:
                with contextlib.suppress(KeyError, ValueError):
                    selector.unregister(each)
                _reset(each)


def _reset(end):
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    end.close()
