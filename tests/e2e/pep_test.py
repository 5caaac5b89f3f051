"""The nodes of the server's own users (XEP-0163), handed over by the server (XEP-0355, XEP-0356).

Everybody is new in each story: what one user published, or whom he befriended, is nobody else's."""
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


async def own(client, kind, payload):
    """Asks one's own account, without saying so (RFC 6120, 10.3.3). Returns the result."""
    client.send(f"<iq type='{kind}' id='own'>{payload}</iq>")
    answer = await client.receives(lambda s: tag(s) == "iq" and s.get("id") == "own")
    assert answer.get("type") == "result" and answer.get("from") in (None, client.bare), \
        show(answer)
    return answer


async def on_line(world, name, wants=(), resource="test"):
    """A session of that user, whose presence the server has taken."""
    client = await world.session(name, resource, wants=wants)
    await client.receives(presence(client.jid))
    return client


async def lets_in(owner, contact):
    """Waits until stoa knows that the owner's roster has the contact. Where the server pushes no
    rosters they are read again when somebody asks for something and a second has passed."""
    node = "urn:example:friends"
    await publish(owner, node, "1", "<x xmlns='urn:example'/>")
    while (await contact.request(owner.bare, "get", ps(f"<items node='{node}'/>"))
           ).get("type") != "result":
        pass
    await owner.ask(owner.bare, "set", f"<pubsub xmlns='{NS['pso']}'><delete node='{node}'/></pubsub>")


async def befriend(one, other):
    """Both see each other's presence."""
    for asker, asked in ((one, other), (other, one)):
        asker.send(f"<presence type='subscribe' to='{asked.bare}'/>")
        await asked.receives(presence(asker.bare, "subscribe"))
        asked.send(f"<presence type='subscribed' to='{asker.bare}'/>")
        await asker.receives(presence(asked.jid))


async def couple(world, wants=()):
    """Two contacts, on line."""
    one = await on_line(world, await world.user("juliet"), wants)
    other = await on_line(world, await world.user("romeo"), wants)
    await befriend(one, other)
    await lets_in(one, other)
    return one, other


async def stranger(world, wants=()):
    return await on_line(world, await world.user("mercutio"), wants)


@test("a nickname reaches the contacts that want it, from the account, and no other "
      "[PS-PEP-11, PS-PEP-13, PS-PEP-14, PS-PEP-22]")
async def nickname(world):
    juliet, romeo = await couple(world, wants=[NICK])
    plain = await on_line(world, romeo.name, resource="plain")
    mercutio = await stranger(world, wants=[NICK])
    await publish(juliet, NICK, "current", f"<nick xmlns='{NICK}'>Jule</nick>")
    got = await romeo.receives(event(NICK, "current"))
    assert got.get("from") == juliet.bare and got.get("to") == romeo.jid, show(got)
    assert got.get("type") == "headline", show(got)
    assert got.find(f"event:event/event:items/event:item/{{{NICK}}}nick", NS).text == "Jule"
    told = got.find("address:addresses/address:address", NS)
    assert told.get("type") == "replyto" and told.get("jid") == juliet.jid, show(got)
    await juliet.receives(event(NICK, "current"))
    await plain.hears_nothing(event(NICK))
    await mercutio.hears_nothing(event(NICK))


@test("an avatar is published and fetched as clients do it [PS-PEP-10]")
async def avatar(world):
    juliet, romeo = await couple(world, wants=[METADATA])
    mercutio = await stranger(world)
    avatars = juliet.plugin("xep_0084")
    await avatars.publish_avatar(b"portrait")
    identity = avatars.generate_id(b"portrait")
    await avatars.publish_avatar_metadata(
        {"id": identity, "type": "image/png", "bytes": "8", "height": "1", "width": "1"})
    got = await romeo.receives(event(METADATA, identity))
    assert got.get("from") == juliet.bare, show(got)
    fetched = await romeo.plugin("xep_0084").retrieve_avatar(juliet.bare, identity)
    assert fetched["pubsub"]["items"]["item"]["avatar_data"]["value"] == b"portrait"
    assert await mercutio.refused(juliet.bare, "get", ps(f"<items node='{DATA}'/>")) == (
        "auth", "not-authorized")
    await avatars.publish_avatar(b"another")
    other = avatars.generate_id(b"another")
    assert await romeo.items(juliet.bare, DATA) == [other]


