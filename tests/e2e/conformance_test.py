"""docs/conformance against service discovery."""
import os
import re

from harness import ROOT, main, test
from clients import NS

FOLDER = os.path.join(ROOT, "docs", "conformance")


def documented():
    """(features, those that depend on configuration) of all tables."""
    always, sometimes = set(), set()
    for name in ("common.md", "pubsub.md", "muc.md"):
        with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
            rows = [line.split("|") for line in file if line.startswith("| 0")]
        for row in rows:
            for feature, mark in re.findall(r"`([^`]+)`(†?)", row[4]):
                (sometimes if mark else always).add(feature)
    return always - sometimes, sometimes


async def features(client, address, node=""):
    attribute = f" node='{node}'" if node else ""
    answer = await client.ask(address, "get", f"<query xmlns='{NS['info']}'{attribute}/>")
    return {each.get("var") for each in answer.findall("info:query/info:feature", NS)}


@test("what is advertised is documented, and what is documented is advertised "
      "[MUC-DISCO-01] [MUC-DISCO-02] [MUC-DISCO-10] [MUC-DISCO-11] [PS-DISC-01]")
async def conformance(world):
    juliet = await world.session("juliet")
    room = await world.room(juliet)
    node = world.name("node/")
    await juliet.create_node(world.service, node)
    advertised = await features(juliet, world.service)
    advertised |= await features(juliet, room)
    advertised |= await features(juliet, world.service, node)
    always, sometimes = documented()
    assert advertised - always - sometimes == set(), advertised - always - sometimes
    assert always - advertised == set(), always - advertised


if __name__ == "__main__":
    main()
