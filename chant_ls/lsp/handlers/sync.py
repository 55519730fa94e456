"""Life cycle, folders, texts and files."""

from lsprotocol import types
from pygls.uris import from_fs_path

import chant_ls
from chant_ls.lsp import intake
from chant_ls.lsp.capabilities import client_of, server_capabilities
from chant_ls.lsp.server import ChantServer


def initialize(ls: ChantServer, params: types.InitializeParams) -> types.InitializeResult:
    ls.begin(client_of(params), _folders(params), params.process_id)
    return types.InitializeResult(
        server_capabilities(ls.client, frozenset(ls.protocol.fm.features)),
        types.ServerInfo("chant-ls", chant_ls.__version__),
    )


def _folders(params: types.InitializeParams) -> tuple[str, ...]:
    if params.workspace_folders:
        return tuple(folder.uri for folder in params.workspace_folders)
    if params.root_uri:
        return (params.root_uri,)
    return (uri,) if params.root_path and (uri := from_fs_path(params.root_path)) else ()


def initialized(ls: ChantServer, params: types.InitializedParams) -> None:
    ls.start()


def did_open(ls: ChantServer, params: types.DidOpenTextDocumentParams) -> None:
    item = params.text_document
    text = ls.session.texts.open(item.uri, item.version, item.text)
    ls.session.discover_for(item.uri)
    intake.changed(ls, text)


def did_change(ls: ChantServer, params: types.DidChangeTextDocumentParams) -> None:
    item, encoding = params.text_document, ls.client.encoding
    text = ls.session.texts.change(item.uri, item.version, params.content_changes, encoding)
    if text is not None:
        intake.changed(ls, text)


def did_save(ls: ChantServer, params: types.DidSaveTextDocumentParams) -> None:
    ls.session.saved(params.text_document.uri)
    ls.look_now()


def did_close(ls: ChantServer, params: types.DidCloseTextDocumentParams) -> None:
    ls.session.texts.close(params.text_document.uri)
    intake.closed(ls, params.text_document.uri)


def did_change_folders(ls: ChantServer, params: types.DidChangeWorkspaceFoldersParams) -> None:
    for folder in params.event.removed:
        ls.folder_removed(folder.uri)
    for folder in params.event.added:
        ls.session.add_folder(folder.uri)


def did_change_files(ls: ChantServer, params: types.DidChangeWatchedFilesParams) -> None:
    ls.look_now()


def did_change_configuration(ls: ChantServer, params: types.DidChangeConfigurationParams) -> None:
    ls.look_now()
