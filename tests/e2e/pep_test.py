"""The nodes of the server's own users (XEP-0163), handed over by the server (XEP-0355, XEP-0356)."""
import asyncio

from harness import main, test
from clients import NS, event, presence, show, tag

METADATA = "urn:xmpp:avatar:metadata"
DATA = "urn:xmpp:avatar:data"
NICK = "http://jabber.org/protocol/nick"
BOOKMARKS = "urn:xmpp:bookmarks:1"
DEVICES = "eu.siacs.conversations.axolotl.devicelist"


def ps(payload):
    return f"<pubsub xmlns='{NS['ps']}'>{payload}</pubsub>"


def options(**fields):
    inner = "".join(f"<field var='pubsub#{name}'><value>{value}</value></field>"
                    for name, value in fields.items())
    return (f"<publish-options><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' "
            f"type='hidden'><value>{NS['ps']}#publish-options</value></field>{inner}</x>"
            "</publish-options>")


async def publish(client, node, item, payload, extra=""):
    return await client.ask(client.bare, "set", ps(
        f"<publish node='{node}'><item id='{item}'>{payload}</item></publish>{extra}"))


ROSTER_AGE = 1.2  # seconds, a little more than harness's stoa believes a roster


async def befriend(one, other):
    """Both see each other's presence, and stoa knows."""
    for asker, asked in ((one, other), (other, one)):
        asker.send(f"<presence type='subscribe' to='{asked.bare}'/>")
        await asked.receives(presence(asker.bare, "subscribe"))
        asked.send(f"<presence type='subscribed' to='{asker.bare}'/>")
        await asker.receives(presence(asked.bare, "subscribed"))
    await asyncio.sleep(ROSTER_AGE)


async def part(one, other):
    """Neither is in the other's roster any more."""
    for client, contact in ((one, other), (other, one)):
        await client.ask(client.bare, "set", "<query xmlns='jabber:iq:roster'>"
                         f"<item jid='{contact.bare}' subscription='remove'/></query>")
    await asyncio.sleep(ROSTER_AGE)


@test("a nickname reaches the contacts that want it, and no other [PS-PEP-11] [PS-PEP-13] [PS-PEP-14]")
async def nickname(world):
    juliet = await world.session("juliet", wants=[NICK])
    romeo = await world.session("romeo", wants=[NICK])
    plain = await world.session("romeo", resource="plain")
    mercutio = await world.session("mercutio", wants=[NICK])
    await befriend(juliet, romeo)
    await publish(juliet, NICK, "current", f"<nick xmlns='{NICK}'>Jule</nick>")
    got = await romeo.receives(event(NICK, "current"))
    assert got.get("from") == juliet.bare and got.get("type") == "headline", show(got)
    assert got.find(f"event:event/event:items/event:item/{{{NICK}}}nick", NS).text == "Jule"
    await juliet.receives(event(NICK, "current"))
    await plain.hears_nothing(event(NICK))
    await mercutio.hears_nothing(event(NICK))
    await part(juliet, romeo)


@test("an avatar is published and fetched as clients do it [PS-PEP-10] [PS-PEP-16]")
async def avatar(world):
    juliet = await world.session("juliet", wants=[METADATA])
    romeo = await world.session("romeo", wants=[METADATA])
    mercutio = await world.session("mercutio")
    await befriend(juliet, romeo)
    avatars = juliet.plugin("xep_0084")
    await avatars.publish_avatar(b"portrait")
    identity = avatars.generate_id(b"portrait")
    await avatars.publish_avatar_metadata(
        {"id": identity, "type": "image/png", "bytes": 8, "height": 1, "width": 1})
    got = await romeo.receives(event(METADATA, identity))
    assert got.get("from") == juliet.bare
    assert await romeo.items(juliet.bare, DATA) == [identity]
    assert await mercutio.refused(juliet.bare, "get", ps(f"<items node='{DATA}'/>")) == (
        "auth", "not-authorized")
    await part(juliet, romeo)


