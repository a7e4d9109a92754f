"""The account commands as a person or a script runs them: real processes, the simulator, real files."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests

from infusion_etl.accounts.store import AccountStore
from infusion_etl.cli.main import main
from infusion_etl.hooks.inbox import Inbox
from infusion_etl.settings import Project
from infusion_etl.simulator.config import DEMO_CLIENT, DEMO_KEY, AccessKey, Limits, SimulatorConfig
from infusion_etl.simulator.server import Running, running
from infusion_etl_tests.accounts.person import choose, control
from infusion_etl_tests.processes import PATIENCE, ended

SECRETS = {
    "GOOD_KEY": DEMO_KEY.secret,
    "BAD_KEY": "KeapAK-nobody",
    "WEAK_KEY": "KeapAK-weak",
    "CLIENT_SECRET": DEMO_CLIENT.client_secret,
}
OAUTH = ("--client-id", DEMO_CLIENT.client_id, "--client-secret-env", "CLIENT_SECRET", "--no-browser")


@dataclass
class Said:
    """What a command answered, said, and ended with."""

    out: str
    err: str
    status: int

    @property
    def json(self) -> Any:
        """The answer, read as JSON."""
        return json.loads(self.out)


@dataclass
class Terminal:
    """Runs commands in a project, with the secrets in the environment."""

    project: Project
    simulator: Running
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of a command; no browser opens in it."""
        kept = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "BROWSER"}}
        return {**kept, **SECRETS, **self.extra}

    def command(self, *words: str) -> list[str]:
        """Return the whole command line."""
        return [sys.executable, "-m", "infusion_etl.cli.main", "--project", str(self.project.folder), "account", *words]

    def run(self, *words: str, typed: str = "") -> Said:
        """Run `account WORDS` to its end, in this process: as the console script does, but sooner."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as world, redirect_stdout(out), redirect_stderr(err):
            world.setattr(os, "environ", dict(self.environment))
            world.setattr(sys, "argv", self.command(*words)[2:])
            world.setattr(sys, "stdin", io.StringIO(typed))
            with pytest.raises(SystemExit) as end:
                main()
        return Said(out.getvalue(), err.getvalue(), int(end.value.code or 0))

    def process(self, *words: str) -> subprocess.Popen[str]:
        """Begin `account WORDS` in a process of its own, with pipes."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            self.command(*words), env=self.environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True
        )

    def add(self, name: str, *words: str, typed: str = "") -> Said:
        """Run `account add` for the simulated app."""
        return self.run("add", name, *self.addresses, *words, typed=typed)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The options that lead to the simulator."""
        there = self.simulator
        return "--api-url", there.url, "--token-url", there.token_url, "--authorize-url", there.authorize_url

    def dataset(self, name: str, text: str) -> Path:
        """Put a dataset file into the project."""
        path = self.project.datasets / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture(scope="module")
def keap() -> Iterator[Running]:
    """Return a simulator with a key that may do everything and one that may do nothing."""
    keys = (DEMO_KEY, AccessKey(SECRETS["WEAK_KEY"], "weak", permitted=False))
    with running(SimulatorConfig(contacts=3, limits=Limits.wide(), keys=keys)) as found:
        yield found


@pytest.fixture
def terminal(keap: Running, tmp_path: Path) -> Terminal:
    """Return a terminal in an empty project."""
    control(keap, "/reset")
    return Terminal(Project(tmp_path), keap)


@pytest.fixture
def with_key(terminal: Terminal) -> Terminal:
    """Return a terminal with an account acme that signs in with a key."""
    said = terminal.add("acme", "--key-env", "GOOD_KEY")
    assert said.status == 0, said.err
    return terminal


def _connected(terminal: Terminal, name: str = "acme") -> None:
    """Connect an account by OAuth in two commands, as a script does."""
    asked = terminal.add(name, *OAUTH, "--paste")
    redirected = choose(_address(asked.err))
    said = terminal.add(name, *OAUTH, "--redirected", redirected)
    assert said.status == 0, said.err


def _address(text: str) -> str:
    return next(line for line in text.splitlines() if line.startswith("http"))


def _told(process: subprocess.Popen[str]) -> str:
    """Return the address that a command says to open."""
    assert process.stderr is not None
    return next(line for line in process.stderr if line.startswith("http")).strip()


def test_an_account_with_a_key(with_key: Terminal) -> None:
    """Added, it is tested, listed and tested again, for people and for programs; the key shows nowhere."""
    listed = with_key.run("list")
    as_json = with_key.run("list", "--json")
    tested = with_key.run("test", "acme")
    result = with_key.run("test", "acme", "--json")
    tenant = with_key.simulator.simulator.world.tenant_id
    assert tenant in listed.out
    assert as_json.json == [
        {
            "name": "acme",
            "api": "rest",
            "sign": "key",
            "app": tenant,
            "timezone": "America/New_York",
            "api_url": with_key.simulator.url,
            "renewed": None,
            "days_left": None,
        }
    ]
    assert tested.out.startswith(f"acme works: {tenant}, user Ruth Admin, rest")
    assert {"ok": True, "state": "connected", "app": tenant}.items() <= dict(result.json).items()
    assert not any(DEMO_KEY.secret in said.out + said.err for said in (listed, as_json, tested, result))


def test_an_account_connected_by_oauth_with_the_pasted_address(terminal: Terminal) -> None:
    """The address to open is printed, the redirected one read from standard input; the days left are told."""
    words = ("add", "acme", *terminal.addresses, *OAUTH, "--paste", "--timezone", "America/Denver")
    with ended(terminal.process(*words)) as (waiting,):
        out, _ = waiting.communicate(choose(_told(waiting)) + "\n", timeout=PATIENCE)
    assert waiting.returncode == 0
    assert "connected to xy101.infusionsoft.com" in out
    assert "refresh token good for 44 days" in terminal.run("test", "acme").out
    [listed] = terminal.run("list", "--json").json
    assert (listed["sign"], listed["timezone"], listed["days_left"]) == ("oauth", "America/Denver", 44)


def test_an_account_connected_in_two_commands(terminal: Terminal) -> None:
    """Where nobody can answer, the first command says what to do and keeps nothing, the second one finishes."""
    asked = terminal.add("acme", *OAUTH, "--paste")
    assert asked.status == 2
    assert "--redirected" in asked.err
    assert AccountStore(terminal.project).names() == []
    said = terminal.add("acme", *OAUTH, "--redirected", choose(_address(asked.err)))
    assert (said.status, AccountStore(terminal.project).names()) == (0, ["acme"])


def test_an_account_connected_with_the_page_on_this_computer(terminal: Terminal) -> None:
    """The command waits for the browser to come back to its page, and both say that it is done."""
    with ended(terminal.process("add", "acme", *terminal.addresses, *OAUTH)) as (waiting,):
        back = requests.get(choose(_told(waiting)), timeout=PATIENCE)
        out, _ = waiting.communicate(timeout=PATIENCE)
    assert "Account acme is connected to xy101" in back.text
    assert waiting.returncode == 0
    assert "Account acme is connected" in out
    assert AccountStore(terminal.project).names() == ["acme"]


def test_a_browser_is_opened_where_there_is_one(terminal: Terminal, tmp_path: Path) -> None:
    """The browser of the environment gets the address; here it is a script that presses Allow and comes back."""
    browser = tmp_path / "browser.py"
    browser.write_text(
        "import sys, requests\nfrom infusion_etl_tests.accounts.person import choose\n"
        "requests.get(choose(sys.argv[1]), timeout=60)\n"
    )
    terminal.extra["BROWSER"] = f"{sys.executable} {browser} %s &"
    with ended(terminal.process("add", "acme", *terminal.addresses, *OAUTH[:-1])) as (process,):
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err


def test_the_owner_who_says_no(terminal: Terminal) -> None:
    """Deny ends the command with status 2, and nothing is kept."""
    asked = terminal.add("acme", *OAUTH, "--paste")
    said = terminal.add("acme", *OAUTH, "--redirected", choose(_address(asked.err), "deny"))
    assert said.status == 2
    assert "denied" in said.err
    assert AccountStore(terminal.project).names() == []


def test_all_mistakes_of_a_command_are_told_at_once(with_key: Terminal) -> None:
    """Every wrong option is named with its value and the nearest valid one; status 2, nothing sent or made."""
    before = with_key.simulator.simulator.journal.count
    said = with_key.run(
        *("add", "Acme!", "--key-env", "GOOD_KEI", "--api", "xml", "--timezone", "Amerika/Denver"),
        *("--api-url", "http://keap.example", "--token-url", "token", "--authorize-url", "https://u:p@keap.example"),
        *("--redirect-url", "ftp://x"),
    )
    assert said.status == 2
    for words in (
        "NAME: 'Acme!' cannot be an account's name",
        "--key-env: there is no environment variable GOOD_KEI (did you mean GOOD_KEY?)",
        "--api: unknown API 'xml' (did you mean xmlrpc?)",
        "--timezone: 'Amerika/Denver' is no IANA time zone (did you mean America/Denver",
        "--api-url: 'http://keap.example' is not encrypted",
        "--token-url: 'token' is not an address",
        "--authorize-url: an address must not carry a user name or password",
        "--redirect-url: 'ftp://x' is not an address",
    ):
        assert words in said.err
    assert (with_key.simulator.simulator.journal.count, AccountStore(with_key.project).names()) == (before, ["acme"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("add", "new"), "say how to sign in: --key-env"),
        (("add", "new", "--client-id", "x"), "--client-secret-env: name the environment variable"),
        (("add", "new", "--client-secret-env", "CLIENT_SECRET"), "--client-id: is missing"),
        (("add", "new", "--client-id", "x", "--key-env", "GOOD_KEY"), "not with both"),
        (("add", "new", "--key-env", "EMPTY"), "EMPTY: is empty"),
        (("add", "new", "--key-env", "SPLIT"), "SPLIT: holds blanks"),
        (("add", "acme", "--key-env", "GOOD_KEY"), "already an account acme"),
        (("add", "order", "--key-env", "GOOD_KEY"), "did you mean order_account?"),
        (("add", "new", "--key-env", "GOOD_KEY", "--paste"), "--client-id: is needed"),
        (("test", "acne"), "did you mean acme?"),
        (("reconnect", "acne"), "did you mean acme?"),
        (("remove", "acne", "--yes"), "did you mean acme?"),
        (("rename", "acne", "new"), "no account 'acne'"),
        (("rename", "acme", "Main"), "'Main' cannot be"),
        (("rename", "acme", "acme"), "already an account"),
        (("remove", "acme"), "--yes"),
        (("reconnect", "acme"), "say how to sign in"),
    ],
)
def test_what_cannot_be_done_ends_with_status_2(with_key: Terminal, words: tuple[str, ...], message: str) -> None:
    """A mistake names the option or name and what would be right; nothing is changed."""
    with_key.extra.update(EMPTY=" ", SPLIT="a b")
    said = with_key.run(*words)
    assert message in said.err
    assert said.status == 2
    assert AccountStore(with_key.project).names() == ["acme"]


@pytest.fixture
def website() -> Iterator[str]:
    """Return the address of a web server that is not Keap."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Show a page, whatever is asked."""
            self.send_response(200 if "/shop" in self.path else 404)
            self.end_headers()
            self.wfile.write(b"<html><h1>Welcome to our shop</h1></html>")

        do_POST = do_GET  # noqa: N815 - as http.server names it

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as in http.server
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("key", "url", "state", "status", "remedy"),
    [
        ("BAD_KEY", "{keap}", "refused", 2, "account reconnect acme --key-env"),
        ("WEAK_KEY", "{keap}", "no_permission", 1, "service account key"),
        ("GOOD_KEY", "{website}", "wrong_host", 2, "--api-url"),
        ("GOOD_KEY", "{website}/shop", "wrong_host", 2, "--api-url"),
        ("GOOD_KEY", "https://no-such-host.invalid", "wrong_host", 2, "--api-url"),
        ("GOOD_KEY", "http://127.0.0.1:9", "unreachable", 1, "network"),
    ],
)
def test_each_trouble_has_its_own_name_and_remedy(
    terminal: Terminal, website: str, *, key: str, url: str, state: str, status: int, remedy: str
) -> None:
    """A refused key, a missing permission, a wrong host and an unreachable network are told apart."""
    address = url.format(keap=terminal.simulator.url, website=website)
    added = terminal.run("add", "acme", "--key-env", key, "--api-url", address, "--no-test")
    assert added.status == 0, added.err
    tested = terminal.run("test", "acme", "--json")
    result = dict(tested.json)
    assert (result["state"], result["ok"], tested.status) == (state, False, status)
    assert remedy in result["remedy"]
    assert SECRETS[key] not in tested.out + tested.err
    told = terminal.run("test", "acme")
    assert (told.status, told.err.splitlines()[-1]) == (status, result["remedy"])


