"""What the client offered, read once, and what we offer in return. Nothing else is ever sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lsprotocol import types
from pygls.capabilities import get_capability

from chant_ls.lsp import wire
from chant_ls.syntax.text import Encoding

SPEC_FILES = types.FileOperationFilter(
    types.FileOperationPattern("**/.chant/{specs,archive}/**/*.md"), scheme="file"
)
WATCHED = (
    "**/.chant/specs/**",
    "**/.chant/archive/**",
    "**/.chant/prompts/**",
    "**/.chant/config.md",
)
FIRST_KINDS = frozenset(range(1, 19))
"""Kinds of completion items that every client knows: Text to Reference."""
TOKEN_TYPES = ("variable", "enumMember", "property")
TOKEN_MODIFIERS = ("readonly", "deprecated")
ACTION_KINDS = (
    "quickfix",
    "refactor",
    "refactor.rewrite",
    "refactor.extract",
    "source",
    "source.fixAll.chant",
    "chant",
)
"""The values of `ActionKind`, which is imported only later; a test compares them."""


@dataclass(frozen=True, slots=True)
class Client:
    """The client's abilities that change what we send, and the trust it passes on."""

    encoding: Encoding = Encoding.UTF16
    pull: bool = False
    related_information: bool = False
    code_description: bool = False
    refresh: frozenset[str] = frozenset()
    watches: bool = False
    progress: bool = False
    markdown: bool = False
    snippets: bool = False
    label_details: bool = False
    suggests_again: bool = False
    item_kinds: frozenset[int] = FIRST_KINDS
    versions: bool = False
    definition_links: bool = False
    nested_symbols: bool = False
    action_literals: bool = False
    action_resolve: bool = False
    action_disabled: bool = False
    action_preferred: bool = False
    document_changes: bool = False
    annotations: bool = False
    resources: frozenset[str] = frozenset()
    apply_edit: bool = False
    show_document: bool = False
    prepare_rename: bool = False
    will_rename: bool = False
    run_events: bool = False
    consent: bool = False
    references: bool = False
    trusted: bool = False


REFRESHES = {
    "diagnostics": types.WORKSPACE_DIAGNOSTIC_REFRESH,
    "code_lens": types.WORKSPACE_CODE_LENS_REFRESH,
    "inlay_hint": types.WORKSPACE_INLAY_HINT_REFRESH,
    "semantic_tokens": types.WORKSPACE_SEMANTIC_TOKENS_REFRESH,
}


def client_of(params: types.InitializeParams) -> Client:
    """Pull only where the client can also be told to pull again: cross-file changes need that."""

    def can(path: str) -> bool:
        return bool(get_capability(params.capabilities, path, False))

    def has(path: str) -> bool:
        return get_capability(params.capabilities, path, None) is not None

    def among(path: str, value: Any) -> bool:
        return value in (get_capability(params.capabilities, path, None) or ())

    refresh = frozenset(
        method for name, method in REFRESHES.items() if can(f"workspace.{name}.refresh_support")
    )
    literals = "text_document.code_action"
    edits = "workspace.workspace_edit"
    return Client(
        encoding=_encoding(params.capabilities),
        pull=has("text_document.diagnostic") and types.WORKSPACE_DIAGNOSTIC_REFRESH in refresh,
        related_information=can("text_document.publish_diagnostics.related_information")
        or can("text_document.diagnostic.related_information"),
        code_description=can("text_document.publish_diagnostics.code_description_support")
        or can("text_document.diagnostic.code_description_support"),
        refresh=refresh,
        watches=can("workspace.did_change_watched_files.dynamic_registration"),
        progress=can("window.work_done_progress"),
        markdown=among("text_document.hover.content_format", types.MarkupKind.Markdown),
        snippets=can("text_document.completion.completion_item.snippet_support"),
        label_details=can("text_document.completion.completion_item.label_details_support"),
        suggests_again=wire.wants(params.capabilities.experimental, "triggerSuggest"),
        item_kinds=frozenset(
            getattr(kind, "value", kind)
            for kind in get_capability(
                params.capabilities, "text_document.completion.completion_item_kind.value_set", None
            )
            or FIRST_KINDS
        ),
        versions=can("text_document.publish_diagnostics.version_support"),
        definition_links=can("text_document.definition.link_support"),
        nested_symbols=can("text_document.document_symbol.hierarchical_document_symbol_support"),
        action_literals=has(f"{literals}.code_action_literal_support"),
        action_resolve=can(f"{literals}.data_support")
        and among(f"{literals}.resolve_support.properties", "edit"),
        action_disabled=can(f"{literals}.disabled_support"),
        action_preferred=can(f"{literals}.is_preferred_support"),
        document_changes=can(f"{edits}.document_changes"),
        annotations=has(f"{edits}.change_annotation_support"),
        resources=frozenset(
            str(kind.value)
            for kind in get_capability(params.capabilities, f"{edits}.resource_operations", None)
            or ()
        ),
        apply_edit=can("workspace.apply_edit"),
        show_document=can("window.show_document.support"),
        prepare_rename=can("text_document.rename.prepare_support"),
        will_rename=can("workspace.file_operations.will_rename"),
        run_events=wire.wants(params.capabilities.experimental, "runEvents"),
        consent=wire.wants(params.capabilities.experimental, "consent"),
        references=wire.wants(params.capabilities.experimental, "references"),
        trusted=_trusted(params.initialization_options),
    )


