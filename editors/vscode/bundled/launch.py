"""Starts the language server from the packages beside this file, and from no others.

Run as `python -I -S launch.py`: isolated from the environment, the user's packages and the folder
it is started in.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "libs"))

from chant_ls.lsp.main import main

sys.exit(main())
