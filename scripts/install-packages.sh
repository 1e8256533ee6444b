#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# install-packages.sh PACKAGE... - install those Debian packages that are
# missing. Says nothing and calls no apt where none is.
# install-packages.sh --update - fetch apt's lists of packages anew.
set -euo pipefail
export LC_ALL=C # apt's words are read

policy=/usr/sbin/policy-rc.d
policy_mark='written by install-packages.sh'
lock=/run/lock/vifmap-install-packages.lock

say() { echo "${0##*/}: $*" >&2; }

missing_packages()
{
	local p

	for p; do
		# A package of several architectures has a line for each.
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null |
			grep -qx installed || echo "$p"
	done
}

# Ours goes away with us; one that the administrator wrote stays as it is.
remove_policy()
{
	if grep -qs "$policy_mark" "$policy"; then
		rm -f "$policy"
	fi
}

# Packages ask this file whether they may start their services. It answers no
# only while this script lives, so that a kill -9 does no lasting harm.
write_policy()
{
	remove_policy
	[ ! -e "$policy" ] || return 0
	cat >"$policy.$$" <<-END
	#!/bin/sh
	# $policy_mark
	[ -d /proc/$$ ] && exit 101
	rm -f "\$0"
	exit 0
	END
	chmod 755 "$policy.$$"
	mv "$policy.$$" "$policy"
}

apt_get()
{
	DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 \
		-o Dpkg::Use-Pty=0 "$@" </dev/null 9>&-
}

# The lock of the lists knows no time-out: try again by hand.
update_lists()
{
	local i

	for i in 1 2 3 4 5 6; do
		[ "$i" -eq 1 ] || sleep 10
		apt_get update >"$log" 2>&1 && return 0
		grep -q 'Could not get lock' "$log" || break
	done
	cat "$log" >&2
	say "apt-get update failed; going on with the lists there are"
}

have_lists()
{
	compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null
}

install_packages()
{
	apt_get install --no-install-recommends "$@" >"$log" 2>&1
}

# Sets `want`; an end here is a good end.
find_missing()
{
	mapfile -t want < <(missing_packages "$@")
	[ ${#want[@]} -gt 0 ] || exit 0
}

case "${1-}" in
''|-h|--help)
	say "usage: ${0##*/} PACKAGE... | --update"
	exit 1 ;;
--update)
	want=("fresh lists (apt-get update)") ;;
*)
	find_missing "$@" ;;
esac

if [ "$(id -u)" -ne 0 ]; then
	say "not root: please install ${want[*]}"
	exit 1
fi

exec 9>"$lock"
flock 9
log=$(mktemp)
trap 'rm -f "$log" "$policy.$$"; remove_policy' EXIT
trap 'exit 1' HUP INT TERM

if [ "$1" = --update ]; then
	update_lists
	exit 0
fi

# Whoever held the lock may have installed them.
find_missing "$@"
write_policy
say "installing ${want[*]}"
have_lists || update_lists
if ! install_packages "${want[@]}"; then
	update_lists
	if ! install_packages "${want[@]}"; then
		cat "$log" >&2
		say "cannot install ${want[*]}"
		exit 1
	fi
fi
