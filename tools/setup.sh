#!/usr/bin/env bash
# Makes a checkout ready to run and to test: system packages, virtual environment, hash-pinned Python packages.
#
# Made for Debian 12 and 13 and Raspberry Pi OS 64-bit. Safe to repeat, and quick when there is nothing to do.
# PYTHON=... chooses another interpreter (3.11 to 3.13). Ends with one line: setup: key=value ...
# Exit code: 0 ready; 1 something needed is missing, and the list above says what and how to get it.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:/usr/sbin:/sbin"

venv=.venv
stamp=$venv/.ready
requirements=requirements/dev.txt
log=build/setup.log
mkdir -p build/reports

# Debian package, how to see that it (or its like on another system) is there, and who cannot do without it:
# "all" - demo and tests; "page" - only the kiosk's picture inside the demo's page, on a machine without a display;
# "rival" - only one of the decoders that `make vision` compares with; "card" - only the tests that hold cards before a
# real smart card service; "ledger" - only the tests of head office on PostgreSQL.
system_packages="
mosquitto        command:mosquitto                 all
mosquitto-clients command:mosquitto_sub            all
xvfb             command:Xvfb                      all
libgl1           library:libGL.so.1                all
libgl1-mesa-dri  file:/usr/lib/*/dri/swrast_dri.so all
libegl1          library:libEGL.so.1               all
libgles2         library:libGLESv2.so.2            all
libglib2.0-0     library:libgthread-2.0.so.0       all
libmtdev1        library:libmtdev.so.1             all
libfribidi0      library:libfribidi.so.0           all
libusb-1.0-0     library:libusb-1.0.so.0           all
x11vnc           command:x11vnc                    page
websockify       command:websockify                page
novnc            file:/usr/share/novnc/vnc_lite.html page
libzbar0         library:libzbar.so.0              rival
pcscd            command:pcscd                     card
vsmartcard-vpcd  file:/usr/lib/pcsc/drivers/serial/libifdvpcd.so card
postgresql       file:/usr/lib/postgresql/*/bin/initdb ledger
"

say() { printf 'setup: %s\n' "$*"; }

present() { # present PROBE: is what the probe describes on this machine?
    case $1 in
        command:*) command -v "${1#command:}" >/dev/null ;;
        library:*) [[ $libraries == *"${1#library:}"* ]] ;;
        file:*) compgen -G "${1#file:}" >/dev/null ;;
    esac
}

look_for_packages() { # fills missing_all and missing_some
    missing_all=() missing_some=()
    libraries=$(ldconfig -p)
    local package probe need
    while read -r package probe need; do
        if [ -n "$package" ] && ! present "$probe"; then
            if [ "$need" = all ]; then missing_all+=("$package"); else missing_some+=("$package"); fi
        fi
    done <<<"$system_packages"
    if [ ! -x $venv/bin/python ]; then
        find_python
        if [ -z "$python" ]; then
            missing_all+=(python3 python3-venv)
        elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            missing_all+=("$(venv_package)")
        fi
    fi
}

find_python() { # fills python with the first interpreter of a version we support
    local candidate
    for candidate in "${PYTHON:-python3}" /usr/bin/python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            python=$(command -v "$candidate")
            return
        fi
    done
    python=
}

venv_package() { # Debian splits venv off the interpreter
    case $python in
        */python3) echo python3-venv ;;
        *) echo "${python##*/}-venv" ;;
    esac
}

choose_root() { # fills root_prefix, or fails when packages may not be installed
    if ! command -v apt-get >/dev/null; then
        return 1
    elif [ "$(id -u)" = 0 ]; then
        root_prefix=()
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        root_prefix=(sudo -n)
    else
        return 1
    fi
}

as_root() { "${root_prefix[@]}" env DEBIAN_FRONTEND=noninteractive "$@"; }

apt() { as_root apt-get -y -q -o DPkg::Lock::Timeout=300 "$@" >>$log 2>&1 </dev/null; }

hold_services() { # the demo and the tests start their own broker and database: a package must not start others
    policy=/usr/sbin/policy-rc.d
    if [ -e $policy ]; then
        policy=
    else
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
        as_root chmod +x $policy
        trap release_services EXIT
    fi
}

release_services() {
    if [ -n "$policy" ]; then as_root rm -f "$policy"; fi
    policy=
}

