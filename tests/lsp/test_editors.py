"""The real server under pytest-lsp with the recorded capabilities of editors. pytest-lsp warns
about everything sent that the client did not offer; here a warning is a failure."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import ClientServerConfig, client_capabilities, make_test_lsp_client

pytestmark = pytest.mark.filterwarnings("error::pytest_lsp.LspSpecificationWarning")

A, B = "2026-01-01-001-abc", "2026-01-02-002-abc"
REPOSITORY = Path(__file__).resolve().parents[2]
DEADLINE = 30


def client_with_registration():
    client = make_test_lsp_client()
    client.registered = []

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(params: types.RegistrationParams):
        client.registered += params.registrations

    @client.feature(types.WORKSPACE_CODE_LENS_REFRESH)
    @client.feature(types.WORKSPACE_INLAY_HINT_REFRESH)
    @client.feature(types.WORKSPACE_SEMANTIC_TOKENS_REFRESH)
    def refresh(params):
        return None

    return client


@pytest.fixture
def project(tmp_path: Path) -> Path:
    specs = tmp_path / ".chant/specs"
    specs.mkdir(parents=True)
    (specs / f"{A}.md").write_text("---\ntype: code\n---\n\n# 😀 First\n")
    (specs / f"{B}.md").write_text(f"---\ndepends_on: [{A}]\n---\n\n# Second\n")
    return tmp_path


def visual_studio_code() -> types.ClientCapabilities:
    """The recorded ones are older than pull diagnostics; today's have these."""
    found = client_capabilities("visual-studio-code")
    found.text_document.diagnostic = types.DiagnosticClientCapabilities(
        dynamic_registration=True, related_document_support=False
    )
    found.workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    return found


EDITORS = {
    "vscode": (visual_studio_code, "utf-16", True),
    "neovim": (lambda: client_capabilities("neovim"), "utf-8", False),
    "emacs": (lambda: client_capabilities("emacs"), "utf-32", False),
}


@pytest.fixture(params=EDITORS)
async def editor(request, project):
    capabilities, encoding, pulls = EDITORS[request.param]
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-m", "chant_ls.lsp.main", "--stdio"]
    config = ClientServerConfig(command, client_factory=client_with_registration, server_env=env)
    client = await config.start()
    folder = types.WorkspaceFolder(uri=project.as_uri(), name="demo")
    params = types.InitializeParams(
        capabilities=capabilities(), workspace_folders=[folder], root_uri=project.as_uri()
    )
    answer = await client.initialize_session(params)
    assert answer.capabilities.position_encoding == encoding
    client.pulls = pulls
    yield client
    await client.shutdown_session()
    await client.stop()


async def until(condition):
    async with asyncio.timeout(DEADLINE):
        while not (found := condition()):
            await asyncio.sleep(0.02)
    return found


def opened(client, project: Path, id: str, text: str) -> str:
    uri = (project / f".chant/specs/{id}.md").as_uri()
    item = types.TextDocumentItem(uri, "markdown", 1, text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    return uri


async def codes(client, uri: str, wanted: str) -> list:
    """The diagnostics of a text once one is as wanted, the way the editor gets them."""
    async with asyncio.timeout(DEADLINE):
        while True:
            if client.pulls:
                identity = types.TextDocumentIdentifier(uri)
                params = types.DocumentDiagnosticParams(identity)
                items = (await client.text_document_diagnostic_async(params)).items
            else:
                items = client.diagnostics.get(uri, [])
            if wanted in [one.code for one in items]:
                return items
            await asyncio.sleep(0.02)


async def test_an_editing_session(editor, project):
    uri = opened(editor, project, B, f"---\ndepends_on: [{A}x]\n---\n\n# 😀 Second {A}\n")
    [wrong] = [d for d in await codes(editor, uri, "unknown-dependency") if "unknown" in d.code]
    assert wrong.range.start == types.Position(1, 13)
    assert (uri in editor.diagnostics) is not editor.pulls
    identity = types.TextDocumentIdentifier(uri)
    at = types.Position(1, 16)
    found = await editor.text_document_completion_async(types.CompletionParams(identity, at))
    assert A in [item.label for item in found.items]
    hover = await editor.text_document_hover_async(
        types.HoverParams(identity, types.Position(1, 2))
    )
    assert hover.contents.value
    context = types.CodeActionContext(diagnostics=[wrong])
    actions = await editor.text_document_code_action_async(
        types.CodeActionParams(identity, wrong.range, context)
    )
    assert any(A in one.title for one in actions)
    await editor.text_document_document_symbol_async(types.DocumentSymbolParams(identity))
    await editor.text_document_document_link_async(types.DocumentLinkParams(identity))
    await editor.text_document_code_lens_async(types.CodeLensParams(identity))
    await editor.text_document_folding_range_async(types.FoldingRangeParams(identity))
    calls = types.CallHierarchyPrepareParams(identity, types.Position(4, 3))
    await editor.text_document_prepare_call_hierarchy_async(calls)
    rename = types.PrepareRenameParams(identity, types.Position(4, 12))
    await editor.text_document_prepare_rename_async(rename)

    await disk_changes_arrive(editor, project)


async def disk_changes_arrive(editor, project):
    uri = opened(editor, project, B, f"---\ndepends_on: [{A}]\n---\n\n# Second\n")
    watches = editor.capabilities.workspace.did_change_watched_files.dynamic_registration
    if watches:
        await until(lambda: editor.registered)
    gone = project / f".chant/specs/{A}.md"
    gone.unlink()
    if watches:
        event = types.FileEvent(gone.as_uri(), types.FileChangeType.Deleted)
        editor.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    await codes(editor, uri, "unknown-dependency")
