# SPDX-License-Identifier: GPL-2.0
#
# make help says what there is. The kernel's build reads Kbuild, not this.

# The kernel to build and install for
KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
# Kernels to check with, as selftests/vm/fetch-kernel.sh knows them
KERNELS ?= 6.1 6.12
# Tests to run; all when empty
TESTS ?=
# Mutants to check the tests with; all when empty
MUTANTS ?=

DESTDIR ?=
PREFIX ?= /usr/local
INSTALL_MOD_PATH ?= $(DESTDIR)

export DESTDIR PREFIX

tool_dir := tools/vifmap
plugin_dir := tools/integration/iproute2
cni_dir := tools/integration/cni
kernel_make = $(MAKE) -C $(KDIR) M=$(CURDIR)

# What Debian needs to build; elsewhere the compiler says what is missing.
packages = command -v dpkg-query >/dev/null || exit 0; \
	scripts/install-packages.sh $(1) || :

# The release that KDIR was built for. Not kernel.release: Debian's headers
# have the upstream version in it.
release = $(shell sed -n 's/^.define UTS_RELEASE "\(.*\)"/\1/p' \
	$(KDIR)/include/generated/utsrelease.h 2>/dev/null)
module_root = $(INSTALL_MOD_PATH)/lib/modules/$(release)
module_dir = updates/drivers/net/vifmap

# Packaged headers come without the key that modules were to be signed with.
no_key = $(if $(wildcard $(KDIR)/certs/signing_key.*),,CONFIG_MODULE_SIG_ALL=)

.PHONY: all modules tools kdir
all: modules tools

kdir:
	@test -e $(KDIR)/Makefile || { \
		echo "No kernel headers in $(KDIR):" \
			"install linux-headers-$(KVER) or set KDIR" >&2; \
		exit 1; \
	}

modules: kdir
	@$(call packages,gcc libc6-dev)
	$(kernel_make) modules

tools:
	@$(call packages,gcc libc6-dev pkgconf libmnl-dev libjson-c-dev)
	$(MAKE) -C $(tool_dir) all
	$(MAKE) -C $(plugin_dir) all
	$(MAKE) -C $(cni_dir) all

.PHONY: install install-modules install-tools depmod
install: install-modules install-tools

install-modules: modules
	$(kernel_make) INSTALL_MOD_PATH=$(INSTALL_MOD_PATH) \
		INSTALL_MOD_DIR=updates $(no_key) modules_install
	@$(MAKE) --no-print-directory depmod

install-tools: tools
	$(MAKE) -C $(tool_dir) install
	$(MAKE) -C $(plugin_dir) install
	$(MAKE) -C $(cni_dir) install
	$(MAKE) -C tools/integration install

# A package's own scripts do this where the package gets installed.
depmod: kdir
	@$(call packages,kmod)
	$(if $(DESTDIR),,depmod -b $(or $(INSTALL_MOD_PATH),/) $(release))

.PHONY: deb
deb:
	@scripts/build-deb.sh

.PHONY: uninstall uninstall-modules uninstall-tools
uninstall: uninstall-modules uninstall-tools

uninstall-modules: kdir
	rm -f $(module_root)/$(module_dir)/vifmap.ko*
	cd $(module_root) 2>/dev/null && \
		rmdir -p --ignore-fail-on-non-empty $(module_dir) 2>/dev/null || :
	@$(MAKE) --no-print-directory depmod

uninstall-tools:
	$(MAKE) -C $(tool_dir) uninstall
	$(MAKE) -C $(plugin_dir) uninstall
	$(MAKE) -C $(cni_dir) uninstall
	$(MAKE) -C tools/integration uninstall

.PHONY: check check-all check-static check-builds check-selftests
.PHONY: check-cost check-debug check-integration check-guests check-mutants
.PHONY: demo bench
check:
	@KERNELS="$(KERNELS)" TESTS="$(TESTS)" scripts/check.sh

check-all: KERNELS = 6.1 6.12 7.2
check-all: check check-debug

check-static check-builds check-selftests check-cost check-debug:
	@KERNELS="$(KERNELS)" TESTS="$(TESTS)" scripts/check.sh $(@:check-%=%)

check-integration:
	@selftests/integration/run.sh $(TESTS)

check-guests:
	@selftests/integration/run.sh -f guests $(TESTS)

check-mutants:
	@selftests/mutants.sh $(MUTANTS)

demo:
	@selftests/vm/demo/demo.sh

# Without KERNELS, those of check; with BENCH_HOST=1 none. bench.sh reads TABLES,
# QUICK, BENCH_HOST and BENCH_OUT, which make passes on.
bench_kernels := $(if $(filter-out file,$(origin KERNELS)),$(KERNELS))

bench:
	@tools/bench/bench.sh $(addprefix -k ,$(bench_kernels))

# Kernel headers may be gone by now, or never have been here.
.PHONY: clean
clean:
	@if test -e $(KDIR)/Makefile; then $(kernel_make) clean; fi
	$(MAKE) -C $(tool_dir) clean
	$(MAKE) -C $(plugin_dir) clean
	$(MAKE) -C $(cni_dir) clean
	$(MAKE) -C selftests clean
	$(MAKE) -C tools/bench clean
	rm -rf build

.PHONY: help
help:
	@sed -n 's/^## \{0,1\}//p' Makefile

## make                   build the module and the tool
## make modules           drivers/net/vifmap/vifmap.ko for the running kernel
## make tools             tools/vifmap/vifmap, and the plugin for iproute2
## make install           install both; or install-modules, install-tools
## make uninstall         remove them; or uninstall-modules, uninstall-tools
## make deb               packages for Debian: vifmap-dkms, vifmap-tools
## make clean             remove what was built
##
## make check             check-static, check-builds, check-selftests and
##                        check-cost
## make check-all         the same for every kernel that is known
## make check-static      style, comments, spelling, generated code
## make check-builds      no warning from gcc, clang and sparse
## make check-selftests   the tests, each kernel in a virtual machine
## make check-cost        that no packet costs more than it may
## make check-debug       the tests on a kernel that looks for mistakes, which
##                        it builds first; not part of make check
## make check-integration vifmap with other programs, on Debian 12 and 13; not
##                        part of make check
## make check-guests      guests with each kind of NIC boot from the network, one
##                        with its root on NFS; not part of make check
## make check-mutants     that the tests notice when the code is broken
## make demo              see it at work in a virtual machine
## make bench             measure it and what is used instead, in tables and
##                        plots in build/bench
##
## Settings, as in make KERNELS=6.1 check:
##
##   KVER               kernel to build for (the running one)
##   KDIR               its headers (/lib/modules/KVER/build)
##   PREFIX             where the tool goes (/usr/local)
##   DESTDIR            root to install below, for packages; no depmod then
##   INSTALL_MOD_PATH   the same for the module alone (DESTDIR)
##   KERNELS            kernels to check with, of 6.1 6.12 7.2 (6.1 6.12)
##   TESTS              tests to run (all)
##   MUTANTS            mutants to check with (all)
##   TABLES             tables to measure, as in "A C" (all)
##   QUICK              1: short runs; of table A on 6.1 where none are named
##   BENCH_HOST         1: measure on the running kernel, all tables but A
##   BENCH_OUT          folder for what was measured (build/bench)
##   VIFMAP_CACHE       folder for downloads (~/.cache/vifmap)
