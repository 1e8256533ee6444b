#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packages: linux-image-amd64 linux-headers-amd64
# Roots: bookworm trixie
# Host: yes
# Timeout: 2700
#
# The packages on a stock Debian with its own kernel: they are built on that
# release, whose lintian has nothing to say; apt installs them, with all that
# other programs look for; DKMS builds and signs the module, and that machine
# loads it by itself when it is asked for; a later version takes their place;
# after removal and purge the system is as it was before.

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

system=$tmp/root kernel=$tmp/kernel builder=$tmp/builder debs=/tmp/debs
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
	must mkdir "$system$debs"
	must apt_get update
}

# Another system of that release, with what build-deb.sh wants: there must be
# nothing on the one above that the packages do not ask for.
copy_builder()
{
	local codename root

	codename=$(sed -n 's/^VERSION_CODENAME=//p' "$system/etc/os-release")
	root=$("$selftests/vm/fetch-root.sh" "$codename" build-essential \
		debhelper dh-dkms dh-python git libjson-c-dev libmnl-dev \
		lintian pkgconf) || exit
	must cp -a --reflink=auto "$root" "$builder"
}

# build VERSION [OPTION...]: as make deb does, lintian included
build()
{
	check "$1 is built" root_enter "$builder" "$top" -- env -u TMPDIR \
		"$top/scripts/build-deb.sh" -o "$debs/$1" "${@:2}" || exit
	must mv "$builder$debs/$1" "$system$debs"
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

# loaded_by COMMAND: what the machine that boots this says of the module and of
# the tool after it. Nobody but the kernel calls modprobe.
loaded_by()
{
	"$selftests/vm/run.sh" -k "$kernel" -r "$system" -d / -1 -- sh -c \
		"$1 && vifmap -V" 2>&1
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
	# Those who look for what the packages bring
	must apt_get install --no-install-recommends iproute2 systemd udev
}

# ip_help KIND: what ip, which looks in one folder only, says of these devices
ip_help()
{
	inside env -u IP_LIB_DIR ip link help "$1" 2>/dev/null | head -n 1
}

# What else is in the packages is where others look for it, and works there.
contents()
{
	local wants=etc/systemd/system/multi-user.target.wants

	is "the unit is enabled" \
		"$(inside systemctl --root=/ is-enabled vifmap.service 2>&1)" \
		enabled
	check "for every boot" test -L "$system/$wants/vifmap.service"
	check "systemd finds no fault with either, nor a program missing" \
		inside systemd-analyze --man=no verify vifmap.service \
		vifmap-link@eth0.service
	check "udev has the rules" \
		test -s "$system/usr/lib/udev/rules.d/80-vifmap.rules"
	check "bash has the completion" inside bash -c \
		'. /usr/share/bash-completion/completions/vifmap &&
			complete -p vifmap'
	check "the CNI plugin answers" grep -q '"supportedVersions"' \
		<(inside env CNI_COMMAND=VERSION /usr/lib/cni/vifmap </dev/null)
	is "ip has the plugin" "$(ip_help vifmap)" \
		"Usage: ... vifmap [ OPTION VALUE ]..."
	is "for vifs, too" "$(ip_help vifmap_slave)" \
		"Usage: ... vifmap_slave [ OPTION VALUE ]..."
	is "libvirt's hook finds its program, and that what it is written in" \
		"$(inside /etc/libvirt/hooks/qemu.d/vifmap <<<ethernet 2>&1 |
			cut -d ' ' -f 1,2)" "usage: vifmap-libvirt"
	check "Xen has the script" test -x "$system/etc/xen/scripts/vif-vifmap"
}

install()
{
	# shellcheck disable=SC2046 # two words
	check "$2" apt_get install $(packages "$1")
	is "DKMS has built it for this system's kernel" "$(dkms_state)" \
		"vifmap/$1, $release: installed"
	is "there is one module" "$(built | sed 's/\.[xgz].*//')" \
		updates/dkms/vifmap.ko
	is "the tool's first request loads it" \
		"$(loaded_by 'vifmap dev show')" "vifmap $1, module $1"
	contents
}

must "$top/scripts/install-packages.sh" kmod openssl
copy_root
find_kernel
copy_builder
echo "# Debian $(<"$system/etc/debian_version"), kernel $release"
build "$version"
build "$later" -v "$later"
install_others
state | sort >"$tmp/before"
install "$version" "apt installs the packages"
owner=$(key_owner)
is "it is signed with the key that is to be enrolled" \
	"$(modinfo -F signer "$modules/$(built)")" "${owner:-somebody}"
is "so does the first device that ip makes" \
	"$(loaded_by 'ip link add d0 type dummy &&
		ip link add link d0 type vifmap')" \
	"vifmap $version, module $version"
install "$later" "apt upgrades them"
is "of the version before nothing is left" "$(traces | grep -F "$version")" ""
check "apt removes them" apt_get remove vifmap-dkms vifmap-tools
is "the module has gone" "$(built)" ""
is "DKMS knows nothing of it" "$(dkms_state)" ""
check "libvirt's hook, which is still there, does no harm" \
	inside /etc/libvirt/hooks/qemu.d/vifmap web started begin -
check "dpkg purges them" inside dpkg --purge vifmap-dkms vifmap-tools
is "no file has their name" "$(traces)" ""
state | sort >"$tmp/after"
is "the system is as it was before" \
	"$(diff "$tmp/before" "$tmp/after" | head -n 50)" ""
echo "1..$results"
[ "$failures" -eq 0 ]
