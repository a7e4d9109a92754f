"""A whole life of a project with secrets that can be recognised: afterwards none is anywhere but in its own file."""

from __future__ import annotations

import base64
import gzip
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from pydantic import SecretStr

from infusion_etl.accounts.account import Account
from infusion_etl.accounts.secret import KeySecrets
from infusion_etl.accounts.store import AccountStore
from infusion_etl.errors import DEBUG_VARIABLE
from infusion_etl.hooks.inbox import Inbox
from infusion_etl.settings import PROJECT_VARIABLE, Project
from infusion_etl.simulator.config import AccessKey, Limits, OAuthClient, SimulatorConfig
from infusion_etl.simulator.server import Running, running
from infusion_etl.simulator.trouble import TroubleKind, TroubleRule
from infusion_etl_tests.accounts.person import choose
from infusion_etl_tests.cli.commands import command, environment, invoke
from infusion_etl_tests.faults.hostile import Hostile, answering, whole
from infusion_etl_tests.processes import PATIENCE, ended

KEY = AccessKey("KeapAK-5e47136c0ffee5e47136c0ffee5e4713", "sentinel-key")
CLIENT = OAuthClient("a-client-of-ours", "sEntInEl-clIEnt-sEcrEt-4711")
SECRETS = {"KEY_OF_OURS": KEY.secret, "SECRET_OF_OURS": CLIENT.client_secret, "COLUMNS": "200"}
DATASETS = {
    "people": "account: key\nreport: contacts\nupdate: merge\n",
    "tags": "account: oauth\nreport: tags\n",
    "echoed": "account: echo\nreport: tags\n",
}


def echo(head: bytes, number: int) -> list[bytes]:
    """Answer with what was sent, credentials and all, as careless servers do: in JSON, in a page, in a header."""
    sent = next(line for line in head.decode("latin-1").split("\r\n") if line.lower().startswith("authorization"))
    if number == 0:
        return whole(f"<html><title>{sent}</title></html>".encode(), status=b"502 Bad Gateway", content=b"text/html")
    body = f'{{"code": "{sent}", "message": "{sent}", "status": "INVALID"}}'
    return whole(body.encode(), b"X-Echo: " + sent.encode("latin-1"), status=b"400 Bad Request")


def look(over: threading.Event, found: set[bytes]) -> None:
    """Gather the arguments of all processes until it is over."""
    while not over.wait(0.02):
        for process in Path("/proc").iterdir():
            with suppress(OSError):  # it is none, or has ended meanwhile
                found.add((process / "cmdline").read_bytes())


@dataclass
class Life:
    """Runs commands on a project, and gathers everything that can be seen of them."""

    project: Project
    simulator: Running
    echo: Hostile
    seen: list[bytes] = field(default_factory=list)
    secrets: set[str] = field(default_factory=lambda: {KEY.secret, CLIENT.client_secret})

    def run(self, *words: str, status: int | None = 0, typed: str = "", **more: str) -> str:
        """Run a command to its end; what it prints, and the process list meanwhile, is seen."""
        with self.watching(words, **more) as process:
            out, err = process.communicate(typed.encode(), timeout=PATIENCE)
        self.seen += [out, err]
        self.remember()
        assert status is None or process.returncode == status, err.decode()
        return (out + err).decode()

    def ask(self, *words: str, status: int | None = 0) -> str:
        """Run a command in this process, which is sooner; what it prints is seen."""
        done = invoke(self.project, *words)
        self.seen += [done.stdout.encode(), done.stderr.encode()]
        self.remember()
        assert status is None or done.returncode == status, done.stderr
        return done.stdout + done.stderr

    @contextmanager
    def watching(self, words: tuple[str, ...], **more: str) -> Iterator[subprocess.Popen[bytes]]:
        """Start a command, and look at the arguments of all processes until the block ends."""
        over = threading.Event()
        found: set[bytes] = set()
        watch = threading.Thread(target=look, args=(over, found))
        chosen = {PROJECT_VARIABLE: str(self.project.folder), "DAGSTER_HOME": str(self.project.folder)}
        pipe = subprocess.PIPE
        line = command(*words) if words[0] != "dagster" else [sys.executable, "-m", *words]
        watch.start()
        try:
            started = subprocess.Popen(
                line,
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                cwd=self.project.folder,
                env=environment(**chosen, **SECRETS, **more),
            )
            with ended(started) as (process,):
                yield process
        finally:
            over.set()
            watch.join()
            self.seen += found

    def remember(self) -> None:
        """Add the tokens that are in force now to the secrets."""
        for grant in self.simulator.simulator.office.grants:
            self.secrets |= {token for token in (grant.access_token, grant.refresh_token) if token}

    @property
    def spellings(self) -> set[bytes]:
        """The secrets as they would show: plain, as base64, and the client's as Basic has it."""
        basic = f"{CLIENT.client_id}:{CLIENT.client_secret}"
        packed = {base64.b64encode(text.encode()).rstrip(b"=")[:-2] for text in {*self.secrets, basic}}
        return {text.encode() for text in self.secrets} | packed


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """Live it: accounts by key and OAuth, good and failing refreshes, Dagster, every command that tells something."""
    folder = tmp_path_factory.mktemp("life")
    config = SimulatorConfig(contacts=20, limits=Limits.wide(), keys=(KEY,), clients=(CLIENT,))
    with running(config) as simulator, answering(echo) as server:
        found = Life(Project(folder), simulator, server)
        before = os.umask(0)  # as careless as can be: what must be private is made so
        try:
            found.ask("init", str(folder))
            connect(found)
            refresh(found)
            tell(found)
            hook(found)
        finally:
            os.umask(before)
        yield found


