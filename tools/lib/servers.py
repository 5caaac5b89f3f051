"""Private PostgreSQL, Prosody, ejabberd and stoa instances for the demo and the tests.

Each is a context manager with a folder of its own, listens on loopback or a Unix socket only, and
touches no system service:

    with scratch() as folder, Postgres(folder + "/pg") as pg, Prosody(folder + "/prosody") as server:
        server.add_user("juliet", "secret")
        with Stoa(folder + "/stoa", link=server, database=pg.url("stoa")) as stoa:
            stoa.kill(); stoa.start(); stoa.wait_ready()

Postgres, Prosody, Ejabberd and Stoa share start(), stop(), kill(), pause(), resume() and `log`.
A second start in the same folder finds the data of the first.
"""
import glob
import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

from process import (Process, StartError, accepts, as_user, free_ports, port_is_free,
                     private_folder, scratch, signal_all, system_user, write_private)

__all__ = ["Ejabberd", "Postgres", "Process", "Prosody", "SERVERS", "StartError", "Stoa",
           "free_ports", "port_is_free", "scratch", "stoa_program"]

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HOST = "localhost"
MODULES = os.path.join(ROOT, "packaging", "prosody")  # our own, for Prosody
COMPONENT = "stoa.localhost"
SECRET = "component-secret"
START_TIMEOUT = 180  # seconds; ejabberd needs many on a busy machine
SOCKET_PATH_LIMIT = 90  # bytes; sockaddr_un has 108, and ".s.PGSQL.5432" comes behind


class Server:
    """What the four have in common. A subclass says how to start and when it is ready."""

    name = ""
    account = ""  # system user when we are root
    stop_signal = signal.SIGTERM

    def __init__(self, folder):
        self.user = system_user(self.account) if self.account else None
        self.folder = private_folder(os.path.abspath(folder), self.user)
        self.log = os.path.join(self.folder, "log")
        self.process = Process(self.name, self.log, self.user, self.stop_signal)

    def __enter__(self):
        try:
            self.start()
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def restart(self):
        self.stop()
        self.start()
        self.wait_ready()

    def stop(self):
        return self.process.stop()

    def kill(self):
        return self.process.kill()

    def pause(self):
        self.process.pause()

    def resume(self):
        self.process.resume()

    @property
    def pid(self):
        return self.process.pid

    def path(self, *parts):
        return os.path.join(self.folder, *parts)


class Postgres(Server):
    """A cluster on a Unix socket, fsync on. Everybody who can reach the socket is trusted: its
    folder is private."""

    name = "postgres"
    account = "postgres"
    stop_signal = signal.SIGINT  # "fast": do not wait for clients

    def __init__(self, folder, settings=()):
        super().__init__(folder)
        self.settings = dict(settings)
        self.data = self.path("data")
        self.bin = self._newest_bin()
        self._scratch = None
        self.socket = self.folder
        if len(self.socket) > SOCKET_PATH_LIMIT:
            self._scratch = scratch()
            self.socket = private_folder(os.path.join(self._scratch.__enter__(), "s"), self.user)

    @staticmethod
    def _newest_bin():
        found = glob.glob("/usr/lib/postgresql/*/bin/initdb")
        if not found:
            raise StartError("PostgreSQL is not installed (tools/lib/ensure-packages run)")
        return os.path.dirname(max(found, key=lambda path: int(path.split("/")[4])))

    def start(self):
        if not os.path.exists(os.path.join(self.data, "PG_VERSION")):
            self._init()
        options = {"listen_addresses": "", "unix_socket_directories": self.socket,
                   "unix_socket_permissions": "0700", "fsync": "on", "log_min_messages": "warning",
                   "max_connections": "60", "shared_buffers": "128MB",
                   # What it shares goes with the folder, though it is killed.
                   "dynamic_shared_memory_type": "mmap", **self.settings}
        argv = [os.path.join(self.bin, "postgres"), "-D", self.data]
        for key, value in options.items():
            argv += ["-c", f"{key}={value}"]
        self.process.start(argv, cwd=self.folder)
        return self

    def _init(self):
        done = subprocess.run(
            [os.path.join(self.bin, "initdb"), "-D", self.data, "-U", "stoa", "-A", "trust",
             "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.folder,
            **as_user(self.user))
        if done.returncode:
            raise StartError("initdb failed:\n" + done.stdout)

    def __exit__(self, *_):
        super().__exit__()
        if self._scratch:
            self._scratch.__exit__(None, None, None)

    def wait_ready(self):
        self.process.wait_until(lambda: self._psql("select 1", "postgres").returncode == 0,
                                "connection")

    def kill(self):
        """SIGKILL to the cluster, backends included. The next start recovers."""
        backends = self.process.children()
        code = super().kill()
        signal_all(backends, signal.SIGKILL)
        while any(os.path.exists(f"/proc/{pid}") for pid in backends):
            time.sleep(0.01)
        return code

    def pause(self):
        """Stops every process of the cluster: statements hang, connections stay."""
        super().pause()
        signal_all(self.process.children(), signal.SIGSTOP)

    def resume(self):
        signal_all(self.process.children(), signal.SIGCONT)
        super().resume()

    def _psql(self, sql, database):
        return subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.socket,
             "-U", "stoa", "-d", database, "-c", sql],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def sql(self, statement, database="stoa"):
        """Runs SQL, returns the rows as text, one a line."""
        done = self._psql(statement, database)
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        return done.stdout.rstrip("\n")

    def create_database(self, name):
        """Makes the database unless it is there. Returns its URL."""
        if not self.sql(f"select 1 from pg_database where datname = '{name}'", "postgres"):
            self.sql(f"create database {name}", "postgres")
        return self.url(name)

    def url(self, database="stoa"):
        return f"postgresql:///{database}?host={self.socket}&user=stoa"


