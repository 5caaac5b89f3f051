"""The part of tools/demo that runs once everything is installed and built."""
import argparse
import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import sys
import time

from demo_check import check
from page import SketchroomPage
from servers import COMPONENT, HOST, SECRET, SERVERS, Postgres, StartError, Stoa, port_is_free, \
    scratch

ACCOUNTS = ("alice", "bob", "carol")
PASSWORD = "secret"
PORTS = ("page", "clients", "http", "component", "metrics")
FIRST_BASE = 8480


def arguments():
    parser = argparse.ArgumentParser(prog="tools/demo")
    parser.add_argument("--server", choices=sorted(SERVERS), default="prosody")
    parser.add_argument("--fresh", action="store_true", help="forget all rooms, nodes and accounts")
    parser.add_argument("--check", action="store_true", help="drive everything once, unattended")
    parser.add_argument("--port-base", type=int, metavar="N",
                        help=f"use the ports N to N+{len(PORTS) - 1} (default: free ones)")
    parser.add_argument("--state", metavar="FOLDER", default=default_state(),
                        help="where rooms and nodes are kept (default: %(default)s)")
    return parser.parse_args()


def default_state():
    # Servers run as their own users when we are root, and cannot look into root's home.
    if os.geteuid() == 0:
        return "/var/lib/stoa-demo"
    home = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return os.path.join(home, "stoa-demo")


def choose_ports(base):
    """Five ports in a row: from `base` if given (all must be free), else the first free five."""
    if base is not None:
        taken = [port for port in range(base, base + len(PORTS)) if not port_is_free(port)]
        if taken:
            sys.exit(f"Port {taken[0]} is in use; choose another --port-base")
    else:
        base = FIRST_BASE
        while not all(port_is_free(port) for port in range(base, base + len(PORTS))):
            base += len(PORTS)
    return dict(zip(PORTS, range(base, base + len(PORTS))))


@contextlib.contextmanager
def state_folder(options):
    """The folder of this run, locked: one demo at a time for each."""
    if options.check:
        with scratch("stoa-check-") as folder:
            yield folder
        return
    folder = os.path.abspath(options.state)
    os.makedirs(folder, exist_ok=True)
    if os.geteuid() == 0:
        os.chmod(folder, 0o711)
    with open(os.path.join(folder, "lock"), "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"A demo runs already in {folder}; --state FOLDER starts another")
        if options.fresh:
            for name in (*SERVERS, "postgres", "stoa"):
                shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
        yield folder


def told(what, context, stack):
    print(f"Starting {what}", flush=True)
    return stack.enter_context(context)


def start(options, folder, stack):
    """Starts everything in order. Returns (server, stoa, page)."""
    ports = choose_ports(options.port_base)
    place = lambda name: os.path.join(folder, name)  # noqa: E731
    database = told("PostgreSQL", Postgres(place("postgres")), stack)
    url = database.create_database("stoa")
    server = told(options.server, SERVERS[options.server](
        place(options.server), components={COMPONENT: SECRET},
        ports=(ports["clients"], ports["http"], ports["component"])), stack)
    for name in ACCOUNTS:
        server.add_user(name, PASSWORD)
    stoa = told("stoa", Stoa(place("stoa"), server, url, http_port=ports["metrics"],
                             admins=[f"{ACCOUNTS[0]}@{HOST}"]), stack)
    page = stack.enter_context(SketchroomPage(server, COMPONENT, HOST, ports["page"], ACCOUNTS))
    return database, server, stoa, page


def describe(options, folder, server, stoa, page):
    accounts = ", ".join(f"{name}@{HOST}" for name in ACCOUNTS)
    print(f"""
  Page       {page.url}
             (open it twice, in two windows, as two people)
  Accounts   {accounts}; the password of each is "{PASSWORD}"
  Services   {COMPONENT}: rooms are ROOM@{COMPONENT}, nodes are at {COMPONENT}
  {options.server:10} clients 127.0.0.1:{server.client_port} (no TLS), {server.websocket_url},
             {server.bosh_url}
  Stoa       http://127.0.0.1:{stoa.http_port}/metrics, log {stoa.log}
  State      {folder}

Ctrl-C ends it.""", flush=True)


def watch(*services):
    """Returns when one of them ends by itself."""
    while True:
        for service in services:
            if not service.process.running():
                return service
        time.sleep(0.5)


def run(options):
    with state_folder(options) as folder, contextlib.ExitStack() as stack:
        database, server, stoa, page = start(options, folder, stack)
        if options.check:
            return asyncio.run(check(server, stoa, page, ACCOUNTS))
        describe(options, folder, server, stoa, page)
        ended = watch(database, server, stoa)
        print(f"{ended.name} ended by itself; the end of its log, {ended.log}:")
        with open(ended.log, encoding="utf-8", errors="replace") as log:
            print("".join(log.readlines()[-15:]))
        return 1


def interrupt(*_):
    raise KeyboardInterrupt


def main():
    options = arguments()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        return run(options)
    except KeyboardInterrupt:
        print("\nEnded.")
        return 1 if options.check else 0
    except StartError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
