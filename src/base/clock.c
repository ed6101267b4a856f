/* Time and chance. See clock.h. */
#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static double read_clock(clockid_t id)
{
  struct timespec ts;
  clock_gettime(id, &ts);
  return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

double gt_clock_mono(void) { return read_clock(CLOCK_MONOTONIC); }

double gt_clock_wall(void) { return read_clock(CLOCK_REALTIME); }

void gt_clock_rfc3339(char *buf, size_t cap, double wall)
{
  double whole = floor(wall);
  int ms = (int)((wall - whole) * 1000.0);
  time_t t = (time_t)whole;
  struct tm tm;
  gmtime_r(&t, &tm);
  char date[24];
  strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
  snprintf(buf, cap, "%s.%03dZ", date, ms);
}

int gt_clock_parse_rfc3339(double *wall, const char *s)
{
  struct tm tm = {0};
  int used = 0;
  if (sscanf(s, "%4d-%2d-%2d%*1[Tt ]%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon,
             &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &used) != 6)
    return -1;
  tm.tm_year -= 1900;
  tm.tm_mon -= 1;
  s += used;
  double fraction = 0, unit = 0.1;
  if (*s == '.')
    for (s++; *s >= '0' && *s <= '9'; s++, unit /= 10) fraction += unit * (*s - '0');
  int offset = 0;
  if (*s == '+' || *s == '-') {
    int h, m;
    if (sscanf(s + 1, "%2d:%2d", &h, &m) != 2) return -1;
    offset = (*s == '-' ? -1 : 1) * (h * 3600 + m * 60);
  } else if (*s != 'Z' && *s != 'z') {
    return -1;
  }
  *wall = (double)timegm(&tm) - offset + fraction;
  return 0;
}

int gt_clock_parse_http(double *wall, const char *s)
{
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  struct tm tm = {0};
  char month[4];
  if (sscanf(s, "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &tm.tm_mday, month, &tm.tm_year,
             &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6)
    return -1;
  const char *at = strstr(months, month);
  if (!at) return -1;
  tm.tm_mon = (int)(at - months) / 3;
  tm.tm_year -= 1900;
  *wall = (double)timegm(&tm);
  return 0;
}

static uint64_t splitmix(uint64_t *state)
{
  uint64_t z = (*state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

void gt_random_seed(struct gt_random *r, uint64_t seed)
{
  for (int i = 0; i < 4; i++) r->s[i] = splitmix(&seed);
}

static uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

uint64_t gt_random_next(struct gt_random *r)
{
  uint64_t *s = r->s, result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotl(s[3], 45);
  return result;
}

double gt_random_unit(struct gt_random *r)
{
  return (double)(gt_random_next(r) >> 11) * 0x1p-53;
}
