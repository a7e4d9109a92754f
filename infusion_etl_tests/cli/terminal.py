"""A person at a real pseudo-terminal: a command as its own process, keys that are pressed, a screen that is read."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

from infusion_etl.settings import PROJECT_VARIABLE, Project
from infusion_etl_tests.cli.commands import command, environment
from infusion_etl_tests.processes import PATIENCE, ended

ENTER, DOWN, CTRL_C, CTRL_D, CLEAR = "\r", "\x1b[B", "\x03", "\x04", "\x15"
"""Keys as a terminal sends them; CLEAR (Ctrl-U) empties the line."""

WIDE = 200  # columns
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-Z\\-_]|\x1b\][^\x07]*\x07|[\x00-\x08\x0b-\x1f]")
# The terminal must be the process's own, as it is in a shell: only then does Ctrl-C reach it while it does not read.
_OWN_TERMINAL = (
    "import fcntl, os, sys, termios\nfcntl.ioctl(0, termios.TIOCSCTTY, 0)\nos.execv(sys.argv[1], sys.argv[1:])\n"
)


class Person:
    """Sits at the terminal of a command that runs."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int) -> None:
        self.screen = ""
        self._process = process
        self._terminal = terminal
        self._seen = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def sees(self, text: str) -> None:
        """Wait until the text appears after what was seen before."""
        deadline = time.monotonic() + PATIENCE
        while (at := self.screen.find(text, self._seen)) < 0:
            rest = self.screen[self._seen :]
            assert self._read(deadline - time.monotonic()), f"{text!r} does not come; after what was seen: {rest}"
        self._seen = at + len(text)

    def presses(self, *keys: str) -> None:
        """Send keys, or texts."""
        for key in keys:
            os.write(self._terminal, key.encode())

    def answers(self, question: str, *keys: str) -> None:
        """Wait for a question, then send keys and Enter."""
        self.sees(question)
        self.presses(*keys, ENTER)

    def leaves(self) -> int:
        """Wait for the command's end and return its exit status; all of its output is on the screen then."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline - time.monotonic()):
            pass
        return self._process.wait(PATIENCE)

    def _read(self, seconds: float) -> bool:
        """Read what there is; False when nothing more comes."""
        if seconds <= 0 or not select.select([self._terminal], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._terminal, 65536)
        except OSError:  # Linux: nobody has the other end open any more
            return False
        # What is drawn anew in the same line follows without its control sequences: enough to read words.
        self.screen += _CONTROLS.sub("", self._decoder.decode(data))
        return bool(data)


@contextmanager
def at_terminal(project: Project, *words: str, columns: int = WIDE, **more: str) -> Iterator[Person]:
    """Run a command at a terminal of its own; it is killed if it still runs at the end of the block."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    chosen = {PROJECT_VARIABLE: str(project.folder), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", **more}
    process = subprocess.Popen(
        [sys.executable, "-c", _OWN_TERMINAL, *command(*words)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={name: value for name, value in environment(**chosen).items() if name != "COLUMNS"},
        start_new_session=True,
    )
    os.close(theirs)
    try:
        with ended(process):
            yield Person(process, ours)
    finally:
        os.close(ours)
