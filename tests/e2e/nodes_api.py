"""The nodes of a service as an application sees them that is written with slixmpp: its own calls for
XEP-0060, XEP-0004, XEP-0030, XEP-0050 and XEP-0059, and the events that it raises.

    juliet = await app(world, "juliet")
    await juliet.create("princely_musings", access_model="open")
    await juliet.publish("princely_musings", "i1")
"""
import asyncio
from xml.etree import ElementTree

from slixmpp.exceptions import IqError
from slixmpp.xmlstream import register_stanza_plugin

from clients import NS, PATIENCE, Missing, show, tag

PLUGINS = ("xep_0004", "xep_0030", "xep_0050", "xep_0059", "xep_0060", "xep_0128", "xep_0131",
           "xep_0203", "xep_0313")
EVENTS = ("publish", "retract", "purge", "delete", "config", "subscription")
CONFIG, OPTIONS, PUBLISH, META = \
    "node_config", "subscribe_options", "publish-options", "meta-data"
AUTHORIZE = NS["ps"] + "#subscribe_authorization"
GET_PENDING = NS["ps"] + "#get-pending"


async def app(world, name, resource="test"):
    """An application of one of the cast; gone at the end of the story."""
    return App(await world.session(name, resource), world.service)


def note(text="to be"):
    """A payload."""
    element = ElementTree.Element("{urn:example:note}note")
    element.text = text
    return element


def values(form):
    """{field without its prefix: value} of an `<x/>` as slixmpp or ElementTree has it."""
    found = {}
    for field in getattr(form, "xml", form).findall("data:field", NS):
        texts = [value.text or "" for value in field.findall("data:value", NS)]
        name = field.get("var")
        found[name.removeprefix("pubsub#")] = texts if len(texts) > 1 else "".join(texts)
    return found


class Refusal(Exception):
    """What slixmpp makes of an error: type, condition and that of pubsub#errors."""

    def __init__(self, error):
        stanza = error.iq["error"]
        details = [tag(each) for each in stanza.xml if each.tag.startswith("{" + NS["pserr"] + "}")]
        self.what = (stanza["type"], stanza["condition"], "".join(details))
        super().__init__(repr(self.what))


