/* The coroutine library, as stock Lua's, but waits on the host pass through.
 *
 * A wait yields one private value. resume and wrap hand it on to their own caller, so
 * that it reaches the task, and go on with the inner coroutine when the task is
 * resumed; every other value is the script's business. The mark stays on the waiting
 * stack and keeps strangers from resuming it. The base coroutine of a task looks like
 * the main thread of stock Lua. Messages are those of Lua 5.4. */
#include "task/raise.h"
#include "task/sched.h"

#include <lualib.h>

const char gt_coro_mark = 0;

bool gt_coro_waits(lua_State *co)
{
  return lua_status(co) == LUA_YIELD && lua_gettop(co) > 0 &&
         lua_touserdata(co, -1) == &gt_coro_mark;
}

int gt_coro_resume(struct gt_sched *s, lua_State *co, lua_State *from, int nargs,
                   int *nres)
{
  lua_State *before = s->running;
  s->running = co;
  if (s->alarm) gt_interrupt_arm(s, co);
  int status = lua_resume(co, from, nargs, nres);
  s->running = before;
  if (s->alarm && before) gt_interrupt_arm(s, before);
  return status;
}

static lua_State *check_co(lua_State *L)
{
  lua_State *co = lua_tothread(L, 1);
  luaL_argexpected(L, co, 1, "thread");
  return co;
}

static bool is_base(lua_State *L)
{
  const struct gt_sched *s = gt_sched_of(L);
  return s->current && s->current->co == L;
}

/* What a resume comes to: a count of results, or one of these. */
enum { FAILED = -1, WAITS = -2 };

/* [-nargs, +results or +1 message, -] Moves the arguments over and resumes. */
static int step(lua_State *L, lua_State *co, int nargs)
{
  struct gt_sched *s = gt_sched_of(L);
  int nres;
  struct gt_resumer self = {.L = L, .up = s->resumer};
  s->resumer = &self;
  int status = gt_coro_resume(s, co, L, nargs, &nres);
  s->resumer = self.up;
  if (status == LUA_YIELD && nres == 1 && lua_touserdata(co, -1) == &gt_coro_mark) {
    s->nested++;
    return WAITS;
  }
  if (status != LUA_OK && status != LUA_YIELD) {
    lua_xmove(co, L, 1);
    return FAILED;
  }
  if (!lua_checkstack(L, nres + 1)) {
    lua_pop(co, nres);
    lua_pushliteral(L, "too many results to resume");
    return FAILED;
  }
  lua_xmove(co, L, nres);
  return nres;
}

static int first_step(lua_State *L, lua_State *co, int nargs)
{
  if (!lua_checkstack(co, nargs)) {
    lua_pushliteral(L, "too many arguments to resume");
    return FAILED;
  }
  if (gt_sched_of(L)->nested > 0 && gt_coro_waits(co)) {
    lua_pushliteral(L, "cannot resume a coroutine that waits on the host");
    return FAILED;
  }
  lua_xmove(L, co, nargs);
  return step(L, co, nargs);
}

/* The task was resumed: so is the coroutine that waits, unless a stranger (a debug
 * library) took its mark away. */
static int next_step(lua_State *L, lua_State *co)
{
  gt_sched_of(L)->nested--;
  if (!gt_coro_waits(co)) {
    lua_pushliteral(L, "the coroutine was disturbed while it waited on the host");
    return FAILED;
  }
  lua_pop(co, 1);
  return step(L, co, 0);
}

static int pass_on(lua_State *L, lua_State *co, lua_KFunction k)
{
  lua_pushlightuserdata(L, (void *)&gt_coro_mark);
  return lua_yieldk(L, 1, (lua_KContext)co, k);
}

/* --- resume --- */

static int resume_next(lua_State *L, int status, lua_KContext ctx);

static int resume_result(lua_State *L, lua_State *co, int r)
{
  if (r == WAITS) return pass_on(L, co, resume_next);
  lua_pushboolean(L, r >= 0);
  int n = r < 0 ? 1 : r;
  lua_insert(L, -(n + 1));
  return n + 1;
}

static int resume_next(lua_State *L, int status, lua_KContext ctx)
{
  (void)status;
  lua_State *co = (lua_State *)ctx;
  return resume_result(L, co, next_step(L, co));
}

static int co_resume(lua_State *L)
{
  lua_State *co = check_co(L);
  return resume_result(L, co, first_step(L, co, lua_gettop(L) - 1));
}

/* --- wrap --- */

static int wrap_next(lua_State *L, int status, lua_KContext ctx);

