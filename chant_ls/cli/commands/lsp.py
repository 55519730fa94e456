"""`chant lsp`: the language server, the same program as `chant-ls`."""

import click


@click.command(
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Serve editors as the language server, on stdin and stdout."""
    from chant_ls.lsp.main import main

    main(ctx.args)
