#!/usr/bin/python3
"""One whose WebSocket is refused uses the demo page over BOSH, together with one on a WebSocket.

[APP-SKT-01] [APP-CHT-02]
"""
import contextlib
import socket
import sys

from sketchroom import Person, house, sketch, together
from page import SketchroomPage
from servers import COMPONENT, HOST


@contextlib.contextmanager
def refusing_port():
    """A port that is taken, but where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def requests(person, url):
    """How many the page has made there, WebSockets apart."""
    return person.browser.execute_script(
        "return performance.getEntriesByName(arguments[0]).length", url)


def talks_over_bosh(alice, bob, url):
    assert requests(alice, url) == 0, "the page of alice uses BOSH beside its WebSocket"
    before = requests(bob, url)
    assert before > 0, "the page of bob is in the room without a WebSocket and without BOSH"
    sketch(alice, bob)
    sketch(bob, alice)
    alice.say("Is it slow?")
    bob.sees("#messages li", "Is it slow?")
    bob.say("I cannot tell")
    alice.sees("#messages li", "I cannot tell")
    bob.until("talks on over BOSH", lambda: requests(bob, url) > before)
    assert requests(alice, url) == 0


def main(server_name):
    with house(server_name) as (server, folder), refusing_port() as port, \
            SketchroomPage(server, COMPONENT, HOST) as page, \
            SketchroomPage(server, COMPONENT, HOST, websocket=f"ws://127.0.0.1:{port}/") as lame:
        alice, bob = Person("alice", page.url, folder), Person("bob", lame.url, folder)
        with together(alice, bob):
            talks_over_bosh(alice, bob, server.bosh_url)


if __name__ == "__main__":
    main(sys.argv[1])
