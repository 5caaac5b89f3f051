"""Nodes, as apps use them."""
from harness import main, test
from clients import NS, Missing, error_of, event, node_form, show


def ps(payload):
    return f"<pubsub xmlns='{NS['ps']}'>{payload}</pubsub>"


def pso(payload):
    return f"<pubsub xmlns='{NS['pso']}'>{payload}</pubsub>"


async def pair(world, **options):
    """A node of juliet's to which romeo is subscribed."""
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    node = world.name("node/")
    await juliet.create_node(world.service, node, **{"send_last_published_item": "never", **options})
    await romeo.subscribe(world.service, node)
    return juliet, romeo, node


@test("what one publishes reaches the other unchanged [PS-PUB-01] [PS-NTF-01] [PS-GEN-12] [PS-SUB-02]")
async def publishing(world):
    juliet, romeo, node = await pair(world)
    await juliet.publish(world.service, node, "i1", "<line xmlns='urn:example:line' to=' 1, 2 '>"
                         "a <b xmlns=''>&amp;</b> c</line>")
    got = await romeo.receives(event(node, "i1"))
    assert got.get("from") == world.service and got.get("to") == romeo.jid
    line = got.find("event:event/event:items/event:item/{urn:example:line}line", NS)
    assert line.get("to") == " 1, 2 " and "".join(line.itertext()) == "a & c", show(got)
    assert line.find("b") is not None
    assert await romeo.items(world.service, node) == ["i1"]


@test("events come in the order of publishing [PS-NTF-08]")
async def order(world):
    juliet, romeo, node = await pair(world)
    for number in range(200):
        juliet.send(f"<iq type='set' to='{world.service}' id='o{number}'>" + ps(
            f"<publish node='{node}'><item id='{number}'><n xmlns='urn:example:n'/></item></publish>"
        ) + "</iq>")
    got = []
    while len(got) < 200:
        stanza = await romeo.receives(event(node))
        got += [i.get("id") for i in stanza.findall("event:event/event:items/event:item", NS)]
    assert got == [str(number) for number in range(200)]
    assert await juliet.items(world.service, node) == got


@test("the sketch app's broadcast works from start to end [APP-SKT-01] [APP-SKT-02] [APP-SKT-03] "
      "[APP-SKT-04] [APP-SKT-05] [APP-SKT-07] [APP-SKT-09] [APP-SKT-11] [PS-CRE-02]")
