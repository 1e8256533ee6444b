#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# podman with the CNI plugin: run, with what the network says and with addresses
# of the user's, network reload, connect and disconnect, and the end of a
# container.
#
#   wire0 ---- eth0 (vifmap0)     host
#   wire1 ---- eth1 (vifmap1)
#    wire       |       |
#              one     two        containers
#
# Podman 5 has no CNI any more.
#
# Packages: busybox-static containernetworking-plugins jq podman
# Roots: bookworm
# Options: -m 3072

# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=lib-cni.sh
. "${0%/*}/lib-cni.sh"
need_commands podman busybox

make_tree()
{
	mkdir -p "$tmp/tree"/{bin,dev,etc,proc,run,sys,tmp,usr,var}
	cp "$(command -v busybox)" "$tmp/tree/bin/busybox"
	ln -s busybox "$tmp/tree/bin/sh"
}

# Nothing of the machine's own settings
settings()
{
	mkdir "$tmp/net.d"
	export CONTAINERS_CONF=$tmp/containers.conf
	export CONTAINERS_STORAGE_CONF=$tmp/storage.conf
	cat >"$CONTAINERS_CONF" <<-END
	[containers]
	log_driver = "k8s-file"
	[engine]
	cgroup_manager = "cgroupfs"
	events_logger = "file"
	[network]
	network_backend = "cni"
	network_config_dir = "$tmp/net.d"
	cni_plugin_dirs = ["$cni_dir", "/usr/lib/cni"]
	END
	cat >"$CONTAINERS_STORAGE_CONF" <<-END
	[storage]
	driver = "vfs"
	graphroot = "$tmp/storage"
	runroot = "$tmp/run"
	END
	network lan '[{"subnet": "192.0.2.0/24", "rangeStart": "192.0.2.50",
		"gateway": "192.0.2.1"}]' '[{"dst": "0.0.0.0/0"}]'
	network second '[{"subnet": "198.51.100.0/24"}]' '[]' eth1
}

# network NAME RANGES ROUTES [PDEV]
network()
{
	cat >"$tmp/net.d/$1.conflist" <<-END
	{
	  "cniVersion": "0.4.0", "name": "$1", "plugins": [
	    { "type": "vifmap", "pdev": "${4-eth0}",
	      "capabilities": { "mac": true, "ips": true },
	      "ipam": $(host_local "$2" "$3") },
	    { "type": "tuning" }
	  ]
	}
	END
}

# run NAME [OPTION]...: a container that waits
run()
{
	local name=$1

	shift
	check "podman runs $name" podman run --detach --name "$name" \
		--cgroups=disabled "$@" --rootfs "$tmp/tree" \
		/bin/busybox sleep 1000
}

inside() { podman exec "$1" /bin/busybox "${@:2}"; }

interfaces()
{
	inside "$1" ip -o link | sed 's/^[0-9]*: //; s/[:@].*//' | sort |
		tr '\n' ' '
}

# about NAME KEY [NETWORK]: what podman knows of its network
about()
{
	podman inspect "$1" |
		jq -r ".[0].NetworkSettings.Networks.${3-lan}.$2"
}

# A second network of a container that runs, and its first one after that. Each
# has its own wire: on one, both interfaces would answer for either address.
second()
{
	must ip link add eth1 type veth peer name wire1 netns "${prefix}wire"
	must ip link set eth1 up
	must ip -n "${prefix}wire" link set wire1 up
	must ip -n "${prefix}wire" addr add 198.51.100.1/24 dev wire1
	check "podman network connect" podman network connect \
		--ip 198.51.100.77 --mac-address 02:00:00:00:0d:77 second one
	is "the user's address there" "$(about one IPAddress second)" \
		198.51.100.77
	is "and MAC address" "$(about one MacAddress second)" 02:00:00:00:0d:77
	is "the container has both networks" "$(interfaces one)" "eth0 eth1 lo "
	is "it has a vif more" "$(vifmap port show | wc -l)" 3
	check "the wire reaches it there" pings wire 198.51.100.77
	check "and still on the first" pings wire 192.0.2.50
	check "podman network disconnect" podman network disconnect second one
	is "the container has the first left" "$(interfaces one)" "eth0 lo "
	is "that vif has gone" "$(vifmap port show | wc -l)" 2
	is "and its address" "$(find "$tmp/ipam/second" -name '198.*')" ""
	is "not the first one's" "$(find "$tmp/ipam/lan" -name '192.*' | wc -l)" 2
	check "which still works" inside one ping -c 1 -w 5 192.0.2.1
}

lan
make_tree
settings
is "the backend is CNI" \
	"$(podman info --format '{{.Host.NetworkBackend}}')" cni
run one --network lan
run two --network lan --ip 192.0.2.77 --mac-address 02:00:00:00:0c:77
is "an address of the range" "$(about one IPAddress)" 192.0.2.50
is "the user's address" "$(about two IPAddress)" 192.0.2.77
is "and MAC address" "$(about two MacAddress)" 02:00:00:00:0c:77
check "one's address leads to it" grep -q "^$(about one MacAddress).*vif vm" \
	<(vifmap mac show)
check "the wire reaches it" pings wire 192.0.2.50
check "it reaches the wire" inside one ping -c 1 -w 5 192.0.2.1
check "containers reach each other" inside one ping -c 1 -w 5 192.0.2.77
check "podman network reload" podman network reload two
check "which is as before" inside two ping -c 1 -w 5 192.0.2.50
second
get_state
before=$state
podman run --rm --cgroups=disabled --network lan \
	--mac-address 02:00:00:00:0c:77 --rootfs "$tmp/tree" \
	/bin/busybox true >"$tmp/refused" 2>&1
is "an address that another has is refused" $? 126
check "podman's user is told why" grep -q \
	'cannot map 02:00:00:00:0c:77 to vm.*is mapped to vm.* already' \
	"$tmp/refused"
get_state
is "nothing of it is left" "$state" "$before"
check "podman ends one" podman rm --force --time 0 one
is "its vif has gone, the other's has not" "$(vifmap port show | wc -l)" 1
check "podman ends two" podman rm --force --time 0 two
is "no vif is left" "$(vifmap port show)" ""
is "no address is left" "$(find "$tmp/ipam" -name '192.*')" ""
finish
