/* What a text scan finds, where, and what it must not take for a find. Keys and
 * addresses are made up; a | in a text is taken out when the test runs, so that no
 * scanner of the repository takes this file for a leak. */
#include "data/text_scan.h"

#include "unit.h"

#include <stdlib.h>

#define A10 "Zk3vQ9xW1b" /* bodies of made-up keys */
#define B10 "7TgR2mYc5L"
#define C10 "pD8sHn4JfX"
#define HEX16 "9f3b07ce5a1d284e"
#define HEX32 HEX16 "4c81e60f2b7d935a"

struct found {
  char text[4096];
  size_t used, last;
  int ordered, shown_ok;
};

static void note(void *ctx, const struct gt_scan_hit *h)
{
  struct found *f = ctx;
  if (f->used > 0 && h->at < f->last) f->ordered = 0;
  f->last = h->at;
  if (strlen(h->shown) == 0 || strlen(h->hint) == 0 || strlen(h->what) == 0)
    f->shown_ok = 0;
  if (f->used < sizeof f->text - 100)
    f->used +=
        (size_t)snprintf(f->text + f->used, sizeof f->text - f->used, "%s%s %zu+%zu",
                         f->used ? "; " : "", h->rule, h->at, h->len);
}

/* The text without |, in a block of exactly its size. */
static char *assembled(size_t *len, const char *text)
{
  size_t n = 0;
  for (const char *p = text; *p; p++) n += *p != '|';
  char *copy = malloc(n ? n : 1), *q = copy;
  for (const char *p = text; *p && q; p++)
    if (*p != '|') *q++ = *p;
  *len = n;
  return copy;
}

static const char *scan(struct found *f, const char *text, unsigned classes, int all)
{
  size_t len;
  char *copy = assembled(&len, text);
  *f = (struct found){.ordered = 1, .shown_ok = 1};
  gt_text_scan(copy, len, classes, all, note, f);
  free(copy);
  return f->text;
}

struct yes {
  const char *text, *want;
};

static void finds(const struct yes *table, size_t count, unsigned classes)
{
  struct found f;
  for (size_t i = 0; i < count; i++) {
    const char *got = scan(&f, table[i].text, classes, 1);
    if (strcmp(got, table[i].want) != 0)
      printf("  %s\n    %s, wanted %s\n", table[i].text, got, table[i].want);
    UNIT_CHECK(strcmp(got, table[i].want) == 0);
    UNIT_CHECK(f.ordered && f.shown_ok);
  }
}

static void passes(const char *const *table, size_t count, unsigned classes)
{
  struct found f;
  for (size_t i = 0; i < count; i++) {
    const char *got = scan(&f, table[i], classes, 1);
    if (*got) printf("  %s\n    %s, wanted nothing\n", table[i], got);
    UNIT_CHECK(*got == '\0');
  }
}

#define FINDS(table, classes) finds(table, sizeof table / sizeof *table, classes)
#define PASSES(table, classes) passes(table, sizeof table / sizeof *table, classes)

static const struct yes controls[] = {
    {"a\x01"
     "b",
     "control-character 1+1"},
    {"a\x1B[31mred\x1B[0m", "control-character 1+1; control-character 9+1"},
    {"\x7F", "control-character 0+1"},
    {"a\b\b\bb", "control-character 1+3"},
    {"don\xC2\x92t", "control-character 3+2"},
    {"a\xEF\xBB\xBF"
     "b",
     "control-character 1+3"},
    {"\xEF\xBB\xBFtext", "control-character 0+3"},
    {"user \xE2\x80\xAE"
     "gpj.exe",
     "control-character 5+3"},
    {"\xE2\x81\xA6x\xE2\x81\xA9", "control-character 0+3; control-character 4+3"},
    {"hi\xF3\xA0\x81\xA9\xF3\xA0\x81\xA7", "control-character 2+8"},
    {"lost \xEF\xBF\xBD\xEF\xBF\xBD and \xEF\xBF\xBD",
     "replacement-character 5+6; replacement-character 16+3"},
};

