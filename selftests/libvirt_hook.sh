#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What libvirt's hook does with a domain's XML: addresses lead to taps when the
# guest starts, and to nobody when it has stopped. A guest that migrates here
# gets its frames when it runs here, and one that a NIC is plugged into has its
# address found. Where the hook cannot do its work, a guest is not started, but
# one that runs is not ended. libvirt itself is in integration/libvirt.sh; here
# a program in its place answers what is in a file.
#
#   wire0 ---- eth0 (vifmap0)   host
#    wire       |  |  |
#              v0  v1  v2
#             tap tap tap

# shellcheck source=lib.sh
. "${0%/*}/lib.sh"

integration=$here/../tools/integration
PATH=$tmp/bin:$integration/qemu:$integration/libvirt:$PATH
need_commands /usr/bin/python3 vifmap-libvirt setsid tcpdump
hook=$integration/libvirt/hook
uuid=8e4b2f5e-6f0a-4c39-9f0f-$(printf '%012x' $$)
export VIFMAP_QEMU_CONF=$tmp/none

# interface TAP MAC [TYPE]
interface()
{
	cat <<-END
	<interface type='${3-ethernet}'><mac address='$2'/><target dev='$1'/>
	<script path='/usr/sbin/vifmap-ifup'/><model type='virtio'/></interface>
	END
}

# write_domain [INTERFACE-LINES]...: what libvirt knows of it
write_domain()
{
	cat >"$tmp/domain" <<-END
	<domain type='kvm' id='3'>
	  <name>guest</name>
	  <uuid>$uuid</uuid>
	  <metadata><interface type='ethernet'><mac address='${mac[v2]}'/>
	    <target dev='v2'/></interface></metadata>
	  <devices>
	    $*
	    <interface type='bridge'><mac address='52:54:00:00:00:09'/>
	      <source bridge='br0'/><target dev='v2'/></interface>
	    <interface type='ethernet'><mac address='52:54:00:00:00:08'/></interface>
	  </devices>
	</domain>
	END
}

call_hook() { "$hook" guest "$@" <"$tmp/domain"; }

# The addresses that lead to a vif, those that wait in brackets
leads_to()
{
	vifmap mac show vif "$1" | sed 's/ .* active .*//
		s/\([^ ]*\) .* inactive .*/(\1)/' | sort | paste -s -d ' '
}

leads() { [ "$(leads_to "$1")" = "$2" ]; }

# put NAME COMMANDS: a script that is found before the program of that name
put()
{
	printf '#!/bin/sh\n%s\n' "$2" >"$tmp/bin/$1"
	chmod +x "$tmp/bin/$1"
}

# unharmed PATTERN OPERATION SUBOPERATION: libvirt is told that all is well, and
# the log what is wrong
unharmed()
{
	rm -f "$tmp/logged"
	check "$2: libvirt may go on" call_hook "$2" "$3" -
	check "$2: the log says why not" grep -qE -e \
		"^-t vifmap-libvirt .* $1" "$tmp/logged"
}

set_state() { echo "$*" >"$tmp/new" && mv "$tmp/new" "$tmp/state"; }

# virsh, for a domain in the state that a file says
mkdir "$tmp/bin"
cat >"$tmp/bin/virsh" <<END
#!/bin/bash
shift 3
case \$1 in
domstate) cat "$tmp/state" ;;
list) echo $uuid ;;
dumpxml) cat "$tmp/domain" ;;
event)
	last=\$(<"$tmp/state")
	while sleep 0.2; do
		now=\$(<"$tmp/state")
		[ "\$now" = "\$last" ] || echo "event 'lifecycle': \$now"
		last=\$now
	done ;;
esac
END
chmod +x "$tmp/bin/virsh"

build tap tap tap
write_domain "$(interface v0 "${mac[v0]}")"
check "no vif: nothing to do" call_hook start begin -
printf 'attach %s pdev eth0\n' v0 v1 v2 >"$tmp/attach"
must vifmap -b "$tmp/attach"
must wait_until is_settled eth0
for vif in v0 v1 v2; do
	must wait_until is_settled $vif
done

write_domain "$(interface v0 "${mac[v0]^^}")" "$(interface v1 "${mac[v1]}")"
for operation in 'prepare begin' 'started begin' 'restore begin'; do
	# shellcheck disable=SC2086 # words
	check "$operation" call_hook $operation -
	is "$operation maps nothing" "$(vifmap mac show vif v0)" ""
