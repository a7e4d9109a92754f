"""`simulate`: it says where it answers, and what is wrong with its options."""

from __future__ import annotations

import signal
import socket
import subprocess
from urllib.request import urlopen

from infusion_etl_tests.cli.commands import command, environment, invoke
from infusion_etl_tests.processes import ended, line


def test_the_first_line_is_the_address_and_it_answers() -> None:
    """A program reads where the simulator is from its first line; ended from outside, it is gone."""
    words = command("simulate", "--port", "0", "--contacts", "5")
    with ended(subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, text=True)) as (process,):
        url = line(process).strip()
        with urlopen(f"{url}/_simulator/journal") as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert url in process.communicate()[0]  # ready to be copied into `account add`


def test_a_port_that_is_taken_is_a_mistake() -> None:
    """Status 2, with the port and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = invoke(None, "simulate", "--port", str(port), "--contacts", "5")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"port {port}" in done.stderr
    assert "--port" in done.stderr.splitlines()[-1]


def test_an_unknown_trouble_names_the_nearest() -> None:
    """All of them at once."""
    done = invoke(None, "simulate", "--trouble", "flakey", "--trouble", "quotas")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean flaky" in done.stderr
    assert "did you mean quota" in done.stderr
