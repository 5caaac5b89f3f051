"""What `tools/demo --check` does: two users, a room, a sketch, a crash. One line a step."""
import contextlib
import time
import urllib.request

from clients import Client, Missing, NS, event, history, message, presence_of_room, show

NODE = "sketchroom/check/strokes"


def stroke(number):
    return f"<stroke xmlns='urn:example:sketchroom' color='#c00' points='{number},0 {number},9'/>"


class Steps:
    """Prints a line for each step and remembers whether all went well."""

    def __init__(self):
        self.failed = False

    @contextlib.contextmanager
    def step(self, what):
        started = time.monotonic()
        try:
            yield
        except Exception as error:
            self.failed = True
            print(f"FAILED  {what}: {error}", flush=True)
            raise
        print(f"ok      {what} ({time.monotonic() - started:.2f} s)", flush=True)


async def check(server, stoa, page, accounts):
    """Returns the exit code."""
    steps = Steps()
    names = accounts[:2]
    try:
        async with Client(server, names[0]) as alice, Client(server, names[1]) as bob:
            await drive(steps, server, stoa, page, alice, bob, accounts[2])
    except Exception as error:  # the step has said what; without a step it is the set-up
        if not steps.failed:
            print(f"FAILED  {error!r}")
        print("check: FAILED; the end of stoa's log:")
        with open(stoa.log, encoding="utf-8", errors="replace") as log:
            print("".join(log.readlines()[-10:]))
        return 1
    print("check: all went well")
    return 0


async def drive(steps, server, stoa, page, alice, bob, late):
    service, room = stoa.domain, f"check@{stoa.domain}"
    with steps.step("the page and Strophe.js are served"):
        for path in ("", "strophe.js", "config.json"):
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(page.url + path, timeout=10) as answer:
                assert answer.status == 200 and answer.read()
    with steps.step("the service says that it has rooms and nodes"):
        await both_services(alice, service)
    with steps.step("two users enter a room"):
        await alice.enter(room, "alice")
        await alice.ask(room, "set", f"<query xmlns='{NS['owner']}'>"
                        "<x xmlns='jabber:x:data' type='submit'/></query>")
        await bob.enter(room, "bob")
    with steps.step("they talk, and both hear both"):
        await talk(room, ("alice", alice), ("bob", bob), "before")
    with steps.step("a sketch published by one reaches the other"):
        await alice.create_node(service, NODE, persist_items=1, max_items=1000,
                                send_last_published_item="never")
        await bob.subscribe(service, NODE)
        for number in range(5):
            await alice.publish(service, NODE, f"s{number}", stroke(number))
            await bob.receives(event(NODE, f"s{number}"))
    async with Client(server, late) as carol:
        with steps.step("a late reader gets the stored strokes"):
            await has_strokes(carol, service, 5)
    with steps.step("stoa is killed (SIGKILL) and started again"):
        alice.inbox.clear()
        bob.inbox.clear()
        stoa.kill()
        stoa.start()
        stoa.wait_ready()
    with steps.step("both are still in the room, and nobody was seen to leave or come"):
        for nick, user in (("alice", alice), ("bob", bob)):
            condition = await user.in_room(room, nick)
            if condition:
                raise Missing(f"{nick} is out: {condition}")
            await user.hears_nothing(presence_of_room(room))
    with steps.step("they talk on"):
        await talk(room, ("alice", alice), ("bob", bob), "after")
    with steps.step("the subscription lives on, and no stroke is lost"):
        await alice.publish(service, NODE, "s5", stroke(5))
        await bob.receives(event(NODE, "s5"))
        await has_strokes(bob, service, 6)
    async with Client(server, late) as carol:
        with steps.step("a newcomer gets the room's history from before and after"):
            await remembers(carol, room)


async def both_services(user, service):
    answer = await user.ask(service, "get", f"<query xmlns='{NS['info']}'/>")
    features = {each.get("var") for each in answer.findall("info:query/info:feature", NS)}
    for needed in (NS["muc"], NS["ps"]):
        if needed not in features:
            raise Missing(f"no feature {needed}: {show(answer)}")


async def talk(room, one, other, word):
    for nick, user in (one, other):
        text = f"{nick} {word}"
        user.say(room, text)
        for _, listener in (one, other):
            await listener.receives(message(text, room, nick))


async def has_strokes(user, service, count):
    answer = await user.ask(service, "get", f"<pubsub xmlns='{NS['ps']}'><items node='{NODE}'/>"
                            "</pubsub>")
    found = sorted(item.get("id") for item in answer.findall("ps:pubsub/ps:items/ps:item", NS))
    if found != [f"s{number}" for number in range(count)]:
        raise Missing(f"{count} strokes; the service has {found}")


async def remembers(user, room):
    user.send(f"<presence to='{room}/carol'><x xmlns='{NS['muc']}'/></presence>")
    for text in ("alice before", "bob before", "alice after", "bob after"):
        await user.receives(history(text))