async def sketch(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    made = await juliet.ask(world.service, "set", ps("<create/>"))
    node = made.find("ps:pubsub/ps:create", NS).get("node")
    await juliet.ask(world.service, "set", pso(f"<configure node='{node}'>" + node_form({
        "deliver_payloads": 1, "send_last_published_item": "never", "persist_items": "true",
        "max_items": 20}) + "</configure>"))
    await juliet.publish(world.service, node, "", "<x xmlns='jabber:x:data' type='result'/>")
    await romeo.subscribe(world.service, node)
    await romeo.hears_nothing(event(node))
    for _ in range(24):
        await juliet.publish(world.service, node, "", "<x xmlns='jabber:x:data' type='result'/>")
        got = await romeo.receives(event(node))
        assert got.get("to") == romeo.jid
    assert len(await romeo.items(world.service, node)) == 20
    assert await romeo.refused(world.service, "set", ps(
        f"<publish node='{node}'><item><x xmlns='jabber:x:data' type='result'/></item></publish>")
    ) == ("auth", "forbidden")
    assert (await romeo.refused(world.service, "set", pso(
        f"<unsubscribe node='{node}' jid='{romeo.jid}'/>")))[1] == "bad-request"
    await juliet.ask(world.service, "set", pso(f"<delete node='{node}'/>"))
    await romeo.receives(event(node, kind="delete"))


@test("a request is carried out though its sender has gone [APP-GEN-04]")
async def hasty(world):
    juliet, romeo, node = await pair(world)
    juliet.send(f"<iq type='set' to='{world.service}' id='h'>" + pso(f"<delete node='{node}'/>") +
                "</iq>")
    await juliet.disconnect()
    await romeo.receives(event(node, kind="delete"))


@test("retracted and purged items are gone, and subscribers know [PS-RET-01] [PS-RET-02] [PS-PUR-01]")
async def retracting(world):
    juliet, romeo, node = await pair(world)
    for item in ("a", "b", "c"):
        await juliet.publish(world.service, node, item, "<n xmlns='urn:example:n'/>")
        await romeo.receives(event(node, item))
    await juliet.ask(world.service, "set",
                     ps(f"<retract node='{node}' notify='1'><item id='b'/></retract>"))
    await romeo.receives(event(node, "b", "retract"))
    assert await romeo.items(world.service, node) == ["a", "c"]
    await juliet.ask(world.service, "set", pso(f"<purge node='{node}'/>"))
    await romeo.receives(event(node, kind="purge"))
    assert await romeo.items(world.service, node) == []


@test("owners' requests are for owners [PS-SEC-01] [PS-PUR-02] [PS-DEL-04]")
async def owners(world):
    juliet, romeo, node = await pair(world)
    for payload in (f"<purge node='{node}'/>", f"<delete node='{node}'/>",
                    f"<configure node='{node}'>{node_form({'title': 'mine'})}</configure>"):
        assert await romeo.refused(world.service, "set", pso(payload)) == ("auth", "forbidden")
    for payload in (f"<configure node='{node}'/>", f"<affiliations node='{node}'/>",
                    f"<subscriptions node='{node}'/>"):
        assert await romeo.refused(world.service, "get", pso(payload)) == ("auth", "forbidden")


@test("a whitelist lets members read [PS-ITEM-09] [PS-AFF-04]")
async def whitelist(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    node = world.name("node/")
    await juliet.create_node(world.service, node, access_model="whitelist")
    asked = ps(f"<items node='{node}'/>")
    refusal = await romeo.request(world.service, "get", asked)
    assert error_of(refusal) == ("cancel", "not-allowed")
    assert refusal.find("c:error/pserr:closed-node", NS) is not None
    await juliet.ask(world.service, "set", pso(
        f"<affiliations node='{node}'><affiliation jid='{romeo.jid}' affiliation='member'/>"
        "</affiliations>"))
    await romeo.ask(world.service, "get", asked)


@test("the last item comes with the subscription when the node says so [PS-SUB-29]")
async def last_item(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    node = world.name("node/")
    await juliet.create_node(world.service, node, send_last_published_item="on_sub")
    for item in ("a", "b"):
        await juliet.publish(world.service, node, item, "<n xmlns='urn:example:n'/>")
    await romeo.subscribe(world.service, node)
    await romeo.receives(event(node, "b"))
    await romeo.hears_nothing(event(node, "a"))


@test("who has unsubscribed hears no more [PS-UNS-01] [PS-UNS-03]")
async def unsubscribing(world):
    juliet, romeo, node = await pair(world)
    leave = ps(f"<unsubscribe node='{node}' jid='{romeo.jid}'/>")
    await romeo.ask(world.service, "set", leave)
    await juliet.publish(world.service, node, "a", "<n xmlns='urn:example:n'/>")
    await romeo.hears_nothing(event(node))
    assert await romeo.refused(world.service, "set", leave) == ("cancel", "unexpected-request")


@test("unknown nodes, items and requests have their errors [PS-GEN-03] [PS-GEN-07] [PS-SUB-04] [APP-GEN-08]")
async def errors(world):
    juliet = await world.session("juliet")
    missing = ("cancel", "item-not-found")
    assert await juliet.refused(world.service, "get", ps("<items node='none'/>")) == missing
    assert await juliet.refused(world.service, "get",
                                f"<query xmlns='{NS['info']}' node='none'/>") == missing
    assert await juliet.refused(world.service, "get", "<odd xmlns='urn:example:odd'/>") == \
        ("cancel", "service-unavailable")
    node = world.name("node/")
    await juliet.create_node(world.service, node)
    refusal = await juliet.request(world.service, "set",
                                   ps(f"<subscribe node='{node}' jid='romeo@localhost'/>"))
    assert error_of(refusal) == ("modify", "bad-request")
    assert refusal.find("c:error/pserr:invalid-jid", NS) is not None


@test("nodes and items are found in discovery [APP-DSC-03] [APP-DSC-04] [APP-DSC-05]")
async def discovery(world):
    juliet = await world.session("juliet")
    node = world.name("node/")
    await juliet.create_node(world.service, node)
    await juliet.publish(world.service, node, "i", "<n xmlns='urn:example:n'/>")
    listed = await juliet.ask(world.service, "get", f"<query xmlns='{NS['items']}'/>")
    nodes = [(i.get("jid"), i.get("node")) for i in listed.findall("items:query/items:item", NS)]
    if (world.service, node) not in nodes:
        raise Missing(f"{node} in {nodes}")
    inside = await juliet.ask(world.service, "get", f"<query xmlns='{NS['items']}' node='{node}'/>")
    items = [(i.get("name"), i.get("node")) for i in inside.findall("items:query/items:item", NS)]
    assert items == [("i", None)], items
    about = await juliet.ask(world.service, "get", f"<query xmlns='{NS['info']}' node='{node}'/>")
    identity = about.find("info:query/info:identity", NS)
    assert (identity.get("category"), identity.get("type")) == ("pubsub", "leaf")


if __name__ == "__main__":
    main()