static const char *const no_controls[] = {
    "",
    "a",
    "tab\tand\nnew\r\nlines",
    "caf\xC3\xA9, na\xC3\xAFve, \xC2\xA9 2020, \xC2\xA0non-breaking",
    "\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82",
    "\xE4\xBD\xA0\xE5\xA5\xBD\xEF\xBC\x8C\xE4\xB8\x96\xE7\x95\x8C",
    "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D\xE2\x80\x8F mark",
    "family \xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7",
    "\xE2\x80\x9Cquoted\xE2\x80\x9D \xE2\x80\x93 dash\xE2\x80\xA6",
    /* the flag of England is written with tags */
    ("\xF0\x9F\x8F\xB4\xF3\xA0\x81\xA7\xF3\xA0\x81\xA2\xF3\xA0\x81\xA5"
     "\xF3\xA0\x81\xAE\xF3\xA0\x81\xA7\xF3\xA0\x81\xBF goal"),
    "\xEE\x80\x80 private use",
};

static void finds_control_characters(void)
{
  FINDS(controls, GT_SCAN_DAMAGE);
  PASSES(no_controls, GT_SCAN_DAMAGE);
}

/* What a text in UTF-8 looks like after being read as Windows-1252. */
static const struct yes misread[] = {
    {"cafÃ©", "mojibake 3+4"},
    {"Ã©tÃ©", "mojibake 0+4; mojibake 5+4"},
    {"NÃƒO", "mojibake 1+4"},
    {"itâ€™s", "mojibake 2+8"},
    {"â€œquoteâ€\xC2\x9D", "mojibake 0+7; mojibake 12+7"},
    {"quoteâ€ end", "mojibake 5+5"},
    {"waitâ€¦", "mojibake 4+7"},
    {"it\xC3\xA2\xC2\x80\xC2\x99s", "mojibake 2+6"}, /* as Latin-1 */
    {"5 â‚¬", "mojibake 2+7"},
    {"Acmeâ„¢", "mojibake 4+7"},
    {"Â£5 and 20Â°C", "mojibake 0+4; mojibake 12+4"},
    {"strÃ¶m, StraÃŸe, Ãœber", "mojibake 3+4; mojibake 14+4; mojibake 21+4"},
    {"Ã–sterreich", "mojibake 0+5"},
    {"vÅ¡e", "mojibake 1+4"},
    {"sÄ… tu", "mojibake 1+5"},
    {"Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "mojibake 0+26"},
    {"Ù…Ø±Ø\xC2\xAD", "mojibake 0+13"},
    {"ä½\xC2\xA0å¥½", "mojibake 0+12"},
    {"à¤¹à¤¿", "mojibake 0+12"},
    {"ðŸ˜€ nice", "mojibake 0+9"},
    {"Viá»‡t Nam", "mojibake 2+7"},
    {"ï»¿text", "mojibake 0+6"},
    {"lost ï¿½", "mojibake 5+6"},
    {"voilÃ\xC2\xA0!", "mojibake 4+4"},
};

static const char *const real_text[] = {
    "C'est l'été à Noël, où le garçon naïf a mangé des œufs : « déjà vu »…",
    "LE CHÂTEAU FORT, L’ÂGE D’OR – ÉTÉ… “CAFÉ” ®",
    "NÃO, AMANHÃ… IRMÃ” – AMANHÃ – MANHÃ’S MANHÃ» São João às três, ação, às 5ª feira",
    "Tiếng Việt: Ở đâu? XÃ – HUYỆN… “MÃ” Đà Nẵng, ĐÃ… Xã hội; thế à… lâu…",
    "Það er ÐÓ… Æ, öxi, Ísland™ Þór",
    "İSTANBUL’da çığ, şüphe… ÂLEM “HÂLÔ” kâr…",
    "Årsta–Älvsjö, Ä–Ö, Å…, “Å” och Ä” ÅÄÖ",
    "Größe: 5 m², Ä: Umlaut. Straße – Öl™ ÄÖÜ…",
    "Łódź, żółć, są – CZĘŚĆ… “ŻÓŁĆ”",
    "Příliš žluťoučký kůň; ÚŽASNÝ PRÉŽA ÍŠA",
    "Привет, мир… «ЁЛКА» – №5",
    "Ελλάδα… “ΆΛΦΑ”",
    "ESPAÑA… NIÑ” ÑÑ… ¿qué? ¡olé! está»… café…» 3×½ 2×4",
    "Øl–Øre, BLÅØ… Ø” ÆØÅ",
    "שלום… مرحبا، 你好，世界。こんにちは 안녕하세요",
    "à… é… â… ô – î” û’",
    "20 °C, £5, €7, ½, §3, ±2, µm, 5®, ©2020",
};

static void finds_mojibake(void)
{
  FINDS(misread, GT_SCAN_DAMAGE);
  PASSES(real_text, GT_SCAN_DAMAGE);
}

static const struct yes twice[] = {
    {"first line\\nsecond line", "double-escaped 10+2"},
    {"Hello\\n\\nWorld", "double-escaped 5+2; double-escaped 7+2"},
    {"Name:\\tJane", "double-escaped 5+2"},
    {"caf\\u00e9", "double-escaped 3+6"},
    {"smile \\ud83d\\ude00", "double-escaped 6+6; double-escaped 12+6"},
    {"He said \\\"yes\\\" twice", "double-escaped 8+2; double-escaped 13+2"},
    {"see http:\\/\\/x.org", "double-escaped 9+2"},
    {"Tom &amp; Jerry", "double-escaped 4+5"},
    {"Tom &amp;amp; Jerry", "double-escaped 4+5"},
    {"it&#39;s &quot;so&quot;",
     "double-escaped 2+5; double-escaped 9+6; double-escaped 17+6"},
    {"call &lt;#&gt; now", "double-escaped 5+4; double-escaped 10+4"},
    {"caf&eacute;&#xe9;", "double-escaped 3+8; double-escaped 11+6"},
    {"<p>Tom &amp;amp; Jerry</p>", "double-escaped 7+5"},
};

static const char *const written_once[] = {
    "C:\\new\\table.txt",
    "open C:\\Users\\nina\\notes",
    "\\\\server\\names\\top",
    "$\\nabla \\times B = \\mu_0 J$ and \\neq",
    "\\nu and \\tau are letters, \\theta too",
    "match \\d+\\n with it",
    "printf(\"a\\n\"); return 0;",
    "print('done\\n') == None",
    "```\necho \"a\\nb\"\n```",
    "split the text at \"\\n\" or '\\t'",
    "the sequence \\n is a newline",
    "5' 10\\\" tall",
    "AT&T; R&D; a & b; Q&A;",
    "x &amp y &unknown; &#; &#x;",
    "<a href=\"?a=1&amp;b=2\">Tom &amp; Jerry</a>",
    "fish&chips; salt",
    "\\",
    "trim [ \\t]+ and s/\\n/ /",
    "say \"none\\n\" here",
    "ends with \\u00",
    "either\\or",
    "{\"summary\": \"one\\ntwo \\u00e9 \\\"x\\\"\"}",
    "[\"a\\tb\"]",
};

static void finds_double_escapes(void)
{
  FINDS(twice, GT_SCAN_DAMAGE);
  PASSES(written_once, GT_SCAN_DAMAGE);
}

static const struct yes spaces[] = {
    {" a", "outer-space 0+1"},
    {"a ", "outer-space 1+1"},
    {" \t a b\n", "outer-space 0+3; outer-space 6+1"},
    {"\xC2\xA0x\xE3\x80\x80", "outer-space 0+2; outer-space 3+3"},
    {"   ", "outer-space 0+3"},
    {"caf\xC3\xA9\r\n", "outer-space 5+2"},
};

static const char *const no_spaces[] = {
    "", "a", "a b", "a\n b", "\xC3\xA9", "a\xE2\x80\xA6", "\xE2\x80\x94", "x\xC2\xA0y",
};

static void finds_outer_space(void)
{
  FINDS(spaces, GT_SCAN_DAMAGE);
  PASSES(no_spaces, GT_SCAN_DAMAGE);
}

static const struct yes secrets[] = {
    {"key AI|za"
     "Sy" A10 B10 C10 "q-_ ok",
     "secret-google-api-key 4+39"},
    {"?key=AI|za"
     "Sy" A10 B10 C10 "q-_&x=1",
     "secret-google-api-key 5+39"},
    {"GOC|SPX-" A10 B10 "pD8sHn4J", "secret-google-oauth-client-secret 0+35"},
    {"ya|29.a0" A10 B10 C10 ".", "secret-google-oauth-token 0+37"},
    {"AK|IA"
     "Q3EGRM7ZK2TWX5NB!",
     "secret-aws-access-key 0+20"},
    {"aws_secret_access_key = " A10 "/" B10 "+" C10 "Qw7eRt9Y",
     "secret-aws-secret-key 24+40"},
    {"gh|p_" A10 B10 C10 "a1B2c3", "secret-github-token 0+40"},
    {"github|_pat_" A10 B10 "_" A10 B10 C10 "xyz", "secret-github-token 0+65"},
    {"glp|at-" A10 B10, "secret-gitlab-token 0+26"},
    {"xox|b-1234567890-" A10 B10, "secret-slack-token 0+36"},
    {"https://hooks.sl|ack.com/services/T"
     "0A1B2C3D4/B0E5F6G7H8/" A10 B10 "qrst",
     "secret-slack-webhook 8+71"},
    {"sk_l|ive_" A10 B10 "abcd", "secret-stripe-key 0+32"},
    {"sk|-ant-api03-" A10 B10 C10, "secret-anthropic-api-key 0+43"},
    {"sk|-proj-" A10 B10 C10 "abcd", "secret-openai-api-key 0+42"},
    {"OPENAI_API_KEY=sk|-" A10 B10 C10 A10 "T3Blbk7Q", "secret-openai-api-key 15+51"},
    {"h|f_" A10 B10 C10 "abcd", "secret-huggingface-token 0+37"},
    {"np|m_" A10 B10 C10 "abcdef", "secret-npm-token 0+40"},
    {"pyp|i-AgEIcHlwaS5vcmc" A10 B10 C10 A10, "secret-pypi-token 0+60"},
    {"S|G." A10 B10 "ab." A10 B10 C10 A10 "xyz", "secret-sendgrid-key 0+69"},
    {"S|K" HEX32, "secret-twilio-key 0+34"},
    {"bot 123456789|:AA" A10 B10 C10 "abc x", "secret-telegram-token 4+45"},
    {"https://api.telegram.org/bot123456789|:AA" A10 B10 C10 "abc/getMe",
     "secret-telegram-token 28+45"},
    {"ey|JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0." A10 B10 "x-_9", "secret-jwt 0+65"},
    {"postgres://bob:hunter2s|@db.corp.net/x", "secret-url-password 15+8"},
    {"MTIzNDU2Nzg5MDEyMzQ1Njc4|.GaBcDe." A10 B10 "abcdefg",
     "secret-discord-token 0+59"},
    {"AccountK|ey=" A10 B10 C10 A10 B10 C10 A10 B10 "Qw7eRt==",
     "secret-azure-storage-key 0+99"},
    {"a1b8|Q~" A10 B10 C10 "ab", "secret-azure-client-secret 0+38"},
    {"dop|_v1_" HEX32 HEX32, "secret-digitalocean-token 0+71"},
    {"-----BEGIN RSA PRIV|ATE KEY-----\nMIIEpAIBAAKCAQEA7x\n-----END RSA",
     "secret-private-key 0+51"},
    {"-----BEGIN OPENSSH PRIV|ATE KEY-----\\nb3BlbnNzaC1rZXktdjE\\n",
     "secret-private-key 0+56"},
    {"-----BEGIN PGP PRIV|ATE KEY BLOCK-----\nVersion: GnuPG v2\n",
     "secret-private-key 0+38"},
    {"\"private_key\": \"-----BEGIN PRIV|ATE KEY-----\\nMIIEvQIBADANBgkqhki\"",
     "secret-service-account 16+48"},
    {"the value " A10 B10 C10 " leaked", "secret-high-entropy 10+30"},
    {"api_key: " HEX32, "secret-high-entropy 9+32"},
    {"API_KEY=\"a1b2c3d4e5f6g7h8\"", "secret-high-entropy 9+16"},
    {"https://x.org/?token=" A10 B10, "secret-high-entropy 21+20"},
};

static const char *const no_secrets[] = {
    "an ordinary sentence without anything in it",
    "the sk-learn library, task-switching, AIzawa, ghp_ and hf_transfer",
    "sk|-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "AI|zaXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
    "AK|IAIOSFODNN7EXAMPLE",
    "commit 9f3b07ce5a1d284e4c81e60f2b7d935a00112233",
    "sha256 " HEX32 HEX32,
    "id 123e4567-e89b-12d3-a456-426614174000",
    "https://example.org/how-to-bake-bread-2021-edition/part-2",
    "https://docs.example.org/document/d/1" A10 B10 C10 "/edit",
    "https://youtu.be/dQw4w9WgXcQ?t=43",
    "SGVsbG8gV29ybGQhIFRoaXMgaXMgYSB0ZXN0Lg==",
    "getAccountBalanceForCustomerByIdentifier2023Response",
    "Donaudampfschifffahrtsgesellschaftskapit\xC3\xA4n",
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ" A10 B10 C10,
    "integrity=\"sha384-" A10 B10 C10 A10 B10 C10 "abcd\"",
    "data:image/png;base64,iVBORw0KGgo" A10 B10,
    "BTC 1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A",
    "paste it between -----BEGIN PRIVATE KEY----- and -----END PRIVATE KEY-----",
    "postgres://user:password@localhost/db",
    "https://example.org:8080/a@b",
    "https://user:<password>@host",
    "eyJhbGciOiJ.eyJzdWIi.short",
    "password: correct-horse-battery-staple",
    "token: the_name_of_the_token_field",
    "xmlSecTransformDes3CbcId kconfigConfOptIfExprNCSym2 BZ2_bzBuffToBuffDecompress",
    "NODE_FUSE_" HEX32 " and 7ddc31-ed4a03d703-FB24AD27D96135B68C99FB9AACFE2FFC",
    "_ZN2v88internal12_GLOBAL__N_16InvokeEPNS0_7IsolateERKNS1_12InvokeParamsE",
    "-----BEGIN CERTIFICATE-----\n" A10 B10 C10 A10 "\n" B10 C10 A10 B10,
    A10 B10 C10 A10 "+" B10 "\n" B10 C10 A10 B10 "/" C10 "\n" A10 B10,
    "IMG_20210304_123456789_HDR.jpg",
    "................................----------------------------",
    "ACGTACGTGGCATTACGATCGATCGGATCAGTC MKTAYIAKQRQISFVKSHFSRQ",
    "0123456789012345678901234567890123456789",
    "12:AA34 8:AAb",
};

static void finds_secrets(void)
{
  FINDS(secrets, GT_SCAN_SECRETS);
  PASSES(no_secrets, GT_SCAN_SECRETS);
}

static const struct yes personal[] = {
    {"write to jane.doe@mail.exa|mple.org.", "personal-email 9+25"},
    {"<a+b_c%d@x-y.de>", "personal-email 1+14"},
    {"mailto:bob@corp.co.uk?x", "personal-email 7+14"},
    {"a@b.io, c@d.net", "personal-email 0+6; personal-email 8+7"},
    {"call +44 7911 123|456 now", "personal-phone 5+15"},
    {"+49 (0)30 1234|567", "personal-phone 0+17"},
    {"+1 (212) 555-0|123", "personal-phone 0+17"},
    {"+491701234|567", "personal-phone 0+13"},
    {"0049 170 1234|567", "personal-phone 0+16"},
    {"(212) 555-0|123.", "personal-phone 0+14"},
    {"212-555-0|123 or 212.555.0|124", "personal-phone 0+12; personal-phone 16+12"},
    {"1-800-555-0|199", "personal-phone 0+14"},
    {"030 1234|567", "personal-phone 0+11"},
    {"089/123|456", "personal-phone 0+10"},
    {"06 12 34 56 78 and 06.98.12.34.56", "personal-phone 0+14; personal-phone 19+14"},
    {"020 7946 0|958", "personal-phone 0+13"},
    {"text 08712300|220 to win", "personal-phone 5+11"},
    {"Phone: 98765 43|210", "personal-phone 7+11"},
    {"tel 5551234|567", "personal-phone 4+10"},
    {"4111 1111 1111 1|111", "personal-card 0+19"},
    {"card 41111111111|11111!", "personal-card 5+16"},
    {"3782-822463-1|0005", "personal-card 0+17"},
    {"55555555555|54444", "personal-card 0+16"},
    {"IBAN DE89 3704 0044 0532 0130 0|0", "personal-iban 5+27"},
    {"GB82WEST123456987|65432", "personal-iban 0+22"},
    {"NL91ABNA0417|164300, please", "personal-iban 0+18"},
    {"from 81.2.69.1|60 today", "personal-ip 5+11"},
    {"203.0.113.7:8080", "personal-ip 0+11"},
    {"2001:db8:85a3::8a2e:370:7334", "personal-ip 0+28"},
    {"ip 2a00:1450:4001:81b:0:0:0:200e.", "personal-ip 3+29"},
};

static const char *const impersonal[] = {
    /* mail */
    "@jane said hi",
    "me @ home.org",
    "a@b",
    "logo@2x.png",
    "git@github.com:owner/name.git",
    "ssh://git@host.org/x",
    "https://bob:pw@host.org",
    "@user@mastodon.social",
    "foo@bar@",
    "x@1.2.3.4",
    /* numbers */
    "in 1999 and 2024, from 1914-1918",
    "$1,234,567.89 or 1.000.000 Euro",
    "order 4500123456, invoice 2023-00012345",
    "2023-01-31 12:30:45 and 31.01.2023 or 01-02-2023",
    "pi is 3.14159265358979",
    "5-10 minutes, 3 for 2, 100 200 300",
    "score 21-19 21-17",
    "+5.3% or +100000 points",
    "#0123456789",
    "ISBN 978-3-16-148410-0",
    "0800 1 is short",
    "numbers 02 07 11 23 34",
    "12345678901234567890",
    "1234 5678 9012 3456",
    "4111 1111 1111 1112",
    "0000 0000 0000 0000",
    "id_08712300220_x",
    "a0871230022",
    "1/2 3/4 5/6 7/8",
    "Boston, MA 02110-1301",
    "0123456789 and 0987654321",
    "ISBN 0847954331",
    "codes 0065 0302 0304, 5430 5431 5432 5433",
    "200 300 4000",
    /* accounts */
    "DE00370400440532013000",
    "XX89370400440532013000",
    "DE89 3704 0044",
    "AB12 is a code",
    /* addresses */
    "version 81.2.69.160",
    "v1.2.3.4 and 1.2.3.4",
    "127.0.0.1, 0.0.0.0, 10.0.0.5, 192.168.1.1, 172.16.4.9, 255.255.255.0",
    "8.8.8.8 and 1.1.1.1",
    "1.2.3.4.5",
    "gtk 3.24.35.22",
    "300.1.1.20",
    "01.02.03.04",
    "at 12:30:45",
    "aa:bb:cc:dd:ee:ff",
    "std::vector<int> a::b",
    "::1 and fe80::1:2:3",
    "1:2:3:4:5",
    "12:34:56:78:9a:bc:de:f0:11",
};

static void finds_personal_data(void)
{
  FINDS(personal, GT_SCAN_PERSONAL);
  PASSES(impersonal, GT_SCAN_PERSONAL);
}

static void tells_a_rule_once(void)
{
  struct found f;
  const char *text = "\x01 a@b.io \x02 c@d.io  AI|za"
                     "Sy" A10 B10 C10 "q-_ ";
  UNIT_STR(scan(&f, text, 7, 0),
           "control-character 0+1; personal-email 2+6; secret-google-api-key 19+39; "
           "outer-space 58+1");
  UNIT_CHECK(f.ordered);
  UNIT_STR(scan(&f, text, GT_SCAN_PERSONAL, 0), "personal-email 2+6");
  UNIT_STR(scan(&f, text, 0, 1), "");
}

static void keep_shown(void *ctx, const struct gt_scan_hit *h)
{
  memcpy(ctx, h->shown, sizeof h->shown);
}

static const struct yes shown[] = {
    {"AI|za"
     "Sy" A10 B10 C10 "q-_",
     "AI|zaSy..."},
    {"postgres://bob:hunter2s|@db.corp.net/x", "***"},
    {"jane@corp.io", "j...@corp.io"},
    {"4111 1111 1111 1|111", "4111 1..."},
    {"don\xC2\x92t", "U+0092 for ’"},
    {"cafÃ©", "Ã© for é"},
    {"a\\nb", "\\n"},
    {"x ", "at the end"},
};

static void shows_little(void)
{
  for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
    char got[64] = "";
    size_t len, want_len;
    char *text = assembled(&len, shown[i].text),
         *want = assembled(&want_len, shown[i].want);
    gt_text_scan(text, len, 7, 1, keep_shown, got);
    UNIT_CHECK(strlen(got) == want_len && memcmp(got, want, want_len) == 0);
    if (strlen(got) != want_len) printf("  %s: %s\n", shown[i].text, got);
    free(text);
    free(want);
  }
}