@test("who comes on line, or begins to want it, is told the last item once "
      "[PS-PEP-17, PS-PEP-19, PS-PEP-21]")
async def last_item(world):
    juliet, romeo = await couple(world)
    node = world.name("urn:example:mood")
    await publish(juliet, node, "current", "<mood xmlns='urn:example:mood'>calm</mood>")
    late = await on_line(world, romeo.name, [node], resource="late")
    got = await late.receives(event(node, "current"))
    assert got.get("to") == late.jid and got.find("delay:delay", NS) is not None, show(got)
    await romeo.hears_nothing(event(node))
    await romeo.want(node)
    await romeo.receives(event(node, "current"))
    own = await on_line(world, juliet.name, [node], resource="other")
    await own.receives(event(node, "current"))
    other = world.name("urn:example:tune")
    await publish(juliet, other, "current", "<tune xmlns='urn:example:tune'/>")
    await romeo.want(other)
    await romeo.receives(event(other, "current"))
    await romeo.hears_nothing(event(node))


@test("who was on line before is told too when stoa comes back, of what comes then",
      only="prosody")
async def on_line_before(world):
    juliet, romeo = await couple(world, wants=[NICK])
    await publish(juliet, NICK, "current", f"<nick xmlns='{NICK}'>Jule</nick>")
    await romeo.receives(event(NICK, "current"))
    world.crash_stoa()
    await romeo.receives(event(NICK, "current"))
    await publish(juliet, NICK, "current", f"<nick xmlns='{NICK}'>Julia</nick>")
    got = await romeo.receives(event(NICK, "current"))
    assert got.find(f"event:event/event:items/event:item/{{{NICK}}}nick", NS).text == "Julia"


@test("a new contact is told the last items, one that goes nothing more [PS-PEP-18, PS-PEP-20]")
async def contacts_change(world):
    juliet = await on_line(world, await world.user("juliet"))
    romeo = await on_line(world, await world.user("romeo"), [NICK])
    await publish(juliet, NICK, "current", f"<nick xmlns='{NICK}'>Jule</nick>")
    await romeo.hears_nothing(event(NICK))
    await befriend(juliet, romeo)
    # Servers that push no rosters have them read again, when somebody asks for something.
    async def asks(client):
        return await client.request(juliet.bare, "get", ps(f"<items node='{NICK}'/>"))
    while not any(event(NICK, "current")(each) for each in romeo.inbox):
        await asks(juliet)
    await own(juliet, "set", "<query xmlns='jabber:iq:roster'>"
              f"<item jid='{romeo.bare}' subscription='remove'/></query>")
    while (await asks(romeo)).get("type") != "error":
        pass
    romeo.inbox.clear()
    await publish(juliet, NICK, "current", f"<nick xmlns='{NICK}'>Julia</nick>")
    await romeo.hears_nothing(event(NICK))


@test("who sends a user presence without being a contact hears of open nodes until it is gone "
      "[PS-PEP-23]", only="prosody")
async def directed_presence(world):
    juliet = await on_line(world, await world.user("juliet"))
    mercutio = await stranger(world, wants=[NICK])
    await publish(juliet, NICK, "current", f"<nick xmlns='{NICK}'>Jule</nick>",
                  options(access_model="open"))
    await mercutio.hears_nothing(event(NICK))
    mercutio.send(f"<presence to='{juliet.bare}'/>")
    got = await mercutio.receives(event(NICK, "current"))
    assert got.find("delay:delay", NS) is not None and got.get("to") == mercutio.jid, show(got)
    await publish(juliet, NICK, "current", f"<nick xmlns='{NICK}'>Julia</nick>")
    got = await mercutio.receives(event(NICK, "current"))
    assert got.find("address:addresses", NS) is None, show(got)
    mercutio.send(f"<presence to='{juliet.bare}' type='unavailable'/>")
    await mercutio.hears_nothing(event(NICK))
    await publish(juliet, NICK, "current", f"<nick xmlns='{NICK}'>Jules</nick>")
    await mercutio.hears_nothing(event(NICK))


PAM = "urn:xmpp:pam:0"


