/* Escapes that were escaped once more: \n, \u00e9 and &amp; where a character should
 * be.
 *
 * Used by scan_damage.c. Programs, patterns, formulas, paths and markup have escapes of
 * their own, which are left alone. */
#include "data/scan.h"

#include <stdio.h>
#include <string.h>

static const struct gt_scan_rule escaped = {"double-escaped",
                                            "an escape that was escaped once more",
                                            "unescape the text before it is written"};

static size_t count_of(const struct gt_scan *s, const char *what)
{
  size_t n = 0, len = strlen(what);
  const char *p = s->text, *end = p + s->len;
  while ((p = memmem(p, (size_t)(end - p), what, len)) != NULL) {
    n++;
    p += len;
  }
  return n;
}

/* A text that is JSON itself, as answers to programs are. */
static bool is_json(const struct gt_scan *s)
{
  size_t from = 0, to = s->len;
  while (from < to && strchr(" \t\r\n", s->text[from])) from++;
  while (to > from && strchr(" \t\r\n", s->text[to - 1])) to--;
  if (to - from < 2) return false;
  char first = s->text[from], last = s->text[to - 1];
  return (first == '{' && last == '}') || (first == '[' && last == ']');
}

/* Programs, shell lines, patterns and formulas have escapes of their own. */
static bool is_code(struct gt_scan *s)
{
  static const char *const sure[] = {"```",      "#include", "printf", "console.",
                                     "\\begin{", "regex",    "std::",  "<?php",
                                     "#!/",      "=~",       "my $"};
  static const char *const marks[] = {
      "();",   ");",       "==",     "=>",   "!=",        "->",      "&&",
      "||",    "{\n",      "}\n",    "def ", "\nimport ", "return ", "function",
      "var ",  "const ",   "self.",  "[0]",  " = \"",     "print(",  "split(",
      "join(", "replace(", "escape", "$\\",  ";\n",       "print ",  "%s",
      "%d",    "let ",     "\\("};
  if (s->is_code >= 0) return s->is_code > 0;
  size_t found = is_json(s) ? 2 : 0;
  for (size_t i = 0; i < sizeof sure / sizeof *sure; i++)
    if (count_of(s, sure[i]) > 0) found += 2;
  for (size_t i = 0; i < sizeof marks / sizeof *marks && found < 2; i++)
    found += count_of(s, marks[i]) > 0;
  s->is_code = found >= 2;
  return s->is_code > 0;
}

static bool is_markup(struct gt_scan *s)
{
  if (s->is_markup < 0)
    s->is_markup = count_of(s, "</") + count_of(s, "/>") + count_of(s, "<br") +
                       count_of(s, "<p>") + count_of(s, "<!") >
                   0;
  return s->is_markup > 0;
}

static bool is_hex(const struct gt_scan *s, size_t at, size_t n)
{
  if (at > s->len || s->len - at < n) return false;
  for (size_t i = at; i < at + n; i++)
    if (!gt_scan_digit(s->text[i]) &&
        !((s->text[i] | 32) >= 'a' && (s->text[i] | 32) <= 'f'))
      return false;
  return true;
}

/* Are all backslashes of the text escapes that JSON has? Not those of patterns (\d),
 * formulas (\alpha) and paths (\Users). */
static bool only_escapes(struct gt_scan *s)
{
  if (s->escapes >= 0) return s->escapes > 0;
  s->escapes = 1;
  memset(s->escapes_of, 0, sizeof s->escapes_of);
  for (size_t i = 0; i < s->len; i++) {
    if (s->text[i] != '\\') continue;
    char c = i + 1 < s->len ? s->text[i + 1] : ' ';
    s->escapes_of[c & 127]++;
    if (!strchr("nrt\"'\\/", c) && !(c == 'u' && is_hex(s, i + 2, 4))) s->escapes = 0;
    i++;
  }
  return s->escapes > 0;
}

/* \nabla, \theta, \rho: letters of a formula. */
static bool is_command(const struct gt_scan *s, size_t at)
{
  static const char *const commands[] = {
      "nabla",      "ne",     "neg",          "neq",      "newcommand", "newline",
      "newpage",    "ni",     "noindent",     "nonumber", "not",        "notin",
      "nu",         "tan",    "tanh",         "tau",      "text",       "textbf",
      "textit",     "texttt", "therefore",    "theta",    "tfrac",      "tilde",
      "times",      "title",  "to",           "top",      "triangle",   "rangle",
      "rceil",      "ref",    "renewcommand", "rfloor",   "rho",        "right",
      "rightarrow", "rm",     "rvert",        "rangle"};
  size_t n = 0;
  while (at + n < s->len &&
         (gt_scan_lower(s->text[at + n]) || gt_scan_upper(s->text[at + n])))
    n++;
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    if (strlen(commands[i]) == n && memcmp(s->text + at, commands[i], n) == 0)
      return true;
  return false;
}

