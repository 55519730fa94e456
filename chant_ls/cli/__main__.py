"""`python -m chant_ls.cli` is `chant`."""

from chant_ls.cli.main import main

main()
