# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib-readme.sh - what README.md tells somebody to do who comes from a bridge,
# as it stands there; sourced by tests, after lib.sh

: "${here:?}" "${tmp:?}"

# readme_of TITLE [STEP]: the lines under that title, or of one of its steps
readme_of()
{
	awk -v title="$1" -v wanted="${2-}" '
		/^#/ { inside = substr($0, index($0, " ") + 1) == title }
		/^[0-9]+\. / { step = $1 + 0 }
		/^[^ 0-9]/ { step = "" }
		inside && (wanted == "" || step == wanted)
	' "$here/../README.md"
}

# Each command with all its lines, and a NUL after it
readme_commands()
{
	readme_of "$@" | awk '
		function end() { if (command) printf "%s%c", command, 0 }
		/^ +# / { end(); sub(/^ +# /, ""); command = $0; next }
		/^$/ { end(); command = ""; next }
		command { command = command "\n" $0 }
		END { end() }
	'
}

# readme_stanza TITLE STEP INTERFACE: for /etc/network/interfaces
readme_stanza()
{
	readme_of "$1" "$2" | sed -n "/^ *auto $3\$/,/^\$/p"
}

# follow TITLE [STEP]: do it, in this shell; what that prints is in $tmp/readme.
# doctor has a status of its own.
follow()
{
	local command commands status

	mapfile -d '' -t commands < <(readme_commands "$@")
	: >"$tmp/readme"
	for command in ${commands[@]+"${commands[@]}"}; do
		eval "$command" >>"$tmp/readme" 2>&1
		status=$?
		[[ $status -eq 0 || $command = 'vifmap doctor'* ]] || break
	done
	cat "$tmp/readme"
	[ ${#commands[@]} -gt 0 ] || status=1
	[[ $status -eq 0 || $command = 'vifmap doctor'* ]] ||
		{ echo "$command: status $status"; return 1; }
}