async def by_account(client, action, service, node):
    return await client.request(client.bare, "set", f"<pam xmlns='{PAM}' jid='{service}'><{action} "
                                f"xmlns='{NS['ps']}' node='{node}' jid='{client.bare}'/></pam>")


async def account_list(client):
    """The version and the entries (service, node, state) of the account's subscriptions."""
    answer = await own(client, "get", f"<subscriptions xmlns='{PAM}'/>")
    listed = answer.find(f"{{{PAM}}}subscriptions")
    return listed.get("ver"), [tuple(each.get(name) for name in ("service", "node", "subscription"))
                               for each in listed]


@test("an account subscribes in its own name, keeps the list, and tells all clients "
      "[PS-PEP-27, PS-PEP-28]", only="prosody")
async def account_subscriptions(world):
    romeo = await world.session(await world.user("romeo"))
    juliet = await on_line(world, await world.user("juliet"))
    phone = await on_line(world, juliet.name, resource="phone")
    answer = await juliet.ask(juliet.bare, "get", f"<query xmlns='{NS['info']}'/>")
    assert PAM in {each.get("var") for each in answer.findall("info:query/info:feature", NS)}
    node = world.name("musings")
    await romeo.create_node(world.service, node)

    def notice(state):
        return lambda s: any(each.get("node") == node and each.get("subscription") == state
                             for each in s.findall(f"{{{PAM}}}notify/ps:subscription", NS))
    answer = await by_account(juliet, "subscribe", world.service, node)
    assert answer.get("type") == "result", show(answer)
    for client in (juliet, phone):
        told = await client.receives(notice("subscribed"))
        assert told.get("from") == juliet.bare, show(told)
    version, entries = await account_list(phone)
    assert entries == [(world.service, node, "subscribed")], entries
    assert told.find(f"{{{PAM}}}notify").get("ver") == version, show(told)
    await romeo.ask(world.service, "set", ps(
        f"<publish node='{node}'><item id='1'><x xmlns='urn:example'/></item></publish>"))
    await juliet.receives(event(node, "1"))
    world.crash_stoa()
    while (await juliet.request(juliet.bare, "get", f"<subscriptions xmlns='{PAM}'/>")
           ).get("type") != "result":
        pass
    assert (await account_list(juliet)) == (version, entries)
    assert (await by_account(juliet, "unsubscribe", world.service, node)).get("type") == "result"
    await phone.receives(notice("none"))
    assert (await account_list(juliet))[1] == []
    # Prosody says of every refusal that something went wrong, and not what.
    refused = await by_account(juliet, "subscribe", world.service, "none")
    assert refused.find("c:error/err:internal-server-error", NS) is not None, show(refused)


@test("the list of a user's nodes comes in pages [PS-PEP-08]", only="prosody")
async def pages(world):
    juliet = await on_line(world, await world.user("juliet"))
    for node in "abc":
        await publish(juliet, node, "1", "<x xmlns='urn:example'/>")

    async def page(inner):
        answer = await juliet.ask(juliet.bare, "get", f"<query xmlns='{NS['items']}'><set "
                                  f"xmlns='http://jabber.org/protocol/rsm'>{inner}</set></query>")
        return [each.get("node") for each in answer.findall("items:query/items:item", NS)]
    assert await page("<max>2</max>") == ["a", "b"]
    assert await page("<max>2</max><after>b</after>") == ["c"]


@test("with a user that an administrator removes go the user's nodes [PS-DEL-08]")
async def removed(world):
    admin = await world.session("admin")
    juliet = await on_line(world, await world.user("juliet"))
    await publish(juliet, NICK, "current", f"<nick xmlns='{NICK}'>Jule</nick>")
    command = "urn:stoa:nodes:service"
    answer = await admin.ask(world.service, "set", (
        f"<command xmlns='http://jabber.org/protocol/commands' node='{command}:remove-user'>"
        f"<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>{command}</value>"
        f"</field><field var='jid'><value>{juliet.bare}</value></field></x></command>"))
    fields = {each.get("var"): each.findtext("{jabber:x:data}value")
              for each in answer.iter("{jabber:x:data}field")}
    assert fields["nodes"] == "1", show(answer)
    assert await juliet.refused(juliet.bare, "get", ps(f"<items node='{NICK}'/>")) == (
        "cancel", "item-not-found")


