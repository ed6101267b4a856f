/* What the processor can. See cpu.h. */
#include "base/cpu.h"

#include <stdatomic.h>
#include <stdbool.h>

static _Atomic int known = -1;

static int detect(void)
{
#if GT_CPU_X86
  __builtin_cpu_init();
  bool all = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
             __builtin_cpu_supports("popcnt");
  return all ? GT_CPU_AVX2 : GT_CPU_SSE2;
#else
  return GT_CPU_PLAIN;
#endif
}

enum gt_cpu gt_cpu_level(void)
{
  int level = atomic_load_explicit(&known, memory_order_relaxed);
  if (level < 0) {
    level = detect();
    atomic_store_explicit(&known, level, memory_order_relaxed);
  }
  return (enum gt_cpu)level;
}

void gt_cpu_limit(enum gt_cpu level)
{
  int best = detect();
  atomic_store_explicit(&known, (int)level < best ? (int)level : best,
                        memory_order_relaxed);
}