class XmppServer(Server):
    """What Prosody and Ejabberd offer alike: client, HTTP (BOSH, WebSocket) and component ports on
    loopback, hosts with accounts, components with secrets."""

    def __init__(self, folder, hosts=(HOST,), components=None, ports=None, hibernation=5,
                 pep=False):
        """`components`: domain -> secret. `ports`: (client, http, component); free ones if None.
        `hibernation`: seconds that a dead session is kept for resumption (XEP-0198).
        `pep`: users have their nodes at the first component (XEP-0355, XEP-0356)."""
        super().__init__(folder)
        self.hosts = tuple(hosts)
        self.components = dict({COMPONENT: SECRET} if components is None else components)
        self.client_port, self.http_port, self.component_port = ports or free_ports(3)
        self.hibernation = hibernation
        self.pep = next(iter(self.components)) if pep else None

    def wait_ready(self):
        ports = [self.client_port, self.http_port]
        if self.components:
            ports.append(self.component_port)
        self.process.wait_until(lambda: all(accepts(port) for port in ports), "open ports",
                                timeout=START_TIMEOUT)

    def secret(self, domain):
        return self.components[domain]


class Prosody(XmppServer):
    """Prosody 0.12 with plain authentication over loopback and no limits."""

    name = "prosody"
    account = "prosody"

    @property
    def bosh_url(self):
        return f"http://localhost:{self.http_port}/http-bind"

    @property
    def websocket_url(self):
        return f"ws://localhost:{self.http_port}/xmpp-websocket"

    def start(self):
        private_folder(self.path("data"), self.user)
        write_private(self.path("prosody.cfg.lua"), self.config_text(), self.user)
        self.process.start(["prosody", "--config", self.path("prosody.cfg.lua"), "-F"],
                           cwd=self.folder)
        return self

    def add_user(self, name, password, host=None):
        """Makes the account, or sets its password. Works while the server runs or not."""
        done = subprocess.run(
            ["prosodyctl", "--config", self.path("prosody.cfg.lua"), "register", name,
             host or self.hosts[0], password],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            cwd=self.folder, **as_user(self.user))
        if done.returncode:
            raise RuntimeError("prosodyctl register: " + done.stdout)

    def _parts(self):
        """(what stands above the hosts, what in the first, what behind them)"""
        if self.pep:
            above, rest = attach_snippet(self).split("\n-- In VirtualHost", 1)
            within, behind = rest.split("\n-- At the end of the file:", 1)
            return (above + f'plugin_paths = {{ "{self._modules()}" }}\n', "-- In" +
                    within.replace('"delegation" }', '"delegation", "directed_presence" }') +
                    f'\tdirected_presence_component = "{self.pep}"\n', behind)
        components = [f'Component "{domain}"\n\tcomponent_secret = "{secret}"\n'
                      '\tcomponent_conflict_resolve = "kick_old"'
                      for domain, secret in self.components.items()]
        return ((f'component_ports = {{ {self.component_port} }}\n'
                 'component_interfaces = { "127.0.0.1" }') if components else "",
                "", "\n\n".join(components))

    def _modules(self):
        """A copy of our own modules that the server's user can read."""
        folder = self.path("modules")
        private_folder(folder, self.user)
        for name in os.listdir(MODULES):
            with open(os.path.join(MODULES, name), encoding="utf-8") as module:
                write_private(os.path.join(folder, name), module.read(), self.user)
        return folder

    def config_text(self):
        above, within, behind = self._parts()
        hosts = "\n\n".join([f'VirtualHost "{self.hosts[0]}"\n{within}',
                             *(f'VirtualHost "{host}"' for host in self.hosts[1:])])
        # localhost is one of the hosts, so that HTTP requests to http://localhost find theirs.
        return f'''-- Written at each start; changes are lost.
data_path = "{self.path("data")}"
pidfile = "{self.path("prosody.pid")}"
log = {{ info = "*console" }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {self.client_port} }}
{above}
http_ports = {{ {self.http_port} }}
http_interfaces = {{ "127.0.0.1" }}
https_ports = {{ }}
http_default_host = "{self.hosts[0]}"
modules_enabled = {{ "roster", "saslauth", "disco", "ping", "smacks", "bosh", "websocket", "posix", "carbons", "blocklist" }}
modules_disabled = {{ "s2s", "tls", "offline" }}
authentication = "internal_plain"
storage = "internal"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
consider_bosh_secure = true
consider_websocket_secure = true
smacks_hibernation_time = {self.hibernation}
disco_items = {{ {", ".join(f'{{ "{domain}" }}' for domain in self.components)} }}

{hosts}

{behind}
'''


