"""The daemon's commands, its pages and its behaviour as a process."""
import asyncio
import contextlib
import os
import re
import signal
import subprocess

from harness import main, test
from clients import NS, presence, presence_of_room, statuses
from process import accepts, write_private
from servers import SERVERS, Stoa, free_ports, scratch, stoa_program


def stoa(*arguments):
    return subprocess.run([stoa_program(), *arguments], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30)


@test("stoa --version says its version")
async def version(world):
    done = stoa("--version")
    assert done.returncode == 0 and re.match(r"stoa \d+\.\d+", done.stdout), done.stdout


@test("a bad configuration is named by file, line and key, and nothing starts")
async def bad_configuration(world):
    with scratch() as folder:
        path = os.path.join(folder, "stoa.toml")
        good = open(world.stoa.config, encoding="utf-8").read()
        write_private(path, good.replace("port     =", "prot     ="))
        line = 1 + good[:good.index("port     =")].count("\n")
        done = stoa("run", "--config", path)
        assert done.returncode == 2, done
        assert f"{path}:{line}" in done.stdout and "prot" in done.stdout, done.stdout
        write_private(path, re.sub(r"port     = \d+", 'port     = "many"', good))
        done = stoa("check", "--config", path)
        assert done.returncode == 2 and f"{path}:{line}" in done.stdout, done.stdout
        assert stoa("run", "--config", os.path.join(folder, "none.toml")).returncode == 2


@test("a database's URL that libpq does not take is such a fault, and its password is not printed")
async def bad_database(world):
    good = open(world.stoa.config, encoding="utf-8").read()
    line = 1 + good[:good.index("url = ")].count("\n")
    with scratch() as folder:
        path = os.path.join(folder, "stoa.toml")
        for url in ("mysql://u:hunter2@h/x", "postgresql:///x?connect_timout=3",
                    "postgresql://u:hunter2%zz@h/x", "postgresql://u:p@hunter2@h/x"):
            write_private(path, re.sub(r'url = ".*"', f'url = "{url}"', good))
            for command in (("run",), ("check",), ("migrate",), ("attach", "--server", "prosody")):
                done = stoa(*command, "--config", path)
                assert done.returncode == 2, (command, done)
                assert done.stdout.startswith(f"{path}:{line}: database.url: expected "), done.stdout
                assert done.stdout.count("\n") == 1 and "hunter2" not in done.stdout, done.stdout
        closed = f"postgresql://u:hunter2@127.0.0.1:{free_ports(1)[0]}/x"
        write_private(path, re.sub(r'url = ".*"', f'url = "{closed}"', good))
        done = stoa("migrate", "--config", path)
        assert done.returncode == 1 and "hunter2" not in done.stdout, done


@test("an address that nobody can listen at is such a fault")
async def bad_listener(world):
    good = open(world.stoa.config, encoding="utf-8").read()
    line = 1 + good[:good.index("listen = ")].count("\n")
    with scratch() as folder:
        path = os.path.join(folder, "stoa.toml")
        write_private(path, re.sub(r'listen = ".*"', 'listen = "foo.bar:80"', good))
        done = stoa("run", "--config", path)
        assert done.returncode == 2, done
        assert done.stdout.startswith(f"{path}:{line}: http.listen: expected "), done.stdout
        assert done.stdout.count("\n") == 1, done.stdout


@test("stoa check says in a line each that all is well, and the daemon lives on")
async def check(world):
    async with checked(world):
        done = world.stoa.command("check")
    assert done.returncode == 0, done.stdout
    begins = [line.split(":")[0] for line in done.stdout.splitlines()]
    assert begins == ["configuration", "database", "schema",
                      f"link {world.service} at 127.0.0.1"], done.stdout


def checked(world):
    """Prosody gives the domain to the newest connection, ejabberd to both."""
    kicks = world.server.name == "prosody"
    return world.comes_back("link") if kicks else contextlib.nullcontext()


@test("stoa check tells a wrong secret, an unknown domain and a server that is down apart")
async def check_faults(world):
    world.database.create_database("guarded")
    world.database.sql("create role guest login; revoke create on schema public from public",
                       "guarded")
    async with checked(world):
        texts = faults_found(world)
    assert len({tuple(lines) for lines in texts.values()}) == 5, texts
    assert "must own the database" in texts["schema"][0], texts["schema"]


