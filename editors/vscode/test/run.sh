#!/bin/bash
# Builds the extension as users get it and tests it in a real VS Code. Screenshots: build/screenshots.
set -euo pipefail
cd "$(dirname "$0")/.."
test/setup.sh
source test/env.sh
export CHANT_PYTHON="$python" CHROMIUM="$(chromium_path)"

npm ci
npm run check
npm run package
rm -rf build/extension build/host
rm -rf build/vsix; mkdir -p build
"$python" -m zipfile -e chant-specs.vsix build/vsix
mv build/vsix/extension build/extension
node esbuild.mjs --test
node test/drive.mjs
