"""What moderators, admins and owners do, and what others may not."""
from harness import main, test
from clients import NS, error_of, message, presence, room_form, statuses


def admin(*items):
    return f"<query xmlns='{NS['admin']}'>{''.join(items)}</query>"


def role(nick, value, reason=""):
    return f"<item nick='{nick}' role='{value}'>{reason}</item>"


def affiliation(jid, value, reason=""):
    return f"<item jid='{jid}' affiliation='{value}'>{reason}</item>"


async def trio(world, **options):
    people = [await world.session(name) for name in ("juliet", "romeo", "mercutio")]
    return (*people, await world.room(*people, **options))


async def knock(client, room, extra=""):
    """A join that must be refused: (type, condition)."""
    client.send(f"<presence to='{room}/{client.name}'><x xmlns='{NS['muc']}'>{extra}</x></presence>")
    return error_of(await client.receives(presence(f"{room}/{client.name}", "error")))


@test("a kicked occupant is out, with the reason, and may return [MUC-ROLE-01] [MUC-ADM-13] [MUC-ROLE-07]")
async def kick(world):
    juliet, romeo, mercutio, room = await trio(world)
    await juliet.ask(room, "set", admin(role("romeo", "none", "<reason>hush</reason>")))
    own = await romeo.receives(presence(f"{room}/romeo", "unavailable"))
    assert {110, 307} <= set(statuses(own))
    assert own.findtext("user:x/user:item/user:reason", None, NS) == "hush"
    seen = await mercutio.receives(presence(f"{room}/romeo", "unavailable"))
    assert statuses(seen) == [307]
    romeo.say(room, "but", "k1")
    refusal = await romeo.receives(lambda s: s.get("id") == "k1")
    assert error_of(refusal) == ("cancel", "not-acceptable")
    await romeo.enter(room, "romeo")


@test("a banned user stays out until the ban is lifted [MUC-BAN-01] [MUC-BAN-04] [MUC-BAN-05] [MUC-ENTER-15]")
async def ban(world):
    juliet, romeo, mercutio, room = await trio(world)
    await juliet.ask(room, "set", admin(affiliation(romeo.bare, "outcast")))
    own = await romeo.receives(presence(f"{room}/romeo", "unavailable"))
    assert {110, 301} <= set(statuses(own))
    assert statuses(await mercutio.receives(presence(f"{room}/romeo", "unavailable"))) == [301]
    assert await knock(romeo, room) == ("auth", "forbidden")
    listed = await juliet.ask(room, "get", admin("<item affiliation='outcast'/>"))
    assert [i.get("jid") for i in listed.findall("admin:query/admin:item", NS)] == [romeo.bare]
    await juliet.ask(room, "set", admin(affiliation(romeo.bare, "none")))
    await romeo.enter(room, "romeo")


@test("a ban given to a full JID bans the user [MUC-ADM-03] [APP-CHT-05] [APP-LIB-08]")
async def ban_full_jid(world):
    juliet, romeo, _, room = await trio(world)
    await juliet.ask(room, "set", admin(affiliation(romeo.jid, "outcast")))
    await romeo.receives(presence(f"{room}/romeo", "unavailable"))
    assert await knock(romeo, room) == ("auth", "forbidden")


@test("participants moderate nobody [MUC-PRIV-09] [MUC-PRIV-15] [MUC-PRIV-19] [MUC-DESTROY-03]")
async def powerless(world):
    juliet, romeo, _, room = await trio(world)
    denied = ("auth", "forbidden")
    assert await romeo.refused(room, "set", admin(role("mercutio", "none"))) == denied
    assert await romeo.refused(room, "set", admin(affiliation(juliet.bare, "outcast"))) == denied
    assert await romeo.refused(room, "get", f"<query xmlns='{NS['owner']}'/>") == denied
    assert await romeo.refused(room, "set", f"<query xmlns='{NS['owner']}'><destroy/></query>") == denied
    assert await juliet.in_room(room, "juliet") is None


@test("in a moderated room voice is given and taken [MUC-ENTER-29] [MUC-MSG-03] [MUC-ROLE-02] [MUC-ROLE-03]")
async def voice(world):
    juliet, romeo, _, room = await trio(world, **{"muc#roomconfig_moderatedroom": 1})
    romeo.say(room, "mute", "v1")
    assert error_of(await romeo.receives(lambda s: s.get("id") == "v1")) == ("auth", "forbidden")
    await juliet.ask(room, "set", admin(role("romeo", "participant")))
    own = await romeo.receives(presence(f"{room}/romeo"))
    assert own.find("user:x/user:item", NS).get("role") == "participant"
    romeo.say(room, "at last")
    await juliet.receives(message("at last", room, "romeo"))
    await juliet.ask(room, "set", admin(role("romeo", "visitor")))
    romeo.say(room, "again", "v2")
    assert error_of(await romeo.receives(lambda s: s.get("id") == "v2")) == ("auth", "forbidden")