class App:
    """One session, with the calls of slixmpp's plugins at one service."""

    def __init__(self, client, service):
        self.client, self.service = client, service
        plugins = {name: client.plugin(name) for name in PLUGINS}
        self.forms, self.disco = plugins["xep_0004"], plugins["xep_0030"]
        self.commands, self.api = plugins["xep_0050"], plugins["xep_0060"]
        self.xmpp = self.api.xmpp
        register_stanza_plugin(self.api.stanza.Pubsub, plugins["xep_0059"].stanza.Set)
        self.bare, self.jid = client.bare, client.jid
        self._heard = asyncio.Queue()
        for kind in EVENTS:
            self.xmpp.add_event_handler(f"pubsub_{kind}", self._listener(kind))

    def _listener(self, kind):
        return lambda message: self._heard.put_nowait((kind, message))

    async def hears(self, kind, *ids):
        """The next event that slixmpp raises, which must be this one. Returns the message. For an
        event of several items slixmpp 1.8 raises nothing: client.receives() has it."""
        try:
            heard, message = await asyncio.wait_for(self._heard.get(), PATIENCE)
        except asyncio.TimeoutError:
            raise Missing(f"{self.jid} heard no {kind} {ids}") from None
        found = [each.get("id") for each in message.xml.findall("event:event/event:items/*", NS)]
        if (heard, found) != (kind, list(ids)):
            raise Missing(f"{self.jid} heard {heard} {found} for {kind} {ids}: {show(message.xml)}")
        return message

    async def hears_nothing(self):
        """All that was said before this is here."""
        await self.client.hears_nothing(lambda _: False)
        if not self._heard.empty():
            kind, message = self._heard.get_nowait()
            raise Missing(f"{self.jid} should not have heard {kind}: {show(message.xml)}")

    def form(self, name, options, kind="submit"):
        """A form of {field: value}; a list has several values."""
        form = self.forms.make_form(ftype=kind)
        form.add_field(var="FORM_TYPE", ftype="hidden", value=f"{NS['ps']}#{name}")
        for field, value in options.items():
            full = field if field.startswith(("{", "x-")) else f"pubsub#{field}"
            form.add_field(var=full, value=value if isinstance(value, list) else str(value))
        return form

    async def refused(self, call):
        """(type, condition, condition of pubsub#errors) of a call that must be refused."""
        try:
            answer = await call
        except Refusal as refusal:
            return refusal.what
        raise Missing(f"not refused: {show(answer.xml)}")

    @staticmethod
    async def done(call):
        try:
            return await call
        except IqError as error:
            raise Refusal(error) from None

    async def send(self, kind, xml):
        """For what slixmpp has no call: the iq with this payload, sent and answered by it."""
        iq = self.xmpp.make_iq(itype=kind, ito=self.service)
        iq.append(ElementTree.fromstring(xml))
        return await self.done(iq.send())

    # Nodes

    async def create(self, node=None, **options):
        config = self.form(CONFIG, options) if options else None
        answer = await self.done(self.api.create_node(self.service, node, config=config))
        return answer["pubsub"]["create"]["node"] or node

    async def configure(self, node, **options):
        return await self.done(
            self.api.set_node_config(self.service, node, self.form(CONFIG, options)))

    async def configuration(self, node=None):
        """Of the node, or what new ones get."""
        answer = await self.done(self.api.get_node_config(self.service, node))
        return values(answer.xml.find(".//data:x", NS))

    async def delete(self, node):
        return await self.done(self.api.delete_node(self.service, node))

    async def purge(self, node):
        return await self.done(self.api.purge(self.service, node))

    # Items

    async def publish(self, node, item=None, payload=True, options=None):
        """Returns the ids of the answer."""
        form = self.form(PUBLISH, options) if options else None
        answer = await self.done(self.api.publish(
            self.service, node, id=item, payload=note() if payload is True else payload,
            options=form))
        return [each.get("id") for each in answer.xml.findall("ps:pubsub/ps:publish/ps:item", NS)]

    async def retract(self, node, item, notify=None):
        return await self.done(self.api.retract(self.service, node, item, notify=notify))

    async def items(self, node, **which):
        """The ids that the service answers with: all, `item_ids`, or the newest `max_items`."""
        answer = await self.done(self.api.get_items(self.service, node, **which))
        return [item["id"] for item in answer["pubsub"]["items"]]

    async def item(self, node, item):
        answer = await self.done(self.api.get_item(self.service, node, item))
        return answer["pubsub"]["items"]["substanzas"][0]

    # Subscriptions and affiliations

    async def subscribe(self, node, **how):
        """Returns slixmpp's `<subscription/>`."""
        options = how.pop("options", None)
        form = self.form(OPTIONS, options) if options else None
        answer = await self.done(self.api.subscribe(self.service, node, options=form, **how))
        return answer["pubsub"]["subscription"]

    async def unsubscribe(self, node, **which):
        answer = await self.done(self.api.unsubscribe(self.service, node, **which))
        return answer["pubsub"]["subscription"]

    async def subscriptions(self, node=None):
        """[(node, jid, state)] of one's own."""
        answer = await self.done(self.api.get_subscriptions(self.service, node))
        return [(each["node"], str(each["jid"]), each["subscription"])
                for each in answer["pubsub"]["subscriptions"]]

    async def affiliations(self, node=None):
        """{node: affiliation} of one's own."""
        answer = await self.done(self.api.get_affiliations(self.service, node))
        return {each["node"]: each["affiliation"] for each in answer["pubsub"]["affiliations"]}

    async def subscribers(self, node):
        """{jid: state} as the owner sees it."""
        answer = await self.done(self.api.get_node_subscriptions(self.service, node))
        return {each.get("jid"): each.get("subscription")
                for each in answer.xml.findall("pso:pubsub/pso:subscriptions/*", NS)}

    async def affiliated(self, node):
        """{jid: affiliation} as the owner sees it."""
        answer = await self.done(self.api.get_node_affiliations(self.service, node))
        return {each.get("jid"): each.get("affiliation")
                for each in answer.xml.findall("pso:pubsub/pso:affiliations/*", NS)}

    async def affiliate(self, node, *pairs):
        return await self.done(self.api.modify_affiliations(self.service, node, pairs))

    async def enrol(self, node, *pairs):
        return await self.done(self.api.modify_subscriptions(self.service, node, pairs))

    async def options(self, node, jid=None):
        """Of one's subscription, or for no jid those that a new one gets."""
        answer = await self.done(self.api.get_subscription_options(self.service, node, jid))
        return values(answer.xml.find(".//data:x", NS))

    async def set_options(self, node, **options):
        """slixmpp's set_subscription_options sends a get; this is its form in a set."""
        iq = self.xmpp.make_iq_set(ito=self.service)
        iq["pubsub"]["options"]["node"] = node
        iq["pubsub"]["options"]["jid"] = self.bare
        iq["pubsub"]["options"].append(self.form(OPTIONS, options))
        return await self.done(iq.send())
