#!/usr/bin/env bash
# Installs the course and its JupyterHub into one folder, /opt/course or the one that is named.
# To update, run it again: students' work and the hub's own records lie elsewhere.
set -euo pipefail
umask 022 # students must be able to read what root installs

target="${1:-/opt/course}"
python="${PYTHON:-python3}"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
repository="$(cd "$here/../.." && pwd)"
uv="$(sed -n '/^uv==/p' "$here/requirements.txt")"

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "The course needs Python 3.11 or newer. Install one, and name it: PYTHON=python3.12 $0" >&2
  exit 1
}

say() { printf '==> %s\n' "$1"; }

say "Making the folder $target"
mkdir -p "$target/shared" "$target/proxy"
target="$(cd "$target" && pwd)"
"$python" -m venv "$target/env"
"$target/env/bin/python" -m pip install --quiet "$uv"

say "Installing the packages, some minutes"
# Students cannot write here: Python could never keep what it compiles, so it is compiled now.
packages() { "$target/env/bin/uv" pip install --compile-bytecode --python "$target/env/bin/python" "$@"; }
packages --requirement "$repository/requirements.txt" --requirement "$here/requirements.txt"
packages --no-deps --reinstall "$repository"

say "Installing the hub's proxy"
cp "$here/package.json" "$here/package-lock.json" "$target/proxy"
PATH="$target/env/bin:$PATH" npm ci --silent --no-audit --no-fund --prefix "$target/proxy"

install -m 644 "$here/jupyterhub_config.py" "$target"
install -D -m 644 "$here/jupyter_server_config.py" "$target/env/etc/jupyter/jupyter_server_config.py"
say "Installed into $target"