def test_a_key_that_is_refused_is_not_kept(terminal: Terminal) -> None:
    """`add` tries a key before it keeps it."""
    said = terminal.add("acme", "--key-env", "BAD_KEY")
    assert said.status == 2
    assert "Nothing was kept" in said.err
    assert AccountStore(terminal.project).names() == []


def test_trouble_at_keap_is_nobodys_fault(with_key: Terminal) -> None:
    """When Keap is down, `test` says so once, without judging the key and without trying for minutes."""
    control(with_key.simulator, "/trouble", {"rules": [{"kind": "unavailable"}]})
    result = dict(with_key.run("test", "acme", "--json").json)
    assert (result["state"], result["ok"]) == ("trouble", False)
    assert with_key.simulator.simulator.journal.count <= 3


def test_an_ended_token_is_renewed_or_told(terminal: Terminal) -> None:
    """`test` renews a token that has ended; where the renewal is refused it says expired, and `reconnect` mends it."""
    _connected(terminal)
    control(terminal.simulator, "/tokens/expire")
    assert terminal.run("test", "acme").status == 0
    _spoil_tokens(terminal)
    tested = terminal.run("test", "acme", "--json")
    assert (dict(tested.json)["state"], tested.status) == ("expired", 2)
    asked = terminal.run("reconnect", "acme", "--paste")
    mended = terminal.run("reconnect", "acme", "--redirected", choose(_address(asked.err)))
    assert mended.status == 0, mended.err
    assert terminal.run("test", "acme").status == 0