@test("a members-only room lets members in and puts others out [MUC-ENTER-14] [MUC-MEMB-01] [MUC-CONFX-06]")
async def members(world):
    juliet, romeo, mercutio, room = await trio(world)
    await juliet.ask(room, "set", admin(affiliation(romeo.bare, "member")))
    await romeo.receives(presence(f"{room}/romeo"))
    await juliet.ask(room, "set", room_form({"muc#roomconfig_membersonly": 1}))
    own = await mercutio.receives(presence(f"{room}/mercutio", "unavailable"))
    assert {110, 322} <= set(statuses(own))
    assert await romeo.in_room(room, "romeo") is None
    assert await knock(mercutio, room) == ("auth", "registration-required")


@test("a password is asked for and taken [MUC-ENTER-13]")
async def password(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    room = await world.room(juliet, **{"muc#roomconfig_passwordprotectedroom": 1,
                                       "muc#roomconfig_roomsecret": "cauldron"})
    assert await knock(romeo, room) == ("auth", "not-authorized")
    assert await knock(romeo, room, "<password>kettle</password>") == ("auth", "not-authorized")
    await romeo.enter(room, "romeo", "<password>cauldron</password>")


@test("an admin of the room moderates, and is known as admin [MUC-OWN-01] [APP-CHT-05]")
async def promotion(world):
    juliet, romeo, mercutio, room = await trio(world)
    await juliet.ask(room, "set", admin(affiliation(romeo.jid, "admin")))
    item = (await mercutio.receives(presence(f"{room}/romeo"))).find("user:x/user:item", NS)
    assert (item.get("affiliation"), item.get("role")) == ("admin", "moderator")
    await romeo.ask(room, "set", admin(role("mercutio", "none")))
    await mercutio.receives(presence(f"{room}/mercutio", "unavailable"))


@test("the last owner stays owner [MUC-OWN-03] [MUC-OWN-04]")
async def last_owner(world):
    juliet, _, _, room = await trio(world)
    assert await juliet.refused(room, "set", admin(affiliation(juliet.bare, "member"))) == \
        ("cancel", "conflict")


@test("a destroyed room is gone for everybody [MUC-DESTROY-01] [MUC-DESTROY-02] [MUC-DESTROY-04]")
async def destroy(world):
    juliet, romeo, _, room = await trio(world)
    await juliet.ask(room, "set", f"<query xmlns='{NS['owner']}'><destroy><reason>done</reason>"
                     "</destroy></query>")
    for client in (juliet, romeo):
        gone = await client.receives(presence(f"{room}/{client.name}", "unavailable"))
        assert gone.findtext("user:x/user:destroy/user:reason", None, NS) == "done"
    assert await juliet.refused(room, "get", f"<query xmlns='{NS['info']}'/>") == \
        ("cancel", "item-not-found")


@test("real JIDs are for moderators [MUC-ENTER-08] [MUC-ANON-01] [APP-CHT-04]")
async def anonymity(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    mercutio = await world.session("mercutio")
    room = await world.room(juliet, romeo, **{"muc#roomconfig_whois": "moderators"})
    await mercutio.enter(room, "mercutio")
    shown = await juliet.receives(presence(f"{room}/mercutio"))
    assert shown.find("user:x/user:item", NS).get("jid") == mercutio.jid
    hidden = await romeo.receives(presence(f"{room}/mercutio"))
    assert hidden.find("user:x/user:item", NS).get("jid") is None


@test("an invitation reaches the invited [MUC-INV-01]")
async def invitation(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    room = await world.room(juliet)
    juliet.send(f"<message to='{room}'><x xmlns='{NS['user']}'><invite to='{romeo.bare}'>"
                "<reason>come</reason></invite></x></message>")
    got = await romeo.receives(lambda s: s.find("user:x/user:invite", NS) is not None)
    assert got.get("from") == room
    assert got.findtext("user:x/user:invite/user:reason", None, NS) == "come"


if __name__ == "__main__":
    main()
