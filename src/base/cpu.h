/* Which vector instructions the readers may use on this machine.
 *
 * Used by stops.c and utf8.c. Asked once; x86-64 always has SSE2, elsewhere there is
 * the plain C only. Tests lower the level so that every path runs. */
#ifndef GT_BASE_CPU_H
#define GT_BASE_CPU_H

/* AVX2 stands for AVX2, BMI1 and POPCNT, which came together. */
enum gt_cpu { GT_CPU_PLAIN, GT_CPU_SSE2, GT_CPU_AVX2 };

#if defined(__x86_64__) && defined(__GNUC__)
#define GT_CPU_X86 1
#else
#define GT_CPU_X86 0
#endif

enum gt_cpu gt_cpu_level(void);
/* For tests: no more than this from now on; GT_CPU_AVX2 lifts it. */
void gt_cpu_limit(enum gt_cpu level);

#endif
