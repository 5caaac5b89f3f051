"""Every use case of XEP-0060, sections 5 to 7, with slixmpp's own calls.

5.1 features; 5.2 nodes; 5.3 a node; 5.4 its metadata; 5.5 its items; 5.6 one's subscriptions; 5.7 one's
affiliations; 6.1 subscribe; 6.2 unsubscribe; 6.3 options; 6.4 default options; 6.5 retrieve items; 7.1
publish; 7.2 retract. Section 8 is in nodes_owner_test.py.
"""
from harness import main, test
from clients import NS, event
from nodes_api import META, app, note, values

UNSUPPORTED = ("cancel", "feature-not-implemented", "unsupported")


async def pair(world, **options):
    """A node of juliet's, to which romeo is subscribed with his bare JID."""
    juliet, romeo = await app(world, "juliet"), await app(world, "romeo")
    node = world.name("node/")
    await juliet.create(node, **{"send_last_published_item": "never", **options})
    await romeo.subscribe(node)
    return juliet, romeo, node


def metadata(info):
    """The form of 5.4 in an answer of disco#info."""
    forms = info.xml.findall(".//data:x", NS)
    return next(each for each in map(values, forms) if each["FORM_TYPE"] == f"{NS['ps']}#{META}")


@test("5.1 the service says what it can [PS-DISC-01] [PS-DISC-02]")
async def features(world):
    romeo = await app(world, "romeo")
    info = (await romeo.disco.get_info(world.service))["disco_info"]
    assert ("pubsub", "service") in {each[:2] for each in info["identities"]}
    found = info["features"]
    for name in ("", "#publish", "#subscribe", "#retrieve-items", "#create-nodes", "#config-node",
                 "#get-pending", "#publish-options", "#rsm", "#meta-data", "#item-ids"):
        assert NS["ps"] + name in found, name
    for name in ("info", "items", "rsm"):
        assert NS[name] in found, name


@test("5.2 and 5.3 nodes are listed, and say what they are [PS-DISC-11] [PS-DISC-18]")
async def nodes(world):
    juliet, romeo, node = await pair(world, title="Musings")
    listed = await romeo.api.get_nodes(world.service)
    assert (world.service, node, "Musings") in listed["disco_items"]["items"]
    info = (await romeo.disco.get_info(world.service, node))["disco_info"]
    assert ("pubsub", "leaf", None, "Musings") in info["identities"]
    assert NS["ps"] in info["features"]


@test("5.4 the metadata of a node follow its state [PS-DISC-15] [PS-DISC-16]")
async def described(world):
    juliet, romeo, node = await pair(world, title="Musings", description="of a prince")
    before = metadata(await romeo.disco.get_info(world.service, node))
    assert before["title"] == "Musings" and before["description"] == "of a prince"
    assert (before["creator"], before["owner"]) == (juliet.bare, juliet.bare)
    assert before["num_subscribers"] == "1" and before["creation_date"].endswith("Z")
    await romeo.unsubscribe(node)
    await juliet.configure(node, title="More")
    after = metadata(await romeo.disco.get_info(world.service, node))
    assert after["title"] == "More" and after["num_subscribers"] == "0"


@test("5.5 items are found in discovery [PS-DISC-22] [PS-DISC-14]")
async def item_ids(world):
    juliet, romeo, node = await pair(world)
    for item in ("a", "b"):
        await juliet.publish(node, item)
    found = (await romeo.disco.get_items(world.service, node))["disco_items"]
    assert [each.get("name") for each in found.xml] == ["a", "b"]
    assert [(each.get("jid"), each.get("node")) for each in found.xml] == [(world.service, None)] * 2
    missing = romeo.done(romeo.disco.get_items(world.service, "none"))
    assert await romeo.refused(missing) == ("cancel", "item-not-found", "")


@test("5.6 and 5.7 one's subscriptions and affiliations, of all nodes and of one [PS-QRY-01] [PS-QRY-02] "
      "[PS-QRY-03] [PS-QRY-04] [PS-QRY-06]")
async def own(world):
    juliet, romeo, node = await pair(world)
    assert (node, romeo.bare, "subscribed") in await romeo.subscriptions()
    assert len(await romeo.subscriptions(node)) == 1
    assert (await juliet.affiliations())[node] == "owner"
    assert await juliet.affiliations(node) == {node: "owner"}
    assert await romeo.affiliations(node) == {}
    mercutio = await app(world, "mercutio")
    assert await mercutio.subscriptions() == []
    assert await romeo.refused(romeo.subscriptions("none")) == ("cancel", "item-not-found", "")


