"""Every use case of XEP-0060, section 8, and of the extensions beside it, with slixmpp's own calls.

8.1 create; 8.2 configure; 8.3 default configuration; 8.4 delete; 8.5 purge; 8.6 approve; 8.7 get what
is pending; 8.8 subscriptions; 8.9 affiliations; collections (XEP-0248); the archive of a node
(XEP-0442); what several subscriptions of one address hear (6.1.6).
"""
from harness import main, test
from clients import NS, event
from nodes_api import AUTHORIZE, CONFIG, GET_PENDING, app, note, values

FORBIDDEN = ("auth", "forbidden", "")
SHIM = "http://jabber.org/protocol/shim"


def ps(payload):
    return f"<pubsub xmlns='{NS['ps']}'>{payload}</pubsub>"


def pso(payload):
    return f"<pubsub xmlns='{NS['pso']}'>{payload}</pubsub>"


async def pair(world, **options):
    juliet, romeo = await app(world, "juliet"), await app(world, "romeo")
    node = world.name("node/")
    await juliet.create(node, **{"send_last_published_item": "never", **options})
    return juliet, romeo, node


@test("8.1 creating: named, instant, configured, refused [PS-CRE-01] [PS-CRE-02] [PS-CRE-03] [PS-CRE-07] "
      "[PS-CRE-10] [PS-CRE-11]")
async def creating(world):
    juliet, romeo, node = await pair(world, title="Musings", access_model="whitelist")
    config = await juliet.configuration(node)
    assert (config["title"], config["access_model"]) == ("Musings", "whitelist")
    assert await romeo.refused(romeo.create(node)) == ("cancel", "conflict", "")
    instant = {await juliet.create() for _ in range(2)}
    assert len(instant) == 2 and all(instant)
    name = world.name("node/")
    assert await juliet.refused(juliet.create(name, access_model="anybody")) == \
        ("modify", "not-acceptable", "unsupported-access-model")
    assert await juliet.refused(juliet.create(name, max_items="many")) == \
        ("modify", "not-acceptable", "")
    await juliet.create(name)


@test("8.2 configuring: read, submitted, cancelled, refused, announced [PS-CFG-01] [PS-CFG-02] [PS-CFG-03] "
      "[PS-CFG-04] [PS-CFG-06]")
async def configuring(world):
    juliet, romeo, node = await pair(world, notify_config=1)
    await romeo.subscribe(node)
    await juliet.configure(node, title="Musings", max_items="max")
    message = await romeo.hears("config")
    assert values(message.xml.find(".//data:x", NS))["title"] == "Musings"
    after = await juliet.configuration(node)
    assert (after["title"], after["max_items"], after["access_model"]) == ("Musings", "max", "open")
    cancelled = juliet.forms.make_form(ftype="cancel")
    await juliet.done(juliet.api.set_node_config(world.service, node, cancelled))
    assert await juliet.configuration(node) == after
    assert await juliet.refused(juliet.configure(node, title="x", max_items="-1")) == \
        ("modify", "not-acceptable", "")
    assert await juliet.configuration(node) == after
    assert await romeo.refused(romeo.configuration(node)) == FORBIDDEN
    assert await romeo.refused(romeo.configure(node, title="mine")) == FORBIDDEN
    await romeo.hears_nothing()


@test("8.2 a form that slixmpp fills in and sends back as it came [PS-CFG-01] [PS-CFG-03]")
async def filling_in(world):
    juliet, romeo, node = await pair(world)
    got = await juliet.done(juliet.api.get_node_config(world.service, node))
    form = got["pubsub_owner"]["configure"]["form"]
    assert form.get_fields()["pubsub#access_model"]["type"] == "list-single"
    form.reply()
    form["values"] = {"pubsub#title": "Filled in"}
    await juliet.done(juliet.api.set_node_config(world.service, node, form))
    assert (await juliet.configuration(node))["title"] == "Filled in"


@test("8.3 the default configuration, for nodes and for collections")
async def default_configuration(world):
    romeo = await app(world, "romeo")
    defaults = await romeo.configuration()
    assert defaults["FORM_TYPE"] == f"{NS['ps']}#{CONFIG}" and defaults["access_model"] == "open"
    collection = await romeo.send("get", pso("<default type='collection'/>"))
    assert values(collection.xml.find(".//data:x", NS))["node_type"] == "collection"


