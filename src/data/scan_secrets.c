/* Keys, tokens and passwords in a text: those with a shape of their own; the known
 * kinds are in scan_kinds.c, what looks random in scan_random.c.
 *
 * Used by text_scan.c, which gives it runs of key characters. */
#include "data/scan_keys.h"

#include <string.h>

static const char revoke[] = "revoke it where it was made and remove it";

#define RULE(name, id, what) static const struct gt_scan_rule name = {id, what, revoke}
RULE(pem, "secret-private-key", "a private key");
RULE(account, "secret-service-account", "a service account's private key");
RULE(jwt, "secret-jwt", "a signed token (JWT)");
RULE(url_password, "secret-url-password", "a password in an address");
RULE(telegram, "secret-telegram-token", "a Telegram bot token");
RULE(discord, "secret-discord-token", "a Discord bot token");
RULE(azure_client, "secret-azure-client-secret", "an Azure client secret");

/* Three parts with dots between; the first is a JSON object that names its "alg". */
static size_t look_jwt(struct gt_scan *s, size_t at, size_t end)
{
  unsigned char head[384];
  const char *p = s->text + at;
  size_t n = end - at;
  if (!gt_scan_has(s, at, "eyJ")) return 0;
  size_t a = gt_key_span(p, n, GT_WORDS, 2048);
  if (a < 12 || a + 4 > n || p[a] != '.' || memcmp(p + a + 1, "eyJ", 3) != 0) return 0;
  size_t b = gt_key_span(p + a + 1, n - a - 1, GT_WORDS, 16384) + a + 1;
  if (b >= n || p[b] != '.') return 0;
  size_t c = gt_key_span(p + b + 1, n - b - 1, GT_WORDS, 2048);
  size_t len = gt_key_decode64(head, sizeof head, p, a);
  if (c < 16 || !memmem(head, len, "\"alg\"", 5)) return 0;
  gt_scan_add(s, &jwt, at, b + 1 + c, NULL);
  return b + 1 + c;
}

/* A user id in base64, a time, a signature. */
static size_t look_discord(struct gt_scan *s, size_t at, size_t end)
{
  unsigned char id[24];
  const char *p = s->text + at;
  size_t n = end - at;
  if (!strchr("MNO", *p)) return 0;
  size_t a = gt_key_span(p, n, GT_WORDS, 29);
  if (a < 23 || a > 28 || a + 8 >= n || p[a] != '.') return 0;
  size_t b = gt_key_span(p + a + 1, n - a - 1, GT_WORDS, 8);
  if (b < 5 || b > 7 || a + b + 1 >= n || p[a + b + 1] != '.') return 0;
  size_t c = gt_key_span(p + a + b + 2, n - a - b - 2, GT_WORDS, 40);
  if (c < 27 || c > 39) return 0;
  size_t len = gt_key_decode64(id, sizeof id, p, a);
  for (size_t i = 0; i < len; i++)
    if (!gt_scan_digit((char)id[i])) return 0;
  gt_scan_add(s, &discord, at, a + b + c + 2, NULL);
  return a + b + c + 2;
}

/* Three characters, a digit, Q~ and 31 to 34 more. */
static size_t look_azure(struct gt_scan *s, size_t at, size_t end)
{
  const char *p = s->text + at;
  if (end - at < 37 || p[4] != 'Q' || p[5] != '~' || !gt_scan_digit(p[3])) return 0;
  size_t n = 0;
  while (6 + n < end - at && n < 36 &&
         (gt_key_has(GT_DOTTED, p[6 + n]) || p[6 + n] == '~'))
    n++;
  if (n < 31 || n > 35 || gt_key_distinct(p + 6, n) < 12) return 0;
  gt_scan_add(s, &azure_client, at, 6 + n, NULL);
  return 6 + n;
}

