"""Every use case of XEP-0045, sections 6 to 10, as a client's library goes about it: with slixmpp's own
plugins, and raw stanzas only where it has no word for something."""
from xml.sax.saxutils import escape

from slixmpp.exceptions import IqError, PresenceError

from harness import main, test
from clients import (NS, Missing, error_of, history, message, presence, room_form, statuses, subject,
                     tag)

CONFIG = "muc#roomconfig_"


class Guest:
    """A client with its plugin for rooms."""

    def __init__(self, client):
        self.client = client
        self.name, self.bare, self.jid = client.name, client.bare, client.jid
        self.rooms = client.plugin("xep_0045")
        self.disco = client.plugin("xep_0030")
        self.receives, self.hears_nothing = client.receives, client.hears_nothing

    async def join(self, room, nick=None, **how):
        """Joins; the self-presence's status codes, subject, occupants and history."""
        own, topic, others, past = await self.rooms.join_muc_wait(room, nick or self.name, timeout=15,
                                                                  **how)
        return (set(own["muc"]["status_codes"]), topic["subject"],
                [each["from"].resource for each in others if each["from"] != own["from"]],
                [each["body"] for each in past])

    async def may_not_join(self, room, nick=None, **how):
        """The condition that a join is refused with."""
        try:
            await self.join(room, nick, **how)
        except PresenceError as refusal:
            self.rooms.rooms.pop(room, None)
            return refusal.condition
        raise Missing(f"{self.name} was let into {room}")

    async def configure(self, room, **options):
        form = await self.rooms.get_room_config(room)
        for option, value in options.items():
            form.get_fields()[CONFIG + option]["value"] = value
        await self.rooms.set_room_config(room, form)

    def say(self, room, text):
        self.client._xmpp.send_message(mto=room, mbody=text, mtype="groupchat")

    async def item(self, room, nick, kind=None):
        """The item of the next presence of a nick."""
        got = await self.receives(presence(f"{room}/{nick}", kind))
        return got.find("user:x/user:item", NS)


async def refused(request):
    try:
        await request
    except IqError as refusal:
        return refusal.condition
    raise Missing("it was not refused")


async def guests(world, *names):
    return [Guest(await world.session(name)) for name in names]


async def room_of(world, owner, *others, **options):
    """A room made with the plugin, for these people."""
    room = f"{world.name('hall')}@{world.service}"
    codes = (await owner.join(room))[0]
    assert 201 in codes and 110 in codes, codes
    await owner.configure(room, **options)
    for guest in others:
        await guest.join(room)
    for guest in (owner, *others):
        await guest.hears_nothing(lambda _: False)
        guest.client.inbox.clear()
    return room


def roles(**given):
    """Several at once; the plugin of this version writes them as affiliations."""
    items = "".join(f"<item nick='{nick}' role='{role}'/>" for nick, role in given.items())
    return f"<query xmlns='{NS['admin']}'>{items}</query>"


def word(body):
    return lambda s: s.findtext("c:body", None, NS) == body


@test("6.1-6.6: the service, its rooms, a room, its occupants and one of them are discovered "
      "[MUC-DISCO-01] [MUC-DISCO-04] [MUC-DISCO-08] [MUC-DISCO-15] [MUC-DISCO-17] [MUC-DISCO-18]")
async def discovery(world):
    juliet, romeo, mercutio = await guests(world, "juliet", "romeo", "mercutio")
    room = await room_of(world, juliet, romeo, roomname="Balcony", publicroom=True)
    services = await romeo.disco.get_items(jid=world.server.hosts[0])
    assert world.service in {item[0] for item in services["disco_items"]["items"]}, services
    service = (await romeo.disco.get_info(jid=world.service))["disco_info"]
    assert ("conference", "text") in {each[:2] for each in service["identities"]}
    assert NS["muc"] in service["features"]
    items = (await romeo.disco.get_items(jid=world.service))["disco_items"]["items"]
    assert (room, None, "Balcony") in items, items
    info = (await mercutio.disco.get_info(jid=room))["disco_info"]
    assert {"muc_public", "muc_open", "muc_unmoderated", "muc_semianonymous",
            "muc_unsecured"} <= set(info["features"]), info["features"]
    inside = (await romeo.disco.get_items(jid=room))["disco_items"]["items"]
    assert {item[0] for item in inside} == {f"{room}/juliet", f"{room}/romeo"}, inside
    other = (await romeo.disco.get_info(jid=f"{room}/juliet"))["disco_info"]
    assert other["features"], "juliet's client answers"
    assert await refused(mercutio.disco.get_info(jid=f"{room}/juliet")) == "bad-request"


