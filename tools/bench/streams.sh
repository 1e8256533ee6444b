# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# streams.sh - TCP from one place to another while something is measured
#
# A machine that counts time in instructions leaps ahead when it waits for a
# disk, so nothing begins or ends at a time: what measures waits for bytes.
#
# Both programs are batch jobs for the scheduler: on one processor it is chance
# whether the receiver interrupts the sender for each packet or waits for a
# burst, and a whole run keeps to one or the other.

# start_stream FROM TO TOADDR [OPTION OF IPERF3]...
start_stream()
{
	local from=$1 to=$2 addr=$3

	shift 3
	background "$to" chrt -b 0 iperf3 -s -1 >"$work/server" 2>&1
	server=$!
	until at "$to" ss -Hltn 'sport = :5201' | grep -q .; do
		kill -0 $server || die "iperf3 does not serve: $(<"$work/server")"
		sleep 0.01
	done
	background "$from" chrt -b 0 iperf3 -c "$addr" -t 3600 "$@" >"$work/client" 2>&1
	client=$!
	peer_pids+=("$server" "$client")
}

# A stream that ended by itself is a mistake: whatever was measured was not it.
end_stream()
{
	kill $client || die "iperf3 has ended: $(<"$work/client")"
	wait $client $server 2>/dev/null
	peer_pids=("${peer_pids[@]:0:${#peer_pids[@]}-2}")
}
