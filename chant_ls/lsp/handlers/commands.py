"""Verbs of the execution core, and our own requests."""

from collections.abc import Awaitable
from dataclasses import asdict
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from chant_ls.lsp import verbs, wire
from chant_ls.lsp.protocol import REQUEST_FAILED, Encoded
from chant_ls.lsp.server import ChantServer
from chant_ls.model.refusal import Refusal


async def execute_command(ls: ChantServer, params: types.ExecuteCommandParams) -> dict[str, Any]:
    try:
        argument = wire.argument(params.command, params.arguments)
    except wire.BadArgument as error:
        raise JsonRpcInvalidParams(str(error)) from error
    result = await verbs.run(ls, params.command, argument)
    if isinstance(result, verbs.Conflict):
        told = asdict(wire.Conflict(result.files, result.folder))
        raise JsonRpcException(str(result.refusal), REQUEST_FAILED, told)
    if isinstance(result, Refusal):
        raise JsonRpcException(str(result), REQUEST_FAILED)
    return {"ok": True, **result}


def specs(ls: ChantServer, params: Any) -> Awaitable[Encoded]:
    return ls.lists.answer(ls.session.asked(wire.root_of(params)))


def progress_cancelled(ls: ChantServer, params: types.WorkDoneProgressCancelParams) -> None:
    ls.runs.stop(params.token)
