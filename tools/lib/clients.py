"""XMPP clients for the demo's check and the end to end tests (slixmpp, Debian's python3-slixmpp).

    async with Client(server, "juliet") as juliet:
        await juliet.enter("hall@stoa.localhost", "juliet")
        juliet.say("hall@stoa.localhost", "hello")
        await juliet.receives(message("hello"))

A client notes every stanza it gets. receives() takes the first one that fits out of the inbox and
waits for it if need be; what is never taken stays there for `inbox` to be looked at.
"""
import asyncio
import itertools
import logging
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

logging.getLogger("slixmpp").setLevel(logging.CRITICAL)  # before the import, which logs too

import slixmpp  # noqa: E402

PATIENCE = 15  # seconds for anything to arrive; a loaded machine is slow, a lost stanza never comes
PASSWORD = "secret"

NS = {
    "c": "jabber:client",
    "muc": "http://jabber.org/protocol/muc",
    "user": "http://jabber.org/protocol/muc#user",
    "admin": "http://jabber.org/protocol/muc#admin",
    "owner": "http://jabber.org/protocol/muc#owner",
    "ps": "http://jabber.org/protocol/pubsub",
    "pso": "http://jabber.org/protocol/pubsub#owner",
    "event": "http://jabber.org/protocol/pubsub#event",
    "pserr": "http://jabber.org/protocol/pubsub#errors",
    "info": "http://jabber.org/protocol/disco#info",
    "items": "http://jabber.org/protocol/disco#items",
    "data": "jabber:x:data",
    "rsm": "http://jabber.org/protocol/rsm",
    "mam": "urn:xmpp:mam:2",
    "forward": "urn:xmpp:forward:0",
    "delay": "urn:xmpp:delay",
    "sid": "urn:xmpp:sid:0",
    "err": "urn:ietf:params:xml:ns:xmpp-stanzas",
    "ping": "urn:xmpp:ping",
    "address": "http://jabber.org/protocol/address",
}


class Missing(AssertionError):
    """What was waited for did not come."""


