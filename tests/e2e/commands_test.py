"""Orders from the command line of the machine on which the daemon runs."""
import asyncio
import os
import stat

from harness import main, test
from clients import NS, event
from process import write_private

ITEM = "<m xmlns='urn:example:m'>To be</m>"


async def order(world, name, *fields, code=0, lines=None, domain=()):
    """What `stoa command` prints; `code` is how it ends."""
    done = await asyncio.to_thread(world.stoa.command, "command", *domain, name, *fields,
                                   lines=lines)
    assert done.returncode == code, f"{name} {fields}: {done.returncode}\n{done.stdout}"
    return done.stdout


async def facts(world, *words):
    """The fields of an answer."""
    lines = (await order(world, *words)).splitlines()
    return dict(line.split(": ", 1) if ": " in line else (line.rstrip(":"), "")
                for line in lines if ":" in line and "\t" not in line)


async def rows(world, *words):
    """The first column of the table in an answer."""
    lines = [line for line in (await order(world, *words)).splitlines() if "\t" in line]
    return [line.split("\t")[0] for line in lines[1:]]


@test("nodes are listed, shown, configured and handed over from the command line [PS-CMD-02]")
async def nodes(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    first, second = world.name("cli/"), world.name("cli/")
    await juliet.create_node(world.service, first, title="Musings")
    await juliet.create_node(world.service, second)
    assert await rows(world, "nodes:list", "prefix=cli/") == [first, second]
    assert await rows(world, "nodes:list", "prefix=cli/", "max=1", f"after={first}") == [second]
    assert await rows(world, "nodes:list", "prefix=cli/", f"owner={romeo.bare}") == []
    shown = await facts(world, "nodes:info", f"node={first}")
    assert (shown["title"], shown["items"]) == ("Musings", "0"), shown
    asked = await order(world, "nodes:configure", f"node={first}")
    assert "pubsub#title=Musings" in asked, asked
    await order(world, "nodes:configure", f"node={first}", "pubsub#title=Thoughts")
    assert (await facts(world, "nodes:info", f"node={first}"))["title"] == "Thoughts"
    await order(world, "nodes:affiliate", f"node={first}", "affiliation=publisher",
                f"jids={romeo.bare}")
    assert romeo.bare in await rows(world, "nodes:info", f"node={first}")
    await order(world, "nodes:change-owner", f"node={first}", f"owner={romeo.bare}")
    assert await rows(world, "nodes:list", "prefix=cli/", f"owner={romeo.bare}") == [first]
    await order(world, "nodes:delete", f"node={first}")
    assert first in await rows(world, "nodes:deleted")
    await order(world, "nodes:restore", f"node={first}")
    assert "item-not-found" in await order(world, "nodes:info", "node=nothing", code=1)
    assert "bad-request" in await order(world, "nodes:list", "type=tree", code=1)
    assert "item-not-found" in await order(world, "nodes:dance", code=1)
    await order(world, "nodes:list", "prefix", code=2)
    assert "no such domain" in await order(world, "nodes:list", code=1,
                                           domain=("--domain", "other.example"))
    done = await rows(world, "nodes:audit", f"about={world.service}")
    assert len(done) >= 5, done  # the service itself is who acted


@test("items are published, listed and removed, users too, from the command line [PS-CMD-02]")
async def items(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    node = world.name("cli/")
    await juliet.create_node(world.service, node)
    await romeo.subscribe(world.service, node)
    await order(world, "nodes:publish", f"node={node}", f"publisher={juliet.bare}", "id=a",
                f"payload={ITEM}")
    await romeo.receives(event(node, "a"))
    await juliet.publish(world.service, node, "b", ITEM)
    await romeo.receives(event(node, "b"))
    assert await rows(world, "nodes:items", f"node={node}") == ["a", "b"]
    await order(world, "nodes:retract", f"node={node}", "ids=a", "notify=1")
    assert await rows(world, "nodes:items", f"node={node}") == ["b"]
    await order(world, "nodes:purge", f"node={node}")
    assert await rows(world, "nodes:items", f"node={node}") == []
    assert int((await facts(world, "nodes:statistics"))["leaves"]) >= 1
    assert (await facts(world, "nodes:recount"))["nodes"] == "0"
    await order(world, "nodes:recount", f"node={node}")
    await order(world, "nodes:limits", f"jid={juliet.bare}")
    told = await facts(world, "nodes:announce", "whom=owners", "announcement=Back at noon")
    assert int(told["addressees"]) >= 1, told
    await juliet.receives(lambda s: s.findtext("c:body", None, NS) == "Back at noon")
    gone = await facts(world, "nodes:remove-user", f"jid={romeo.bare}")
    assert int(gone["nodes"]) >= 1, gone


@test("all nodes go out as lines, and in again, from the command line [PS-CMD-02]")
async def copies(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    shelf, node = world.name("shelf"), world.name("copied/")
    await juliet.create_node(world.service, shelf, node_type="collection")
    await juliet.create_node(world.service, node, max_items=5000, collection=shelf)
    for number in range(300):
        await juliet.publish(world.service, node, str(number), ITEM)
    await romeo.subscribe(world.service, node)
    out = await order(world, "nodes:export")
    assert out.count("<item ") >= 300 and shelf in out, len(out)
    one = await order(world, "nodes:export", f"node={node}")
    assert one.count("<item ") == 300 and one in out
    await order(world, "nodes:delete", f"node={node}")
    await order(world, "nodes:delete", f"node={shelf}")
    both = "".join(part for part in whole(out)
                   if any(f"name='{name}'" in part for name in (shelf, node)))
    await order(world, "nodes:import", lines=both)
    again = await order(world, "nodes:export", f"node={node}")
    assert again == one
    assert "conflict" in await order(world, "nodes:import", lines=both, code=1)
    await order(world, "nodes:import", f"node={node}/twin", lines=one)
    assert len(await rows(world, "nodes:items", f"node={node}/twin", "max=1000")) == 300


def whole(out):
    """The lines of each node together."""
    parts = []
    for line in out.splitlines(keepends=True):
        if line.startswith("<node "):
            parts.append("")
        parts[-1] += line
    return parts


@test("rooms obey the command line too, and commands are listed there [PS-CMD-02] [MUC-CMD-03]")
async def rooms(world):
    juliet = await world.session("juliet")
    room = await world.room(juliet, **{"muc#roomconfig_persistentroom": "1"})
    listed = await order(world, "rooms:list")
    assert room in listed, listed
    done = await asyncio.to_thread(world.stoa.command, "command")
    assert "urn:stoa:nodes:service:list\t" in done.stdout, done.stdout
    assert "urn:stoa:service:reload\t" in done.stdout, done.stdout
    asked = await asyncio.to_thread(world.stoa.command, "command", "--ask", "nodes:list")
    assert "prefix=\t#" in asked.stdout, asked.stdout


@test("the configuration is read again by command, from administrators alone [PS-CMD-02] [PS-CMD-04]")
async def reload(world):
    juliet, admin = await world.session("juliet"), await world.session("admin")
    command = ("<command xmlns='http://jabber.org/protocol/commands' "
               "node='urn:stoa:service:reload'{}/>")
    refused = await juliet.refused(world.service, "set", command.format(""))
    assert refused == ("auth", "forbidden"), refused
    refused = await admin.refused(world.service, "set", command.format(" sessionid='mine'"))
    assert refused == ("modify", "bad-request"), refused
    good = open(world.stoa.config, encoding="utf-8").read()
    try:
        write_private(world.stoa.config, good +
                      '[muc]\nname = "Halls"\n[pubsub]\nmax_batch = 7\n')
        answer = await admin.ask(world.service, "set", command.format(""))
        assert "muc.name" in [v.text for v in answer.iter("{jabber:x:data}value")]
        assert "max_batch\t7" in await order(world, "nodes:limits")
        write_private(world.stoa.config, good)
        await order(world, "service:reload")
        assert "max_batch\t200" in await order(world, "nodes:limits")
        write_private(world.stoa.config, good + "[muc]\nnames = 1\n")
        refused = await admin.refused(world.service, "set", command.format(""))
        assert refused == ("modify", "not-acceptable"), refused
    finally:
        write_private(world.stoa.config, good)
        await order(world, "service:reload")


@test("the socket is for the daemon's user alone, and goes with the daemon")
async def socket(world):
    path = os.path.join(world.stoa.folder, "stoa.sock")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert world.stoa.stop() == 0
    assert not os.path.exists(path)
    await order(world, "nodes:list", code=1)
    world.start_stoa()
    await order(world, "nodes:list")


if __name__ == "__main__":
    main()
