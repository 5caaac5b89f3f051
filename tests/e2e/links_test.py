"""Links: wrong secrets and conflicts in words, several in one process, TLS to the server."""
import contextlib
import os
import re
import subprocess

from harness import main, test
from clients import NS, PASSWORD, Client
from process import write_private
from servers import COMPONENT, SECRET, SERVERS, Stoa, scratch


@contextlib.contextmanager
def one_more_stoa(world, change, start=True):
    """A second stoa with a database of its own, its configuration changed by `change`."""
    with scratch() as folder:
        name = world.name("database")
        stoa = Stoa(os.path.join(folder, "stoa"), world.server, world.database.create_database(name))
        with open(stoa.config, encoding="utf-8") as file:
            text = file.read()
        write_private(stoa.config, change(text))
        try:
            if start:
                stoa.start()
            yield stoa
        finally:
            stoa.stop()


def events(stoa, name):
    """The log lines of one event."""
    with open(stoa.log, encoding="utf-8") as log:
        return [line for line in log if f'event="{name}"' in line or f"event={name} " in line]


@test("a wrong secret is logged as such, with what to do, and tried again [MUC-COMP-01]")
async def wrong_secret(world):
    secret = world.server.secret(world.service)
    with one_more_stoa(world, lambda text: text.replace(secret, "not-the-secret")) as stoa:
        await world.until(lambda: len(events(stoa, "link not up")) >= 2, "two attempts")
        for line in events(stoa, "link not up"):
            assert "refused the secret" in line and "make `secret` the same" in line, line
        assert stoa.get("/healthz")[0] == 200 and stoa.get("/readyz")[0] == 503
        with open(stoa.log, encoding="utf-8") as log:
            assert "not-the-secret" not in log.read()


@test("a server that is away is not taken for a wrong secret")
async def server_away(world):
    port = f"port     = {world.server.component_port}"
    with one_more_stoa(world, lambda text: text.replace(port, "port     = 1")) as stoa:
        await world.until(lambda: len(events(stoa, "link not up")) >= 2, "two attempts")
        line = events(stoa, "link not up")[0]
        assert "no connection to 127.0.0.1:1" in line and "check that the server runs" in line, line


# ejabberd admits both connections.
@test("a second connection of the domain is named as a conflict", only="prosody")
async def conflict(world):
    async with world.comes_back("link"):
        assert world.stoa.command("check").returncode == 0
    line = events(world.stoa, "link lost")[-1]
    assert "conflict" in line and "serves this domain" in line, line


def split(text):
    """Rooms on one domain, nodes on another."""
    rooms = text.replace('services = ["pubsub", "muc"]', 'services = ["muc"]')
    nodes = text[text.index("[[link]]"):text.index("[database]")]
    nodes = nodes.replace(f'"{COMPONENT}"', '"nodes.localhost"').replace(
        'services = ["pubsub", "muc"]', 'services = ["pubsub"]')
    return rooms + nodes


async def features(client, address):
    answer = await client.ask(address, "get", f"<query xmlns='{NS['info']}'/>")
    return {each.get("var") for each in answer.findall("info:query/info:feature", NS)}


@test("two links, each with its own domain and services, in one process [MUC-COMP-09]")
async def two_links(world):
    with scratch() as folder, SERVERS[world.server.name](
            os.path.join(folder, "xmpp"),
            components={COMPONENT: SECRET, "nodes.localhost": SECRET}) as server:
        server.add_user("juliet", PASSWORD)
        stoa = Stoa(os.path.join(folder, "stoa"), server, world.database.create_database("links"))
        with open(stoa.config, encoding="utf-8") as file:
            text = file.read()
        write_private(stoa.config, split(text))
        done = stoa.command("check")
        assert done.returncode == 0, done.stdout
        assert sum(line.startswith("link ") for line in done.stdout.splitlines()) == 2, done.stdout
        with stoa:
            async with Client(server, "juliet") as juliet:
                at_rooms = await features(juliet, COMPONENT)
                at_nodes = await features(juliet, "nodes.localhost")
                assert NS["muc"] in at_rooms and NS["ps"] not in at_rooms, at_rooms
                assert NS["ps"] in at_nodes and NS["muc"] not in at_nodes, at_nodes
                await juliet.enter(f"hall@{COMPONENT}", "juliet")
                await juliet.create_node("nodes.localhost", "n")
            page = stoa.get("/metrics")[1]
            for domain in (COMPONENT, "nodes.localhost"):
                assert f'stoa_link_up{{link="{domain}"}} 1' in page, page


def certificate(folder):
    """(file with key and certificate, certificate) for localhost, signed by itself."""
    key, made = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-keyout", key, "-out", made], check=True, stderr=subprocess.DEVNULL)
    both = os.path.join(folder, "both.pem")
    with open(both, "w", encoding="ascii") as file:
        for part in (key, made):
            with open(part, encoding="ascii") as source:
                file.write(source.read())
    for path in (both, made):
        os.chmod(path, 0o644)
    return both, made


class EjabberdWithTls(SERVERS["ejabberd"]):
    """Its component listener speaks TLS from the first byte."""

    pem = ""

    def _settings(self):
        settings = super()._settings()
        for listener in settings["listen"]:
            if listener["module"] == "ejabberd_service":
                listener.update(tls=True, certfile=self.pem)
        return settings


@test("TLS to the server, its certificate verified; without it, or with a stranger's, no link")
async def tls(world):
    if world.server.name != "ejabberd":  # Prosody has no TLS for components
        with one_more_stoa(world, over_tls("verify"), start=False) as stoa:
            done = stoa.command("check")
            assert done.returncode == 1 and "Prosody's does not" in done.stdout, done.stdout
        return
    with scratch() as folder:
        EjabberdWithTls.pem, trusted = certificate(folder)
        with EjabberdWithTls(os.path.join(folder, "xmpp")) as server:
            stoa = Stoa(os.path.join(folder, "stoa"), server, world.database.create_database("tls"))
            with open(stoa.config, encoding="utf-8") as file:
                plain = file.read()
            write_private(stoa.config, over_tls("verify")(plain))
            done = stoa.command("check")
            assert done.returncode == 1 and "certificate must be issued for" in done.stdout, \
                done.stdout
            write_private(stoa.config, over_tls("verify", trusted)(plain))
            done = stoa.command("check")
            assert done.returncode == 0, done.stdout
            with stoa:
                assert stoa.get("/readyz")[0] == 200


def over_tls(mode, trusted=""):
    lines = f'tls      = "{mode}"\ntls_name = "localhost"\n'
    if trusted:
        lines += f'ca_file  = "{trusted}"\n'
    return lambda text: re.sub(r"(?m)^(services = .*\n)", r"\1" + lines, text, count=1)


if __name__ == "__main__":
    main()
