"""Crashes and restarts of stoa, seen by its users."""
import asyncio
import contextlib
import signal

from harness import main, test
from clients import (NS, Missing, error_of, event, history, message, presence, presence_of_room,
                     subject, tag)


async def pair(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    return juliet, romeo, await world.room(juliet, romeo)


async def nobody_noticed(room, *people):
    for client in people:
        assert await client.in_room(room, client.name) is None, f"{client.name} is out"
        await client.hears_nothing(presence_of_room(room))


async def both_talk(room, one, other):
    for speaker in (one, other):
        text = f"{speaker.name} is here"
        speaker.say(room, text)
        for listener in (one, other):
            await listener.receives(message(text, room, speaker.name))


@test("after SIGKILL all are in their rooms and nobody saw anything [MUC-PERS-03] [MUC-PING-06]")
async def killed(world):
    juliet, romeo, room = await pair(world)
    world.crash_stoa()
    await nobody_noticed(room, juliet, romeo)
    await both_talk(room, juliet, romeo)


@test("an orderly restart keeps occupants and says nothing [MUC-PERS-07]")
async def restarted(world):
    juliet, romeo, room = await pair(world)
    assert world.stoa.stop() == 0
    world.start_stoa()
    await nobody_noticed(room, juliet, romeo)
    await both_talk(room, juliet, romeo)


@test("room, subject, roles, history and nodes outlive a crash [MUC-PERS-01] [MUC-HIST-14] [MUC-OWN-06] [PS-DUR-06]")
async def remembered(world):
    juliet, romeo, room = await pair(world)
    juliet.send(f"<message to='{room}' type='groupchat'><subject>Tomb</subject></message>")
    await romeo.receives(subject(room, "Tomb"))
    juliet.say(room, "thy drugs are quick")
    await romeo.receives(message("thy drugs are quick"))
    node = world.name("node/")
    await juliet.create_node(world.service, node, send_last_published_item="never", title="Vault")
    await romeo.subscribe(world.service, node)
    await juliet.publish(world.service, node, "before", "<n xmlns='urn:example:n'/>")
    await romeo.receives(event(node, "before"))
    world.crash_stoa()
    mercutio = await world.session("mercutio")
    mercutio.send(f"<presence to='{room}/mercutio'><x xmlns='{NS['muc']}'/></presence>")
    await mercutio.receives(history("thy drugs are quick"))
    await mercutio.receives(subject(room, "Tomb"))
    owner = await mercutio.receives(presence(f"{room}/juliet"))
    assert owner.find("user:x/user:item", NS).get("affiliation") == "owner"
    await juliet.publish(world.service, node, "after", "<n xmlns='urn:example:n'/>")
    await romeo.receives(event(node, "after"))
    assert await romeo.items(world.service, node) == ["before", "after"]


@test("what was acknowledged before SIGKILL is there after it, and nothing refused is "
      "[PS-DUR-01] [PS-PUB-32]")
async def acknowledged(world):
    juliet = await world.session("juliet")
    node = world.name("node/")
    await juliet.create_node(world.service, node, max_items=100000)
    for number in range(1000):
        juliet.send(f"<iq type='set' to='{world.service}' id='a{number}'><pubsub xmlns='{NS['ps']}'>"
                    f"<publish node='{node}'><item id='{number}'><n xmlns='urn:example:n'/></item>"
                    "</publish></pubsub></iq>")
    while len(juliet.inbox) < 100:  # a tenth has been answered: in the middle of it
        await asyncio.sleep(0.001)
    world.crash_stoa()
    await juliet.request(world.service, "get", "<ping xmlns='urn:xmpp:ping'/>", timeout=45)
    answers = {s.get("id"): s.get("type") for s in juliet.inbox if tag(s) == "iq"}
    stored = set(await juliet.all_items(world.service, node))
    good = {identity[1:] for identity, kind in answers.items() if kind == "result"}
    bad = {identity[1:] for identity, kind in answers.items() if kind == "error"}
    assert good <= stored, f"lost: {sorted(good - stored)[:10]} of {len(good)}"
    assert not bad & stored, f"refused and stored: {sorted(bad & stored)[:10]}"


@test("what was said in a room before SIGKILL is in its history [MUC-PERS-02]")
async def said(world):
    juliet, romeo, room = await pair(world)
    for number in range(200):
        juliet.say(room, f"said {number}", f"s{number}")
    while not any(s.get("id") == "s50" for s in romeo.inbox):
        await asyncio.sleep(0.001)
    world.crash_stoa()
    archived = await juliet.archived(room)
    last = await romeo.receives(lambda s: s.get("id") == archived[-1])
    romeo.inbox.append(last)
    await romeo.hears_nothing(lambda _: False)
    heard = [s.get("id") for s in romeo.inbox if s.findtext("c:body", None, NS)]
    lost = [identity for identity in heard if identity not in archived]
    assert not lost, f"heard but not archived: {lost[:10]}"
    live = [identity for identity in dict.fromkeys(heard)]
    assert live == [identity for identity in archived if identity in heard], "order changed"
    assert set(archived) <= set(heard), "archived, but never delivered"


@test("who left while stoa was down is found and taken out [MUC-PERS-04] [MUC-GHOST-02] [MUC-GHOST-04]")
async def ghost(world):
    juliet, romeo, room = await pair(world)
    world.stoa.kill()
    await romeo.disconnect()
    world.start_stoa()
    juliet.say(room, "art thou there")
    gone = await juliet.receives(presence(f"{room}/romeo", "unavailable"))
    assert gone.find("user:x/user:item", NS).get("role") == "none"
    assert await juliet.in_room(room, "juliet") is None


@test("a client that joins again after the crash gets the whole sequence [MUC-PERS-05] [MUC-ENTER-25]")
async def rejoining(world):
    juliet, romeo, room = await pair(world)
    world.crash_stoa()
    await romeo.enter(room, "romeo")
    await romeo.receives(presence(f"{room}/juliet"))
    await juliet.hears_nothing(presence_of_room(room))


async def first_answer(client, address):
    """To one of several pings: what the server puts into a connection that is dead already is lost."""
    for _ in range(20):
        with contextlib.suppress(Missing):
            return await client.request(address, "get", "<ping xmlns='urn:xmpp:ping'/>", timeout=0.5)
    raise Missing("an answer")


@test("a stored message that is no XML is an error of its room alone [MUC-PERS-11]")
async def damaged(world):
    juliet, romeo, room = await pair(world)
    other = await world.room(juliet, romeo)
    juliet.say(room, "thy lips are warm")
    await romeo.receives(message("thy lips are warm"))
    localpart = room.partition("@")[0]
    assert world.stoa.stop() == 0
    world.database.sql("update room_archive a set payload = '<broken' from rooms r "
                       f"where r.number = a.room and r.localpart = '{localpart}'")
    world.start_stoa()
    links = world.metric("link_connects_total")
    mercutio = await world.session("mercutio")
    mercutio.send(f"<presence to='{room}/mercutio'><x xmlns='{NS['muc']}'/></presence>")
    refused = await mercutio.receives(lambda stanza: stanza.get("type") == "error")
    assert error_of(refused) == ("wait", "internal-server-error"), error_of(refused)
    await mercutio.enter(other, "mercutio")
    await both_talk(other, juliet, romeo)
    assert world.metric("link_connects_total") == links
    assert world.log_lines(f'event=store.damaged key="{world.service} {localpart}"') == 1


@test("users who write while stoa is away are told at once")
async def away(world):
    juliet, romeo, room = await pair(world)
    world.stoa.kill()
    try:
        answer = await first_answer(juliet, room)
        assert error_of(answer) is not None
    finally:
        world.start_stoa()
    await nobody_noticed(room, juliet, romeo)


@test("SIGTERM ends it in seconds with exit code 0, and SIGHUP does not end it")
async def signals(world):
    world.stoa.process.child.send_signal(signal.SIGHUP)
    juliet, romeo, room = await pair(world)
    await both_talk(room, juliet, romeo)
    started = asyncio.get_running_loop().time()
    code = world.stoa.stop()
    took = asyncio.get_running_loop().time() - started
    world.start_stoa()
    assert code == 0 and took < 10, (code, took)


if __name__ == "__main__":
    main()