done
check "start" call_hook start begin -
is "maps the addresses" "$(leads_to v0) $(leads_to v1)" "${mac[v0]} ${mac[v1]}"
is "and those of vifmap's interfaces only" "$(leads_to v2)" ""
flow "the guest is reached" wire v0 -- v0
flow "and speaks" v1 wire -- wire
flow "with no other address" v0 wire src=02:00:00:00:0a:01 --
check "libvirt begins anew" call_hook reconnect begin -
is "nothing changes" "$(leads_to v0) $(leads_to v1)" "${mac[v0]} ${mac[v1]}"
check "stopped" call_hook stopped end -
is "leads to nobody" "$(leads_to v0)$(leads_to v1)" ""
check "release, too" call_hook release end -

write_domain "$(interface v0 "${mac[v0]}")" "$(interface v1 "${mac[host]}")"
refused 'guest: .*host' 1 call_hook start begin - -
write_domain "$(interface v0 "${mac[v0]}")" "$(interface v1 nonsense)"
refused 'guest: .*nonsense' 1 call_hook start begin - -
echo "<domain><interface type='ethernet'>" >"$tmp/domain"
refused 'guest: .*XML' 1 call_hook start begin - -
refused 'usage' 2 vifmap-libvirt
refused 'usage' 2 vifmap-libvirt plugged

# A guest that runs is ended where the hook fails.
put logger "echo \"\$*\" >>'$tmp/logged'"
write_domain "$(interface v0 "${mac[host]}")" "$(interface v1 "${mac[v1]}")"
for operation in reconnect attach; do
	unharmed 'guest: .*host' $operation begin
	is "what is not refused is mapped" "$(leads_to v0)$(leads_to v1)" \
		"${mac[v1]}"
	must call_hook stopped end -
done
put vifmap 'echo "vifmap: out of order" >&2; exit 1'
for operation in 'reconnect begin' 'stopped end' 'release end'; do
	# shellcheck disable=SC2086 # words
	unharmed 'guest: out of order' $operation
done
call_hook start begin - 2>"$tmp/start"
is "a guest that does not run is not started: status" $? 1
check "and why" grep -q 'guest: out of order' "$tmp/start"
rm "$tmp/bin/vifmap"
put vifmap-libvirt 'echo "no python3" >&2; exit 127'
for operation in reconnect prepare started; do
	unharmed 'no python3' $operation begin
done
refused 'no python3' 1 call_hook start begin -
refused 'no python3' 1 call_hook migrate begin -
echo '<domain><devices/></domain>' >"$tmp/domain"
for operation in start migrate; do
	check "of a guest that has no such NIC: $operation" \
		call_hook $operation begin -
done
rm "$tmp/bin/vifmap-libvirt"

write_domain "$(interface v0 "${mac[v0]}")" "$(interface v1 "${mac[v1]}")"
set_state 'paused (starting up)'
is "the domain's XML stays as it is" "$(call_hook migrate begin -)" ""
check "the guest is started for it" call_hook start begin -
is "its addresses wait" "$(leads_to v0) $(leads_to v1)" \
	"(${mac[v0]}) (${mac[v1]})"
set_state 'paused (migrating)'
check "the guest's process runs" call_hook started begin -
flow "the guest is beyond the wire" v2 wire src="${mac[v0]}" --
is "they still wait" "$(leads_to v0)" "(${mac[v0]})"
background wire tcpdump -l -n -e -i wire0 rarp >"$tmp/announced" \
	2>"$tmp/tcpdump"
must wait_until has_line 'listening' "$tmp/tcpdump"
set_state 'running (migrated)'
check "it runs here: they are active" wait_until leads v0 "${mac[v0]}"
check "all of them" wait_until leads v1 "${mac[v1]}"
for vif in v0 v1; do
	check "the wire learns where $vif is" wait_until has_line \
		"${mac[$vif]} > ff:ff:ff:ff:ff:ff" "$tmp/announced"
done
flow "the guest is reached here" wire v1 -- v1
must call_hook stopped end -
check "a start after that" call_hook start begin -
check "does not wait" leads v0 "${mac[v0]}"
must call_hook release end -

# Called by a process of that name, as libvirt does
cp "$BASH" "$tmp/libvirtd"
plug() { "$tmp/libvirtd" -c "vifmap-ifup $1; exit \$?"; }
for vif in v0 v1 v2; do
	must vifmap detach $vif
done
write_domain "$(interface v1 "${mac[v1]}")"
set_state 'running (booted)'
check "plug a NIC into a guest that runs" plug v1
check "its address is found" wait_until leads v1 "${mac[v1]}"
is "and nothing is learned" "$(vifmap port show v1 | grep -o 'learn [0-9]*')" \
	'learn 0'
finish
