"""A dump taken with PostgreSQL's own tools while stoa works, and what is made of it again."""
import asyncio
import os
import subprocess

from harness import main, test
from clients import event


async def run(world, tool, *arguments):
    """One of PostgreSQL's programs, while everything else goes on."""
    program = os.path.join(world.database.bin, tool)
    process = await asyncio.create_subprocess_exec(program, *arguments, stdin=subprocess.DEVNULL,
                                                   stdout=subprocess.PIPE,
                                                   stderr=subprocess.STDOUT)
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0, f"{tool}: {said}"


async def publish_some(juliet, world, node, first):
    """A few items one behind the other; what comes next is returned."""
    for number in range(first, first + 10):
        await juliet.publish(world.service, node, str(number), "<n xmlns='urn:example:n'/>")
    return first + 10


@test("a dump taken while events flow restores to a consistent service [PS-DUR-12]")
async def dumped(world):
    juliet, romeo = await world.session("juliet"), await world.session("romeo")
    node = world.name("node/")
    await juliet.create_node(world.service, node, max_items=100000, title="Vault",
                             send_last_published_item="never")
    await romeo.subscribe(world.service, node)
    before = await publish_some(juliet, world, node, 0)
    url = world.database.url("stoa")
    dump = os.path.join(os.path.dirname(world.stoa.log), "stoa.dump")
    dumping = asyncio.ensure_future(
        run(world, "pg_dump", "--format=custom", f"--file={dump}", url))
    after = before
    while not dumping.done():
        after = await publish_some(juliet, world, node, after)
    await dumping
    after = await publish_some(juliet, world, node, after)
    assert after > before + 10, "nothing was published meanwhile"

    assert world.stoa.stop() == 0
    await run(world, "dropdb", "--force", f"--maintenance-db={world.database.url('postgres')}",
              "stoa")
    await run(world, "createdb", f"--maintenance-db={world.database.url('postgres')}", "stoa")
    await run(world, "pg_restore", "--exit-on-error", f"--dbname={url}", dump)
    world.start_stoa()

    items = await juliet.all_items(world.service, node)
    assert items == [str(number) for number in range(len(items))], "there are holes"
    assert before <= len(items) < after, f"{before} were acknowledged, {len(items)} are there"
    romeo.inbox.clear()
    await juliet.publish(world.service, node, "restored", "<n xmlns='urn:example:n'/>")
    await romeo.receives(event(node, "restored"))
    assert await juliet.all_items(world.service, node) == items + ["restored"]


if __name__ == "__main__":
    main()