def _spoil_tokens(terminal: Terminal) -> None:
    """Put tokens into the store that Keap does not know, as an old backup would."""
    path = terminal.project.accounts / "acme.json"
    content = json.loads(path.read_text())
    content["secrets"].update(access_token="old", refresh_token="old")
    path.write_text(json.dumps(content))


def test_both_apis_can_be_tested(terminal: Terminal) -> None:
    """An account of the XML-RPC API is tested by XML-RPC, by key and by OAuth."""
    assert terminal.add("keyed", "--key-env", "GOOD_KEY", "--api", "xmlrpc").status == 0
    asked = terminal.add("tokened", *OAUTH, "--paste", "--api", "XMLRPC")
    said = terminal.add("tokened", *OAUTH, "--api", "XMLRPC", "--redirected", choose(_address(asked.err)))
    assert said.status == 0, said.err
    assert [terminal.run("test", name).status for name in ("keyed", "tokened")] == [0, 0]
    calls = requests.get(f"{terminal.simulator.control_url}/journal", timeout=30).json()
    assert not [call for call in calls if "/rest/" in call["path"]]


def test_reconnect_takes_another_key_and_keeps_everything_else(with_key: Terminal) -> None:
    """A refused key changes nothing; a good one replaces the old one."""
    before = AccountStore(with_key.project).read("acme")
    assert with_key.run("reconnect", "acme", "--key-env", "BAD_KEY").status == 2
    assert AccountStore(with_key.project).read("acme") == before
    assert with_key.run("reconnect", "acme", "--key-env", "GOOD_KEY").status == 0
    assert AccountStore(with_key.project).read("acme") == before


