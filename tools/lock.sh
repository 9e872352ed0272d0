#!/usr/bin/env bash
# Writes requirements/*.txt anew from pyproject.toml: every package pinned, with the hashes of every file of that
# release, for Python 3.11 to 3.13 on x86-64 and 64-bit Arm. No download address is recorded.
# Run it after a change of dependencies, or with --upgrade to take newer releases.
set -euo pipefail
cd "$(dirname "$0")/.."

uv_version=0.13.9
workshop=$(mktemp -d)
trap 'rm -rf "$workshop"' EXIT
"${PYTHON:-python3}" -m venv "$workshop/venv"
"$workshop/venv/bin/python" -m pip --quiet --disable-pip-version-check install "uv==$uv_version"
uv="$workshop/venv/bin/uv"

lock() { # lock FILE UV-ARGUMENTS...: one requirement file
    local file=$1
    shift
    echo "lock: requirements/$file"
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file "requirements/$file" \
        "$@" pyproject.toml >"$workshop/out"
    # Linux is all there is here (tool.uv in pyproject.toml): a marker that says so on every line says nothing.
    sed -i -E "s/ ; sys_platform == 'linux'//; s/ and sys_platform == 'linux'//" "requirements/$file"
}

# The widest set first; the others may only narrow it, so that all three hold the same releases.
lock dev.txt --all-extras "$@"
lock headoffice.txt --extra headoffice --extra postgresql --constraint requirements/dev.txt
lock runtime.txt --constraint requirements/dev.txt

for machine in x86_64 aarch64; do
    for python in 3.11 3.12 3.13; do
        echo "lock: a built wheel for each package on $machine, Python $python"
        "$uv" pip compile --quiet --no-header --only-binary :all: --python-platform "$machine-manylinux_2_31" \
            --python-version "$python" --output-file "$workshop/check.txt" requirements/dev.txt >"$workshop/out"
    done
done

apart() { # apart NAME PYTHON REQUIREMENT...: what lives in an environment of its own (tests/support/apart.py)
    echo "lock: requirements/$1.txt"
    printf '%s\n' "${@:3}" | "$uv" pip compile --quiet --universal --python-version "$2" --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file "requirements/$1.txt" - >"$workshop/out"
    sed -i -E "s/ ; sys_platform == 'linux'//; s/ and sys_platform == 'linux'//" "requirements/$1.txt"
}

# The judge of receipts and scales needs Python 3.13. The rival of `make price-bench` has one package without a wheel.
apart emupos 3.13 'emupos==0.4.0'
apart oscar 3.11 'django-oscar==4.2.1' 'django>=5.2,<5.3'
