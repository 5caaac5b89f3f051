"""Rooms, as people use them."""
from harness import main, test
from clients import NS, error_of, history, message, presence, room_form, statuses, subject


@test("two people meet in a room and talk [MUC-CREATE-01] [MUC-CREATE-02] [MUC-ENTER-03] [MUC-MSG-01] "
      "[MUC-COMP-07]")
async def meeting(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    room = f"{world.name('room')}@{world.service}"
    own = await juliet.enter(room, "juliet")
    assert 201 in statuses(own), statuses(own)
    item = own.find("user:x/user:item", NS)
    assert (item.get("affiliation"), item.get("role")) == ("owner", "moderator")
    await juliet.ask(room, "set", room_form({}))
    await romeo.enter(room, "romeo")
    await juliet.receives(presence(f"{room}/romeo"))
    await romeo.receives(presence(f"{room}/juliet"))
    juliet.say(room, "Gallop apace", "g1")
    for listener in (juliet, romeo):
        heard = await listener.receives(message("Gallop apace", room, "juliet"))
        assert heard.get("id") == "g1"


@test("everybody hears everything in one order [MUC-MSG-06]")
async def order(world):
    people = [await world.session(name) for name in ("juliet", "romeo", "mercutio")]
    room = await world.room(*people)
    for number in range(40):
        people[number % 3].say(room, f"line {number}")
    orders = []
    for listener in people:
        lines = [await listener.receives(lambda s: s.find("c:body", NS) is not None)
                 for _ in range(40)]
        orders.append([line.findtext("c:body", None, NS) for line in lines])
    assert orders[0] == orders[1] == orders[2]
    assert sorted(orders[0]) == sorted(f"line {number}" for number in range(40))


@test("history and subject end a join [MUC-HIST-01] [MUC-HIST-02] [MUC-SUBJ-01] [MUC-ENTER-04]")
async def joining_late(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    room = await world.room(juliet)
    juliet.send(f"<message to='{room}' type='groupchat'><subject>Balcony</subject></message>")
    await juliet.receives(subject(room, "Balcony"))
    for text in ("one", "two", "three"):
        juliet.say(room, text)
        await juliet.receives(message(text))
    romeo.send(f"<presence to='{room}/romeo'><x xmlns='{NS['muc']}'/></presence>")
    last = await romeo.receives(subject(room, "Balcony"))
    assert last.find("delay:delay", NS) is not None
    order = [s.findtext("c:body", None, NS) or s.get("from") for s in romeo.inbox
             if s.get("from", "").startswith(room)]
    assert order == [f"{room}/juliet", f"{room}/romeo", "one", "two", "three"], order


@test("a private message reaches one nick only [MUC-PM-01] [MUC-PM-04]")
async def whispering(world):
    people = [await world.session(name) for name in ("juliet", "romeo", "mercutio")]
    room = await world.room(*people)
    juliet, romeo, mercutio = people
    juliet.send(f"<message to='{room}/romeo' type='chat' id='p1'><body>psst</body></message>")
    heard = await romeo.receives(message("psst", room, "juliet"))
    assert heard.get("type") == "chat" and heard.find("user:x", NS) is not None
    await mercutio.hears_nothing(message("psst"))
    juliet.send(f"<message to='{room}/nobody' type='chat' id='p2'><body>psst</body></message>")
    refusal = await juliet.receives(lambda s: s.get("id") == "p2")
    assert error_of(refusal) == ("cancel", "item-not-found")


@test("a nick that is taken is a conflict [MUC-ENTER-16]")
async def taken(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    room = await world.room(juliet)
    romeo.send(f"<presence to='{room}/juliet'><x xmlns='{NS['muc']}'/></presence>")
    refusal = await romeo.receives(presence(f"{room}/juliet", "error"))
    assert error_of(refusal) == ("cancel", "conflict")


@test("whoever leaves is seen to leave [MUC-LEAVE-01] [MUC-LEAVE-02]")
async def leaving(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    room = await world.room(juliet, romeo)
    romeo.leave(room, "romeo")
    own = await romeo.receives(presence(f"{room}/romeo", "unavailable"))
    assert 110 in statuses(own)
    seen = await juliet.receives(presence(f"{room}/romeo", "unavailable"))
    assert statuses(seen) == [] and seen.find("user:x/user:item", NS).get("role") == "none"


@test("a session that ends has left its rooms [APP-GEN-05]")
async def vanishing(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    room = await world.room(juliet, romeo)
    await romeo.disconnect()
    await juliet.receives(presence(f"{room}/romeo", "unavailable"))


@test("the last to leave closes a temporary room [MUC-LEAVE-06] [APP-CHT-14]")
async def emptying(world):
    juliet = await world.session("juliet")
    room = await world.room(juliet)
    juliet.leave(room, "juliet")
    await juliet.receives(presence(f"{room}/juliet", "unavailable"))
    refusal = await juliet.refused(room, "get", f"<query xmlns='{NS['info']}'/>")
    assert refusal == ("cancel", "item-not-found")


@test("a nick shared by two sessions is one occupant [MUC-ENTER-21]")
async def two_sessions(world):
    balcony, garden = await world.session("juliet", "balcony"), await world.session("juliet", "garden")
    romeo = await world.session("romeo")
    room = await world.room(balcony, romeo)
    await garden.enter(room, "juliet")
    romeo.say(room, "but soft")
    for session in (balcony, garden):
        await session.receives(message("but soft", room, "romeo"))
    garden.leave(room, "juliet")
    await garden.receives(presence(f"{room}/juliet", "unavailable"))
    assert await balcony.in_room(room, "juliet") is None
    await romeo.hears_nothing(presence(f"{room}/juliet", "unavailable"))


@test("messages from outside are not acceptable [MUC-CHOICE-01] [MUC-MSG-04]")
async def outsider(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    room = await world.room(juliet)
    romeo.say(room, "let me in", "o1")
    refusal = await romeo.receives(lambda s: s.get("id") == "o1")
    assert error_of(refusal) == ("cancel", "not-acceptable")
    await juliet.hears_nothing(message("let me in"))


@test("forged elements are taken out of messages [MUC-STRIP-01] [MUC-STRIP-02] [MUC-STRIP-07]")
async def forging(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    room = await world.room(juliet, romeo)
    romeo.send(f"<message to='{room}' type='groupchat' id='f1'><body>x</body>"
               f"<x xmlns='{NS['user']}'><status code='307'/></x>"
               f"<stanza-id xmlns='{NS['sid']}' by='{room}' id='forged'/>"
               "<kept xmlns='urn:example:kept'/></message>")
    heard = await juliet.receives(message("x", room, "romeo"))
    assert statuses(heard) == []
    ids = [each.get("id") for each in heard.findall("sid:stanza-id", NS)]
    assert len(ids) == 1 and ids[0] != "forged", ids
    assert heard.find("{urn:example:kept}kept") is not None


@test("the self-ping tells who is in [MUC-PING-01] [MUC-PING-02] [MUC-PING-06]")
async def self_ping(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    room = await world.room(juliet)
    assert await juliet.in_room(room, "juliet") is None
    assert await romeo.in_room(room, "romeo") == "not-acceptable"
    assert await juliet.in_room(f"none@{world.service}", "juliet") == "item-not-found"


@test("a busy room loses nothing and repeats nothing [MUC-ENTER-04]")
async def burst(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    room = await world.room(juliet, romeo)
    for number in range(300):
        juliet.say(room, f"b{number}")
    heard = []
    while len(heard) < 300:
        stanza = await romeo.receives(lambda s: s.find("c:body", NS) is not None)
        heard.append(stanza.findtext("c:body", None, NS))
    assert heard == [f"b{number}" for number in range(300)]
    await romeo.hears_nothing(lambda s: s.find("c:body", NS) is not None)


@test("history on request: none, and the newest two [MUC-HIST-03]")
async def history_wanted(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    room = await world.room(juliet)
    for text in ("one", "two", "three"):
        juliet.say(room, text)
        await juliet.receives(message(text))
    await romeo.enter(room, "romeo", "<history maxstanzas='0'/>")
    assert not [s for s in romeo.inbox if s.find("c:body", NS) is not None]
    romeo.leave(room, "romeo")
    await romeo.receives(presence(f"{room}/romeo", "unavailable"))
    await romeo.enter(room, "romeo", "<history maxstanzas='2'/>")
    await romeo.receives(history("two"))
    await romeo.receives(history("three"))
    assert not [s for s in romeo.inbox if s.find("c:body", NS) is not None]


if __name__ == "__main__":
    main()