def connect(life: Life) -> None:
    """Add an account by key, one by OAuth, and one of a server that sends back what it gets."""
    there = life.simulator
    urls = ("--api-url", there.url, "--token-url", there.token_url, "--authorize-url", there.authorize_url)
    oauth = ("--client-id", CLIENT.client_id, "--client-secret-env", "SECRET_OF_OURS", "--paste", "--no-browser")
    life.run("account", "add", "key", *urls, "--key-env", "KEY_OF_OURS")
    with life.watching(("account", "add", "oauth", *urls, *oauth)) as process:
        assert process.stderr is not None
        told = iter(process.stderr.readline, b"")
        address = next(line for line in told if line.startswith(b"http"))
        _, err = process.communicate(choose(address.decode().strip()).encode() + b"\n", timeout=PATIENCE)
        assert process.returncode == 0, err.decode()
        life.seen += [address, err]
    secrets = KeySecrets(key=SecretStr(KEY.secret))
    AccountStore(life.project).write(Account("echo", api_url=life.echo.url, client=secrets.client), secrets)
    life.remember()


def refresh(life: Life) -> None:
    """Refresh well, with an expired token, with a refused one, and from the server that sends back what it gets."""
    for name, text in DATASETS.items():
        (life.project.datasets / f"{name}.yaml").write_text(text)
    office, clock, trouble = (getattr(life.simulator.simulator, name) for name in ("office", "clock", "trouble"))
    life.run("refresh", "people", "tags", "--json")
    office.expire_access_tokens(clock.now())
    life.ask("refresh", "tags")
    waits = '{"server_trouble": [0.01], "jitter": 0}'
    life.run("refresh", "echoed", "--json", status=1, **{DEBUG_VARIABLE: "1", "INFUSION_ETL_WAITS": waits})
    trouble.add(TroubleRule(TroubleKind.UNAUTHORISED))
    life.ask("refresh", "people", "tags", "echoed", "--json", status=1)
    trouble.clear()
    life.run("dagster", "asset", "materialize", "-m", "infusion_etl.definitions", "--select", "*", status=None)


def tell(life: Life) -> None:
    """Ask everything that tells of accounts and runs, for people and for programs."""
    for words in ("account list", "account test oauth", "status", "history echoed", "dataset show people", "plan"):
        life.ask(*words.split())
        life.ask(*words.split(), "--json", status=None)
    life.ask("account", "test", "echo", status=None)
    life.ask("mirror", "key", "--dry-run")
    first, *_ = json.loads(life.ask("history", "tags", "--json"))
    life.ask("history", "preview", "tags", str(first["id"]), status=None)
    life.ask("revert", "tags", str(first["id"]), status=None)
    life.ask("prune")


def hook(life: Life) -> None:
    """Let Keap tell a receiver of changes, and one that refuses: the path of the address is the secret."""
    secret = Inbox(life.project, "key").secret()
    life.secrets |= {secret, Inbox(life.project, "echo").secret()}
    with life.watching(("hooks", "serve", "key", "--port", "0")) as process:
        assert process.stdout is not None
        host = process.stdout.readline().decode().strip().removesuffix(f"/{secret}")
        life.ask("hooks", "add", "key", "--host", host)
        life.ask("hooks", "list", "key", "--host", host)
        process.send_signal(signal.SIGINT)
        said, err = process.communicate(timeout=PATIENCE)
    life.seen += [said, err]
    life.ask("hooks", "add", "echo", "--host", "https://example.com", status=None)


