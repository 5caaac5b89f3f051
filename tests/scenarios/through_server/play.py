"""Plays scenarios through a real server: the daemon is attached to it, and so is everybody else.

    play.py RUNNER prosody|ejabberd [part=K/N] FILE|FOLDER...

RUNNER is the program `scenarios`, $STOA_PROGRAM the daemon (or build/release/stoa). Starts a private
PostgreSQL and a private server in which each domain of the scenarios is a component, and gives them to the
runner (docs/scenarios.md)."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "tools", "lib"))

from servers import SECRET, SERVERS, Postgres, free_ports, scratch, stoa_program  # noqa: E402


def main():
    if len(sys.argv) < 4 or sys.argv[2] not in SERVERS:
        sys.exit(__doc__)
    runner, kind, *which = sys.argv[1:]
    options = [word for word in which if "=" in word]
    play = [runner, "server", f"server={kind}", *options]
    paths = [word for word in which if "=" not in word]
    domains = subprocess.run([*play, "domains=list", *paths], stdout=subprocess.PIPE, text=True,
                             check=True).stdout.split()
    with scratch("stoa-play-") as folder, \
            Postgres(os.path.join(folder, "postgres"), {"fsync": "off"}) as postgres, \
            SERVERS[kind](os.path.join(folder, kind),
                          components=dict.fromkeys(domains, SECRET)) as server:
        return subprocess.run(
            [*play, f"program={stoa_program()}", f"folder={folder}", f"secret={SECRET}",
             f"database={postgres.create_database('stoa')}", f"http={free_ports(1)[0]}",
             f"components={server.component_port}", *paths]).returncode


if __name__ == "__main__":
    sys.exit(main())
