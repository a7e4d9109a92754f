"""`simulate`: it says where it answers, and what is wrong with its options."""

from __future__ import annotations

import signal
import socket
import subprocess
from urllib.request import urlopen

from infusion_etl_tests.cli.commands import command, environment, invoke


def test_the_first_line_is_the_address_and_it_answers() -> None:
    """A program reads where the simulator is from its first line; ended from outside, it is gone."""
    process = subprocess.Popen(
        command("simulate", "--port", "0", "--contacts", "5"), env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    with urlopen(f"{url}/_simulator/journal") as answer:
        assert answer.status == 200
    process.send_signal(signal.SIGTERM)
    assert url in process.stdout.read()  # ready to be copied into `account add`
    process.stdout.close()
    process.wait()


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
