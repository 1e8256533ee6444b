# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib-systemd.sh - a machine that systemd boots, in the host's namespace, as the
# first process of a namespace of processes; sourced by tests, after lib.sh

: "${tmp:?}" "${patience:?}" "${failures:?}"

# A busy machine takes minutes to boot.
patience=$((patience * 3))

# The first process of the machine, as far as it can see; the journal is that of
# one boot
# shellcheck disable=SC2016 # the shell in there is to expand it
boot()
{
	background host unshare --mount --pid --fork --kill-child \
		--mount-proc -- bash -c '
			mount -t sysfs sysfs /sys &&
			mount -t cgroup2 cgroup2 /sys/fs/cgroup &&
			mount -t tmpfs -o mode=755 tmpfs /run &&
			mount -t tmpfs -o mode=1777 tmpfs /tmp &&
			mount -t tmpfs -o mode=755 tmpfs /var/log &&
			exec env -i container=vifmap PATH="$PATH" \
				/lib/systemd/systemd --log-target=journal \
				--show-status=no' \
		>"$tmp/systemd" 2>&1
	starter=$!
	must wait_until pgrep -P "$starter" -x systemd
	machine=$(pgrep -P "$starter" -x systemd)
}

# udev gives a NIC no name after the slot it is in, as on a machine that was
# installed so.
keep_names()
{
	must mkdir -p /etc/systemd/network
	must ln -sf /dev/null /etc/systemd/network/99-default.link
}

# inside COMMAND...: on the machine that has been booted
inside() { nsenter --target "$machine" --mount --pid "$@"; }

# What the machine has to say when something went wrong
journal()
{
	{
		cat "$tmp/systemd"
		inside journalctl --no-pager | tail -n 60
	} 2>&1 | sed 's/^/# /'
}

# unshare takes no SIGTERM as long as its child is there; they die together.
pull_plug()
{
	[ "$failures" -eq 0 ] || journal
	kill -KILL "$starter"
}

# With the first process the others have gone, and then unshare.
power_off()
{
	kill -KILL "$machine"
	wait "$starter" 2>/dev/null
}

journal_has() { inside journalctl --no-pager | grep -q "$1"; }

# property UNIT NAME
property() { inside systemctl show --value -p "$2" "$1"; }

# property_is UNIT NAME VALUE
property_is() { [ "$(property "$1" "$2")" = "$3" ]; }