class Ejabberd(XmppServer):
    """ejabberd without Erlang distribution: no node name, no cookie, no epmd, so any number of
    them live beside each other. Accounts are made over its HTTP API, open to loopback."""

    name = "ejabberd"
    account = "ejabberd"

    @property
    def bosh_url(self):
        return f"http://localhost:{self.http_port}/bosh"

    @property
    def websocket_url(self):
        return f"ws://localhost:{self.http_port}/ws"

    def start(self):
        write_private(self.path("ejabberd.yml"), self.config_text(), self.user)
        env = {"PATH": os.environ["PATH"], "HOME": self.folder, "LANG": "C.UTF-8",
               "EJABBERD_CONFIG_PATH": self.path("ejabberd.yml"),
               "EJABBERD_LOG_PATH": self.path("ejabberd.log"),
               "ERL_LIBS": self._erl_libs(), "ERL_CRASH_DUMP_BYTES": "0"}
        self.process.start(["erl", "-noinput", "+K", "true", "-mnesia", "dir",
                            f'"{self.path("spool")}"', "-s", "ejabberd"],
                           env=env, cwd=self.folder)
        return self

    @staticmethod
    def _erl_libs():
        try:
            with open("/usr/sbin/ejabberdctl", encoding="utf-8") as script:
                found = re.search(r"^ERL_LIBS='(.*)'", script.read(), re.M)
        except OSError as error:
            raise StartError("ejabberd is not installed (tools/lib/ensure-packages run)") from error
        return found.group(1) if found else "/usr/lib/x86_64-linux-gnu"

    def add_user(self, name, password, host=None):
        """Makes the account, or sets its password. The server must be running."""
        account = {"user": name, "host": host or self.hosts[0]}
        try:
            self._api("register", {**account, "password": password})
        except urllib.error.HTTPError as error:
            if error.code != 409:  # exists
                raise
            self._api("change_password", {**account, "newpass": password})

    def _api(self, command, arguments):
        request = urllib.request.Request(f"http://127.0.0.1:{self.http_port}/api/{command}",
                                         data=json.dumps(arguments).encode())
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=20) as answer:
            return answer.read()

    def config_text(self):
        settings = self._settings()
        if self.pep:
            import yaml  # for tests only
            settings = _joined(settings, yaml.safe_load("listen:\n" + attach_snippet(self)))
        listeners = "".join(f"  - {json.dumps(each)}\n" for each in settings.pop("listen"))
        return f"# Written at each start; changes are lost.\nlisten:\n{listeners}" + "".join(
            f"{key}: {json.dumps(value)}\n" for key, value in settings.items())

    def _settings(self):
        # The link gets its own domain only (global_routes: false).
        loopback = {"ip": "127.0.0.1", "shaper": "none"}
        return {
            "hosts": list(self.hosts),
            "loglevel": "info",
            "listen": [
                {"port": self.client_port, "module": "ejabberd_c2s", "access": "all", **loopback},
                {"port": self.http_port, "module": "ejabberd_http", "ip": "127.0.0.1",
                 "request_handlers": {"/ws": "ejabberd_http_ws", "/bosh": "mod_bosh",
                                      "/api": "mod_http_api"}},
                *([{"port": self.component_port, "module": "ejabberd_service",
                    "global_routes": False, "hosts": {
                        domain: {"password": secret}
                        for domain, secret in self.components.items()}, **loopback}]
                  if self.components and not self.pep else []),
            ],
            "acl": {"loopback": {"ip": ["127.0.0.0/8", "::1/128"]}},
            "api_permissions": {"accounts": {"who": [{"acl": "loopback"}],
                                             "what": ["register", "change_password"]}},
            "auth_method": "internal",
            "auth_password_format": "plain",
            "s2s_access": "none",
            "modules": {"mod_admin_extra": {}, "mod_bosh": {}, "mod_carboncopy": {},
                        "mod_disco": {"extra_domains": list(self.components)},
                        "mod_http_api": {}, "mod_ping": {}, "mod_roster": {},
                        "mod_stream_mgmt": {"resume_timeout": self.hibernation}},
        }