@test("7.2.3-7.2.4: who shows addresses to whom is said on entering [MUC-ENTER-07] [MUC-ENTER-08]")
async def addresses(world):
    juliet, romeo, mercutio = await guests(world, "juliet", "romeo", "mercutio")
    room = await room_of(world, juliet, whois="anyone", enablelogging=True)
    assert {100, 170} <= (await romeo.join(room))[0]  # 7.2.12
    assert (await romeo.item(room, "juliet")).get("jid") == juliet.jid
    closed = await room_of(world, juliet, whois="moderators")
    codes, _, others, _ = await mercutio.join(closed)
    assert 100 not in codes and others == ["juliet"]
    assert (await mercutio.item(closed, "juliet")).get("jid") is None
    assert (await juliet.item(closed, "mercutio")).get("jid") == mercutio.jid


@test("7.2.5-7.2.10: who may not enter is told why [MUC-ENTER-13] [MUC-ENTER-14] [MUC-ENTER-15] "
      "[MUC-ENTER-16] [MUC-ENTER-19] [MUC-ENTER-22]")
async def closed_doors(world):
    juliet, romeo, mercutio = await guests(world, "juliet", "romeo", "mercutio")
    room = await room_of(world, juliet, passwordprotectedroom=True, roomsecret="cauldron")
    assert await romeo.may_not_join(room) == "not-authorized"
    assert await romeo.may_not_join(room, password="kettle") == "not-authorized"
    await romeo.join(room, password="cauldron")
    room = await room_of(world, juliet, membersonly=True)
    assert await romeo.may_not_join(room) == "registration-required"
    room = await room_of(world, juliet)
    assert await romeo.may_not_join(room, "juliet") == "conflict"
    await juliet.rooms.set_affiliation(room, "outcast", jid=romeo.bare)
    assert await romeo.may_not_join(room) == "forbidden"
    await juliet.configure(room, maxusers="1")
    assert await mercutio.may_not_join(room) == "service-unavailable"
    locked = f"{world.name('hall')}@{world.service}"
    await juliet.join(locked)
    assert await romeo.may_not_join(locked) == "item-not-found"


@test("7.2.13-7.2.16: history as it is wanted, then the subject, then what is said "
      "[MUC-HIST-03] [MUC-HIST-04] [MUC-HIST-05] [MUC-SUBJ-01] [MUC-ENTER-04]")
async def past(world):
    juliet, romeo = await guests(world, "juliet", "romeo")
    room = await room_of(world, juliet)
    juliet.rooms.set_subject(room, "Gallop apace")
    for text in ("one", "two", "three"):
        juliet.say(room, text)
        await juliet.receives(message(text))
    for how, expected in (({"maxstanzas": 2}, ["two", "three"]), ({"maxchars": 0}, []),
                          ({"seconds": 3600}, ["one", "two", "three"]),
                          ({}, ["one", "two", "three"])):
        _, topic, others, heard = await romeo.join(room, **how)
        assert (topic, others, heard) == ("Gallop apace", ["juliet"], expected), (how, heard)
        romeo.rooms.leave_muc(room, "romeo")
        await romeo.receives(presence(f"{room}/romeo", "unavailable"))
    await romeo.join(room)
    juliet.say(room, "live")
    await romeo.receives(message("live", room, "juliet"))


