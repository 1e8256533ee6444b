# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib-console.sh - the consoles of guests within the guest, each a pair of
# pipes: a guest carries out every line that comes in, and says "@done STATUS"
# after it. Sourced.

# By the guest's name
declare -A console_pid=() console_in=() console_out=() console_errors=()

# console_start NAME PATH COMMAND...: the guest, in the background; the console
# is its input and output
console_start()
{
	local name=$1 pipe=$2 in out

	shift 2
	mkfifo "$pipe.in" "$pipe.out"
	# Both ways, so that no open waits for the other end
	exec {in}<>"$pipe.in" {out}<>"$pipe.out"
	console_in[$name]=$in
	console_out[$name]=$out
	console_errors[$name]=$pipe.errors
	"$@" <"$pipe.in" >"$pipe.out" 2>"$pipe.errors" &
	console_pid[$name]=$!
}

console_runs() { kill -0 "${console_pid[$1]}" 2>/dev/null; }

# Called every few seconds with the name and how long that has been so; for
# whoever wants to say so.
console_is_silent() { :; }

# console_read NAME SECONDS: prints what comes up to the next "@done", and
# returns the status in there
console_read()
{
	local name=$1 end=$((SECONDS + $2)) start=$SECONDS line part=''

	while [ $SECONDS -lt $end ]; do
		if ! IFS= read -r -t 5 -u "${console_out[$name]}" line; then
			part+=$line
			console_runs "$name" || break
			console_is_silent "$name" $((SECONDS - start))
			continue
		fi
		line=$part${line%$'\r'}
		part=''
		case $line in
		'@done '*) return "${line#@done }" ;;
		*) echo "$line" ;;
		esac
	done
	echo "$part"
	echo "no answer from $name"
	cat "${console_errors[$name]}"
	return 1
}

# console_say NAME COMMAND...: without waiting for an answer
console_say() { echo "${*:2}" >&"${console_in[$1]}"; }