def _joined(one, other):
    """A configuration and what is to be added to it."""
    if isinstance(one, dict):
        return {**one, **{key: _joined(one[key], value) if key in one else value
                          for key, value in other.items()}}
    return one + other if isinstance(one, list) else other


SERVERS = {"prosody": Prosody, "ejabberd": Ejabberd}


def stoa_program():
    """The program under test: $STOA_PROGRAM, or what the release preset builds."""
    return os.environ.get("STOA_PROGRAM") or os.path.join(ROOT, "build", "release", "stoa")


def attach_snippet(server):
    """What `stoa attach` prints for an administrator of such a server whose users' nodes are at its
    first component."""
    config = os.path.join(server.folder, "attach.toml")
    write_private(config, f'''[[link]]
domain   = "{server.pep}"
host     = "127.0.0.1"
port     = {server.component_port}
secret   = "{server.secret(server.pep)}"
services = ["pubsub", "muc"]
pep      = true

[database]
url = "postgresql:///stoa"
''')
    done = subprocess.run([stoa_program(), "attach", "--server", server.name, "--config", config],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise StartError("stoa attach failed:\n" + done.stderr)
    return done.stdout


class Stoa(Server):
    """`stoa run`, attached to an XmppServer with one link for its first component domain."""

    name = "stoa"

    def __init__(self, folder, link, database, domain=None, http_port=None, admins=(), extra=""):
        """`extra` is TOML put behind the fixed part of the configuration."""
        super().__init__(folder)
        self.domain = domain or next(iter(link.components))
        self.http_port = http_port or free_ports(1)[0]
        self.config = self.path("stoa.toml")
        write_private(self.config, self._config(link, database, admins, extra))

    def _config(self, link, database, admins, extra):
        return f'''# Written at each start; changes are lost.
[[link]]
domain   = "{self.domain}"
host     = "127.0.0.1"
port     = {link.component_port}
secret   = "{link.secret(self.domain)}"
services = ["pubsub", "muc"]
pep      = {json.dumps(bool(getattr(link, "pep", None)))}
pep_roster_age = 1

[database]
url = "{database}"

[admin]
jids = {json.dumps(list(admins))}
socket = "stoa.sock"

[http]
listen = "127.0.0.1:{self.http_port}"

{extra}'''

    def start(self):
        self.process.start([stoa_program(), "run", "--config", self.config], cwd=self.folder)
        return self

    def wait_ready(self):
        """Until every link is up and the database is writable."""
        self.process.wait_until(self.ready, "/readyz")

    def ready(self):
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def get(self, path):
        """(status, text) of a page of its HTTP listener."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"http://127.0.0.1:{self.http_port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def command(self, *arguments, lines=None):
        """Runs another of stoa's commands with this instance's configuration, where the daemon runs;
        `lines` is what it reads."""
        return subprocess.run([stoa_program(), *arguments, "--config", self.config],
                              input=lines or "", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, cwd=self.folder)