def test_reconnect_changes_from_key_to_oauth(with_key: Terminal) -> None:
    """An account may sign in another way; its tables, time zone and addresses stay."""
    asked = with_key.run("reconnect", "acme", *OAUTH, "--paste")
    said = with_key.run("reconnect", "acme", *OAUTH, "--redirected", choose(_address(asked.err)))
    assert said.status == 0, said.err
    account = AccountStore(with_key.project).read("acme").account
    assert (account.sign.value, account.api_url) == ("oauth", with_key.simulator.url)


def test_reconnect_refuses_another_app(with_key: Terminal) -> None:
    """A key of another app would mix two customers' data in one schema: it is refused and not kept."""
    store = AccountStore(with_key.project)
    path = with_key.project.accounts / "acme.json"
    path.write_text(path.read_text().replace("xy101", "zz999"))
    said = with_key.run("reconnect", "acme", "--key-env", "GOOD_KEY")
    assert said.status == 2
    assert "xy101.infusionsoft.com" in said.err
    assert store.read("acme").account.app == "zz999.infusionsoft.com"


def test_rename_takes_the_dataset_files_along(with_key: Terminal) -> None:
    """The `account:` lines change and nothing else does; hooks find their inbox; what stays behind is said."""
    plain = with_key.dataset("one", "# acme\naccount: acme   # ours\nreport: contacts\ndescription: acme\r\n")
    quoted = with_key.dataset("sub/two", 'report: contacts\naccount: "acme"\n')
    other = with_key.dataset("three", "account: acmeco\nreport: contacts\n")
    hooks = Inbox(with_key.project, "acme").secret()
    said = with_key.run("rename", "acme", "zenith")
    assert said.status == 0, said.err
    assert (Inbox(with_key.project, "zenith").secret(), Inbox(with_key.project, "acme").exists) == (hooks, False)
    assert plain.read_bytes() == b"# acme\naccount: zenith   # ours\nreport: contacts\ndescription: acme\r\n"
    assert quoted.read_text() == 'report: contacts\naccount: "zenith"\n'
    assert other.read_text() == "account: acmeco\nreport: contacts\n"
    assert "one.yaml" in said.out
    assert "stay in the schema acme" in said.out
    assert AccountStore(with_key.project).names() == ["zenith"]


