/* Case folding. See fold.h; the ranges are those of Unicode 15, CaseFolding.txt. */
#include "base/fold.h"

static uint32_t latin(uint32_t cp)
{
  if (cp >= 0xC0 && cp <= 0xDE && cp != 0xD7) return cp + 32;
  if ((cp >= 0x100 && cp <= 0x137) || (cp >= 0x14A && cp <= 0x177)) return cp | 1;
  if ((cp >= 0x139 && cp <= 0x148) || (cp >= 0x179 && cp <= 0x17E))
    return cp + (cp & 1);
  return cp == 0x178 ? 0xFF : cp;
}

static uint32_t greek(uint32_t cp)
{
  if (cp >= 0x391 && cp <= 0x3AB && cp != 0x3A2) return cp + 32;
  if (cp >= 0x388 && cp <= 0x38A) return cp + 37;
  if (cp == 0x38E || cp == 0x38F) return cp + 63;
  if (cp == 0x386) return 0x3AC;
  if (cp == 0x38C) return 0x3CC;
  return cp == 0x3C2 ? 0x3C3 : cp; /* the sigma that ends a word */
}

static uint32_t cyrillic(uint32_t cp)
{
  if (cp >= 0x410 && cp <= 0x42F) return cp + 32;
  if (cp >= 0x400 && cp <= 0x40F) return cp + 80;
  if ((cp >= 0x460 && cp <= 0x481) || (cp >= 0x48A && cp <= 0x4BF) ||
      (cp >= 0x4D0 && cp <= 0x52F))
    return cp | 1;
  return cp;
}

uint32_t gt_fold_case(uint32_t cp)
{
  if (cp < 0x80) return cp >= 'A' && cp <= 'Z' ? cp | 0x20 : cp;
  if (cp < 0x180) return latin(cp);
  if (cp >= 0x370 && cp < 0x400) return greek(cp);
  if (cp >= 0x400 && cp < 0x530) return cyrillic(cp);
  if ((cp >= 0x1E00 && cp <= 0x1E95) || (cp >= 0x1EA0 && cp <= 0x1EFF)) return cp | 1;
  if (cp >= 0xFF21 && cp <= 0xFF3A) return cp + 32; /* full width */
  return cp;
}
