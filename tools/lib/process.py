"""Processes that end with the one who started them, and the folders they live in.

Everything here is Python's standard library. Servers refuse to run as root; started as root they
run as the system user of their Debian package, started as anybody else they run as that user.
"""
import contextlib
import ctypes
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PR_SET_PDEATHSIG = 1
START_TIMEOUT = 60  # seconds; a loaded two-core machine starts ejabberd in ten
STOP_TIMEOUT = 20   # seconds; then SIGKILL

_libc = ctypes.CDLL(None, use_errno=True)


class StartError(RuntimeError):
    """A server did not come up; the message ends with the last lines of its log."""


def system_user(name):
    """The user to run a server as: `name` when we are root, nobody in particular otherwise."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return pwd.getpwnam("nobody")


def private_folder(path, user=None):
    """Makes `path` a folder that only `user` (and root) can read."""
    os.makedirs(path, exist_ok=True)
    os.chmod(path, 0o700)
    if user is not None:
        os.chown(path, user.pw_uid, user.pw_gid)
    return path


def write_private(path, text, user=None):
    """Writes a file that may hold secrets."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    if user is not None:
        os.chown(path, user.pw_uid, user.pw_gid)
    return path


@contextlib.contextmanager
def scratch(prefix="stoa-"):
    """A folder in /tmp (socket paths must stay short) that is gone afterwards."""
    path = tempfile.mkdtemp(prefix=prefix, dir="/tmp")
    os.chmod(path, 0o711)  # servers of other users need to reach their own folders in it
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def free_ports(count):
    """Distinct loopback TCP ports that nobody listens on at this moment, below those that Linux
    gives to outgoing connections: one of these could take the port before a server listens."""
    found = []
    while len(found) < count:
        port = random.randrange(10000, 32768)
        if port not in found and port_is_free(port):
            found.append(port)
    return found


def port_is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def accepts(port):
    """Whether something listens on this loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def signal_all(pids, number):
    """Signals each process that is still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def as_user(user):
    """Keyword arguments for subprocess that make the child run as `user`."""
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def tail(path, lines=15):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])
    except OSError:
        return ""


class Process:
    """One child process with a log file. It gets `stop_signal` when this process dies."""

    def __init__(self, name, log, user=None, stop_signal=signal.SIGTERM):
        self.name = name
        self.log = log
        self.user = user
        self.stop_signal = stop_signal
        self.child = None

    def start(self, argv, env=None, cwd=None):
        """Starts the program, which must not be running. Call it from the main thread: the
        kernel ends the child when the thread that made it ends."""
        assert not self.running(), f"{self.name} runs already"
        parent = os.getpid()

        def die_with_parent():
            os.setpgid(0, 0)  # a Ctrl-C at the terminal is for us; we end the servers in order
            _libc.prctl(PR_SET_PDEATHSIG, self.stop_signal)
            if os.getppid() != parent:
                os._exit(1)

        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, cwd=cwd,
                preexec_fn=die_with_parent, **as_user(self.user))
        return self

    def running(self):
        return self.child is not None and self.child.poll() is None

    @property
    def pid(self):
        return self.child.pid

    def children(self):
        """Process ids of its direct children."""
        path = f"/proc/{self.pid}/task/{self.pid}/children"
        with open(path, encoding="ascii") as file:
            return [int(pid) for pid in file.read().split()]

    def wait_until(self, ready, what, timeout=START_TIMEOUT):
        """Waits for ready() to be true; StartError if the process ends or time runs out."""
        deadline = time.monotonic() + timeout
        while not ready():
            if not self.running():
                raise StartError(f"{self.name} ended before {what}:\n{tail(self.log)}")
            if time.monotonic() > deadline:
                raise StartError(f"{self.name}: no {what} in {timeout} s:\n{tail(self.log)}")
            time.sleep(0.05)

    def stop(self):
        """Ends it in the orderly way, by force when it does not listen. Returns its exit code."""
        if self.running():
            self.child.send_signal(self.stop_signal)
            try:
                self.child.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                self.child.kill()
        return self.child.wait() if self.child else None

    def kill(self):
        """SIGKILL, and wait until it is gone."""
        if self.running():
            self.child.kill()
        return self.child.wait() if self.child else None

    def pause(self):
        self.child.send_signal(signal.SIGSTOP)

    def resume(self):
        self.child.send_signal(signal.SIGCONT)