@pytest.mark.parametrize(
    "text",
    [
        "{account: acme, report: contacts}\n",
        "account: acme\naccount: acme\n",
        "account:   !!str acme\n",
        "  account: acme\n",
    ],
)
def test_rename_changes_nothing_when_a_file_cannot_be_changed_safely(with_key: Terminal, text: str) -> None:
    """A file with an odd `account:` line is named, and neither the account nor any file is touched."""
    fine = with_key.dataset("fine", "account: acme\n")
    odd = with_key.dataset("odd", text)
    said = with_key.run("rename", "acme", "zenith")
    assert said.status == 2
    assert "odd.yaml" in said.err
    assert (fine.read_text(), odd.read_text()) == ("account: acme\n", text)
    assert AccountStore(with_key.project).names() == ["acme"]


def test_remove_says_which_datasets_stop(with_key: Terminal) -> None:
    """The files that name the account are told; its secrets are gone afterwards."""
    with_key.dataset("one", "account: acme\nreport: contacts\n")
    Inbox(with_key.project, "acme").secret()
    said = with_key.run("remove", "acme", "--yes")
    assert said.status == 0
    assert "one.yaml" in said.err
    assert list(with_key.project.accounts.iterdir()) == []
    assert not Inbox(with_key.project, "acme").exists


ON_A_TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"


def test_a_key_can_be_typed_without_being_shown(terminal: Terminal) -> None:
    """On a terminal the key is asked for and does not appear on it."""
    words = [sys.executable, "-c", ON_A_TERMINAL, *terminal.command("add", "acme", *terminal.addresses)]
    pipe = subprocess.PIPE
    with ended(subprocess.Popen(words, env=terminal.environment, stdin=pipe, stdout=pipe)) as (process,):
        assert process.stdin is not None
        assert process.stdout is not None
        shown = process.stdout.read(len("Access key (does not show): "))  # the last blank comes when the echo is off
        process.stdin.write(DEMO_KEY.secret.encode() + b"\n")
        process.stdin.flush()
        shown += process.stdout.read()
        process.wait()
    assert (process.returncode, shown[:10]) == (0, b"Access key")
    assert b"is connected" in shown
    assert DEMO_KEY.secret.encode() not in shown


def test_no_account_yet(terminal: Terminal) -> None:
    """An empty project lists nothing, for people with a hint, for programs as an empty list."""
    said = terminal.run("list")
    assert (said.status, said.out) == (0, "")
    assert "account add" in said.err
    assert terminal.run("list", "--json").json == []
