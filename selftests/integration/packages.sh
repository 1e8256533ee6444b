#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packages: linux-image-amd64 linux-headers-amd64
# Roots: bookworm trixie
# Host: yes
# Timeout: 1800
#
# The packages on a stock Debian with its own kernel: apt installs them, DKMS
# builds and signs the module, and that machine loads it; a later version takes
# their place; after removal and purge the system is as it was before.

set -u
export LC_ALL=C

here=$(cd "${0%/*}" && pwd)
selftests=$(dirname "$here")
top=$(dirname "$selftests")
# shellcheck source=../vm/lib-root.sh
. "$selftests/vm/lib-root.sh"

tmp=$(mktemp -d -p "${TMPDIR:-/var/tmp}") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
# shellcheck source=../lib/results.sh
. "$selftests/lib/results.sh"

system=$tmp/root kernel=$tmp/kernel debs=/tmp/debs
release='' modules=''
version=$(<"$top/VERSION")
later=${version%.*}.$((${version##*.} + 1))

inside() { root_enter "$system" -- "$@"; }

apt_get()
{
	inside env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o Dpkg::Use-Pty=0 -o Acquire::Retries=3 "$@" </dev/null
}

# No service is started where no system runs.
copy_root()
{
	must cp -a --reflink=auto "${VIFMAP_ROOT:?}" "$system"
	printf '#!/bin/sh\nexit 101\n' >"$system/usr/sbin/policy-rc.d"
	must chmod 755 "$system/usr/sbin/policy-rc.d"
	must apt_get update
}

# The kernel that was installed there, as run.sh wants it
find_kernel()
{
	release=$(cd "$system/boot" && ls -d vmlinuz-*)
	release=${release#vmlinuz-}
	modules=$system/usr/lib/modules/$release
	must mkdir "$kernel"
	echo "$release" >"$kernel/release"
	ln -s "$system/boot/vmlinuz-$release" "$kernel/vmlinuz"
	ln -s "$modules" "$kernel/modules"
}

built() { find "$modules" -name 'vifmap.ko*' -printf '%P\n'; }

# What DKMS has: name/version, kernel, state
dkms_state()
{
	inside dkms status -m vifmap | sed -E 's/, ([^,]*), [^,]*:/, \1:/'
}

# What the machine that boots this says of the module and of the tool
loaded()
{
	"$selftests/vm/run.sh" -k "$kernel" -r "$system" -d / -1 -- sh -c \
		'modprobe vifmap && vifmap -V' 2>&1
}

# The system: all names, and the contents of what configures it and of its
# modules; not what apt and dpkg note of their work, nor the key, which DKMS makes
# once and keeps.
state()
{
	cd "$system" || return
	find . \( -path ./dev -o -path ./proc -o -path ./run -o -path ./sys \
		-o -path ./tmp -o -path ./var/tmp -o -path ./var/log \
		-o -path ./var/cache -o -path ./var/lib/apt \
		-o -path './var/lib/dpkg/*-old' \
		-o -path './var/lib/dkms/mok.*' \) -prune \
		-o -printf '%y %m %u:%g %p %l\n'
	find etc usr/lib/modules -type f -exec sha256sum {} +
}

# What has the project's name, files that dpkg keeps for its packages included
traces()
{
	find "$system" \( -path "$system/run" -o -path "$system/tmp" \
		-o -path "$system/var/log" \) -prune \
		-o -name '*vifmap*' -printf '%P\n'
}

# Who signed the module, as DKMS's key has it
key_owner()
{
	openssl x509 -inform DER -in "$system/var/lib/dkms/mok.pub" -noout \
		-subject -nameopt multiline | sed -n 's/^ *commonName *= //p'
}

# packages VERSION: the files
packages()
{
	echo "$debs/$1/vifmap-dkms_$1_all.deb" \
		"$debs/$1/vifmap-tools_$1_$(dpkg --print-architecture).deb"
}

# What apt would bring along, DKMS and libraries, is not ours to clean up after.
install_others()
{
	local others

	# shellcheck disable=SC2046 # two words
	mapfile -t others < <(apt_get -s install $(packages "$version") |
		sed -n 's/^Inst \([^ ]*\) .*/\1/p' | grep -v '^vifmap-')
	must apt_get install "${others[@]}"
}

install()
{
	# shellcheck disable=SC2046 # two words
	check "$2" apt_get install $(packages "$1")
	is "DKMS has built it for this system's kernel" "$(dkms_state)" \
		"vifmap/$1, $release: installed"
	is "there is one module" "$(built | sed 's/\.[xgz].*//')" \
		updates/dkms/vifmap.ko
	is "it is loaded, and the tool works with it" "$(loaded)" \
		"vifmap $1, module $1"
}

must "$top/scripts/install-packages.sh" kmod openssl
copy_root
find_kernel
must "$top/scripts/build-deb.sh" -o "$system$debs/$version"
must "$top/scripts/build-deb.sh" -o "$system$debs/$later" -v "$later"
install_others
state | sort >"$tmp/before"

echo "# Debian $(<"$system/etc/debian_version"), kernel $release"
install "$version" "apt installs the packages"
owner=$(key_owner)
is "it is signed with the key that is to be enrolled" \
	"$(modinfo -F signer "$modules/$(built)")" "${owner:-somebody}"
is "the scripts have what they are written in" \
	"$(inside vifmap-libvirt 2>&1 | cut -d ' ' -f 1,2)" \
	"usage: vifmap-libvirt"
install "$later" "apt upgrades them"
is "of the version before nothing is left" "$(traces | grep -F "$version")" ""
check "apt removes them" apt_get remove vifmap-dkms vifmap-tools
is "the module has gone" "$(built)" ""
is "DKMS knows nothing of it" "$(dkms_state)" ""
check "dpkg purges them" inside dpkg --purge vifmap-dkms vifmap-tools
is "no file has their name" "$(traces)" ""
state | sort >"$tmp/after"
is "the system is as it was before" \
	"$(diff "$tmp/before" "$tmp/after" | head -n 50)" ""
echo "1..$results"
[ "$failures" -eq 0 ]
