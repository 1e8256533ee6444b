# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# debug.sh - a kernel that looks for mistakes, built from Debian's linux-source
# with debug.config; sourced by fetch-kernel.sh

here=${here:?} install_packages=${install_packages:?} work=${work-}
debug_config=$here/kernels/debug.config

# The kernel is built anew when its source, its configuration or the way it is
# built is another.
key_debug()
{
	"$install_packages" "$1" >&2 9>&-
	{
		dpkg-query -W -f '${Version}\n' "$1"
		cat "$debug_config" "$here/kernels/debug.sh"
	} | sha256sum | cut -c -16
}

debug_make()
{
	make -s -C "$work/source" -j "$(nproc)" ARCH=x86_64 \
		KBUILD_BUILD_USER=vifmap KBUILD_BUILD_HOST=debug "$@" \
		>"$work/log" 2>&1 9>&- ||
		{ tail -n 40 "$work/log" >&2; die "make $* failed"; }
}

# An option whose dependencies are not met is dropped without a word.
debug_check_config()
{
	local option value missing=()

	while IFS='=' read -r option value; do
		[[ $option == CONFIG_* ]] || continue
		[ "$value" != n ] || value=
		[ "$(sed -n "s/^$option=//p" "$work/config")" = "$value" ] ||
			missing+=("$option")
	done <"$debug_config"
	[ ${#missing[@]} -eq 0 ] ||
		die "not as debug.config wants it: ${missing[*]}"
}

debug_configure()
{
	debug_make tinyconfig
	cat "$debug_config" >>"$work/source/.config"
	debug_make olddefconfig
	cp "$work/source/.config" "$work/config"
	debug_check_config
}

# Of the tree only what modules are built with is kept, as the kernel's own
# packages have it.
debug_keep()
{
	local source=$work/source

	debug_make run-command KBUILD_RUN_COMMAND="\$(srctree)/scripts/package/install-extmod-build $work/kdir"
	mkdir -p "$work/root/usr/lib"
	ln -s usr/lib "$work/root/lib"
	debug_make INSTALL_MOD_PATH="$work/root/usr" modules_install
	rm -f "$work/root/lib/modules/$1"/{build,source}
	ln -s "root/lib/modules/$1" "$work/modules"
	mv "$source/arch/x86/boot/bzImage" "$work/vmlinuz"
	mv "$source/vmlinux" "$work/vmlinux"
	echo "$1" >"$work/release"
	rm -r "$source" "$work/log"
}

provide_debug()
{
	local name=$1 release

	# What make needs besides gcc: for objtool libelf, for the rest of them
	# the kernel's own scripts.
	"$install_packages" "$name" xz-utils make gcc libc6-dev flex bison bc \
		libelf-dev rsync cpio
	say "unpacking $name"
	mkdir "$work/source"
	tar -xJf "/usr/src/$name.tar.xz" -C "$work/source" --strip-components=1
	debug_configure
	say "building $name, some minutes"
	debug_make bzImage modules
	release=$(cat "$work/source/include/config/kernel.release")
	debug_keep "$release"
	depmod -b "$work/root" "$release"
}