/* -----BEGIN ... PRIVATE KEY----- and something of the key itself. */
static size_t look_pem(struct gt_scan *s, size_t at)
{
  size_t i = at + 11, end = s->len < at + 64 ? s->len : at + 64;
  if (!gt_scan_has(s, at, "-----BEGIN ")) return 0;
  while (i < end &&
         (gt_scan_upper(s->text[i]) || gt_scan_digit(s->text[i]) || s->text[i] == ' '))
    i++;
  if (!gt_scan_has(s, i, "-----")) return 0;
  const char *words = s->text + at + 11;
  if (!memmem(words, i - at - 11, "PRIVATE KEY", 11)) return 0;
  i += 5;
  while (i < s->len && strchr(" \r\n\t", s->text[i])) i++;
  while (gt_scan_has(s, i, "\\n") || gt_scan_has(s, i, "\\r")) i += 2;
  size_t body = gt_key_span(s->text + i, s->len - i, GT_BASE64, 64);
  const bool header = gt_scan_has(s, i, "Proc-Type:") ||
                      gt_scan_has(s, i, "Version:") || gt_scan_has(s, i, "Comment:");
  if (!header && (body < 16 || gt_key_is_placeholder(s->text + i, body))) return 0;
  if (header) body = 0;
  size_t far = s->len - i < 16384 ? s->len - i : 16384;
  const char *close = memmem(s->text + i, far, "-----END", 8);
  size_t len = (close ? (size_t)(close - s->text) : i + body) - at;
  gt_scan_add(s, gt_scan_named(s, at, 40, "private_key") ? &account : &pem, at, len,
              NULL);
  return len;
}

void gt_scan_secrets(struct gt_scan *s, size_t at, size_t end)
{
  for (size_t i = at; i < end;) {
    bool boundary = i == at || !gt_scan_alnum(s->text[i - 1]);
    size_t n = 0;
    if (boundary && i >= s->secrets_to) {
      if (s->text[i] == '-') n = look_pem(s, i);
      if (n == 0 && end - i >= 16) n = gt_scan_known(s, i, end);
      if (n == 0) n = look_jwt(s, i, end);
      if (n == 0) n = look_discord(s, i, end);
      if (n == 0) n = look_azure(s, i, end);
      bool start = i == at || strchr("/.=~", s->text[i - 1]) != NULL;
      if (n == 0 && start) n = gt_scan_random(s, i, end);
    }
    if (n > 0) s->secrets_to = i + n;
    i += n > 0 ? n : 1;
  }
}

/* scheme://user:password@host */
static void look_url_password(struct gt_scan *s, size_t colon)
{
  size_t i = colon + 3, user = i;
  while (i < s->len && i - user < 64 && (unsigned char)s->text[i] > ' ' &&
         !strchr(":/@<>\"'", s->text[i]))
    i++;
  if (i >= s->len || s->text[i] != ':') return;
  size_t from = ++i;
  while (i < s->len && i - from < 128 && (unsigned char)s->text[i] > ' ' &&
         !strchr("@/<>\"'{}$*[]", s->text[i]))
    i++;
  size_t n = i - from;
  if (n < 4 || i + 1 >= s->len || s->text[i] != '@' || !gt_scan_alnum(s->text[i + 1]))
    return;
  static const char *const stand_ins[] = {"password", "pass",     "passwd",   "pwd",
                                          "secret",   "PASSWORD", "Password", "pw",
                                          "xxx",      "token"};
  for (size_t k = 0; k < sizeof stand_ins / sizeof *stand_ins; k++)
    if (strlen(stand_ins[k]) == n && memcmp(s->text + from, stand_ins[k], n) == 0)
      return;
  if (gt_key_distinct(s->text + from, n) < 3) return;
  gt_scan_add(s, &url_password, from, n, "***");
}

void gt_scan_colon(struct gt_scan *s, size_t at)
{
  if (gt_scan_has(s, at, "://")) {
    look_url_password(s, at);
    return;
  }
  /* Telegram: the bot's number, a colon, AA and 33 more */
  size_t digits = 0;
  if (!gt_scan_has(s, at, ":AA")) return;
  while (digits < at && digits < 11 && gt_scan_digit(s->text[at - 1 - digits]))
    digits++;
  if (digits < 8 || digits > 10) return;
  size_t from = at - digits;
  bool in_path = from >= 3 && gt_scan_has(s, from - 3, "bot"); /* of its API */
  if (from > 0 && gt_scan_alnum(s->text[from - 1]) && !in_path) return;
  size_t n = gt_key_span(s->text + at + 1, s->len - at - 1, GT_WORDS, 36);
  if (n != 35 || gt_key_distinct(s->text + at + 1, n) < 8) return;
  gt_scan_add(s, &telegram, from, digits + 1 + n, NULL);
  s->secrets_to = at + 1 + n;
}