@test("6.1 subscribing with the bare and with the full JID [PS-SUB-01] [PS-SUB-02] [PS-SUB-18] [PS-NTF-03]")
async def subscribing(world):
    juliet, romeo, node = await pair(world)
    again = await romeo.subscribe(node)
    assert (again["node"], again["jid"], again["subscription"]) == (node, romeo.bare, "subscribed")
    full = await romeo.subscribe(node, bare=False)
    assert str(full["jid"]) == romeo.jid and full["subid"] != again["subid"]
    await juliet.publish(node, "a")
    heard = {str((await romeo.hears("publish", "a"))["to"]) for _ in range(2)}
    assert heard == {romeo.bare, romeo.jid}
    await romeo.hears_nothing()


@test("6.1.3 who may not subscribe, and why [PS-SUB-08] [PS-SUB-09] [PS-SUB-10] [PS-SUB-15]")
async def not_subscribing(world):
    juliet, romeo, node = await pair(world)
    stranger = romeo.subscribe(node, subscribee=juliet.bare)
    assert await romeo.refused(stranger) == ("modify", "bad-request", "invalid-jid")
    assert await romeo.refused(romeo.subscribe("none")) == ("cancel", "item-not-found", "")
    await juliet.configure(node, subscribe=0)
    assert await juliet.refused(juliet.subscribe(node)) == UNSUPPORTED
    closed, mine = world.name("node/"), world.name("node/")
    await juliet.create(closed, access_model="whitelist")
    assert await romeo.refused(romeo.subscribe(closed)) == ("cancel", "not-allowed", "closed-node")
    await juliet.create(mine)
    await juliet.affiliate(mine, (romeo.bare, "outcast"))
    assert await romeo.refused(romeo.subscribe(mine)) == ("auth", "forbidden", "")


@test("6.1.4 a subscription that waits for approval [PS-SUB-16] [PS-SUB-17] [PS-PEND-09]")
async def waiting(world):
    juliet, romeo = await app(world, "juliet"), await app(world, "romeo")
    node = world.name("node/")
    await juliet.create(node, access_model="authorize")
    assert (await romeo.subscribe(node))["subscription"] == "pending"
    assert await romeo.subscriptions(node) == [(node, romeo.bare, "pending")]
    assert await romeo.refused(romeo.subscribe(node)) == \
        ("auth", "not-authorized", "pending-subscription")
    assert await romeo.refused(romeo.items(node)) == ("auth", "not-authorized", "not-subscribed")
    await juliet.publish(node, "a")
    await romeo.hears_nothing()


@test("6.1.7 the newest item comes behind the answer, with its time [PS-SUB-29] [PS-SUB-30]")
async def newest(world):
    juliet, romeo = await app(world, "juliet"), await app(world, "romeo")
    node = world.name("node/")
    await juliet.create(node, send_last_published_item="on_sub")
    for item in ("a", "b"):
        await juliet.publish(node, item)
    assert (await romeo.subscribe(node))["subscription"] == "subscribed"
    message = await romeo.hears("publish", "b")
    assert message["delay"]["stamp"] is not None
    assert str(message["delay"]["from"]) == world.service
    await romeo.hears_nothing()


@test("6.2 unsubscribing, and why not [PS-UNS-01] [PS-UNS-03] [PS-UNS-04] [PS-UNS-05] [PS-UNS-06] "
      "[PS-UNS-08]")
async def unsubscribing(world):
    juliet, romeo, node = await pair(world)
    not_subscribed = ("cancel", "unexpected-request", "not-subscribed")
    assert await romeo.refused(romeo.unsubscribe(node, bare=False)) == not_subscribed
    assert await romeo.refused(romeo.unsubscribe(node, subid="none")) == \
        ("modify", "not-acceptable", "invalid-subid")
    assert await juliet.refused(juliet.unsubscribe(node, subscribee=romeo.bare)) == \
        ("auth", "forbidden", "")
    assert await romeo.refused(romeo.unsubscribe("none")) == ("cancel", "item-not-found", "")
    assert (await romeo.unsubscribe(node))["subscription"] == "none"
    assert await romeo.refused(romeo.unsubscribe(node)) == not_subscribed
    await juliet.publish(node, "a")
    await romeo.hears_nothing()


@test("6.3 options are read, set and felt [PS-OPT-01] [PS-OPT-02] [PS-OPT-04] [PS-OPT-07] [PS-OPT-20]")
async def options(world):
    juliet, romeo, node = await pair(world)
    before = await romeo.options(node, romeo.bare)
    assert before["FORM_TYPE"] == NS["ps"] + "#subscribe_options" and before["deliver"] == "1"
    await romeo.set_options(node, deliver=0)
    assert (await romeo.options(node, romeo.bare))["deliver"] == "0"
    await juliet.publish(node, "a")
    await romeo.hears_nothing()
    assert await romeo.refused(romeo.set_options(node, deliver="perhaps")) == \
        ("modify", "bad-request", "invalid-options")
    assert await juliet.refused(juliet.options(node, juliet.bare)) == \
        ("modify", "unexpected-request", "not-subscribed")
    await romeo.set_options(node, deliver=1)
    await juliet.publish(node, "b")
    await romeo.hears("publish", "b")