/* Texts made to be slow: the time must stay in proportion to the length. */
static void stays_linear(void)
{
  static const char *const parts[] = {"sk|-",        "eyJ.", "eyJ-", "1 ",    "&",
                                      "\\n",         "\\\"", "a@",   "1.1.",  "::",
                                      "-----BEGIN ", "+1-",  "Ã©",   "://a:", "AIza",
                                      "\x01z",       " ",    "aA1",  "a1B=",  "A/"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    size_t n = strlen(parts[i]), len = 400000 / n * n;
    char *text = malloc(len);
    struct found f = {.ordered = 1, .shown_ok = 1};
    if (!text) continue;
    for (size_t k = 0; k < len; k += n) memcpy(text + k, parts[i], n);
    gt_text_scan(text, len, 7, 1, note, &f);
    UNIT_CHECK(f.ordered);
    free(text);
  }
}

int main(void)
{
  UNIT_RUN(finds_control_characters);
  UNIT_RUN(finds_mojibake);
  UNIT_RUN(finds_double_escapes);
  UNIT_RUN(finds_outer_space);
  UNIT_RUN(finds_secrets);
  UNIT_RUN(finds_personal_data);
  UNIT_RUN(tells_a_rule_once);
  UNIT_RUN(shows_little);
  UNIT_RUN(stays_linear);
  return unit_report();
}
