"""Entry point of `chant-ls` and of `chant lsp`."""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import chant_ls

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from chant_ls.lsp.server import ChantServer

SWITCH_EVERY = 0.001
"""Seconds: while a thread reads the project, an answer waits no longer than this for its turn."""


class Options(NamedTuple):
    tcp: str | None = None
    log_file: str | None = None
    log_level: str = "warning"


def main(argv: Sequence[str] | None = None) -> None:
    """Serve one client until it leaves; ends the process with the protocol's exit code."""
    options = _options(sys.argv[1:] if argv is None else argv)
    _log_to(options.log_file, options.log_level)
    code = serve(options.tcp)
    logging.shutdown()
    sys.stderr.flush()
    os._exit(code)  # the reading thread may sit in a read that never returns


def serve(tcp: str | None) -> int:
    from chant_ls.lsp.transport import accept_one, take_stdio

    sys.setswitchinterval(SWITCH_EVERY)
    try:
        reader, writer = accept_one(*_address(tcp)) if tcp else take_stdio()
    except OSError as error:
        raise SystemExit(f"chant-ls: cannot listen on {tcp}: {error}") from None
    server = made(dict(os.environ))
    try:
        return asyncio.run(server.serve(reader, writer))
    except KeyboardInterrupt:
        return 130


def made(env: Mapping[str, str]) -> "ChantServer":
    """A server that has all it needs to check a text, so that the first one does not wait for it.

    Most of a start is the import of lsprotocol. What the rules add to that is less than what it
    costs to look for garbage meanwhile, where there is none: all of it stays.
    """
    gc.disable()
    from chant_ls.lsp.handlers import registered
    from chant_ls.lsp.server import ChantServer

    server = registered(ChantServer(env))
    server.prepare()
    gc.freeze()
    gc.enable()
    return server


def _options(argv: Sequence[str]) -> Options:
    """Editors start us plainly; they need not wait for a parser of options."""
    if set(argv) <= {"--stdio"}:
        return Options()
    told = _parser().parse_args(argv)
    return Options(told.tcp, told.log_file, told.log_level)


def _parser() -> "ArgumentParser":
    from argparse import ArgumentParser, RawDescriptionHelpFormatter

    parser = ArgumentParser(
        "chant-ls",
        formatter_class=RawDescriptionHelpFormatter,
        description="Language server for chant specs.\n\n"
        "Editors start it; `chant lsp` is the same program. It reads and checks specs as they\n"
        "are typed. What a repository chose to run runs only where the editor says it is trusted.",
        epilog="Examples:\n  chant lsp --stdio\n  chant lsp --log-file /tmp/chant-ls.log",
    )
    parser.add_argument("--stdio", action="store_true", help="speak on stdin and stdout (default)")
    parser.add_argument("--tcp", metavar="HOST:PORT", help="wait for one client on this address")
    parser.add_argument("--log-file", metavar="FILE", help="write the log there, not to stderr")
    levels = ["debug", "info", "warning", "error"]
    parser.add_argument("--log-level", choices=levels, default="warning")
    parser.add_argument(
        "--version", action="version", version=f"chant-ls, version {chant_ls.__version__}"
    )
    return parser


def _address(tcp: str) -> tuple[str, int]:
    """Only this machine's own clients, unless another host is told."""
    host, _, port = tcp.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise SystemExit(f"chant-ls: --tcp wants HOST:PORT, not {tcp!r}")
    return host.strip("[]") or "127.0.0.1", int(port)


def _log_to(file: str | None, level: str) -> None:
    logging.basicConfig(
        filename=file,
        level=level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    if level != "debug":
        logging.getLogger("pygls").setLevel(logging.ERROR)


if __name__ == "__main__":
    main()