@test("7.4-7.5: to all, and to one [MUC-MSG-01] [MUC-PM-01] [MUC-PM-02]")
async def talking(world):
    juliet, romeo, mercutio = people = await guests(world, "juliet", "romeo", "mercutio")
    room = await room_of(world, *people)
    romeo.say(room, "what light")
    for guest in people:
        await guest.receives(message("what light", room, "romeo"))
    romeo.client._xmpp.send_message(mto=f"{room}/juliet", mbody="psst", mtype="chat")
    got = await juliet.receives(message("psst", room, "romeo"))
    assert got.get("type") == "chat" and got.find("user:x", NS) is not None
    await mercutio.hears_nothing(message("psst"))


@test("7.6-7.7: a new nickname, another availability [MUC-NICK-01] [MUC-PRES-01]")
async def changing(world):
    juliet, romeo = await guests(world, "juliet", "romeo")
    room = await room_of(world, juliet, romeo)
    romeo.client._xmpp.send_presence(pto=f"{room}/montague")
    gone = await juliet.receives(presence(f"{room}/romeo", "unavailable"))
    assert 303 in statuses(gone)
    assert gone.find("user:x/user:item", NS).get("nick") == "montague"
    await juliet.receives(presence(f"{room}/montague"))
    assert {110} <= set(statuses(await romeo.receives(presence(f"{room}/montague"))))
    romeo.client._xmpp.send_presence(pto=f"{room}/montague", pshow="away", pstatus="in the garden")
    seen = await juliet.receives(lambda s: s.get("from") == f"{room}/montague" and
                                 s.findtext("c:show", None, NS) == "away")
    assert seen.findtext("c:status", None, NS) == "in the garden"
    assert juliet.rooms.get_jid_property(room, "montague", "role") == "participant"


@test("7.8: invited by the room, and declining; invited directly [MUC-INV-01] [MUC-INV-03] [MUC-INV-06] "
      "[MUC-INV-13] [MUC-INV-15]")
async def inviting(world):
    juliet, romeo, mercutio = await guests(world, "juliet", "romeo", "mercutio")
    room = await room_of(world, juliet, membersonly=True, passwordprotectedroom=True,
                         roomsecret="cauldron")
    juliet.rooms.invite(room, romeo.bare, "come")
    got = await romeo.receives(lambda s: s.find("user:x/user:invite", NS) is not None)
    assert got.get("from") == room
    assert got.findtext("user:x/user:invite/user:reason", None, NS) == "come"
    password = got.findtext("user:x/user:password", None, NS)
    await romeo.join(room, password=password)
    juliet.rooms.invite(room, mercutio.bare)
    got = await mercutio.receives(lambda s: s.find("user:x/user:invite", NS) is not None)
    inviter = got.find("user:x/user:invite", NS).get("from")
    mercutio.rooms.decline(room, inviter, "a plague")
    declined = await juliet.receives(lambda s: s.find("user:x/user:decline", NS) is not None)
    assert declined.find("user:x/user:decline", NS).get("from") == mercutio.bare
    assert declined.findtext("user:x/user:decline/user:reason", None, NS) == "a plague"
    juliet.client.plugin("xep_0249").send_invitation(mercutio.bare, room, reason="directly")
    await mercutio.receives(lambda s: s.find("{jabber:x:conference}x") is not None)


@test("7.9: a conversation of two becomes one of many [MUC-MSG-11] [MUC-INV-01] [MUC-INV-04]")
async def converting(world):
    juliet, romeo, mercutio = await guests(world, "juliet", "romeo", "mercutio")
    room = await room_of(world, juliet)
    juliet.client.send(f"<message to='{room}' type='groupchat'><body>earlier</body><delay xmlns="
                       f"'{NS['delay']}' from='{romeo.jid}' stamp='2026-01-01T12:00:00Z'/></message>")
    await juliet.receives(word("earlier"))
    juliet.client.send(
        f"<message to='{room}'><x xmlns='{NS['user']}'>" + "".join(
            f"<invite to='{each.bare}'><continue thread='t1'/></invite>"
            for each in (romeo, mercutio)) + "</x></message>")
    for guest in (romeo, mercutio):
        got = await guest.receives(lambda s: s.find("user:x/user:invite/user:continue", NS) is not None)
        assert got.find("user:x/user:invite/user:continue", NS).get("thread") == "t1"
        await guest.join(room)
        await guest.receives(history("earlier"))