@test("6.3.7 subscribing with options, in one request [PS-SUB-32] [PS-SUB-34]")
async def subscribing_with_options(world):
    juliet, romeo, node = await pair(world)
    await romeo.unsubscribe(node)
    wrong = romeo.subscribe(node, options={"expire": "yesterday"})
    assert await romeo.refused(wrong) == ("modify", "bad-request", "invalid-options")
    assert await romeo.subscriptions(node) == []
    await romeo.subscribe(node, options={"deliver": "0"})
    assert (await romeo.options(node, romeo.bare))["deliver"] == "0"


@test("6.4 the options that a new subscription gets [PS-OPT-10] [PS-OPT-11]")
async def default_options(world):
    juliet, romeo, node = await pair(world)
    for which in (node, None):
        assert (await romeo.options(which))["deliver"] == "1"
    assert await romeo.refused(romeo.options("none")) == ("cancel", "item-not-found", "")


@test("6.5 items: all, the newest, by id, none [PS-ITEM-01] [PS-ITEM-02] [PS-ITEM-03] [PS-ITEM-05]")
async def retrieving(world):
    juliet, romeo, node = await pair(world)
    assert await romeo.items(node) == []
    for item in ("a", "b", "c", "d"):
        await juliet.publish(node, item, note(item))
    assert await romeo.items(node) == ["a", "b", "c", "d"]
    assert await romeo.items(node, max_items=2) == ["c", "d"]
    assert await romeo.items(node, item_ids=["d", "none", "a"]) == ["d", "a"]
    assert (await romeo.item(node, "b"))["payload"].text == "b"
    assert await romeo.refused(romeo.items("none")) == ("cancel", "item-not-found", "")


@test("6.5.4 items page by page, as slixmpp turns the pages [PS-ITEM-21] [PS-ITEM-22] [PS-ITEM-28]")
async def pages(world):
    juliet, romeo, node = await pair(world)
    ids = [f"i{number}" for number in range(25)]
    for item in ids:
        await juliet.publish(node, item)
    turned = []
    async for page in romeo.api.get_items(world.service, node, iterator=True):
        turned.append([item["id"] for item in page["pubsub"]["items"]])
        assert page["pubsub"]["rsm"]["count"] == "25"
    assert [len(page) for page in turned] == [10, 10, 5] and sum(turned, []) == ids
    nothing = world.name("node/")
    await juliet.create(nothing)
    assert [page async for page in romeo.api.get_items(world.service, nothing, iterator=True)] == []
    unknown = f"<pubsub xmlns='{NS['ps']}'><items node='{node}'/><set xmlns='{NS['rsm']}'>" \
        "<max>5</max><after>none</after></set></pubsub>"
    assert await romeo.refused(romeo.send("get", unknown)) == ("cancel", "item-not-found", "")


@test("6.5 items in the order that is asked for [PS-ITEM-29] [PS-ITEM-30]")
async def order(world):
    juliet, romeo, node = await pair(world)
    for item in ("a", "b", "c", "a"):
        await juliet.publish(node, item)

    async def asked(order):
        answer = await romeo.send("get", f"<pubsub xmlns='{NS['ps']}'><items node='{node}'/>"
                                  f"<order xmlns='urn:xmpp:order-by:1' {order}/></pubsub>")
        return [item["id"] for item in answer["pubsub"]["items"]]
    assert await asked("by='creation'") == ["a", "b", "c"]
    assert await asked("by='modification'") == ["b", "c", "a"]
    assert await asked("by='creation' desc='true'") == ["c", "b", "a"]


@test("7.1 publishing: with an id, without one, again, by whom [PS-PUB-01] [PS-PUB-02] [PS-PUB-22] "
      "[PS-PUB-26] [PS-GEN-12]")
async def publishing(world):
    juliet, romeo, node = await pair(world)
    assert await juliet.publish(node, "a", note(" to  be ")) == ["a"]
    message = await romeo.hears("publish", "a")
    item = message["pubsub_event"]["items"]["item"]
    assert item["payload"].text == " to  be " and item["publisher"] == juliet.bare
    (made,) = await juliet.publish(node)
    assert made
    await romeo.hears("publish", made)
    await juliet.publish(node, "a", note("again"))
    await romeo.hears("publish", "a")
    assert await romeo.items(node) == [made, "a"]
    assert await romeo.refused(romeo.publish(node, "b")) == ("auth", "forbidden", "")


