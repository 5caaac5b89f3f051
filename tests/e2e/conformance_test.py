"""docs/conformance against service discovery, and against what the code says that it follows."""
import os
import re

from harness import ROOT, main, test
from clients import NS

FOLDER = os.path.join(ROOT, "docs", "conformance")
PAGES = ("common", "pubsub", "muc", "accounts")
CITED = re.compile(r"XEP-(\d{4})")


def rows(page):
    with open(os.path.join(FOLDER, page + ".md"), encoding="utf-8") as file:
        return [line.split("|") for line in file if line.startswith("| 0")]


class Documented:
    """The features of a page: `always`, and `sometimes` those that depend on configuration."""

    def __init__(self, page):
        self.always, self.sometimes = set(), set()
        for row in rows(page):
            for feature, mark in re.findall(r"`([^`]+)`(†?)", row[4]):
                (self.sometimes if mark else self.always).add(feature)
        assert not self.always & self.sometimes, self.always & self.sometimes
        self.all = self.always | self.sometimes


COMMON, NODES, ROOMS, ACCOUNTS = (Documented(page) for page in PAGES)


async def features(client, address, node=""):
    attribute = f" node='{node}'" if node else ""
    answer = await client.ask(address, "get", f"<query xmlns='{NS['info']}'{attribute}/>")
    return {each.get("var") for each in answer.findall("info:query/info:feature", NS)}


def same(shown, required, allowed):
    assert required <= shown, f"documented, but not advertised: {sorted(required - shown)}"
    assert shown <= allowed, f"advertised, but not documented: {sorted(shown - allowed)}"


async def node_features(world, client, **options):
    node = world.name("node/")
    await client.create_node(world.service, node, **options)
    return await features(client, world.service, node)


async def room_features(world, client, **options):
    return await features(client, await world.room(client, **options))


def the_other_way():
    """What a room is not unless it is configured so."""
    fields = {"publicroom": 0, "persistentroom": 1, "membersonly": 1, "moderatedroom": 1,
              "passwordprotectedroom": 1, "roomsecret": "cauldron", "whois": "anyone",
              "enablearchiving": 0}
    return {**{"muc#roomconfig_" + name: value for name, value in fields.items()},
            "{urn:stoa:rooms}hats": 0, "{urn:stoa:rooms}register": "closed"}


@test("what a service advertises is documented, and what is documented is advertised "
      "[MUC-DISCO-01] [PS-DISC-01]")
async def of_services(world):
    juliet = await world.session("juliet")
    shown = await features(juliet, world.service)
    node = await node_features(world, juliet)
    same(shown | node, COMMON.always | NODES.always, COMMON.all | NODES.all | ROOMS.all)
    same(node, {NS["ps"]}, COMMON.all | NODES.all)


@test("what a node advertises by its configuration is documented, and the other way round")
async def of_nodes(world):
    juliet = await world.session("juliet")
    shown = await features(juliet, world.service)
    for model in ("open", "whitelist", "authorize", "presence", "roster"):
        found = await node_features(world, juliet, access_model=model)
        same(found, {f"{NS['ps']}#access-{model}"}, COMMON.all | NODES.all)
        shown |= found
    same(shown, NODES.all, COMMON.all | NODES.all | ROOMS.all)


@test("what a room advertises is documented, and what is documented is advertised; what depends "
      "on its configuration is marked [MUC-DISCO-02] [MUC-DISCO-10] [MUC-DISCO-11]")
async def of_rooms(world):
    juliet = await world.session("juliet")
    service = await features(juliet, world.service)
    plain = await room_features(world, juliet)
    other = await room_features(world, juliet, **the_other_way())
    for shown in (plain, other):
        same(shown, set(), COMMON.all | ROOMS.all)
        same(shown | service, ROOMS.always, COMMON.all | NODES.all | ROOMS.all)
    same(plain | other, ROOMS.sometimes, COMMON.all | ROOMS.all)
    unmarked = ROOMS.sometimes & plain & other
    assert not unmarked, f"in a room of any configuration: {sorted(unmarked)}"


@test("what an account advertises is documented, and what is documented is advertised "
      "[PS-PEP-07]")
async def of_accounts(world):
    juliet = await world.session("juliet")
    privileged = world.server.name == "prosody"  # ejabberd has no privileged iqs
    same(await features(juliet, juliet.bare), ACCOUNTS.all if privileged else ACCOUNTS.always,
         COMMON.all | ACCOUNTS.all)


def cited():
    """The XEPs that the code names."""
    found = set()
    for top in ("include", "src"):
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in names:
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    found.update(CITED.findall(file.read()))
    return found


@test("each XEP that the code names has a row, with the version that was read")
async def of_code(_):
    documented = {number for page in PAGES for row in rows(page)
                  for number in re.findall(r"\b\d{4}\b", row[1])}
    assert cited() <= documented, sorted(cited() - documented)
    for page in PAGES:
        for row in rows(page):
            assert re.fullmatch(r" \d+(\.\d+)+(, \d+(\.\d+)+)* ", row[2]), row


if __name__ == "__main__":
    main(pep=True, extra="[pubsub]\nmulti_subscribe = true\n")
