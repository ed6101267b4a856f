/* The bare prototype that gtlua's wire is measured against: what a host costs that does
 * the same requests and nothing else.
 *
 *   proto URL REQUESTS CONCURRENCY     prints: requests, seconds, p99 milliseconds
 *
 * One coroutine a request, lua-cjson both ways, curl_multi_poll, easy handles set up
 * once and used again. No option is checked, nothing is tried again, no time-out is set
 * and an answer that is not what it should be ends the program. Used by
 * scripts/bench fanout. */
#include <curl/curl.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int luaopen_cjson(lua_State *L);

enum { SLOTS_MAX = 4096, REPLY_MAX = 65536 };

static const char SCRIPT[] =
    "local cjson, yield = require 'cjson', coroutine.yield\n"
    "return function(k)\n"
    "  local reply = yield(cjson.encode {\n"
    "    contents = { { role = 'user', parts = { { text = "
    "'Classify: this is text number ' .. k } } } },\n"
    "    generationConfig = { temperature = 0 },\n"
    "  })\n"
    "  local r = cjson.decode(reply)\n"
    "  return assert(r.candidates[1].content.parts[1].text)\n"
    "end\n";

struct slot {
  CURL *easy;
  lua_State *co;
  int ref; /* keeps co from the collector */
  double start;
  size_t len;
  char reply[REPLY_MAX];
};

static lua_State *L;
static CURLM *multi;
static double *latency;
static long begun, ended, wanted;

static void die(const char *what)
{
  fprintf(stderr, "proto: %s\n", what);
  exit(1);
}

static double now(void)
{
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
  struct slot *s = ctx;
  size_t n = size * count;
  if (n > sizeof s->reply - s->len) return 0;
  memcpy(s->reply + s->len, bytes, n);
  s->len += n;
  return n;
}

static void start(struct slot *s)
{
  int results;
  s->start = now();
  s->len = 0;
  s->co = lua_newthread(L);
  s->ref = luaL_ref(L, LUA_REGISTRYINDEX);
  lua_pushvalue(L, -1); /* the script's function */
  lua_xmove(L, s->co, 1);
  lua_pushinteger(s->co, ++begun);
  if (lua_resume(s->co, L, 1, &results) != LUA_YIELD) die(lua_tostring(s->co, -1));
  size_t len;
  const char *body = lua_tolstring(s->co, -1, &len); /* on the stack until the answer */
  curl_easy_setopt(s->easy, CURLOPT_POSTFIELDSIZE, (long)len);
  curl_easy_setopt(s->easy, CURLOPT_POSTFIELDS, body);
  curl_multi_add_handle(multi, s->easy);
}

static void finish(struct slot *s)
{
  int results;
  lua_settop(s->co, 0);
  lua_pushlstring(s->co, s->reply, s->len);
  if (lua_resume(s->co, L, 1, &results) != LUA_OK) die(lua_tostring(s->co, -1));
  luaL_unref(L, LUA_REGISTRYINDEX, s->ref);
  latency[ended++] = now() - s->start;
  if (begun < wanted) start(s);
}

static void on_messages(void)
{
  int left;
  CURLMsg *m;
  while ((m = curl_multi_info_read(multi, &left))) {
    struct slot *s;
    long status = 0;
    CURL *easy = m->easy_handle;
    if (m->msg != CURLMSG_DONE || m->data.result != CURLE_OK) die("transfer failed");
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &s);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) die("status is not 200");
    curl_multi_remove_handle(multi, easy);
    finish(s);
  }
}

static int by_size(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static struct slot *slot_new(const char *url, struct curl_slist *headers)
{
  struct slot *s = malloc(sizeof *s);
  if (!s) die("out of memory");
  s->easy = curl_easy_init();
  curl_easy_setopt(s->easy, CURLOPT_URL, url);
  curl_easy_setopt(s->easy, CURLOPT_PRIVATE, s);
  curl_easy_setopt(s->easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(s->easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(s->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(s->easy, CURLOPT_POST, 1L);
  curl_easy_setopt(s->easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(s->easy, CURLOPT_WRITEDATA, s);
  return s;
}

int main(int argc, char **argv)
{
  if (argc != 4) die("URL REQUESTS CONCURRENCY");
  long concurrency = atol(argv[3]);
  wanted = atol(argv[2]);
  if (concurrency < 1 || concurrency > SLOTS_MAX || wanted < concurrency) die("numbers");
  latency = malloc((size_t)wanted * sizeof *latency);
  curl_global_init(CURL_GLOBAL_ALL);
  multi = curl_multi_init();
  L = luaL_newstate();
  if (!latency || !multi || !L) die("out of memory");
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, concurrency);
  luaL_openlibs(L);
  luaL_requiref(L, "cjson", luaopen_cjson, 0);
  lua_settop(L, 0);
  if (luaL_dostring(L, SCRIPT) != LUA_OK) die(lua_tostring(L, -1));
  struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
  headers = curl_slist_append(headers, "x-goog-api-key: x");
  headers = curl_slist_append(headers, "Content-Type: application/json");
  double begin = now();
  for (long i = 0; i < concurrency; i++) start(slot_new(argv[1], headers));
  while (ended < wanted) {
    int running;
    curl_multi_perform(multi, &running);
    on_messages();
    if (ended < wanted) curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
  double seconds = now() - begin;
  qsort(latency, (size_t)wanted, sizeof *latency, by_size);
  printf("%ld %.6f %.3f\n", wanted, seconds, latency[wanted * 99 / 100] * 1e3);
  return 0;
}