@test("who comes on line, or begins to want it, is told the last item [PS-PEP-17] [PS-PEP-19] [PS-PEP-21]")
async def last_item(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo", resource="first")
    await befriend(juliet, romeo)
    node = world.name("urn:example:mood")
    await publish(juliet, node, "current", "<mood xmlns='urn:example:mood'>calm</mood>")
    late = await world.session("romeo", resource="late", wants=[node])
    got = await late.receives(event(node, "current"))
    assert got.get("to") == late.jid and got.find("delay:delay", NS) is not None, show(got)
    await romeo.hears_nothing(event(node))
    await romeo.want(node)
    await romeo.receives(event(node, "current"))
    own = await world.session("juliet", resource="other", wants=[node])
    await own.receives(event(node, "current"))
    await part(juliet, romeo)


@test("bookmarks are private, and options that repeat are met [PS-PEP-25] [PS-PEP-26]")
async def bookmarks(world):
    juliet = await world.session("juliet", wants=[BOOKMARKS])
    romeo = await world.session("romeo", wants=[BOOKMARKS])
    await befriend(juliet, romeo)
    private = options(persist_items="true", max_items="max", send_last_published_item="never",
                      access_model="whitelist")
    for room in ("a@muc", "b@muc"):
        await publish(juliet, BOOKMARKS, room,
                      f"<conference xmlns='{BOOKMARKS}' autojoin='true'/>", private)
        await juliet.receives(event(BOOKMARKS, room))
    assert await juliet.items(juliet.bare, BOOKMARKS) == ["a@muc", "b@muc"]
    assert await romeo.refused(juliet.bare, "get", ps(f"<items node='{BOOKMARKS}'/>")) == (
        "cancel", "not-allowed")
    await romeo.hears_nothing(event(BOOKMARKS))
    refused = await juliet.request(juliet.bare, "set", ps(
        f"<publish node='{BOOKMARKS}'><item id='c'><conference xmlns='{BOOKMARKS}'/></item>"
        f"</publish>{options(access_model='open')}"))
    assert refused.find("c:error/pserr:precondition-not-met", NS) is not None, show(refused)
    await part(juliet, romeo)


@test("a device list that is open to all is read by a stranger [PS-PEP-25]")
async def devices(world):
    juliet, mercutio = await world.session("juliet"), await world.session("mercutio")
    await publish(juliet, DEVICES, "current",
                  "<list xmlns='eu.siacs.conversations.axolotl'><device id='1'/></list>",
                  options(access_model="open"))
    assert await mercutio.items(juliet.bare, DEVICES) == ["current"]
    assert await mercutio.refused(juliet.bare, "set", ps(
        f"<publish node='{DEVICES}'><item id='current'/></publish>")) == ("auth", "forbidden")


@test("without an address it is for one's own account [PS-PEP-04]")
async def own_account(world):
    juliet = await world.session("juliet")
    node = world.name("urn:example:own")
    juliet.send("<iq type='set' id='own'>" + ps(
        f"<publish node='{node}'><item id='1'><x xmlns='urn:example'/></item></publish>") + "</iq>")
    answer = await juliet.receives(lambda s: tag(s) == "iq" and s.get("id") == "own")
    assert answer.get("type") == "result" and answer.get("from") in (None, juliet.bare), show(answer)
    assert await juliet.items(juliet.bare, node) == ["1"]


@test("an account says that it has nodes, the component does not [PS-PEP-07] [PS-PEP-29]")
async def discovery(world):
    juliet = await world.session("juliet")

    async def identities(address):
        answer = await juliet.ask(address, "get", f"<query xmlns='{NS['info']}'/>")
        return {(each.get("category"), each.get("type"))
                for each in answer.findall("info:query/info:identity", NS)}, {
                    each.get("var") for each in answer.findall("info:query/info:feature", NS)}
    kinds, features = await identities(juliet.bare)
    assert ("pubsub", "pep") in kinds, kinds
    assert {NS["ps"] + "#publish-options", NS["ps"] + "#filtered-notifications"} <= features
    kinds, _ = await identities(world.service)
    assert ("pubsub", "service") in kinds and ("pubsub", "pep") not in kinds, kinds


@test("nodes of accounts outlive a crash [PS-PEP-09]")
async def crash(world):
    juliet = await world.session("juliet")
    node = world.name("urn:example:kept")
    await publish(juliet, node, "1", "<x xmlns='urn:example'/>")
    world.crash_stoa()
    assert await juliet.items(juliet.bare, node) == ["1"]


@test("a node of the service lets in an owner's contacts [PS-SUB-12] [PS-ITEM-09]")
async def presence_model(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    mercutio = await world.session("mercutio")
    await befriend(juliet, romeo)
    node = world.name("urn:example:friends")
    await juliet.create_node(world.service, node, access_model="presence")
    await romeo.subscribe(world.service, node)
    refused = await mercutio.request(world.service, "set", ps(
        f"<subscribe node='{node}' jid='{mercutio.jid}'/>"))
    assert refused.find("c:error/pserr:presence-subscription-required", NS) is not None, \
        show(refused)
    await part(juliet, romeo)


if __name__ == "__main__":
    main(pep=True)