@test("8.4 deleting, with and without a new address [PS-DEL-01] [PS-DEL-02] [PS-DEL-03]")
async def deleting(world):
    juliet, romeo, node = await pair(world)
    await romeo.subscribe(node)
    assert await romeo.refused(romeo.delete(node)) == FORBIDDEN
    await juliet.delete(node)
    await romeo.hears("delete")
    gone = ("cancel", "item-not-found", "")
    assert await romeo.refused(romeo.subscribe(node)) == gone
    assert await juliet.refused(juliet.delete(node)) == gone
    await juliet.create(node)
    await romeo.subscribe(node)
    uri = f"xmpp:{world.service}?;node=elsewhere"
    await juliet.send("set", pso(f"<delete node='{node}'><redirect uri='{uri}'/></delete>"))
    message = await romeo.hears("delete")
    assert message["pubsub_event"]["delete"]["redirect"] == uri
    assert (await romeo.refused(romeo.subscribe(node)))[:2] == ("modify", "gone")


@test("8.5 purging [PS-PUR-01] [PS-PUR-02]")
async def purging(world):
    juliet, romeo, node = await pair(world)
    for item in ("a", "b"):
        await juliet.publish(node, item)
    await romeo.subscribe(node)
    assert await romeo.refused(romeo.purge(node)) == FORBIDDEN
    await juliet.purge(node)
    await romeo.hears("purge")
    await romeo.hears_nothing()
    assert await romeo.items(node) == []
    await juliet.configure(node, persist_items=0)
    assert (await juliet.refused(juliet.purge(node)))[1:] == \
        ("feature-not-implemented", "unsupported")


async def requests(owner, node):
    """The form that asks the owner about somebody (8.6)."""
    def fits(stanza):
        form = stanza.find("data:x", NS)
        return form is not None and values(form).get("FORM_TYPE") == AUTHORIZE \
            and values(form)["node"] == node
    message = await owner.client.receives(fits)
    return values(message.find("data:x", NS))


def answer(owner, asked, allow):
    """Sends the filled-in form back."""
    message = owner.xmpp.make_message(mto=owner.service)
    form = owner.forms.make_form(ftype="submit")
    form.add_field(var="FORM_TYPE", ftype="hidden", value=AUTHORIZE)
    for name in ("subid", "node", "subscriber_jid"):
        form.add_field(var=f"pubsub#{name}", value=asked[name])
    form.add_field(var="pubsub#allow", value=allow)
    message.append(form)
    message.send()


@test("8.6 an owner lets one in and refuses another [PS-PEND-01] [PS-PEND-03] [PS-PEND-04]")
async def approving(world):
    juliet, romeo, node = await pair(world, access_model="authorize")
    mercutio = await app(world, "mercutio")
    for who, allow, state in ((romeo, "true", "subscribed"), (mercutio, "0", "none")):
        await who.subscribe(node)
        asked = await requests(juliet, node)
        assert asked["subscriber_jid"] == who.bare and asked["allow"] in ("0", "false")
        answer(juliet, asked, allow)
        message = await who.hears("subscription")
        assert message["pubsub_event"]["subscription"]["subscription"] == state
    await juliet.publish(node, "a")
    await romeo.hears("publish", "a")
    await mercutio.hears_nothing()


@test("8.7 what is pending is asked for with a command [PS-PEND-11] [PS-PEND-12] "
      "[PS-DISC-26]")