@test("7.10-7.12, 9.9: registering, by approval; the member list; one's nickname "
      "[MUC-REG-01] [MUC-REG-04] [MUC-REG-08] [MUC-PRIV-14] [MUC-DISCO-19]")
async def registering(world):
    juliet, romeo, mercutio = await guests(world, "juliet", "romeo", "mercutio")
    room = await room_of(world, juliet, whois="anyone")
    form = "<query xmlns='jabber:iq:register'/>"
    asked = await romeo.client.ask(room, "get", form)
    fields = {each.get("var"): each for each in asked.iter(f"{{{NS['data']}}}field")}
    assert fields["muc#register_roomnick"].find("data:required", NS) is not None

    def filled(nick):
        return (f"<query xmlns='jabber:iq:register'><x xmlns='{NS['data']}' type='submit'><field var="
                f"'FORM_TYPE'><value>{NS['muc']}#register</value></field><field var="
                f"'muc#register_roomnick'><value>{escape(nick)}</value></field></x></query>")
    await romeo.client.ask(room, "set", filled("montague"))
    assert await romeo.rooms.get_affiliation_list(room, "member") == [romeo.bare]
    named = await romeo.disco.get_info(jid=room, node="x-roomuser-item")
    assert [each[3] for each in named["disco_info"]["identities"]] == ["montague"]
    assert await mercutio.may_not_join(room, "montague") == "conflict"
    await juliet.client.ask(room, "set", room_form({await register_option(juliet, room): "approve"}))
    await mercutio.client.ask(room, "set", filled("queen-mab"))
    got = await juliet.receives(lambda s: tag(s) == "message" and any(
        each.get("var") == "muc#register_allow" for each in s.iter(f"{{{NS['data']}}}field")))
    assert await juliet.rooms.get_affiliation_list(room, "member") == [romeo.bare]
    juliet.client.send(answered(room, got, "muc#register_allow"))
    await mercutio.receives(lambda s: tag(s) == "message" and 101 in statuses(s))
    assert set(await juliet.rooms.get_affiliation_list(room, "member")) == {romeo.bare, mercutio.bare}


async def register_option(owner, room):
    """The room's own option, whose name is in Clark notation."""
    form = await owner.rooms.get_room_config(room)
    return next(name for name in form.get_fields() if "register" in name)


def answered(room, asked, allow):
    """The form of a question with its field set to yes."""
    fields = ""
    for field in asked.iter(f"{{{NS['data']}}}field"):
        value = "1" if field.get("var") == allow else field.findtext("data:value", "", NS)
        fields += f"<field var='{field.get('var')}'><value>{escape(value)}</value></field>"
    return f"<message to='{room}'><x xmlns='{NS['data']}' type='submit'>{fields}</x></message>"


@test("7.13, 8.3-8.6: voice is asked for, given, taken, and listed "
      "[MUC-VOICE-01] [MUC-VOICE-02] [MUC-ROLE-02] [MUC-ROLE-03] [MUC-ROLE-05]")
async def voice(world):
    juliet, romeo, mercutio = people = await guests(world, "juliet", "romeo", "mercutio")
    room = await room_of(world, *people, moderatedroom=True)
    romeo.say(room, "mute")
    assert error_of(await romeo.receives(lambda s: s.get("type") == "error")) == ("auth", "forbidden")
    romeo.rooms.request_voice(room, "participant")
    asked = await juliet.receives(lambda s: tag(s) == "message" and any(
        each.get("var") == "muc#request_allow" for each in s.iter(f"{{{NS['data']}}}field")))
    juliet.client.send(answered(room, asked, "muc#request_allow"))
    assert (await romeo.item(room, "romeo")).get("role") == "participant"
    assert await juliet.rooms.get_roles_list(room, "participant") == ["romeo"]
    await juliet.rooms.set_role(room, "mercutio", "participant", reason="speak")
    item = await mercutio.item(room, "mercutio")
    assert (item.get("role"), item.findtext("user:reason", None, NS)) == ("participant", "speak")
    await juliet.client.ask(room, "set", roles(romeo="visitor", mercutio="visitor"))
    assert (await romeo.item(room, "romeo")).get("role") == "visitor"
    assert sorted(await juliet.rooms.get_roles_list(room, "visitor")) == ["mercutio", "romeo"]


