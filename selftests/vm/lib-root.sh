# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib-root.sh - small Debian systems in folders, with what this machine's apt
# knows of mirrors and options; sourced

# Where this machine has a part of Debian from, which apt's lists say
#   debian_repository Debian|Debian-Security
debian_repository()
{
	# shellcheck disable=SC2016 # apt is to expand it
	apt-get indextargets \
		--format '$(ORIGIN)|$(LABEL)|$(CREATED_BY)|$(REPO_URI)' |
		sed -n "s/^Debian|$1|Packages|//p" | head -n 1
}

# apt's, where the environment names none
apt_proxy()
{
	local proxy=

	eval "$(apt-config shell proxy Acquire::http::Proxy)"
	echo "${http_proxy:-$proxy}"
}

# Sets mirror; fetches apt's lists where there are none.
find_mirror()
{
	local install_packages=$1

	mirror=$(debian_repository Debian)
	if [ -z "$mirror" ]; then
		"$install_packages" --update
		mirror=$(debian_repository Debian)
	fi
	[ "$mirror" ]
}

# root_bootstrap SUITE FOLDER LOG OPTION...: debootstrap from $mirror
#
# What it mounts vanishes with its namespace, what it starts with its first
# process, and that with us. In the background, so that signals reach us.
root_bootstrap()
{
	local suite=$1 folder=$2 log=$3

	shift 3
	http_proxy=$(apt_proxy) setpriv --pdeathsig KILL \
		unshare --mount --pid --fork --kill-child \
		debootstrap --variant=minbase "$@" "$suite" "$folder" \
		"${mirror:?}" >"$log" 2>&1 </dev/null 9>&- &
	wait $! && return
	tail -n 20 "$log" >&2
	return 1
}

# root_enter FOLDER DIR COMMAND...: run it in there as root, with a /dev and a
# /proc, and with DIR of this machine at its own path. What is mounted for that
# vanishes with the namespace.
root_enter()
{
	# shellcheck disable=SC2016 # the inner shell is to expand it
	setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child \
		bash -ec '
		root=$1 top=$2
		shift 2
		for dir in /dev "$top"; do
			mkdir -p "$root$dir"
			mount --rbind "$dir" "$root$dir"
		done
		mount -t proc proc "$root/proc"
		exec chroot "$root" "$@"
		' - "$@"
}