def faults_found(world):
    texts = {}
    with scratch() as folder:
        path = os.path.join(folder, "stoa.toml")
        good = open(world.stoa.config, encoding="utf-8").read()
        for name, bad in {
                "secret": good.replace('secret   = "', 'secret   = "not-'),
                "domain": good.replace('domain   = "', 'domain   = "un'),
                "down": re.sub(r"port     = \d+", f"port     = {free_ports(1)[0]}", good),
                "schema": re.sub(r'url = ".*"', 'url = "' + world.database.url("guarded").replace(
                    "user=stoa", "user=guest") + '"', good),
                "database": re.sub(r'url = ".*"', f'url = "postgresql:///none?host={folder}"', good),
        }.items():
            write_private(path, bad)
            done = stoa("check", "--config", path)
            assert done.returncode == 1, (name, done.stdout)
            texts[name] = [line for line in done.stdout.splitlines() if "FAILED" in line]
            assert len(texts[name]) == 1, (name, done.stdout)
    return texts


@test("a secret never appears in the log, nor what people say")
async def silence(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    room = await world.room(juliet, romeo)
    juliet.say(room, "a-very-private-sentence")
    await romeo.receives(lambda s: s.findtext("c:body", None, NS) == "a-very-private-sentence")
    log = open(world.stoa.log, encoding="utf-8").read()
    assert world.server.secret(world.service) not in log
    assert "a-very-private-sentence" not in log


@test("level debug tells the steps of links, what is loaded and what is written, and no secret")
async def steps(world):
    good = open(world.stoa.config, encoding="utf-8").read()
    juliet = await world.session("juliet")
    try:
        write_private(world.stoa.config, good + '[log]\nlevel = "debug"\n')
        await read_again(world)
        room = await world.room(juliet)
        juliet.say(room, "a-most-private-sentence")
        await juliet.receives(said("a-most-private-sentence"))
        async with world.comes_back("link"):
            world.proxy.cut()
        for text in ("event=link.step", "handshake sent", f"key={room.split('@')[0]}",
                     "event=entity.loaded", "event=journal.batch"):
            await logged(world, text)
    finally:
        write_private(world.stoa.config, good)
        await read_again(world)
    log = open(world.stoa.log, encoding="utf-8").read()
    assert world.server.secret(world.service) not in log
    assert "a-most-private-sentence" not in log


async def read_again(world):
    before = logged_times(world, "configuration read again")
    os.kill(world.stoa.pid, signal.SIGHUP)
    await world.until(lambda: logged_times(world, "configuration read again") > before,
                      "the configuration is read")


@test("the pages for machines: alive, ready, metrics without names [MUC-COMP-10] [PS-DUR-13]")
async def pages(world):
    juliet = await world.session("juliet")
    room = await world.room(juliet)
    assert world.stoa.get("/healthz")[0] == 200
    assert world.stoa.get("/readyz")[0] == 200
    status, text = world.stoa.get("/metrics")
    assert status == 200 and "# TYPE" in text
    assert room not in text and "juliet" not in text
    assert world.stoa.get("/elsewhere")[0] == 404
    async with world.comes_back("link"):
        world.proxy.refuse()
        await world.not_ready()
        assert world.stoa.get("/readyz")[0] == 503 and world.stoa.get("/healthz")[0] == 200
        world.proxy.admit()


@test("the metrics have all that an admin needs, by kind and condition [PS-DUR-13] [MUC-COMP-10]")
async def metrics(world):
    juliet = await world.session("juliet")
    before = {name: world.metric(name) for name in MOVING}
    refused = world.metric('errors_total{condition="item-not-found"}')
    room = await world.room(juliet)
    node = world.name("node/")
    await juliet.create_node(world.service, node)
    juliet.say(room, "counted")
    await juliet.receives(lambda s: s.findtext("c:body", None, NS) == "counted")
    await juliet.refused(world.service, "get", f"<pubsub xmlns='{NS['ps']}'><items node='?'/></pubsub>")
    await world.until(lambda: all(world.metric(name) > before[name] for name in MOVING),
                      "all counters move")
    rooms, nodes = (f'rooms{{domain="{world.service}"}}',
                    f'nodes{{domain="{world.service}",service="pubsub"}}')
    await world.until(lambda: all(world.metric(name) > 0 for name in (rooms, nodes, "occupants")),
                      "rooms, nodes and occupants are counted")
    known = world.metric(nodes)
    await juliet.create_node(world.service, node + "/more")
    await world.until(lambda: world.metric(nodes) != known, "one more node is counted")
    assert world.metric(nodes) == known + 1, "what only was asked for is not counted"
    assert world.metric('errors_total{condition="item-not-found"}') == refused + 1
    await world.until(lambda: world.metric("units_open") == world.metric("steps_open") == 0,
                      "nothing is under way")
    page = world.stoa.get("/metrics")[1]
    for name in ("watermark_lag", "outbox_bytes", "evictions_total", "link_up"):
        assert f"# TYPE stoa_{name} " in page, name


MOVING = ('stanzas_in_total{kind="iq"}', 'stanzas_in_total{kind="message"}',
          'stanzas_in_total{kind="presence"}', 'stanzas_out_total{kind="iq"}',
          'stanzas_out_total{kind="message"}', 'stanzas_out_total{kind="presence"}',
          "decide_seconds_count", "decide_seconds_sum", "journal_batches_total",
          "journal_units_total", "commit_seconds_total")


@test("stoa migrate is done when it has been done")
async def migrate(world):
    for arguments in (("migrate", "--dry-run"), ("migrate",)):
        done = world.stoa.command(*arguments)
        assert done.returncode == 0, done.stdout
    await world.ready()


@test("the snippet of stoa attach makes the server take the link")
async def attach(world):
    kind = world.server.name
    with scratch() as folder:
        ports = free_ports(3)
        plain = SERVERS[kind](os.path.join(folder, "plain"), ports=ports)
        config = Stoa(os.path.join(folder, "stoa"), plain, world.database.create_database("attach"))
        snippet = config.command("attach", "--server", kind)
        assert snippet.returncode == 0, snippet.stdout
        with with_snippet(kind, os.path.join(folder, "server"), ports, snippet.stdout):
            done = config.command("check")
            assert done.returncode == 0, f"{done.stdout}\nwith\n{snippet.stdout}"
    assert stoa("attach", "--server", "openfire", "--config", world.stoa.config).returncode == 0
    assert stoa("attach", "--server", "other", "--config", world.stoa.config).returncode == 2


@test("SIGHUP takes over what can change, names the rest, and refuses a bad configuration")
async def reload(world):
    good = open(world.stoa.config, encoding="utf-8").read()
    try:
        for text, event in (
                (good + '[log]\nlevel = "debug"\n', "configuration read again"),
                (good + '[muc]\nname = "Halls"\n', "key=muc.name"),
                (good + "[muc]\nnames = 1\n", "muc.names: is no key")):
            write_private(world.stoa.config, text)
            os.kill(world.stoa.pid, signal.SIGHUP)
            await logged(world, event)
    finally:
        write_private(world.stoa.config, good)
    await world.ready()


@test("SIGHUP takes over limits, and administrators see them [PS-LIM-09]")
async def new_limits(world):
    good = open(world.stoa.config, encoding="utf-8").read()
    juliet = await world.session("juliet")
    bare = juliet.jid.split("/")[0]
    first, second = world.name("node/"), world.name("node/")
    await juliet.create_node(world.service, first)
    try:
        write_private(world.stoa.config,
                      good + f'[pubsub]\nlimits_for = ["{bare} max_nodes_per_owner=1"]\n')
        await read_again(world)
        refused = await juliet.refused(world.service, "set", f"<pubsub xmlns='{NS['ps']}'>"
                                       f"<create node='{second}'/></pubsub>")
        assert refused == ("cancel", "not-allowed"), refused
        assert await shown_limit(world, bare, "max_nodes_per_owner") == "1"
    finally:
        write_private(world.stoa.config, good)
        await read_again(world)
    await juliet.create_node(world.service, second)


async def shown_limit(world, jid, name):
    admin = await world.session("admin")
    answer = await admin.ask(
        world.service, "set",
        "<command xmlns='http://jabber.org/protocol/commands' node='urn:stoa:nodes:service:limits'>"
        f"<x xmlns='{NS['data']}' type='submit'><field var='FORM_TYPE'><value>urn:stoa:nodes:service"
        f"</value></field><field var='jid'><value>{jid}</value></field></x></command>")
    rows = [[v.text for v in item.iter("{jabber:x:data}value")]
            for item in answer.iter("{jabber:x:data}item")]
    return dict(rows)[name]


def logged_times(world, text):
    return open(world.stoa.log, encoding="utf-8").read().count(text)


@test("SIGTERM writes what is pending, closes the stream and ends with 0; what was said is stored")
async def drain(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    room = await world.room(juliet, romeo, **{"muc#roomconfig_persistentroom": "1"})
    for number in range(50):
        juliet.say(room, f"word {number}")
    await romeo.receives(lambda s: s.findtext("c:body", None, NS) == "word 49")
    assert world.stoa.stop() == 0
    assert "event=stopped" in open(world.stoa.log, encoding="utf-8").read()
    world.start_stoa()
    mercutio = await world.session("mercutio")
    await mercutio.enter(room, "mercutio")
    await mercutio.receives(lambda s: s.findtext("c:body", None, NS) == "word 49")


def order(name, *fields):
    """A command of XEP-0133 with its form filled in."""
    filled = "".join(f"<field var='{var}'><value>{value}</value></field>" for var, value in fields)
    return (f"<command xmlns='http://jabber.org/protocol/commands' "
            f"node='http://jabber.org/protocol/admin#{name}'><x xmlns='{NS['data']}' type='submit'>"
            "<field var='FORM_TYPE'><value>http://jabber.org/protocol/admin</value></field>"
            f"{filled}</x></command>")


def said(text):
    return lambda s: s.findtext("c:body", None, NS) == text


@test("an administrator restarts it: the same process serves anew, and nobody noticed [MUC-CMD-04]")
async def ordered_restart(world):
    juliet, romeo, admin = [await world.session(name) for name in ("juliet", "romeo", "admin")]
    room = await world.room(juliet, romeo)
    pid = world.stoa.pid
    async with world.comes_back_fresh():
        await admin.ask(world.service, "set", order("restart"))
    assert world.stoa.process.running() and world.stoa.pid == pid
    for client in (juliet, romeo):
        assert await client.in_room(room, client.name) is None
        await client.hears_nothing(presence_of_room(room))
    juliet.say(room, "still here")
    await romeo.receives(said("still here"))


@test("shut down for good, it tells the rooms, then puts everybody out [MUC-PERS-07] [MUC-CMD-04]")
async def ordered_shutdown(world):
    juliet, romeo, admin = [await world.session(name) for name in ("juliet", "romeo", "admin")]
    room = await world.room(juliet, romeo, **{"muc#roomconfig_persistentroom": "1"})
    assert await juliet.refused(world.service, "set", order("shutdown")) == ("auth", "forbidden")
    await admin.ask(world.service, "set", order("shutdown", ("announcement", "good night")))
    for client, other in ((juliet, romeo), (romeo, juliet)):
        await client.receives(said("good night"))
        own = await client.receives(presence(f"{room}/{client.name}", "unavailable"))
        assert {110, 332} <= set(statuses(own)), statuses(own)
        assert own.find("user:x/user:item", NS).get("role") == "none"
        await client.hears_nothing(presence(f"{room}/{other.name}", "unavailable"))
    await world.until(lambda: not world.stoa.process.running(), "it ends")
    assert world.stoa.process.child.wait() == 0
    world.start_stoa()
    assert await juliet.in_room(room, "juliet") == "not-acceptable"
    own = await juliet.enter(room, "juliet")
    assert own.find("user:x/user:item", NS).get("affiliation") == "owner"


async def logged(world, text):
    for _ in range(100):
        if text in open(world.stoa.log, encoding="utf-8").read():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"not in the log: {text}")


def with_snippet(kind, folder, ports, snippet):
    """A server without components of its own, with the snippet where it says."""
    class Snipped(SERVERS[kind]):
        def config_text(self):
            text = super().config_text()
            if kind == "ejabberd":
                items = [line for line in snippet.splitlines() if line.startswith("  ")]
                return text.replace("listen:\n", "listen:\n" + "\n".join(items) + "\n", 1)
            above, below = re.split(r"(?m)^(?=-- At the end)", snippet, maxsplit=1)
            hosts = text.index("VirtualHost")
            return text[:hosts] + above + text[hosts:] + below

        def wait_ready(self):
            super().wait_ready()
            self.process.wait_until(lambda: accepts(ports[2]), "component port")

    return Snipped(folder, components={}, ports=ports)


if __name__ == "__main__":
    main()