@test("7.14, 8.1-8.2: leaving, the subject, kicking [MUC-LEAVE-01] [MUC-LEAVE-03] [MUC-SUBJ-03] "
      "[MUC-SUBJ-05] [MUC-ROLE-01]")
async def leaving(world):
    juliet, romeo, mercutio = people = await guests(world, "juliet", "romeo", "mercutio")
    room = await room_of(world, *people)
    mercutio.rooms.leave_muc(room, "mercutio", "I am hurt")
    gone = await juliet.receives(presence(f"{room}/mercutio", "unavailable"))
    assert gone.findtext("c:status", None, NS) == "I am hurt"
    assert 110 in statuses(await mercutio.receives(presence(f"{room}/mercutio", "unavailable")))
    romeo.rooms.set_subject(room, "Mine")
    assert error_of(await romeo.receives(lambda s: s.get("type") == "error")) == ("auth", "forbidden")
    juliet.rooms.set_subject(room, "Ours")
    await romeo.receives(subject(room, "Ours"))
    await juliet.rooms.set_role(room, "romeo", "none", reason="hush")
    out = await romeo.receives(presence(f"{room}/romeo", "unavailable"))
    assert {110, 307} <= set(statuses(out))
    assert out.findtext("user:x/user:item/user:reason", None, NS) == "hush"
    assert await refused(romeo.rooms.set_role(room, "juliet", "none")) == "forbidden"


@test("9.1-9.5: bans and memberships are given, listed, changed and taken "
      "[MUC-BAN-01] [MUC-BAN-04] [MUC-BAN-05] [MUC-MEMB-01] [MUC-MEMB-04] [MUC-ADM-06]")
async def affiliations(world):
    juliet, romeo, mercutio = people = await guests(world, "juliet", "romeo", "mercutio")
    room = await room_of(world, *people)
    await juliet.rooms.set_affiliation(room, "outcast", jid=romeo.bare, reason="Tybalt")
    out = await romeo.receives(presence(f"{room}/romeo", "unavailable"))
    assert {110, 301} <= set(statuses(out))
    assert await juliet.rooms.get_affiliation_list(room, "outcast") == [romeo.bare]
    await juliet.rooms.send_affiliation_list(room, [("tybalt@example.org", "outcast"),
                                                    (romeo.bare, "none")])
    assert await juliet.rooms.get_affiliation_list(room, "outcast") == ["tybalt@example.org"]
    await romeo.join(room)
    await juliet.rooms.set_affiliation(room, "member", jid=romeo.bare)
    assert (await mercutio.item(room, "romeo")).get("affiliation") == "none"  # he entered
    assert (await mercutio.item(room, "romeo")).get("affiliation") == "member"
    assert await juliet.rooms.get_affiliation_list(room, "member") == [romeo.bare]
    await juliet.rooms.set_affiliation(room, "none", jid=romeo.bare)
    assert (await mercutio.item(room, "romeo")).get("affiliation") == "none"
    assert await juliet.rooms.get_affiliation_list(room, "member") == []
    assert await refused(mercutio.rooms.get_affiliation_list(room, "outcast")) == "forbidden"


@test("9.6-9.8: moderators are made, unmade and listed [MUC-ROLE-04] [MUC-ROLE-05] [MUC-PRIV-23]")
async def moderators(world):
    juliet, romeo, mercutio = people = await guests(world, "juliet", "romeo", "mercutio")
    room = await room_of(world, *people)
    await juliet.rooms.set_role(room, "romeo", "moderator")
    assert (await mercutio.item(room, "romeo")).get("role") == "moderator"
    assert sorted(await juliet.rooms.get_roles_list(room, "moderator")) == ["juliet", "romeo"]
    assert await refused(romeo.rooms.set_role(room, "juliet", "participant")) == "forbidden"
    assert await refused(juliet.rooms.set_role(room, "juliet", "participant")) == "not-allowed"
    await juliet.client.ask(room, "set", roles(romeo="participant", mercutio="moderator"))
    assert (await mercutio.item(room, "romeo")).get("role") == "participant"
    assert sorted(await juliet.rooms.get_roles_list(room, "moderator")) == ["juliet", "mercutio"]