def _encoding(capabilities: types.ClientCapabilities) -> Encoding:
    """The client's first choice among those we know: all three are."""
    offered = get_capability(capabilities, "general.position_encodings", None) or ()
    known = {encoding.value for encoding in Encoding}
    names = (str(getattr(one, "value", one)) for one in offered)
    return next((Encoding(name) for name in names if name in known), Encoding.UTF16)


def _trusted(options: Any) -> bool:
    told = (
        options.get("trusted")
        if isinstance(options, Mapping)
        else getattr(options, "trusted", None)
    )
    return told is True


def server_capabilities(client: Client, methods: frozenset[str]) -> types.ServerCapabilities:
    """`methods` are those that have a handler: what is not built is not offered."""

    def offered(method: str) -> bool:
        return method in methods

    return types.ServerCapabilities(
        position_encoding=types.PositionEncodingKind(client.encoding.value),
        text_document_sync=types.TextDocumentSyncOptions(
            open_close=True,
            change=types.TextDocumentSyncKind.Incremental,
            save=types.SaveOptions(include_text=False),
        ),
        completion_provider=types.CompletionOptions(
            trigger_characters=["-", "[", ",", ":", " ", "/", "#", "{"],
            resolve_provider=offered(types.COMPLETION_ITEM_RESOLVE),
        )
        if offered(types.TEXT_DOCUMENT_COMPLETION)
        else None,
        hover_provider=offered(types.TEXT_DOCUMENT_HOVER) or None,
        definition_provider=offered(types.TEXT_DOCUMENT_DEFINITION) or None,
        references_provider=offered(types.TEXT_DOCUMENT_REFERENCES) or None,
        document_link_provider=types.DocumentLinkOptions()
        if offered(types.TEXT_DOCUMENT_DOCUMENT_LINK)
        else None,
        rename_provider=_rename(client) if offered(types.TEXT_DOCUMENT_RENAME) else None,
        document_symbol_provider=offered(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL) or None,
        workspace_symbol_provider=offered(types.WORKSPACE_SYMBOL) or None,
        call_hierarchy_provider=offered(types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY) or None,
        code_lens_provider=types.CodeLensOptions()
        if offered(types.TEXT_DOCUMENT_CODE_LENS)
        else None,
        inlay_hint_provider=offered(types.TEXT_DOCUMENT_INLAY_HINT) or None,
        folding_range_provider=offered(types.TEXT_DOCUMENT_FOLDING_RANGE) or None,
        selection_range_provider=offered(types.TEXT_DOCUMENT_SELECTION_RANGE) or None,
        semantic_tokens_provider=_tokens()
        if offered(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL)
        else None,
        code_action_provider=_actions(client) if offered(types.TEXT_DOCUMENT_CODE_ACTION) else None,
        diagnostic_provider=_diagnostics() if client.pull else None,
        execute_command_provider=types.ExecuteCommandOptions(commands=list(wire.COMMANDS))
        if offered(types.WORKSPACE_EXECUTE_COMMAND)
        else None,
        workspace=types.WorkspaceOptions(
            workspace_folders=types.WorkspaceFoldersServerCapabilities(
                supported=True, change_notifications=True
            ),
            file_operations=types.FileOperationOptions(
                will_rename=types.FileOperationRegistrationOptions([SPEC_FILES])
            )
            if client.will_rename and offered(types.WORKSPACE_WILL_RENAME_FILES)
            else None,
        ),
        experimental={"chant": {"runEvents": True, "specs": True}},
    )


def _rename(client: Client) -> types.RenameOptions | bool:
    return types.RenameOptions(prepare_provider=True) if client.prepare_rename else True


def _tokens() -> types.SemanticTokensOptions:
    legend = types.SemanticTokensLegend(list(TOKEN_TYPES), list(TOKEN_MODIFIERS))
    return types.SemanticTokensOptions(legend=legend, full=True)


def _actions(client: Client) -> types.CodeActionOptions | bool:
    if not client.action_literals:
        return True
    return types.CodeActionOptions(
        code_action_kinds=list(ACTION_KINDS),
        resolve_provider=client.action_resolve,
    )


def _diagnostics() -> types.DiagnosticOptions:
    return types.DiagnosticOptions(
        inter_file_dependencies=True, workspace_diagnostics=True, identifier="chant"
    )


def watch_registration() -> types.Registration:
    watchers = [types.FileSystemWatcher(glob_pattern=glob) for glob in WATCHED]
    return types.Registration(
        id="chant-files",
        method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
        register_options=types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers),
    )