/* C:\new or \\host\names, or a pattern or format in quotes. */
static bool is_path_or_quoted(const struct gt_scan *s, size_t at, size_t end)
{
  size_t from = at;
  while (from > 0 && at - from < 200 && !strchr(" \t\r\n", s->text[from - 1])) from--;
  for (size_t i = from + 1; i < at; i++)
    if (s->text[i] == ':' && s->text[i + 1] == '\\' && gt_scan_alnum(s->text[i - 1]) &&
        (i - 1 == from || !gt_scan_alnum(s->text[i - 2])))
      return true;
  if (at >= 2 && from + 2 <= at && s->text[from] == '\\' && s->text[from + 1] == '\\')
    return true;
  char before = at > 0 ? s->text[at - 1] : 'a',
       after = end < s->len ? s->text[end] : 'a';
  if (strchr("/[^", before) || strchr("/]+*\"'`", after)) return true;
  for (size_t i = at; i > from; i--) { /* a class of characters */
    if (s->text[i - 1] == ']') break;
    if (s->text[i - 1] == '[') return true;
  }
  return false;
}

static bool stands_alone(const struct gt_scan *s, size_t at, size_t end)
{
  return at > 0 && s->text[at - 1] == ' ' && end < s->len && s->text[end] == ' ';
}

void gt_scan_backslash(struct gt_scan *s, size_t at)
{
  char c = at + 1 < s->len ? s->text[at + 1] : ' ';
  size_t len = 2;
  s->damage_to = at + 2;
  if (c == 'u' && is_hex(s, at + 2, 4))
    len = 6;
  else if (c == '"') {
    if (!only_escapes(s) || s->escapes_of['"'] < 2) return;
  } else if (c == '/') {
    if (!gt_scan_has(s, at, "\\/\\/") && !(at > 0 && s->text[at - 1] == '<')) return;
  } else if (c != 'n' && c != 'r' && c != 't')
    return;
  if (is_code(s) || !only_escapes(s)) return;
  if (len == 2 && strchr("nrt", c)) {
    if (is_command(s, at + 1)) return;
    if (stands_alone(s, at, at + 2) && s->escapes_of[(int)c] < 2) return;
  }
  if (is_path_or_quoted(s, at, at + len)) return;
  char shown[8];
  snprintf(shown, sizeof shown, "%.*s", (int)len, s->text + at);
  gt_scan_add(s, &escaped, at, len, shown);
}

/* The length of an HTML entity at `at`, 0 when there is none. */
static size_t entity(const struct gt_scan *s, size_t at)
{
  static const char names[] =
      " amp lt gt quot apos nbsp copy reg trade hellip mdash ndash lsquo rsquo ldquo "
      "rdquo laquo raquo bull middot deg euro pound yen cent sect para times divide "
      "eacute egrave ecirc euml aacute agrave acirc auml aring aelig ccedil iacute "
      "icirc iuml ntilde oacute ocirc ouml otilde oslash uacute ugrave ucirc uuml "
      "szlig Eacute Auml Ouml Uuml Agrave ";
  char name[12] = " ";
  size_t n = 1;
  if (gt_scan_has(s, at, "&#")) {
    bool hex = gt_scan_has(s, at + 2, "x") || gt_scan_has(s, at + 2, "X");
    size_t i = at + (hex ? 3 : 2), from = i;
    while (i < s->len && i - from < 7 &&
           (hex ? is_hex(s, i, 1) : gt_scan_digit(s->text[i])))
      i++;
    return i > from && i < s->len && s->text[i] == ';' ? i + 1 - at : 0;
  }
  while (at + n < s->len && n < 9 && gt_scan_alnum(s->text[at + n])) {
    name[n] = s->text[at + n];
    n++;
  }
  if (n < 3 || at + n >= s->len || s->text[at + n] != ';') return 0;
  name[n] = ' ', name[n + 1] = '\0';
  return strstr(names, name) ? n + 1 : 0;
}

void gt_scan_entity(struct gt_scan *s, size_t at)
{
  size_t n = entity(s, at);
  if (n == 0) return;
  s->damage_to = at + n;
  if (is_markup(s) || is_code(s)) {
    /* in markup one escape is right, and two are not */
    size_t more = 0;
    if (!gt_scan_has(s, at, "&amp;")) return;
    while (at + 5 + more < s->len && more < 9 &&
           (gt_scan_alnum(s->text[at + 5 + more]) || s->text[at + 5 + more] == '#'))
      more++;
    if (more < 2 || at + 5 + more >= s->len || s->text[at + 5 + more] != ';') return;
  }
  char shown[16];
  snprintf(shown, sizeof shown, "%.*s", (int)n, s->text + at);
  gt_scan_add(s, &escaped, at, n, shown);
}