install_packages() { # install_packages PACKAGE...
    hold_services
    if ! apt install --no-install-recommends "$@"; then
        say "the package lists are old or absent: fetching them"
        apt update || true
        apt install --no-install-recommends "$@" || true
    fi
    local service
    for service in mosquitto postgresql; do
        if [[ " $* " == *" $service "* ]] && command -v systemctl >/dev/null; then
            as_root systemctl disable $service.service >>$log 2>&1 || true
        fi
    done
    release_services
}

provide_packages() {
    look_for_packages
    local wanted=("${missing_all[@]}" "${missing_some[@]}")
    installed=0
    [ ${#wanted[@]} -gt 0 ] || return 0
    if choose_root; then
        say "1/3 system packages: ${wanted[*]} (a minute or two; details in $log)"
        install_packages "${wanted[@]}"
        look_for_packages
        installed=$((${#wanted[@]} - ${#missing_all[@]} - ${#missing_some[@]}))
    fi
    if [ ${#missing_some[@]} -gt 0 ]; then
        say "not here: ${missing_some[*]}. Without x11vnc, websockify and novnc the demo's page shows no kiosk where there"
        say "is no display; without libzbar0 make vision compares with one decoder less; without pcscd and vsmartcard-vpcd"
        say "no test holds a card before a real reader service; without postgresql no test runs head office on it. To have them:"
        say "    sudo apt-get update && sudo apt-get install -y ${missing_some[*]}"
    fi
    if [ ${#missing_all[@]} -gt 0 ]; then
        say "missing, and needed: ${missing_all[*]}. This installs them; then run the same command again:"
        say "    sudo apt-get update && sudo apt-get install -y ${missing_all[*]}"
        [ ! -s $log ] || tail -n 5 $log
        finish missing 1
    fi
}

fingerprint() { # what the environment was made from
    { cat $requirements tools/setup.sh && pwd; } | sha256sum | cut -d' ' -f1
}

install_requirements() { # install_requirements COUNT: with a line of progress now and then
    $venv/bin/python -m pip --disable-pip-version-check install --progress-bar off --require-hashes \
        --only-binary :all: --compile --requirement $requirements 2>>$log | tee -a $log | awk -v count="$1" '
            /^Collecting/ { if (++fetched % 20 == 0) { print "setup:     " fetched " of " count " at hand"; fflush() } }
            /^Installing/ { print "setup:     all at hand; unpacking and compiling"; fflush() }'
}

provide_environment() {
    local wanted
    wanted=$(fingerprint)
    environment=present
    if [ -f $stamp ] && [ "$(<$stamp)" = "$wanted" ] && $venv/bin/python -c '' 2>/dev/null; then
        return
    fi
    environment=made
    if ! $venv/bin/python -c 'import pip' 2>/dev/null; then
        find_python
        say "2/3 virtual environment $venv with $("$python" --version)"
        rm -rf $venv
        "$python" -m venv $venv
    fi
    local packages
    packages=$(grep -c '==' $requirements || true)
    say "3/3 Python packages, each checked against its hash ($packages of them, a few minutes; details in $log)"
    rm -f $stamp
    if ! install_requirements "$packages"; then
        say "pip could not install the packages; the end of what it said:"
        tail -n 15 $log
        finish failed 1
    fi
    # The rooms are found from any folder, without building or installing the distribution.
    pwd >"$($venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/checkout.pth"
    printf '%s\n' "$wanted" >$stamp
}

compile_catalogues() { # languages: compiled where a source is newer than what was made of it
    local catalogue
    for catalogue in kiosk/i18n/locale/*/LC_MESSAGES/kiosk.po; do
        if [ -e "$catalogue" ] && [ ! "${catalogue%.po}.mo" -nt "$catalogue" ]; then
            $venv/bin/python -m kiosk.i18n.compile
            return
        fi
    done
}

finish() { # finish ENVIRONMENT CODE: the reports and the closing line
    local seconds=$((($(date +%s%N) - started) / 100000000))
    seconds=$((seconds / 10)).$((seconds % 10))
    printf '{"target": "setup", "passed": %s, "figures": {"packages_installed": %d, "environment": "%s", "seconds": %s}}\n' \
        "$([ "$2" = 0 ] && echo true || echo false)" "$installed" "$1" "$seconds" >build/reports/setup.json
    printf '# setup\n\n- packages installed: %d\n- environment: %s\n- seconds: %s\n' "$installed" "$1" "$seconds" \
        >build/reports/setup.md
    say "packages_installed=$installed environment=$1 seconds=$seconds"
    exit "$2"
}

started=$(date +%s%N)
exec 9>build/setup.lock
flock 9  # two targets started at once set up one after the other
: >$log
provide_packages
provide_environment
compile_catalogues
finish "$environment" 0
