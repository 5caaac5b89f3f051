#!/usr/bin/python3
"""Two people use the demo page in headless Chromium, through a real server.

[APP-SKT-01] [APP-SKT-04] [APP-SKT-07] [APP-CHT-02] [APP-CHT-07] [APP-CHT-10] [APP-CHT-12] [APP-DSC-03]
"""
import contextlib
import os
import sys

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools", "lib"))

from page import SketchroomPage  # noqa: E402
from servers import COMPONENT, HOST, SERVERS, Postgres, Stoa, scratch  # noqa: E402

BOUND = 30  # seconds for anything to show


class Person:
    """One user with a browser of their own."""

    def __init__(self, name, url, folder):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                         "--window-size=1300,1000", f"--user-data-dir={folder}/{name}"):
            options.add_argument(argument)
        self.browser = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.name = name
        self.url = f"{url}?account={name}&password=secret&nick={name}&room=atelier"

    def enter(self):
        self.browser.get(self.url)
        self.find("#login button").click()
        self.until("in the room", lambda: self.browser.execute_script(
            "return document.body.dataset.ready") == "true")

    def find(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        return [e.text for e in self.browser.find_elements(By.CSS_SELECTOR, selector)]

    def until(self, what, condition):
        def holds(_):
            try:
                return condition()
            except Exception:  # the page redraws its lists while we look
                return False
        try:
            WebDriverWait(self.browser, BOUND, poll_frequency=0.1).until(holds)
        except Exception as failure:
            shown = self.texts("#login-state, #notice, #messages li, #occupants li, #game-state")
            raise AssertionError(f"{self.name}: not {what}; the page shows {shown}") from failure

    def sees(self, selector, text):
        self.until(f"shown {text!r}", lambda: any(text in t for t in self.texts(selector)))

    def strokes(self):
        return int(self.find("#canvas").get_attribute("data-strokes") or 0)

    def draw(self, *offsets):
        pen = ActionChains(self.browser).move_to_element(self.find("#canvas")).click_and_hold()
        for x, y in offsets:
            pen.move_by_offset(x, y)
        pen.release().perform()

    def say(self, text):
        self.find("#text").send_keys(text)
        self.find("#say button").click()

    def play(self, cell):
        square = f"#board button:nth-child({cell + 1})"
        self.until(f"allowed to play {cell}", lambda: self.find(square).is_enabled())
        self.find(square).click()


def sketch(alice, bob):
    before = bob.strokes()
    alice.draw((40, 30), (20, -10))
    bob.until("sees the stroke", lambda: bob.strokes() > before)
    alice.until("sees its own stroke", lambda: alice.strokes() > before)


def late_joiner(bob, strokes):
    bob.browser.refresh()
    bob.enter()
    bob.until("has the stored strokes", lambda: bob.strokes() >= strokes)


def talk(alice, bob):
    alice.say("hello <b>bob</b>")
    bob.sees("#messages li", "hello <b>bob</b>")
    alice.sees("#messages li", "hello <b>bob</b>")
    alice.browser.execute_script("window.prompt = () => 'Still life'")
    alice.find("#topic").click()
    bob.sees("#topic", "Still life")


def tic_tac_toe(alice, bob):
    alice.until("an opponent", lambda: "bob" in alice.texts("#opponent option"))
    Select(alice.find("#opponent")).select_by_visible_text("bob")
    alice.find("#challenge").click()
    bob.until("challenged", lambda: bob.find("#accept").is_displayed())
    bob.find("#accept").click()
    for who, cell in ((alice, 0), (bob, 3), (alice, 1), (bob, 4), (alice, 2)):
        who.play(cell)
    bob.sees("#game-state", "alice wins")


def browse(alice):
    alice.browser.find_elements(By.CSS_SELECTOR, "#tree > li > .entry")[1].click()
    alice.sees("#tree .kind", "conference/text")
    alice.sees("#tree .kind", "pubsub/service")
    alice.sees("#tree .entry", "sketchroom/atelier/strokes")


def clear(alice, bob):
    alice.find("#clear").click()
    bob.until("sees an empty canvas", lambda: bob.strokes() == 0)


def kick(alice, bob):
    alice.find("#occupants li[data-nick=bob] .kick").click()
    bob.sees("#notice", "You were kicked")
    alice.sees("#messages li", "bob was kicked")
    bob.browser.refresh()
    bob.enter()
    alice.until("with bob again", lambda: "bob" in [
        e.get_attribute("data-nick") for e in alice.browser.find_elements(
            By.CSS_SELECTOR, "#occupants li")])


def moderate(alice, bob):
    alice.find("#occupants li[data-nick=bob] .promote").click()
    bob.until("a moderator", lambda: bob.find(
        "#occupants li[data-nick=bob]").get_attribute("data-role") == "moderator")
    alice.find("#occupants li[data-nick=bob] .ban").click()
    bob.sees("#notice", "You were banned")
    bob.browser.refresh()
    bob.find("#login button").click()
    bob.sees("#login-state", "forbidden")


@contextlib.contextmanager
def house(server_name):
    """Yields a server with the accounts of alice and bob, stoa attached, and a folder for browsers."""
    with scratch() as folder, Postgres(folder + "/pg") as database, \
            SERVERS[server_name](folder + "/xmpp") as server:
        for name in ("alice", "bob"):
            server.add_user(name, "secret")
        with Stoa(folder + "/stoa", link=server, database=database.create_database("stoa")):
            yield server, folder


@contextlib.contextmanager
def together(*people):
    """All of them in the room."""
    try:
        for one in people:
            one.enter()
        people[0].until("with the others",
                        lambda: len(people[0].texts("#occupants li")) == len(people))
        yield
    finally:
        for one in people:
            one.browser.quit()


def main(server_name):
    with house(server_name) as (server, folder), SketchroomPage(server, COMPONENT, HOST) as page:
        alice, bob = (Person(name, page.url, folder) for name in ("alice", "bob"))
        with together(alice, bob):
            sketch(alice, bob)
            talk(alice, bob)
            late_joiner(bob, alice.strokes())
            tic_tac_toe(alice, bob)
            browse(alice)
            clear(alice, bob)
            kick(alice, bob)
            moderate(alice, bob)


if __name__ == "__main__":
    main(sys.argv[1])