class Client:
    """One session of a user. Leave the context and the stream ends."""

    def __init__(self, server, name, resource="test", password=PASSWORD, wants=()):
        """`wants`: nodes whose events it says it wants (XEP-0163, 4.3; XEP-0115)."""
        self.server = server
        self.name = name
        self.bare = f"{name}@{server.hosts[0]}"
        self.jid = f"{self.bare}/{resource}"
        self.inbox = []
        self._password = password
        self._wants = wants
        self._arrived = asyncio.Event()
        self._ids = itertools.count(1)
        self._xmpp = None

    async def __aenter__(self):
        await self.connect()
        return self

    async def __aexit__(self, *_):
        await self.disconnect()

    async def connect(self, priority=None):
        xmpp = slixmpp.ClientXMPP(self.jid, self._password, plugin_config={
            "feature_mechanisms": {"unencrypted_plain": True}})
        self._xmpp = xmpp
        started = asyncio.get_running_loop().create_future()
        xmpp.add_event_handler("session_start", lambda _: _settle(started, None))
        xmpp.add_event_handler("failed_auth", lambda _: _settle(started, "not authorized"))
        xmpp.add_filter("in", self._note)
        xmpp.connect(("127.0.0.1", self.server.client_port), disable_starttls=True,
                     force_starttls=False)
        fault = await asyncio.wait_for(started, PATIENCE)
        self.inbox.clear()
        if fault:
            raise Missing(f"{self.jid}: {fault}")
        if self._wants:
            await self.want(*self._wants)
            return
        self.send("<presence/>" if priority is None
                  else f"<presence><priority>{priority}</priority></presence>")

    async def want(self, *nodes):
        """Says in its presence that it wants these nodes' events too."""
        for plugin in ("xep_0030", "xep_0115", "xep_0163"):
            self._xmpp.register_plugin(plugin)
        for node in nodes:
            self._xmpp["xep_0030"].add_feature(node + "+notify")
        await self._xmpp["xep_0115"].update_caps(broadcast=False)
        self._xmpp.send_presence()

    def plugin(self, name):
        """One of slixmpp's, for what clients really send."""
        self._xmpp.register_plugin(name)
        return self._xmpp[name]

    async def disconnect(self):
        """Ends the stream in the orderly way."""
        if self._xmpp is not None:
            xmpp, self._xmpp = self._xmpp, None
            gone = asyncio.get_running_loop().create_future()
            xmpp.add_event_handler("disconnected", lambda _: _settle(gone, None))
            xmpp.disconnect(wait=0.1)
            await asyncio.wait([gone], timeout=PATIENCE)
            _end_tasks(xmpp)

    async def cut(self):
        """Breaks the connection without a word."""
        xmpp, self._xmpp = self._xmpp, None
        xmpp.abort()
        _end_tasks(xmpp)
        await asyncio.sleep(0)

    def _note(self, stanza):
        if tag(stanza.xml) in ("iq", "message", "presence"):
            self.inbox.append(stanza.xml)
            self._arrived.set()
        return stanza

    def send(self, xml):
        self._xmpp.send_raw(xml)

    async def receives(self, fits, timeout=PATIENCE):
        """Takes the first stanza that fits(stanza) out of the inbox."""
        deadline = asyncio.get_running_loop().time() + timeout
        while True:
            for index, stanza in enumerate(self.inbox):
                if fits(stanza):
                    return self.inbox.pop(index)
            self._arrived.clear()
            left = deadline - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(self._arrived.wait(), max(left, 0))
            except asyncio.TimeoutError:
                seen = "\n  ".join(show(stanza) for stanza in self.inbox) or "nothing"
                raise Missing(f"{self.jid} waited in vain for {describe(fits)}; it has\n  {seen}"
                              ) from None

    async def hears_nothing(self, fits):
        """Asserts that no such stanza has come: everything sent so far by the server is here,
        since the answer to our ping is."""
        await self.request(self.server.hosts[0], "get", "<ping xmlns='urn:xmpp:ping'/>")
        found = [stanza for stanza in self.inbox if fits(stanza)]
        if found:
            raise Missing(f"{self.jid} should not have got {show(found[0])}")

    async def request(self, to, kind, payload, timeout=PATIENCE):
        """Sends an iq and returns its answer, result or error."""
        number = f"{self.name}:{next(self._ids)}"
        self.send(f"<iq to={quoteattr(to)} type='{kind}' id='{number}'>{payload}</iq>")

        def answer(stanza):
            return tag(stanza) == "iq" and stanza.get("id") == number \
                and stanza.get("type") in ("result", "error")
        answer.what = f"the answer to {payload}"
        stanza = await self.receives(answer, timeout)
        if stanza.get("from") != to:
            raise Missing(f"answer from {stanza.get('from')}, asked {to}")
        return stanza

    async def ask(self, to, kind, payload):
        """Like request, for an answer that must be a result."""
        stanza = await self.request(to, kind, payload)
        if stanza.get("type") != "result":
            raise Missing(f"{payload} was refused: {show(stanza)}")
        return stanza

    async def refused(self, to, kind, payload):
        """Like request, for an answer that must be an error. Returns (type, condition)."""
        stanza = await self.request(to, kind, payload)
        if stanza.get("type") != "error":
            raise Missing(f"{payload} was not refused: {show(stanza)}")
        return error_of(stanza)

    # Rooms

    async def enter(self, room, nick, extra=""):
        """Joins; returns the self-presence after the subject has come, which ends the join."""
        self.send(f"<presence to={quoteattr(f'{room}/{nick}')}>"
                  f"<x xmlns='{NS['muc']}'>{extra}</x></presence>")
        own = await self.receives(presence(f"{room}/{nick}", status=110))
        await self.receives(subject(room))
        return own

    def leave(self, room, nick):
        self.send(f"<presence to={quoteattr(f'{room}/{nick}')} type='unavailable'/>")

    def say(self, room, text, identity=None):
        attribute = f" id={quoteattr(identity)}" if identity else ""
        self.send(f"<message to={quoteattr(room)} type='groupchat'{attribute}>"
                  f"<body>{escape(text)}</body></message>")

    async def in_room(self, room, nick):
        """Self-ping (XEP-0410): None while in the room, else the error's condition."""
        answer = await self.request(f"{room}/{nick}", "get", "<ping xmlns='urn:xmpp:ping'/>")
        return None if answer.get("type") == "result" else error_of(answer)[1]

    async def archived(self, room):
        """The ids of all archived messages, oldest first (XEP-0313). Empties the inbox."""
        ids, after = [], ""
        while True:
            self.inbox.clear()
            answer = await self.ask(room, "set", f"<query xmlns='{NS['mam']}'><set xmlns="
                                    f"'{NS['rsm']}'><max>50</max>{after}</set></query>")
            inner = [stanza.find("mam:result/forward:forwarded/c:message", NS)
                     for stanza in self.inbox]
            ids += [each.get("id") for each in inner
                    if each is not None and each.find("c:body", NS) is not None]
            fin = answer.find("mam:fin", NS)
            last = fin.findtext("rsm:set/rsm:last", None, NS)
            if fin.get("complete") == "true" or not last:
                return ids
            after = f"<after>{last}</after>"

    # Nodes

    async def create_node(self, service, node, **options):
        form = node_form(options) if options else ""
        return await self.ask(service, "set", f"<pubsub xmlns='{NS['ps']}'>"
                              f"<create node={quoteattr(node)}/>"
                              + (f"<configure>{form}</configure>" if form else "") + "</pubsub>")

    async def publish(self, service, node, item, payload):
        answer = await self.ask(service, "set", f"<pubsub xmlns='{NS['ps']}'>"
                                f"<publish node={quoteattr(node)}><item id={quoteattr(item)}>"
                                f"{payload}</item></publish></pubsub>")
        return answer

    async def subscribe(self, service, node):
        return await self.ask(service, "set", f"<pubsub xmlns='{NS['ps']}'>"
                              f"<subscribe node={quoteattr(node)} jid={quoteattr(self.jid)}/>"
                              "</pubsub>")

    async def items(self, service, node):
        """The ids of the node's items, as the service lists them when asked for all at once."""
        answer = await self.ask(service, "get", f"<pubsub xmlns='{NS['ps']}'>"
                                f"<items node={quoteattr(node)}/></pubsub>")
        return [item.get("id") for item in answer.findall("ps:pubsub/ps:items/ps:item", NS)]

    async def all_items(self, service, node, page=200):
        """The ids of the node's items, page by page (XEP-0059)."""
        ids, after = [], ""
        while True:
            answer = await self.ask(service, "get", f"<pubsub xmlns='{NS['ps']}'>"
                                    f"<items node={quoteattr(node)}/>"
                                    f"<set xmlns='{NS['rsm']}'><max>{page}</max>{after}</set></pubsub>")
            ids += [item.get("id") for item in answer.findall("ps:pubsub/ps:items/ps:item", NS)]
            last = answer.findtext("ps:pubsub/rsm:set/rsm:last", None, NS)
            if not last or len(ids) >= int(answer.findtext("ps:pubsub/rsm:set/rsm:count", "0", NS)):
                return ids
            after = f"<after>{escape(last)}</after>"