@test("10.1-10.2: an instant room, a reserved one, one given up; configuring "
      "[MUC-CREATE-02] [MUC-CREATE-03] [MUC-CREATE-04] [MUC-CONF-01] [MUC-CONF-02] [MUC-CONFX-01] [MUC-CONFX-02]")
async def making(world):
    juliet, romeo = await guests(world, "juliet", "romeo")
    instant = f"{world.name('hall')}@{world.service}"
    assert 201 in (await juliet.join(instant))[0]
    await juliet.client.ask(instant, "set", f"<query xmlns='{NS['owner']}'>"
                            f"<x xmlns='{NS['data']}' type='submit'/></query>")
    await romeo.join(instant)
    given_up = f"{world.name('hall')}@{world.service}"
    await juliet.join(given_up)
    await juliet.rooms.cancel_config(given_up)
    out = await juliet.receives(presence(f"{given_up}/juliet", "unavailable"))
    assert out.find("user:x/user:destroy", NS) is not None
    assert await refused(juliet.disco.get_info(jid=given_up)) == "item-not-found"
    room = await room_of(world, juliet, romeo, roomname="Orchard")
    assert (await juliet.rooms.get_room_config(room)).get_fields()[CONFIG + "roomname"]["value"] == "Orchard"
    assert await refused(romeo.rooms.get_room_config(room)) == "forbidden"
    await juliet.configure(room, roomname="Garden", whois="anyone")
    told = await romeo.receives(lambda s: tag(s) == "message" and statuses(s))
    assert sorted(statuses(told)) == [104, 172], statuses(told)
    await juliet.rooms.cancel_config(room)
    assert (await romeo.disco.get_info(jid=room))["disco_info"]["identities"] != []


@test("10.3-10.8: owners and admins are made, unmade and listed [MUC-OWN-01] [MUC-OWN-02] [MUC-OWN-03] [MUC-OWN-05]")
async def owners(world):
    juliet, romeo, mercutio = people = await guests(world, "juliet", "romeo", "mercutio")
    room = await room_of(world, *people)
    assert await refused(juliet.rooms.set_affiliation(room, "none", jid=juliet.bare)) == "conflict"
    for rank in ("owner", "admin"):
        await juliet.rooms.set_affiliation(room, rank, jid=romeo.bare)
        item = await mercutio.item(room, "romeo")
        assert (item.get("affiliation"), item.get("role")) == (rank, "moderator")
        listed = await juliet.rooms.get_affiliation_list(room, rank)
        assert sorted(listed) == sorted({romeo.bare, *([juliet.bare] if rank == "owner" else [])})
        assert await refused(mercutio.rooms.get_affiliation_list(room, rank)) == "forbidden"
        await juliet.rooms.set_affiliation(room, "member", jid=romeo.bare)
        item = await mercutio.item(room, "romeo")
        assert (item.get("affiliation"), item.get("role")) == ("member", "participant")


@test("10.9: a room is destroyed, and says where to go [MUC-DESTROY-01] [MUC-DESTROY-03]")
async def destroying(world):
    juliet, romeo = people = await guests(world, "juliet", "romeo")
    room = await room_of(world, *people)
    assert await refused(romeo.rooms.destroy(room)) == "forbidden"
    await juliet.rooms.destroy(room, "done", f"crypt@{world.service}")
    for guest in people:
        out = await guest.receives(presence(f"{room}/{guest.name}", "unavailable"))
        destroyed = out.find("user:x/user:destroy", NS)
        assert destroyed.get("jid") == f"crypt@{world.service}"
        assert destroyed.findtext("user:reason", None, NS) == "done"
    items = (await romeo.disco.get_items(jid=world.service))["disco_items"]["items"]
    assert room not in {item[0] for item in items}


if __name__ == "__main__":
    main()
