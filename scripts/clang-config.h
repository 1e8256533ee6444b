/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Debian configures its kernels for gcc. This is what the configuration says
 * to C code otherwise when clang compiles; scripts/build-module.sh has the
 * part that make reads.
 */
#undef CONFIG_CC_IS_GCC
#define CONFIG_CC_IS_CLANG 1

/* clang is not able to put two named address spaces on one type. */
#undef CONFIG_CC_HAS_NAMED_AS
#undef CONFIG_USE_X86_SEG_SUPPORT