async def pending(world):
    juliet, romeo, node = await pair(world, access_model="authorize")
    await romeo.subscribe(node)
    await requests(juliet, node)
    offered = await juliet.commands.get_commands(world.service)
    assert GET_PENDING in {each[1] for each in offered["disco_items"]["items"]}
    mercutio = await app(world, "mercutio")
    refused = mercutio.done(mercutio.commands.send_command(world.service, GET_PENDING))
    assert await mercutio.refused(refused) == ("cancel", "forbidden", "")
    first = await juliet.commands.send_command(world.service, GET_PENDING)
    assert first["command"]["status"] == "executing"
    form = first["command"]["form"]
    choices = form.get_fields()["pubsub#node"]["options"]
    assert node in [each["value"] for each in choices], choices
    form.reply()
    form["values"] = {"pubsub#node": node}
    session = first["command"]["sessionid"]
    second = await juliet.commands.send_command(world.service, GET_PENDING, action="complete",
                                                payload=form, sessionid=session)
    assert (second["command"]["status"], second["command"]["sessionid"]) == ("completed", session)
    asked = await requests(juliet, node)
    assert asked["subscriber_jid"] == romeo.bare
    answer(juliet, asked, "1")
    await romeo.hears("subscription")
    again = await juliet.commands.send_command(world.service, GET_PENDING)
    ended = await juliet.commands.send_command(world.service, GET_PENDING, action="cancel",
                                               sessionid=again["command"]["sessionid"])
    assert ended["command"]["status"] == "canceled"


@test("8.8 an owner's view of subscriptions, and changes of them [PS-OSUB-01] [PS-OSUB-02] [PS-OSUB-03] "
      "[PS-OSUB-04]")
async def managing_subscriptions(world):
    juliet, romeo, node = await pair(world)
    assert await juliet.subscribers(node) == {}
    await juliet.enrol(node, (romeo.bare, "subscribed"))
    message = await romeo.hears("subscription")
    assert message["pubsub_event"]["subscription"]["subscription"] == "subscribed"
    assert await juliet.subscribers(node) == {romeo.bare: "subscribed"}
    assert await romeo.refused(romeo.subscribers(node)) == FORBIDDEN
    partly = juliet.enrol(node, (romeo.bare, "none"), ("juliet@localhost", "perhaps"))
    assert await juliet.refused(partly) == ("modify", "not-acceptable", "")
    message = await romeo.hears("subscription")
    assert message["pubsub_event"]["subscription"]["subscription"] == "none"
    assert await juliet.subscribers(node) == {}


@test("8.9 an owner's view of affiliations, and changes of them [PS-AFF-01] [PS-AFF-02] [PS-AFF-03] "
      "[PS-AFF-06] [PS-AFF-14]")
async def managing_affiliations(world):
    juliet, romeo, node = await pair(world)
    assert await juliet.affiliated(node) == {juliet.bare: "owner"}
    await juliet.affiliate(node, (romeo.bare, "publisher"))
    told = await romeo.client.receives(
        lambda stanza: stanza.find("ps:pubsub/ps:affiliations", NS) is not None)
    assert told.find("ps:pubsub/ps:affiliations", NS).get("node") == node
    assert await romeo.publish(node, "a") == ["a"]
    assert await juliet.affiliated(node) == {juliet.bare: "owner", romeo.bare: "publisher"}
    assert await romeo.refused(romeo.affiliated(node)) == FORBIDDEN
    assert await romeo.refused(romeo.affiliate(node, (romeo.bare, "owner"))) == FORBIDDEN
    partly = juliet.affiliate(node, (romeo.bare, "none"), (juliet.bare, "none"))
    assert await juliet.refused(partly) == ("modify", "not-acceptable", "")
    assert await juliet.affiliated(node) == {juliet.bare: "owner"}
    assert await romeo.refused(romeo.publish(node, "b")) == FORBIDDEN


@test("a collection brings its nodes' items and its new nodes [PS-COLL-01] [PS-COLL-02] [PS-COLL-03] "
      "[PS-COLL-10] [PS-DISC-12] [PS-DISC-24]")
