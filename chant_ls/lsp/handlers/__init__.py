"""Every method we answer, and where. A handler's module is imported when it is first called: a
start imports only what the first text needs."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from lsprotocol import types

from chant_ls.lsp import wire
from chant_ls.lsp.server import ChantServer

METHODS = {
    types.INITIALIZE: "sync.initialize",
    types.INITIALIZED: "sync.initialized",
    types.TEXT_DOCUMENT_DID_OPEN: "sync.did_open",
    types.TEXT_DOCUMENT_DID_CHANGE: "sync.did_change",
    types.TEXT_DOCUMENT_DID_SAVE: "sync.did_save",
    types.TEXT_DOCUMENT_DID_CLOSE: "sync.did_close",
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: "sync.did_change_folders",
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: "sync.did_change_files",
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: "sync.did_change_configuration",
    types.TEXT_DOCUMENT_DIAGNOSTIC: "features.document_diagnostic",
    types.WORKSPACE_DIAGNOSTIC: "features.workspace_diagnostic",
    types.TEXT_DOCUMENT_HOVER: "features.hover",
    types.TEXT_DOCUMENT_COMPLETION: "features.completion",
    types.COMPLETION_ITEM_RESOLVE: "features.resolve_completion",
    types.TEXT_DOCUMENT_DEFINITION: "navigation.definition",
    types.TEXT_DOCUMENT_REFERENCES: "navigation.references",
    types.TEXT_DOCUMENT_DOCUMENT_LINK: "navigation.document_link",
    types.TEXT_DOCUMENT_PREPARE_RENAME: "navigation.prepare_rename",
    types.TEXT_DOCUMENT_RENAME: "navigation.rename",
    types.WORKSPACE_WILL_RENAME_FILES: "navigation.will_rename",
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: "navigation.document_symbol",
    types.WORKSPACE_SYMBOL: "navigation.workspace_symbol",
    types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY: "navigation.prepare_calls",
    types.CALL_HIERARCHY_INCOMING_CALLS: "navigation.incoming_calls",
    types.CALL_HIERARCHY_OUTGOING_CALLS: "navigation.outgoing_calls",
    types.TEXT_DOCUMENT_CODE_LENS: "decorations.code_lens",
    types.TEXT_DOCUMENT_INLAY_HINT: "decorations.inlay_hint",
    types.TEXT_DOCUMENT_FOLDING_RANGE: "decorations.folding_range",
    types.TEXT_DOCUMENT_SELECTION_RANGE: "decorations.selection_range",
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL: "decorations.semantic_tokens",
    types.TEXT_DOCUMENT_CODE_ACTION: "actions.code_action",
    types.CODE_ACTION_RESOLVE: "actions.resolve_action",
    types.WORKSPACE_EXECUTE_COMMAND: "commands.execute_command",
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL: "commands.progress_cancelled",
    wire.SPECS: "commands.specs",
}

Handler = Callable[[ChantServer, Any], Any]


def handler(name: str) -> Handler:
    """The function that `module.function` names in this package."""
    module, _, function = name.partition(".")
    found: Handler = getattr(import_module(f"{__name__}.{module}"), function)
    return found


def warm() -> None:
    """Import what the first questions will need, so that they need not."""
    for name in METHODS.values():
        handler(name)


def registered(server: ChantServer) -> ChantServer:
    for method, name in METHODS.items():
        server.feature(method)(_lazy(name))
    return server


def _lazy(name: str) -> Handler:
    def call(ls: ChantServer, params: Any) -> Any:
        return handler(name)(ls, params)

    return call
