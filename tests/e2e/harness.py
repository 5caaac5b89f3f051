"""Runs the stories of one file against one server:  rooms_test.py prosody|ejabberd [PART OF A TITLE]

    @test("an occupant hears what another says [MUC-MSG-01]")
    async def speaking(world):
        room = await world.room()
        ...

All stories of a file share one database, one server and one stoa; each makes rooms and nodes of its
own. A story that kills something brings it back.
"""
import asyncio
import contextlib
import itertools
import os
import sys
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools", "lib"))

from clients import NS, PASSWORD, Client, room_form  # noqa: E402
from proxy import Proxy  # noqa: E402
from servers import HOST, SERVERS, Postgres, Stoa, scratch  # noqa: E402

CAST = ("juliet", "romeo", "mercutio", "admin")
STORY_TIMEOUT = 60  # seconds
PATIENCE = 30  # seconds for stoa to notice that something broke or came back
_stories = []


def test(title, only=None):
    """A story; `only` names the server that it can be told with, where others behave differently."""
    def register(story):
        _stories.append((title, story, only))
        return story
    return register


class Link:
    """What Stoa() wants to know of a server, with a proxy between the two."""

    def __init__(self, server, proxy):
        self.components = server.components
        self.component_port = proxy.port
        self.secret = server.secret
        self.pep = server.pep


class World:
    """What a story is told in."""

    def __init__(self, folder, kind, stack, pep=False, extra=""):
        self.database = stack.enter_context(Postgres(os.path.join(folder, "postgres")))
        url = self.database.create_database("stoa")
        self.server = stack.enter_context(SERVERS[kind](os.path.join(folder, kind), pep=pep))
        for name in CAST:
            self.server.add_user(name, PASSWORD)
        self.proxy = stack.enter_context(Proxy(self.server.component_port))
        self.stoa = stack.enter_context(Stoa(os.path.join(folder, "stoa"),
                                             Link(self.server, self.proxy), url,
                                             admins=[f"admin@{HOST}"],
                                             extra="[limits]\nrequests_per_second = 0\n" + extra))
        self.service = self.stoa.domain
        self._names = itertools.count(1)
        self._sessions = contextlib.AsyncExitStack()

    async def user(self, name):
        """A new account; returns its name, which begins with this one."""
        made = self.name(name)
        await asyncio.to_thread(self.server.add_user, made, PASSWORD)
        return made

    async def session(self, name, resource="test", wants=()):
        """A client of one of the cast; gone at the end of the story."""
        return await self._sessions.enter_async_context(
            Client(self.server, name, resource, wants=wants))

    async def end_of_story(self):
        sessions, self._sessions = self._sessions, contextlib.AsyncExitStack()
        await sessions.aclose()

    def name(self, kind):
        return f"{kind}{next(self._names)}"

    async def room(self, *people, **options):
        """A new room with these clients in it, under their own names; the first is its owner."""
        room = f"{self.name('room')}@{self.service}"
        for index, client in enumerate(people):
            await client.enter(room, client.name)
            if index == 0:
                form = room_form(options) if options else \
                    f"<query xmlns='{NS['owner']}'><x xmlns='jabber:x:data' type='submit'/></query>"
                await client.ask(room, "set", form)
        await asyncio.gather(*(client.hears_nothing(lambda _: False) for client in people))
        for client in people:
            client.inbox.clear()
        return room

    def crash_stoa(self):
        self.stoa.kill()
        self.start_stoa()

    def start_stoa(self):
        self.stoa.start()
        self.stoa.wait_ready()

    @contextlib.asynccontextmanager
    async def comes_back(self, what):
        """Around that which breaks the "link" or the "database": behind it stoa has noticed, has
        a new one, and is ready."""
        before = self.metric(f"{what}_connects_total")
        yield
        await self.until(lambda: self.metric(f"{what}_connects_total") > before and
                         self.stoa.ready(), f"the {what} came back")

    @contextlib.asynccontextmanager
    async def comes_back_fresh(self):
        """Around that which makes stoa start again by itself."""
        before = self.log_lines("event=ready")
        yield
        await self.until(lambda: self.log_lines("event=ready") > before and self.stoa.ready(),
                         "stoa started again")

    def log_lines(self, part):
        with open(self.stoa.log, encoding="utf-8", errors="replace") as log:
            return sum(part in line for line in log)

    async def ready(self):
        await self.until(self.stoa.ready, "ready")

    async def not_ready(self):
        await self.until(lambda: not self.stoa.ready(), "not ready")

    def metric(self, name):
        """The sum of all samples of a metric; -1 while stoa does not answer."""
        try:
            lines = self.stoa.get("/metrics")[1].splitlines()
        except OSError:
            return -1
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines
                   if line.startswith((f"stoa_{name} ", f"stoa_{name}{{")))

    @staticmethod
    async def until(fits, what):
        deadline = time.monotonic() + PATIENCE
        while not fits():
            assert time.monotonic() < deadline, f"waited in vain: {what}"
            await asyncio.sleep(0.05)


async def tell(world, title, story):
    started = time.monotonic()
    try:
        await asyncio.wait_for(story(world), STORY_TIMEOUT)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)
        here = os.path.basename(sys.argv[0])
        line = next((each.lineno for each in where if os.path.basename(each.filename) == here), "?")
        print(f"FAILED  {title}\n        line {line}: {error!r}".replace("\\n", "\n"), flush=True)
        return False
    finally:
        await world.end_of_story()
    print(f"ok      {title} ({time.monotonic() - started:.1f} s)", flush=True)
    return True


async def tell_all(world, part):
    results = [await tell(world, title, story) for title, story, only in _stories
               if part in title and only in (None, world.server.name)]
    return results.count(False)


def main(pep=False, extra=""):
    """`pep`: the server's users have their nodes at stoa; `extra` goes behind its configuration."""
    if len(sys.argv) < 2 or sys.argv[1] not in SERVERS:
        sys.exit(__doc__)
    part = sys.argv[2] if len(sys.argv) > 2 else ""
    with scratch("stoa-e2e-") as folder, contextlib.ExitStack() as stack:
        world = World(folder, sys.argv[1], stack, pep, extra)
        failures = asyncio.run(tell_all(world, part))
        if failures:
            with open(world.stoa.log, encoding="utf-8", errors="replace") as log:
                print("The end of stoa's log:\n" + "".join(log.readlines()[-40:]))
    sys.exit(1 if failures else 0)
