"""The nodes of users move from the server's own module to stoa, as docs/pep.md says."""
import re

from harness import main, test
from clients import NS, presence, show, tag

COMMAND = "urn:stoa:nodes:service"
BOOKMARKS = "urn:xmpp:bookmarks:1"
NICK = "http://jabber.org/protocol/nick"


def before_the_move(config):
    """The server hosts the nodes itself, and lets the component read them."""
    config = re.sub(r"\tdelegations = \{.*?\n\t\}\n", "", config, flags=re.S)
    config = config.replace('{ "privilege", "delegation"', '{ "pep", "privilege"', 1)
    config = re.sub(r'\tmodules_disabled = \{ "pep".*\n', "", config)
    return config.replace(
        '["http://jabber.org/protocol/pubsub"] = "set"',
        ", ".join(f'["{name}"] = "get"' for name in (NS["ps"], NS["pso"], NS["items"])))


async def serve(world, config):
    """The server goes on with that configuration; stoa is attached again."""
    async with world.comes_back("link"):
        world.server.stop()
        world.server.config_text = lambda: config
        world.server.start()
        world.server.wait_ready()
    await world.ready()


async def on_line(world, name):
    client = await world.session(name)
    await client.receives(presence(client.jid))
    return client


async def own(client, payload):
    """Asks one's own account, without saying so."""
    client.send(f"<iq type='set' id='own'>{payload}</iq>")
    answer = await client.receives(lambda s: tag(s) == "iq" and s.get("id") == "own")
    assert answer.get("type") == "result", show(answer)


def publish(node, item, payload, **fields):
    options = "".join(f"<field var='pubsub#{name}'><value>{value}</value></field>"
                      for name, value in fields.items())
    return (f"<pubsub xmlns='{NS['ps']}'><publish node='{node}'><item id='{item}'>{payload}</item>"
            "</publish><publish-options><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' "
            f"type='hidden'><value>{NS['ps']}#publish-options</value></field>{options}</x>"
            "</publish-options></pubsub>")


@test("nodes and items that users have at their server are taken over [PS-PEP-31]", only="prosody")
async def taken_over(world):
    name, other = await world.user("juliet"), await world.user("romeo")
    after = world.server.config_text()
    await serve(world, before_the_move(after))
    juliet = await on_line(world, name)
    for room in ("a@muc", "b@muc"):
        await own(juliet, publish(
            BOOKMARKS, room, f"<conference xmlns='{BOOKMARKS}' autojoin='1'/>",
            persist_items="true", max_items="max", access_model="whitelist"))
    await own(juliet, publish(
        NICK, "current", f"<nick xmlns='{NICK}'>Jule</nick>", access_model="open"))
    admin = await world.session("admin")
    answer = await admin.ask(world.service, "set", (
        f"<command xmlns='http://jabber.org/protocol/commands' node='{COMMAND}:take-over'>"
        f"<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>{COMMAND}</value>"
        f"</field><field var='jids'><value>{juliet.bare}</value></field></x></command>"))
    fields = {each.get("var"): each.findtext("{jabber:x:data}value")
              for each in answer.iter("{jabber:x:data}field")}
    assert fields["nodes"] == "2" and "outcome" not in {
        each.get("var") for each in answer.iterfind(".//{jabber:x:data}item/{jabber:x:data}field")
    }, show(answer)
    await world.end_of_story()
    await serve(world, after)
    juliet, romeo = await on_line(world, name), await on_line(world, other)
    assert await juliet.items(juliet.bare, BOOKMARKS) == ["a@muc", "b@muc"]
    assert await romeo.items(juliet.bare, NICK) == ["current"]
    assert await romeo.refused(juliet.bare, "get", (
        f"<pubsub xmlns='{NS['ps']}'><items node='{BOOKMARKS}'/></pubsub>")) == (
        "cancel", "not-allowed")


if __name__ == "__main__":
    main(pep=True)