@test("7.1 a batch is published as one [PS-PUB-27] [PS-PUB-28]")
async def batch(world):
    juliet, romeo, node = await pair(world)

    def items(*payloads):
        return f"<pubsub xmlns='{NS['ps']}'><publish node='{node}'>" + "".join(
            f"<item id='i{number}'>{payload}</item>" for number, payload in enumerate(payloads)
        ) + "</publish></pubsub>"
    await juliet.send("set", items("<n xmlns='urn:example:n'/>", "<n xmlns='urn:example:n'/>"))
    message = await romeo.client.receives(event(node))
    found = message.findall("event:event/event:items/event:item", NS)
    assert [item.get("id") for item in found] == ["i0", "i1"]
    romeo.client.inbox.clear()
    bad = juliet.send("set", items("<n xmlns='urn:example:n'/>", ""))
    assert await juliet.refused(bad) == ("modify", "bad-request", "payload-required")
    await romeo.client.hears_nothing(event(node))


@test("7.1.3 items that the node does not take [PS-PUB-14] [PS-PUB-15]")
async def not_publishing(world):
    juliet, romeo, node = await pair(world, max_payload_size=1000)
    nothing = juliet.publish(node, payload=None)
    assert await juliet.refused(nothing) == ("modify", "bad-request", "item-required")
    empty = juliet.publish(node, "a", payload=None)
    assert await juliet.refused(empty) == ("modify", "bad-request", "payload-required")
    big = juliet.publish(node, "a", note("x" * 1000))
    assert await juliet.refused(big) == ("modify", "not-acceptable", "payload-too-big")
    assert await juliet.items(node) == []


@test("7.1 the four kinds of events of 4.3 [PS-PUB-16] [PS-PUB-17] [PS-PUB-18] [PS-PUB-19] [PS-PUB-20] "
      "[PS-ITEM-15] [PS-ITEM-17]")
async def kinds(world):
    juliet, romeo, node = await pair(world, deliver_payloads=0)
    await juliet.publish(node, "a", note("stored"))
    message = await romeo.hears("publish", "a")
    assert message["pubsub_event"]["items"]["item"]["payload"] is None
    assert (await romeo.item(node, "a"))["payload"].text == "stored"
    await juliet.publish(node, "b", payload=None)
    await romeo.hears("publish", "b")
    await juliet.configure(node, persist_items=0)
    assert await juliet.refused(juliet.publish(node, "c")) == \
        ("modify", "bad-request", "item-forbidden")
    await juliet.publish(node, payload=None)
    await romeo.client.receives(bare_event(node))
    await juliet.configure(node, deliver_payloads=1)
    await juliet.publish(node, "d")
    message = await romeo.hears("publish", "d")
    assert message["pubsub_event"]["items"]["item"]["payload"] is not None
    assert await romeo.refused(romeo.items(node)) == UNSUPPORTED


def bare_event(node):
    """That something was published, and not what: slixmpp raises nothing for it."""
    def fits(stanza):
        items = stanza.find("event:event/event:items", NS)
        return items is not None and items.get("node") == node and len(items) == 0
    return fits


@test("7.1.4 and 7.1.5 a publish makes the node, with its options as conditions [PS-PUB-08] [PS-PO-01] "
      "[PS-PO-02] [PS-PO-06]")
async def publish_options(world):
    juliet, romeo = await app(world, "juliet"), await app(world, "romeo")
    node = world.name("node/")
    assert await juliet.publish(node, "a", options={"access_model": "whitelist"}) == ["a"]
    assert (await juliet.configuration(node))["access_model"] == "whitelist"
    assert await juliet.publish(node, "b", options={"access_model": "whitelist"}) == ["b"]
    other = juliet.publish(node, "c", options={"access_model": "open"})
    assert await juliet.refused(other) == ("cancel", "conflict", "precondition-not-met")
    assert await juliet.items(node) == ["a", "b"]
    plain = world.name("node/")
    await romeo.publish(plain, "a")
    assert (await romeo.affiliations())[plain] == "owner"


@test("7.2 retracting, with and without a word [PS-RET-01] [PS-RET-02] [PS-RET-03] [PS-RET-04] [PS-RET-05]")
async def retracting(world):
    juliet, romeo, node = await pair(world, notify_retract=0)
    for item in ("a", "b"):
        await juliet.publish(node, item)
        await romeo.hears("publish", item)
    await juliet.retract(node, "a", notify=True)
    await romeo.hears("retract", "a")
    await juliet.retract(node, "b")
    await romeo.hears_nothing()
    assert await romeo.items(node) == []
    assert await juliet.refused(juliet.retract(node, "b")) == ("cancel", "item-not-found", "")
    assert await romeo.refused(romeo.retract(node, "b")) == ("auth", "forbidden", "")
    await juliet.configure(node, persist_items=0)
    assert await juliet.refused(juliet.retract(node, "b")) == UNSUPPORTED


if __name__ == "__main__":
    main()
