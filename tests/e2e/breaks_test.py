"""The link breaks, the server restarts, the database goes away."""
import asyncio
import contextlib

from harness import main, test
from clients import NS, event, message, presence_of_room, room_form, tag


async def pair(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    return juliet, romeo, await world.room(juliet, romeo)


@test("a broken link comes back, rooms and occupants stay [MUC-PERS-08] [MUC-COMP-01]")
async def link_cut(world):
    juliet, romeo, room = await pair(world)
    async with world.comes_back("link"):
        world.proxy.cut()
    assert await juliet.in_room(room, "juliet") is None
    juliet.say(room, "still here")
    for client in (juliet, romeo):
        await client.receives(message("still here", room, "juliet"))
        await client.hears_nothing(presence_of_room(room))


@test("stoa waits for the link as long as it takes [MUC-COMP-01]")
async def link_away(world):
    juliet, romeo, room = await pair(world)
    async with world.comes_back("link"):
        tries = world.proxy.refused
        world.proxy.refuse()
        await world.not_ready()
        await world.until(lambda: world.proxy.refused >= tries + 3, "it tries again and again")
        world.proxy.admit()
    romeo.say(room, "back")
    await juliet.receives(message("back", room, "romeo"))


@test("events of a burst that a break cuts through arrive, in order [PS-DUR-05] [PS-NTF-08]")
async def burst_and_break(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    node = world.name("node/")
    await juliet.create_node(world.service, node, send_last_published_item="never", max_items=10000)
    await romeo.subscribe(world.service, node)
    for number in range(1000):
        juliet.send(f"<iq type='set' to='{world.service}' id='b{number}'><pubsub xmlns='{NS['ps']}'>"
                    f"<publish node='{node}'><item id='{number}'><n xmlns='urn:example:n'/></item>"
                    "</publish></pubsub></iq>")
    while len(romeo.inbox) < 50:
        await asyncio.sleep(0.001)
    async with world.comes_back("link"):
        world.proxy.cut()
    stored = await juliet.all_items(world.service, node)
    await romeo.receives(event(node, stored[-1]))
    await romeo.hears_nothing(lambda _: False)
    heard = [item.get("id") for stanza in romeo.inbox if tag(stanza) == "message"
             for item in stanza.findall("event:event/event:items/event:item", NS)]
    first_heard = list(dict.fromkeys(heard + [stored[-1]]))
    assert set(first_heard) == set(stored), (len(heard), len(stored), sorted(set(stored) ^ set(first_heard))[:10])
    assert first_heard == sorted(first_heard, key=int), "out of order"


@test("what is said in a room while its link breaks is heard by all, in order [MUC-PERS-08]")
async def talk_and_break(world):
    juliet, romeo, room = await pair(world)
    for number in range(400):
        juliet.say(room, f"said {number}", f"s{number}")
    while not any(stanza.get("id") == "s20" for stanza in romeo.inbox):
        await asyncio.sleep(0.001)
    async with world.comes_back("link"):
        world.proxy.cut()
    juliet.say(room, "the last", "last")
    await romeo.receives(message("the last", room, "juliet"))
    heard = list(dict.fromkeys(s.get("id") for s in romeo.inbox if s.findtext("c:body", None, NS)))
    archived = await juliet.archived(room)
    assert archived[-1] == "last", archived[-3:]
    assert heard == archived[:-1], sorted(set(heard) ^ set(archived))[:10]


@test("after a restart of the server users come back to their rooms and nodes [MUC-PERS-08] [PS-DUR-06]")
async def server_restart(world):
    juliet, romeo, room = await pair(world)
    await juliet.ask(room, "set", room_form({"muc#roomconfig_persistentroom": 1}))
    node = world.name("node/")
    await juliet.create_node(world.service, node)
    await juliet.publish(world.service, node, "kept", "<n xmlns='urn:example:n'/>")
    await juliet.disconnect()
    await romeo.disconnect()
    async with world.comes_back("link"):
        world.server.restart()
    for client in (juliet, romeo):
        await client.connect()
        await client.enter(room, client.name)
    romeo.say(room, "again")
    await juliet.receives(message("again", room, "romeo"))
    assert await romeo.items(world.service, node) == ["kept"]


@test("a publish that meets a dead database is answered, truly [PS-DUR-02]")
async def database_crash(world):
    juliet = await world.session("juliet")
    node = world.name("node/")
    await juliet.create_node(world.service, node, max_items=1000)
    async with world.comes_back("database"):
        world.database.kill()
        for number in range(20):
            juliet.send(f"<iq type='set' to='{world.service}' id='d{number}'>"
                        f"<pubsub xmlns='{NS['ps']}'><publish node='{node}'><item id='{number}'>"
                        "<n xmlns='urn:example:n'/></item></publish></pubsub></iq>")
        await world.not_ready()
        world.database.start()
        world.database.wait_ready()
    answers = {}
    for number in range(20):
        stanza = await juliet.receives(lambda s, n=number: s.get("id") == f"d{n}")
        answers[str(number)] = stanza.get("type")
    stored = set(await juliet.items(world.service, node))
    assert stored == {number for number, kind in answers.items() if kind == "result"}, answers


@contextlib.asynccontextmanager
async def away(world):
    """The database is away inside, and in use again behind it."""
    async with world.comes_back("database"):
        world.database.stop()
        try:
            yield
        finally:
            world.database.start()
            world.database.wait_ready()


@test("that the database is away is noticed though nobody writes")
async def idle_database_away(world):
    async with away(world):
        await world.not_ready()
        status, text = world.stoa.get("/readyz")
        assert status == 503 and "database" in text, text


@test("a database that is away for long is a refusal, not a silence [PS-DUR-02]")
async def database_away(world):
    juliet = await world.session("juliet")
    node = world.name("node/")
    await juliet.create_node(world.service, node)
    async with away(world):
        answer = await juliet.request(world.service, "set", f"<pubsub xmlns='{NS['ps']}'><publish "
                                      f"node='{node}'><item id='x'><n xmlns='urn:example:n'/></item>"
                                      "</publish></pubsub>", timeout=30)
        assert answer.get("type") == "error"
        assert answer.find("c:error", NS).get("type") == "wait"
    await juliet.publish(world.service, node, "y", "<n xmlns='urn:example:n'/>")
    assert await juliet.items(world.service, node) == ["y"]


@test("rooms talk on while the database is away, and remember it afterwards [MUC-PERS-09]")
async def chat_without_database(world):
    juliet, romeo, room = await pair(world)
    async with away(world):
        for number in range(5):
            juliet.say(room, f"in the dark {number}")
            await romeo.receives(message(f"in the dark {number}", room, "juliet"), timeout=20)
    mercutio = await world.session("mercutio")
    await mercutio.enter(room, "mercutio")
    texts = [s.findtext("c:body", None, NS) for s in mercutio.inbox
             if s.find("delay:delay", NS) is not None and s.find("c:body", NS) is not None]
    assert texts == [f"in the dark {number}" for number in range(5)], texts


@test("database, server and stoa may start in any order")
async def any_order(world):
    assert world.stoa.stop() == 0
    world.database.stop()
    world.proxy.refuse()
    try:
        world.stoa.start()
        await world.until(lambda: world.metric("ready") == 0, "it is alive")
        assert "database" in world.stoa.get("/readyz")[1]
        world.database.start()
        world.database.wait_ready()
        only_link = f"the link of {world.service} is not up\n"
        await world.until(lambda: world.stoa.get("/readyz")[1] == only_link,
                          "only the link is missing")
        world.proxy.admit()
        await world.ready()
    finally:
        world.proxy.admit()


if __name__ == "__main__":
    main()