@test("bookmarks are private, and options that repeat are met [PS-PEP-25, PS-PEP-26]")
async def bookmarks(world):
    juliet, romeo = await couple(world, wants=[BOOKMARKS])
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


@test("a private node is in the owner's list of nodes only [PS-PEP-08, PS-PEP-26]",
      only="prosody")
async def private_in_disco(world):
    juliet, romeo = await couple(world)
    await publish(juliet, BOOKMARKS, "a@muc", f"<conference xmlns='{BOOKMARKS}'/>",
                  options(access_model="whitelist"))
    await publish(juliet, NICK, "current", f"<nick xmlns='{NICK}'>Jule</nick>")

    async def nodes(client):
        answer = await client.ask(juliet.bare, "get", f"<query xmlns='{NS['items']}'/>")
        return {each.get("node") for each in answer.findall("items:query/items:item", NS)}
    assert await nodes(juliet) == {BOOKMARKS, NICK}
    assert await nodes(romeo) == {NICK}
    assert (await romeo.refused(juliet.bare, "get", f"<query xmlns='{NS['info']}' "
                                f"node='{BOOKMARKS}'/>"))[1] in ("item-not-found", "not-allowed")


@test("a device list that is open to all is read by a stranger, and only read [PS-PEP-25]")
async def devices(world):
    juliet = await on_line(world, await world.user("juliet"), [DEVICES])
    mercutio = await stranger(world)
    opened = options(persist_items="true", access_model="open")
    for number in (1, 2):
        await publish(juliet, DEVICES, "current", "<list xmlns='eu.siacs.conversations.axolotl'>"
                      f"<device id='{number}'/></list>", opened)
        await juliet.receives(event(DEVICES, "current"))
    answer = await mercutio.ask(juliet.bare, "get", ps(f"<items node='{DEVICES}'/>"))
    axolotl = "{eu.siacs.conversations.axolotl}"
    found = answer.findall(f"ps:pubsub/ps:items/ps:item/{axolotl}list/{axolotl}device", NS)
    assert [each.get("id") for each in found] == ["2"], show(answer)
    assert await mercutio.refused(juliet.bare, "set", ps(
        f"<publish node='{DEVICES}'><item id='current'/></publish>")) == ("auth", "forbidden")


@test("without an address it is for one's own account [PS-PEP-04]")
async def own_account(world):
    juliet = await on_line(world, await world.user("juliet"))
    node = world.name("urn:example:own")
    await own(juliet, "set", ps(f"<publish node='{node}'><item id='1'><x xmlns='urn:example'/>"
                                "</item></publish>"))
    assert await juliet.items(juliet.bare, node) == ["1"]


@test("an error of stoa's reaches the user as stoa said it [PS-PEP-05]")
async def errors(world):
    juliet = await on_line(world, await world.user("juliet"))
    answer = await juliet.request(juliet.bare, "get", ps("<items node='none'/>"))
    assert answer.find("c:error/err:item-not-found", NS) is not None, show(answer)


@test("an account says that it has nodes, the component does not [PS-PEP-07, PS-PEP-29]")
async def discovery(world):
    juliet = await on_line(world, await world.user("juliet"))

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
    juliet = await on_line(world, await world.user("juliet"))
    node = world.name("urn:example:kept")
    await publish(juliet, node, "1", "<x xmlns='urn:example'/>")
    world.crash_stoa()
    # ejabberd hands over again when it has asked the component about it.
    while (await juliet.request(juliet.bare, "get", ps(f"<items node='{node}'/>"))
           ).find("c:error/err:service-unavailable", NS) is not None:
        pass
    assert await juliet.items(juliet.bare, node) == ["1"]


@test("a node of the service lets in an owner's contacts [PS-SUB-12, PS-ITEM-09]")
async def presence_model(world):
    juliet, romeo = await couple(world)
    mercutio = await stranger(world)
    node = world.name("urn:example:friends")
    await juliet.create_node(world.service, node, access_model="presence")
    await romeo.subscribe(world.service, node)
    refused = await mercutio.request(world.service, "set", ps(
        f"<subscribe node='{node}' jid='{mercutio.jid}'/>"))
    assert refused.find("c:error/pserr:presence-subscription-required", NS) is not None, \
        show(refused)


if __name__ == "__main__":
    main(pep=True)