def contents(path: Path) -> bytes:
    """Return what a file holds: as it is, and unpacked; of DuckDB files every value too, for they are compressed."""
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        return raw + gzip.decompress(raw)
    return raw + values(path) if path.suffix == ".duckdb" else raw


def values(path: Path) -> bytes:
    """Return every value of every table of a DuckDB file as text."""
    with duckdb.connect(str(path), read_only=True) as connection:
        asked = "SELECT schema_name, table_name FROM duckdb_tables()"
        tables = connection.execute(asked).fetchall()
        assert ("_infusion", "runs") in tables
        return b"".join(
            repr(connection.execute(f'SELECT CAST(t AS VARCHAR) FROM "{schema}"."{name}" t').fetchall()).encode()
            for schema, name in tables
        )


def test_no_secret_is_in_any_file_but_its_own(life: Life) -> None:
    """Batches, databases, run records, Dagster's events and logs: the files of accounts and inboxes alone have them."""
    files = [path for path in life.project.folder.rglob("*") if path.is_file()]
    own = [path for path in files if path.parent in (life.project.accounts, life.project.data / "hooks")]
    told = [path for path in files if path not in own and any(one in contents(path) for one in life.spellings)]
    assert told == []
    assert len(own) == 3 + 2
    assert any("dagster" in path.parts for path in files)
    assert any(path.suffixes == [".json", ".gz"] for path in files)
    assert any(KEY.secret.encode() in path.read_bytes() for path in own)


def test_no_secret_is_printed_or_in_the_process_list(life: Life) -> None:
    """Neither in what commands say, with tracebacks too, nor in the arguments of any process."""
    seen = b"\0".join(life.seen)
    assert [one for one in life.spellings if one in seen] == []
    for certain in (b"Traceback", b"infusion_etl.cli.main", b"502", b"400", b"materialize"):
        assert certain in seen


def test_no_secret_is_in_an_address(life: Life) -> None:
    """What is sent goes by headers and bodies: servers and proxies write down addresses."""
    addresses = [f"{entry.path}?{entry.query}" for entry in life.simulator.simulator.journal]
    addresses += [head.split(b"\r\n")[0].decode() for head in life.echo.heads]
    assert len(addresses) > 10
    assert [one for one in addresses if any(text.decode() in one for text in life.spellings)] == []


def test_what_is_private_is_made_so(life: Life) -> None:
    """Under an umask that allows all: `data/` and the folders of secrets and pages 0700, their files 0600."""
    hooks = life.project.data / "hooks"
    closed = [life.project.data, life.project.accounts, hooks, *life.project.batches.glob("*/*/*")]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in closed} == {0o700}
    files = [*life.project.accounts.iterdir(), *hooks.iterdir(), life.project.landing]
    files += [*life.project.batches.rglob("*.gz"), *life.project.batches.rglob("*.parquet")]
    assert any(file.suffix == ".parquet" for file in files)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


@pytest.mark.parametrize(("place", "mode", "remedy"), [("key.json", 0o644, "chmod 600"), (".", 0o755, "chmod 700")])
def test_a_secret_that_others_may_read_is_not_used(life: Life, place: str, mode: int, remedy: str) -> None:
    """By any command, which ends with the command that closes it; closed, it is used again."""
    path = life.project.accounts / place
    before = stat.S_IMODE(path.stat().st_mode)
    calls = life.simulator.simulator.journal.count
    path.chmod(mode)
    try:
        for words in (("refresh", "people"), ("account", "test", "key"), ("dataset", "preview", "people")):
            assert remedy in life.ask(*words, status=2)
        assert life.simulator.simulator.journal.count == calls
    finally:
        path.chmod(before)
    assert AccountStore(life.project).read("key").secrets


@pytest.mark.parametrize("option", ["--key", "--client-secret", "--token", "--access-token", "--refresh-token"])
def test_no_option_takes_a_secret(life: Life, option: str) -> None:
    """Arguments stand in the process list and in the shell's history: such options do not exist."""
    told = life.ask("account", "add", "new", option, "value-of-it", status=2)
    assert "No such option" in told
    assert "value-of-it" not in told