static int wrap_result(lua_State *L, lua_State *co, int r)
{
  if (r >= 0) return r;
  if (r == WAITS) return pass_on(L, co, wrap_next);
  int status = lua_status(co);
  if (status != LUA_OK && status != LUA_YIELD) {
    status = lua_resetthread(co); /* its <close> variables; the error may change */
    lua_xmove(co, L, 1);
  }
  if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
    luaL_where(L, 1);
    lua_insert(L, -2);
    lua_concat(L, 2);
  }
  return lua_error(L);
}

static int wrap_next(lua_State *L, int status, lua_KContext ctx)
{
  (void)status;
  lua_State *co = (lua_State *)ctx;
  return wrap_result(L, co, next_step(L, co));
}

static int wrapped(lua_State *L)
{
  lua_State *co = lua_tothread(L, lua_upvalueindex(1));
  return wrap_result(L, co, first_step(L, co, lua_gettop(L)));
}

static int co_create(lua_State *L)
{
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_State *co = lua_newthread(L);
  lua_pushvalue(L, 1);
  lua_xmove(L, co, 1);
  return 1;
}

static int co_wrap(lua_State *L)
{
  co_create(L);
  lua_pushcclosure(L, wrapped, 1);
  return 1;
}

/* --- the rest --- */

static int co_yield (lua_State *L)
{
  const struct gt_sched *s = gt_sched_of(L);
  const struct gt_task *t = s->current;
  if (t && t->co == L) {
    lua_pushliteral(L, "attempt to yield from outside a coroutine");
    return lua_error(L);
  }
  if (t && t->scope->co == L)
    return gt_raisef(
        L, GT_FAILED_PRECONDITION,
        "open the group, deadline or shield outside the coroutine, or "
        "collect inside and yield afterwards",
        "a coroutine cannot yield out of gt.group, gt.within or gt.shield");
  return lua_yield(L, lua_gettop(L));
}

static const char *status_name(lua_State *L, lua_State *co)
{
  lua_Debug ar;
  if (L == co) return "running";
  switch (lua_status(co)) {
  case LUA_YIELD: return gt_coro_waits(co) ? "normal" : "suspended";
  case LUA_OK:
    if (lua_getstack(co, 0, &ar)) return "normal";
    return lua_gettop(co) == 0 ? "dead" : "suspended";
  default: return "dead";
  }
}

static int co_status(lua_State *L)
{
  lua_pushstring(L, status_name(L, check_co(L)));
  return 1;
}

static int co_isyieldable(lua_State *L)
{
  lua_State *co = lua_isnone(L, 1) ? L : check_co(L);
  const struct gt_sched *s = gt_sched_of(L);
  bool base = is_base(co);
  /* Bases of tasks that are not running now. */
  for (const struct gt_task *t = co == L ? NULL : s->tasks; t && !base; t = t->next)
    base = t->co == co;
  lua_pushboolean(L, !base && lua_isyieldable(co));
  return 1;
}

static int co_running(lua_State *L)
{
  bool main = lua_pushthread(L) || is_base(L);
  lua_pushboolean(L, main);
  return 2;
}

static int co_close(lua_State *L)
{
  lua_State *co = check_co(L);
  const char *name = status_name(L, co);
  if (*name != 's' && *name != 'd')
    return luaL_error(L, "cannot close a %s coroutine", name);
  if (lua_resetthread(co) == LUA_OK) {
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushboolean(L, 0);
  lua_xmove(co, L, 1);
  return 2;
}

void gt_coro_install(lua_State *L)
{
  static const struct {
    const char *name;
    lua_CFunction fn;
  } fns[] = {{"create", co_create},   {"resume", co_resume},
             {"yield", co_yield },    {"status", co_status},
             {"wrap", co_wrap},       {"isyieldable", co_isyieldable},
             {"running", co_running}, {"close", co_close}};
  if (lua_getglobal(L, LUA_COLIBNAME) == LUA_TTABLE) {
    for (size_t i = 0; i < sizeof fns / sizeof fns[0]; i++) {
      lua_pushcfunction(L, fns[i].fn);
      lua_setfield(L, -2, fns[i].name);
    }
  }
  lua_pop(L, 1);
}

lua_State *gt_coro_innermost(lua_State *co)
{
  lua_Debug ar;
  while (lua_getstack(co, 0, &ar) && lua_checkstack(co, 2)) {
    lua_getinfo(co, "f", &ar);
    lua_CFunction fn = lua_tocfunction(co, -1);
    lua_State *inner = NULL;
    if (fn == wrapped && lua_getupvalue(co, -1, 1)) {
      inner = lua_tothread(co, -1);
      lua_pop(co, 1);
    }
    lua_pop(co, 1);
    if (fn == co_resume && lua_getlocal(co, &ar, 1)) {
      inner = lua_tothread(co, -1);
      lua_pop(co, 1);
    }
    if (!inner || !gt_coro_waits(inner)) break;
    co = inner;
  }
  return co;
}
