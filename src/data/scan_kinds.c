/* Keys of the known kinds: prefix, alphabet, length.
 *
 * Used by scan_secrets.c. A placeholder like sk-xxxx is none. No checksum of a key is
 * asked for: a mistyped key is still somebody's key. */
#include "data/scan_keys.h"

#include <string.h>

static const char revoke[] = "revoke it where it was made and remove it";

bool gt_key_has(enum gt_key_alphabet alphabet, char c)
{
  switch (alphabet) {
  case GT_LOWER_HEX: return gt_scan_digit(c) || (c >= 'a' && c <= 'f');
  case GT_HEX: return gt_scan_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
  case GT_DIGITS_UPPER: return gt_scan_digit(c) || gt_scan_upper(c);
  case GT_ALNUM: return gt_scan_alnum(c);
  case GT_WORDS: return gt_scan_alnum(c) || c == '_' || c == '-';
  case GT_DOTTED: return gt_scan_alnum(c) || c == '_' || c == '-' || c == '.';
  default: return gt_scan_alnum(c) || c == '+' || c == '/' || c == '=';
  }
}

size_t gt_key_span(const char *p, size_t n, enum gt_key_alphabet alphabet, size_t max)
{
  size_t i = 0;
  while (i < n && i < max && gt_key_has(alphabet, p[i])) i++;
  return i;
}

int gt_key_distinct(const char *p, size_t n)
{
  bool seen[256] = {false};
  int count = 0;
  for (size_t i = 0; i < n; i++) {
    count += !seen[(unsigned char)p[i]];
    seen[(unsigned char)p[i]] = true;
  }
  return count;
}

bool gt_key_is_placeholder(const char *p, size_t n)
{
  return gt_key_distinct(p, n) < 6 || (n >= 7 && memcmp(p + n - 7, "EXAMPLE", 7) == 0);
}

/* The bytes that base64 (either alphabet) stands for; how many, at most cap. */
size_t gt_key_decode64(unsigned char *out, size_t cap, const char *p, size_t n)
{
  unsigned bits = 0, have = 0;
  size_t len = 0;
  for (size_t i = 0; i < n && len < cap; i++) {
    char c = p[i];
    unsigned v = gt_scan_upper(c)       ? (unsigned)(c - 'A')
                 : gt_scan_lower(c)     ? (unsigned)(c - 'a') + 26
                 : gt_scan_digit(c)     ? (unsigned)(c - '0') + 52
                 : c == '+' || c == '-' ? 62
                 : c == '/' || c == '_' ? 63
                                        : 64;
    if (v == 64) break;
    bits = (bits << 6 | v) & 0xFFFFFF;
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out[len++] = (unsigned char)(bits >> have);
  }
  return len;
}

struct kind {
  const char *prefix;
  enum gt_key_alphabet alphabet;
  unsigned short min, max; /* of what follows the prefix; no more of the alphabet may */
  struct gt_scan_rule rule;
};

#define KIND(prefix, alphabet, min, max, id, what)                                     \
  {                                                                                    \
    prefix, alphabet, min, max, { "secret-" id, what, revoke }                         \
  }

