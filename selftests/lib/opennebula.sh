# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# opennebula.sh - a machine's XML, as OpenNebula gives it to its drivers. A test
# that wants it sources it after lib.sh.
# shellcheck disable=SC2154 # lib.sh sets them

# nic ID VIF [ATTRIBUTE=VALUE]...: what is there already is replaced
nic()
{
	local word name
	local -A is=([NIC_ID]=$1 [TARGET]=$2 [MAC]=${mac[$2]-02:00:00:00:0a:09}
		[PHYDEV]=eth0 [VN_MAD]=vifmap [NETWORK]=lan [NETWORK_ID]=5
		[BRIDGE_TYPE]=none [CLUSTER_ID]=0 [SECURITY_GROUPS]=0 [AR_ID]=0
		[FILTER_MAC_SPOOFING]=YES)

	shift 2
	for word; do
		is[${word%%=*}]=${word#*=}
	done
	echo "<NIC>"
	for name in "${!is[@]}"; do
		[ -z "${is[$name]}" ] ||
			echo "<$name><![CDATA[${is[$name]}]]></$name>"
	done
	echo "</NIC>"
}

# machine NIC-LINES...: what `run` gives to a driver from now on
machine()
{
	base64 -w 0 >"$tmp/machine" <<-END
	<VM><ID>17</ID><NAME>web</NAME><STATE>3</STATE><LCM_STATE>2</LCM_STATE>
	<DEPLOY_ID>one-17</DEPLOY_ID>
	<TEMPLATE><CPU><![CDATA[1]]></CPU>$*<VMID>17</VMID></TEMPLATE>
	<HISTORY_RECORDS><HISTORY><OID>17</OID><SEQ>0</SEQ>
	<HOSTNAME>node</HOSTNAME><VM_MAD><![CDATA[kvm]]></VM_MAD>
	</HISTORY></HISTORY_RECORDS></VM>
	END
}

# The vifs there are, and where
ports() { vifmap port show | sed 's/:.* pdev \([^ ]*\) .*/ \1/' | sort; }