async def collections(world):
    juliet, romeo, node = await pair(world)
    above = world.name("collection/")
    await juliet.create(above, node_type="collection")
    info = (await romeo.disco.get_info(world.service, above))["disco_info"]
    assert ("pubsub", "collection") in {each[:2] for each in info["identities"]}
    await romeo.subscribe(above, options={"subscription_type": "all", "subscription_depth": "all"})
    await juliet.send("set", pso(f"<collection node='{above}'><associate node='{node}'/></collection>"))
    await romeo.client.receives(event(above, kind="collection"))
    listed = (await romeo.disco.get_items(world.service, above))["disco_items"]["items"]
    assert {each[1] for each in listed} == {node}
    await juliet.publish(node, "a")
    message = await romeo.hears("publish", "a")
    headers = message.xml.findall(f"{{{SHIM}}}headers/{{{SHIM}}}header")
    assert [(each.get("name"), each.text) for each in headers] == [("Collection", above)]
    assert (await juliet.refused(juliet.publish(above, "a")))[1:] == \
        ("feature-not-implemented", "unsupported")
    await juliet.send("set", pso(f"<collection node='{above}'><dissociate node='{node}'/></collection>"))
    await romeo.client.receives(event(above, kind="collection"))
    await juliet.publish(node, "b")
    await romeo.hears_nothing()


@test("the archive has every publication, replaced ones too, page by page [PS-MAM-01] [PS-MAM-02] "
      "[PS-MAM-05]")
async def archive(world):
    juliet, romeo, node = await pair(world)
    for number, item in enumerate(("a", "b", "a")):
        await juliet.publish(node, item, note(str(number)))

    async def page(after):
        iq = romeo.xmpp.make_iq_set(ito=world.service)
        iq["mam"]["queryid"] = "q"
        iq["mam"].xml.set("node", node)
        iq["mam"]["rsm"]["max"] = "2"
        if after:
            iq["mam"]["rsm"]["after"] = after
        fin = (await romeo.done(iq.send()))["mam_fin"]
        heard = [stanza.find("mam:result", NS) for stanza in romeo.client.inbox]
        romeo.client.inbox.clear()
        inner = "forward:forwarded/c:message/event:event/event:items/event:item"
        items = [each.find(inner, NS) for each in heard if each is not None]
        return [(item.get("id"), item[0].text) for item in items], fin
    romeo.client.inbox.clear()
    first, fin = await page("")
    assert first == [("a", "0"), ("b", "1")] and fin.xml.get("complete") != "true"
    rest, fin = await page(fin["rsm"]["last"])
    assert rest == [("a", "2")] and fin.xml.get("complete") == "true"
    await juliet.configure(node, access_model="whitelist")
    refused = romeo.send("set", f"<query xmlns='{NS['mam']}' node='{node}'/>")
    assert await romeo.refused(refused) == ("cancel", "not-allowed", "closed-node")


@test("several subscriptions of one address: one event that names them, and requests that need a subid "
      "[PS-SUB-19] [PS-NTF-04] [PS-UNS-02] [PS-OPT-21] [PS-ITEM-14] [PS-DISC-04]")
async def several(world):
    juliet, romeo, node = await pair(world)
    found = (await romeo.disco.get_info(world.service))["disco_info"]["features"]
    assert NS["ps"] + "#multi-subscribe" in found
    one, two = [(await romeo.subscribe(node))["subid"] for _ in range(2)]
    assert one != two
    await juliet.publish(node, "a")
    message = await romeo.hears("publish", "a")
    headers = message.xml.findall(f"{{{SHIM}}}headers/{{{SHIM}}}header")
    assert {(each.get("name"), each.text) for each in headers} == {("SubID", one), ("SubID", two)}
    subid_required = ("modify", "bad-request", "subid-required")
    assert await romeo.refused(romeo.unsubscribe(node)) == subid_required
    assert await romeo.refused(romeo.options(node, romeo.bare)) == subid_required
    assert await romeo.refused(romeo.items(node)) == subid_required
    quiet = romeo.form("subscribe_options", {"deliver": 0})
    await romeo.send("set", ps(f"<options node='{node}' jid='{romeo.bare}' subid='{one}'>{quiet}"
                               "</options>"))
    await juliet.publish(node, "b")
    message = await romeo.hears("publish", "b")
    headers = message.xml.findall(f"{{{SHIM}}}headers/{{{SHIM}}}header")
    assert [each.text for each in headers] in ([], [two])
    await romeo.unsubscribe(node, subid=two)
    await juliet.publish(node, "c")
    await romeo.hears_nothing()
    await romeo.unsubscribe(node)
    assert await romeo.subscriptions(node) == []


if __name__ == "__main__":
    main(extra="[pubsub]\nmulti_subscribe = true\n")