def node_form(options):
    """A submitted node configuration of {option: value} (XEP-0060 section 16.4)."""
    fields = "".join(f"<field var='pubsub#{name}'><value>{escape(str(value))}</value></field>"
                     for name, value in options.items())
    return (f"<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'>"
            f"<value>{NS['ps']}#node_config</value></field>{fields}</x>")


def room_form(options):
    """A submitted room configuration of {variable: value} (XEP-0045 section 10.1)."""
    fields = "".join(f"<field var='{name}'><value>{escape(str(value))}</value></field>"
                     for name, value in options.items())
    return (f"<query xmlns='{NS['owner']}'><x xmlns='jabber:x:data' type='submit'>"
            f"<field var='FORM_TYPE' type='hidden'><value>{NS['muc']}#roomconfig</value></field>"
            f"{fields}</x></query>")


# What a stanza may be asked to be. Each returns a function with its own description.

def message(body, room=None, nick=None):
    """A live groupchat message; delayed ones are history()."""
    def fits(stanza):
        return tag(stanza) == "message" and stanza.findtext("c:body", None, NS) == body \
            and stanza.find("delay:delay", NS) is None \
            and (room is None or stanza.get("from") == f"{room}/{nick}")
    fits.what = f"the message {body!r}"
    return fits


def history(body):
    def fits(stanza):
        return tag(stanza) == "message" and stanza.findtext("c:body", None, NS) == body \
            and stanza.find("delay:delay", NS) is not None
    fits.what = f"{body!r} as history"
    return fits