/* Longer prefixes stand before their beginnings. */
static const struct kind kinds[] = {
    KIND("AIza", GT_WORDS, 35, 35, "google-api-key", "a Google API key"),
    KIND("AQ.Ab", GT_WORDS, 35, 100, "google-api-key", "a Google API key"),
    KIND("GOCSPX-", GT_WORDS, 28, 28, "google-oauth-client-secret",
         "a Google OAuth client secret"),
    KIND("ya29.", GT_DOTTED, 30, 1000, "google-oauth-token", "a Google access token"),
    KIND("1//0", GT_WORDS, 30, 200, "google-oauth-token", "a Google refresh token"),
    KIND("AKIA", GT_DIGITS_UPPER, 16, 16, "aws-access-key", "an AWS access key id"),
    KIND("ASIA", GT_DIGITS_UPPER, 16, 16, "aws-access-key", "an AWS access key id"),
    KIND("ghp_", GT_ALNUM, 36, 251, "github-token", "a GitHub token"),
    KIND("gho_", GT_ALNUM, 36, 251, "github-token", "a GitHub token"),
    KIND("ghu_", GT_ALNUM, 36, 251, "github-token", "a GitHub token"),
    KIND("ghs_", GT_ALNUM, 36, 251, "github-token", "a GitHub token"),
    KIND("ghr_", GT_ALNUM, 36, 251, "github-token", "a GitHub token"),
    KIND("github_pat_", GT_WORDS, 50, 244, "github-token", "a GitHub token"),
    KIND("glpat-", GT_DOTTED, 20, 300, "gitlab-token", "a GitLab token"),
    KIND("gldt-", GT_WORDS, 20, 64, "gitlab-token", "a GitLab deploy token"),
    KIND("glrt-", GT_DOTTED, 20, 300, "gitlab-token", "a GitLab runner token"),
    KIND("glptt-", GT_WORDS, 40, 64, "gitlab-token", "a GitLab trigger token"),
    KIND("xoxb-", GT_WORDS, 20, 200, "slack-token", "a Slack token"),
    KIND("xoxp-", GT_WORDS, 20, 200, "slack-token", "a Slack token"),
    KIND("xoxa-", GT_WORDS, 20, 200, "slack-token", "a Slack token"),
    KIND("xoxo-", GT_WORDS, 20, 200, "slack-token", "a Slack token"),
    KIND("xoxs-", GT_WORDS, 20, 200, "slack-token", "a Slack token"),
    KIND("xoxr-", GT_WORDS, 20, 200, "slack-token", "a Slack token"),
    KIND("xoxc-", GT_WORDS, 20, 200, "slack-token", "a Slack token"),
    KIND("xoxd-", GT_WORDS, 20, 200, "slack-token", "a Slack token"),
    KIND("xoxe-", GT_WORDS, 20, 300, "slack-token", "a Slack token"),
    KIND("xapp-", GT_WORDS, 30, 200, "slack-token", "a Slack app token"),
    KIND("hooks.slack.com/services/T", GT_BASE64, 30, 80, "slack-webhook",
         "a Slack webhook"),
    KIND("discord.com/api/webhooks/", GT_BASE64, 18, 30, "discord-webhook",
         "a Discord webhook"),
    KIND("sk_live_", GT_ALNUM, 16, 250, "stripe-key", "a Stripe key"),
    KIND("sk_test_", GT_ALNUM, 16, 250, "stripe-key", "a Stripe test key"),
    KIND("rk_live_", GT_ALNUM, 16, 250, "stripe-key", "a Stripe key"),
    KIND("rk_test_", GT_ALNUM, 16, 250, "stripe-key", "a Stripe test key"),
    KIND("whsec_", GT_BASE64, 24, 100, "stripe-key", "a webhook's signing secret"),
    KIND("sk-ant-", GT_WORDS, 24, 200, "anthropic-api-key", "an Anthropic API key"),
    KIND("sk-or-v1-", GT_LOWER_HEX, 64, 64, "openrouter-api-key",
         "an OpenRouter API key"),
    KIND("sk-proj-", GT_WORDS, 32, 300, "openai-api-key", "an OpenAI API key"),
    KIND("sk-svcacct-", GT_WORDS, 32, 300, "openai-api-key", "an OpenAI API key"),
    KIND("sk-admin-", GT_WORDS, 32, 300, "openai-api-key", "an OpenAI API key"),
    KIND("sk-", GT_ALNUM, 32, 64, "openai-api-key", "an OpenAI API key"),
    KIND("hf_", GT_ALNUM, 30, 40, "huggingface-token", "a Hugging Face token"),
    KIND("gsk_", GT_ALNUM, 40, 60, "groq-api-key", "a Groq API key"),
    KIND("xai-", GT_ALNUM, 60, 100, "xai-api-key", "an xAI API key"),
    KIND("pplx-", GT_ALNUM, 40, 60, "perplexity-api-key", "a Perplexity API key"),
    KIND("r8_", GT_ALNUM, 37, 37, "replicate-token", "a Replicate token"),
    KIND("npm_", GT_ALNUM, 36, 36, "npm-token", "an npm token"),
    KIND("pypi-", GT_WORDS, 50, 400, "pypi-token", "a PyPI token"),
    KIND("rubygems_", GT_LOWER_HEX, 48, 48, "rubygems-token", "a RubyGems token"),
    KIND("dckr_pat_", GT_WORDS, 24, 40, "docker-token", "a Docker token"),
    KIND("SG.", GT_DOTTED, 60, 75, "sendgrid-key", "a SendGrid key"),
    KIND("SK", GT_LOWER_HEX, 32, 32, "twilio-key", "a Twilio key"),
    KIND("key-", GT_LOWER_HEX, 32, 32, "mailgun-key", "a Mailgun key"),
    KIND("AccountKey=", GT_BASE64, 86, 88, "azure-storage-key", "an Azure storage key"),
    KIND("dop_v1_", GT_LOWER_HEX, 64, 64, "digitalocean-token", "a DigitalOcean token"),
    KIND("doo_v1_", GT_LOWER_HEX, 64, 64, "digitalocean-token", "a DigitalOcean token"),
    KIND("dor_v1_", GT_LOWER_HEX, 64, 64, "digitalocean-token", "a DigitalOcean token"),
    KIND("shpat_", GT_HEX, 32, 32, "shopify-token", "a Shopify token"),
    KIND("shpss_", GT_HEX, 32, 32, "shopify-token", "a Shopify secret"),
    KIND("shpca_", GT_HEX, 32, 32, "shopify-token", "a Shopify token"),
    KIND("shppa_", GT_HEX, 32, 32, "shopify-token", "a Shopify token"),
    KIND("sq0atp-", GT_WORDS, 22, 22, "square-token", "a Square token"),
    KIND("sq0csp-", GT_WORDS, 43, 43, "square-token", "a Square secret"),
    KIND("lin_api_", GT_ALNUM, 40, 40, "linear-api-key", "a Linear API key"),
    KIND("ntn_", GT_ALNUM, 40, 50, "notion-token", "a Notion token"),
    KIND("figd_", GT_WORDS, 40, 60, "figma-token", "a Figma token"),
    KIND("PMAK-", GT_WORDS, 59, 59, "postman-key", "a Postman key"),
    KIND("glsa_", GT_WORDS, 41, 41, "grafana-token", "a Grafana token"),
    KIND("hvs.", GT_WORDS, 24, 200, "vault-token", "a Vault token"),
    KIND("dapi", GT_LOWER_HEX, 32, 32, "databricks-token", "a Databricks token"),
    KIND("NRAK-", GT_DIGITS_UPPER, 27, 27, "newrelic-key", "a New Relic key"),
    KIND("sbp_", GT_LOWER_HEX, 40, 40, "supabase-token", "a Supabase token"),
    KIND("AGE-SECRET-KEY-1", GT_DIGITS_UPPER, 58, 58, "private-key",
         "an age private key"),
};

/* The length of a key of a known kind at `at`, 0: none. */
size_t gt_scan_known(struct gt_scan *s, size_t at, size_t end)
{
  const char *p = s->text + at;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    const struct kind *k = &kinds[i];
    if (*p != *k->prefix) continue;
    size_t n = strlen(k->prefix);
    if (end - at < n + k->min || memcmp(p, k->prefix, n) != 0) continue;
    size_t body = gt_key_span(p + n, end - at - n, k->alphabet, (size_t)k->max + 1);
    if (k->alphabet == GT_DOTTED)
      while (body > 0 && p[n + body - 1] == '.') body--;
    if (body < k->min || body > k->max || gt_key_is_placeholder(p + n, body)) continue;
    gt_scan_add(s, &k->rule, at, n + body, NULL);
    return n + body;
  }
  return 0;
}