def subject(room, text=None):
    """A subject message; the empty one that ends a join if `text` is None."""
    def fits(stanza):
        return tag(stanza) == "message" and stanza.get("type") == "groupchat" \
            and stanza.get("from", "").split("/")[0] == room \
            and stanza.find("c:subject", NS) is not None and stanza.find("c:body", NS) is None \
            and (text is None or stanza.findtext("c:subject", None, NS) == text)
    fits.what = f"the subject of {room}"
    return fits


def presence(sender, kind=None, status=None):
    def fits(stanza):
        return tag(stanza) == "presence" and stanza.get("from") == sender \
            and stanza.get("type") == kind and (status is None or status in statuses(stanza))
    fits.what = f"presence {kind or 'available'} from {sender}, status {status}"
    return fits


def presence_of_room(room):
    """Any presence from the room's occupants, errors aside."""
    def fits(stanza):
        return tag(stanza) == "presence" and stanza.get("from", "").split("/")[0] == room \
            and stanza.get("type") in (None, "unavailable")
    fits.what = f"presence from {room}"
    return fits


def event(node, item=None, kind="items"):
    """A pubsub event of the node: its item, or retract, purge, delete, configuration."""
    def fits(stanza):
        if tag(stanza) != "message":
            return False
        for part in stanza.findall(f"event:event/event:{'items' if kind == 'retract' else kind}", NS):
            inner = "retract" if kind == "retract" else "item"
            ids = [each.get("id") for each in part.findall(f"event:{inner}", NS)]
            if part.get("node") == node and (item is None and kind != "retract" or item in ids):
                return True
        return False
    fits.what = f"the event {kind} {item or ''} of {node}"
    return fits


def statuses(stanza):
    """The status codes in a room's presence or message."""
    return [int(each.get("code")) for each in stanza.findall("user:x/user:status", NS)]


def error_of(stanza):
    """(type, condition) of an error stanza."""
    error = stanza.find("c:error", NS)
    conditions = [tag(each) for each in error if each.tag.startswith("{" + NS["err"] + "}")]
    return error.get("type"), conditions[0] if conditions else None


def tag(element):
    return element.tag.rsplit("}", 1)[-1]


def show(stanza):
    text = ElementTree.tostring(stanza, encoding="unicode")
    return text if len(text) < 600 else text[:600] + "…"


def describe(fits):
    return getattr(fits, "what", "a stanza")


def _end_tasks(xmpp):
    """slixmpp 1.8 leaves the task of its outgoing filters behind."""
    for task in asyncio.all_tasks():
        frame = task.get_coro().cr_frame
        if frame is not None and frame.f_locals.get("self") is xmpp:
            task.cancel()


def _settle(future, value):
    if not future.done():
        future.set_result(value)
