/* One record of one document on NR replicas, up to NC changes: causal delivery, supersession by
 * context, add-wins set, retraction rule, acknowledgement, compaction, snapshots.
 *
 * The rules are those of sync/src/record.cpp and of the compaction in the design. A set of changes is
 * a mask; what a version vector holds is such a mask, closed per author. The assertions are stated from
 * the whole set of changes and share nothing with the rules but `ctx`.
 *
 * tests/model/check_models.py runs it, and with each MUTANT_… defined, which must fail.
 */
#ifndef NR
#define NR 3
#endif
#ifndef NC
#define NC 3
#endif

/* kinds of a change, each of one operation */
#define WRITE   0
#define RETRACT 1
#define RESTORE 2
#define ADD     3
#define REMOVE  4
/* which kinds people use in this run */
#ifndef KINDS_FROM
#define KINDS_FROM WRITE
#endif
#ifndef KINDS_TO
#define KINDS_TO RESTORE
#endif

#define NONE 255                    /* no form is open: everything applied is what its author sees */
#define BIT(c)       (1 << (c))
#define HAS(mask, c) (((mask) >> (c)) & 1)
#define IN(a, b)     (((a) & ~(b)) == 0)             /* a is a subset of b */

typedef Replica {
  byte applied;                     /* its version */
  byte survivors; byte adds;        /* register, set of one element */
  byte retractions; byte restores;
  byte last[NR];                    /* 1 + last edit by each author, 0: none */
  byte folded;                      /* changes that its log no longer holds */
  byte form;                        /* what the open form shows */
  byte acked; byte acked_own;       /* its acknowledgement, and its own changes before that */
  bool live;
};
Replica rep[NR];

byte n;                             /* changes so far */
byte author[NC]; byte kind[NC]; byte deps[NC]; byte ctx[NC];
#ifdef MUTANT_CLOCK
byte stamp[NC];
#endif

/* What is chosen for a step. They belong to the state, since spin comes back to a choice; each step
 * ends with all of them 0. What is hidden below is set and used within one d_step only. */
byte r; byte s; byte c; byte k; byte w;

hidden byte i; hidden byte j; hidden byte a; hidden byte b; hidden byte m;
hidden byte stable; hidden byte missing;
hidden byte yes; hidden byte brute; hidden byte covered; hidden byte same;

#define IS_EDIT(x) (kind[x] == WRITE || kind[x] == ADD || kind[x] == REMOVE)
#define IS_LIFE(x) (kind[x] == RETRACT || kind[x] == RESTORE)

/* ---- the rules ------------------------------------------------------------------------------- */

inline take_away_covered(mask, by) { mask = mask & ~ctx[by] }

inline write_register(to, x) {
#ifdef MUTANT_CLOCK
  /* the greatest stamp wins, whoever had seen what */
  yes = true;
  for (j : 0 .. NC - 1) {
    if
    :: HAS(rep[to].survivors, j) && stamp[j] > stamp[x] -> yes = false
    :: else
    fi
  }
  if
  :: yes -> rep[to].survivors = BIT(x)
  :: else
  fi
#else
#ifdef MUTANT_DEPS_SUPERSEDE
  /* all that had arrived is replaced, seen or not */
  rep[to].survivors = rep[to].survivors & ~deps[x];
#else
  take_away_covered(rep[to].survivors, x);
#endif
  rep[to].survivors = rep[to].survivors | BIT(x)
#endif
}

inline apply(to, x) {
  /* a text can place an event only if its author had seen all that is folded into plain text */
  assert(IN(rep[to].folded, ctx[x]));
  if
  :: kind[x] == WRITE -> write_register(to, x)
  :: kind[x] == RETRACT || kind[x] == RESTORE ->
       take_away_covered(rep[to].retractions, x);
       take_away_covered(rep[to].restores, x);
       if
       :: kind[x] == RETRACT -> rep[to].retractions = rep[to].retractions | BIT(x)
       :: else -> rep[to].restores = rep[to].restores | BIT(x)
       fi
  :: kind[x] == ADD ->
#ifdef MUTANT_ADD_HIDES_ALL
       rep[to].adds = BIT(x)                      /* keeps the newest add to arrive only */
#else
       take_away_covered(rep[to].adds, x);
       rep[to].adds = rep[to].adds | BIT(x)
#endif
  :: kind[x] == REMOVE ->
#ifdef MUTANT_REMOVE_WINS
       rep[to].adds = 0
#else
       take_away_covered(rep[to].adds, x)
#endif
  fi;
  if
  :: IS_EDIT(x) ->
#ifdef MUTANT_FIRST_EDIT
       if
       :: rep[to].last[author[x]] == 0 -> rep[to].last[author[x]] = x + 1
       :: else
       fi
#else
       rep[to].last[author[x]] = x + 1            /* an author's changes come in their order */
#endif
  :: else
  fi;
  rep[to].applied = rep[to].applied | BIT(x)
}

/* yes: the state says that the record is retracted. Only the last edit of each author is looked at. */
inline is_retracted(at) {
  yes = (rep[at].retractions != 0);
  for (a : 0 .. NR - 1) {
    if
    :: rep[at].last[a] != 0 ->
         covered = false;
         for (j : 0 .. NC - 1) {
           if
           :: HAS(rep[at].retractions, j) && HAS(ctx[j], rep[at].last[a] - 1) -> covered = true
           :: else
           fi
         }
         yes = yes && covered
    :: else
    fi
  }
  for (i : 0 .. NC - 1) {
    if
    :: HAS(rep[at].restores, i) ->
         covered = false;
         for (j : 0 .. NC - 1) {
           if
           :: HAS(rep[at].retractions, j) && HAS(ctx[j], i) -> covered = true
           :: else
           fi
         }
         yes = yes && covered
    :: else
    fi
  }
}

/* ---- what must hold, from the set of applied changes alone ----------------------------------- */

/* m: changes of the kinds asked for that are in nobody's context, among those applied at `at` */
#define APPLIED(at, x) HAS(rep[at].applied, x)

inline check_values(at) {
  for (i : 0 .. NC - 1) {
    if
    :: APPLIED(at, i) && kind[i] == WRITE ->
         covered = false;
         for (j : 0 .. NC - 1) {
           if
           :: APPLIED(at, j) && kind[j] == WRITE && HAS(ctx[j], i) -> covered = true
           :: else
           fi
         }
         /* no silent loss: what is gone was replaced by somebody who had it in front of them */
         assert(HAS(rep[at].survivors, i) || covered);
         /* and what somebody replaced does not come back */
         assert(!HAS(rep[at].survivors, i) || !covered)
    :: else
    fi
  }
}

/* A tag is in iff one of its adds lies in no context of a remove. */
inline check_set(at) {
  brute = false;
  for (i : 0 .. NC - 1) {
    if
    :: APPLIED(at, i) && kind[i] == ADD ->
         covered = false;
         for (j : 0 .. NC - 1) {
           if
           :: APPLIED(at, j) && kind[j] == REMOVE && HAS(ctx[j], i) -> covered = true
           :: else
           fi
         }
         brute = brute || !covered
    :: else
    fi
  }
  assert(brute == (rep[at].adds != 0))
}

/* Retracted iff a retraction survives and each edit and restore lies in the context of some surviving
 * retraction: all of them, not only the last ones. */
inline check_life(at) {
  m = 0;
  for (i : 0 .. NC - 1) {
    if
    :: APPLIED(at, i) && kind[i] == RETRACT ->
         covered = false;
         for (j : 0 .. NC - 1) {
           if
           :: APPLIED(at, j) && IS_LIFE(j) && HAS(ctx[j], i) -> covered = true
           :: else
           fi
         }
         if
         :: !covered -> m = m | BIT(i)
         :: else
         fi
    :: else
    fi
  }
  brute = (m != 0);
  for (i : 0 .. NC - 1) {
    if
    :: APPLIED(at, i) && kind[i] != RETRACT ->
         covered = false;
         for (j : 0 .. NC - 1) {
           if
           :: HAS(m, j) && HAS(ctx[j], i) -> covered = true
           :: else
           fi
         }
         brute = brute && covered
    :: else
    fi
  }
  is_retracted(at);
  assert(yes == brute)
}

inline check_same(x, y) {
  if
  :: rep[x].live && rep[y].live && rep[x].applied == rep[y].applied ->
       same = (rep[x].survivors == rep[y].survivors && rep[x].adds == rep[y].adds &&
               rep[x].retractions == rep[y].retractions && rep[x].restores == rep[y].restores);
       for (a : 0 .. NR - 1) { same = same && rep[x].last[a] == rep[y].last[a] }
       assert(same)
  :: else
  fi
}

inline check(at) {
  check_values(at);
  check_set(at);
  check_life(at);
  for (b : 0 .. NR - 1) { check_same(at, b) }
}

/* ---- what happens ---------------------------------------------------------------------------- */

inline author_change() {
  author[n] = r;
  kind[n] = k;
  deps[n] = rep[r].applied;
  if
  :: s == 0 -> ctx[n] = rep[r].applied
  :: else -> ctx[n] = rep[r].applied & rep[r].form; rep[r].form = NONE  /* what the form showed */
  fi;
#ifdef MUTANT_CLOCK
  stamp[n] = w;
#endif
  apply(r, n);
  n++
}

inline acknowledge() {
#ifdef MUTANT_ACK_FORGETS_FORM
  rep[r].acked = rep[r].applied;
#else
  rep[r].acked = rep[r].applied & rep[r].form;
#endif
  rep[r].acked_own = 0;
  for (i : 0 .. NC - 1) {
    if
    :: i < n && author[i] == r -> rep[r].acked_own = rep[r].acked_own | BIT(i)
    :: else
    fi
  }
}

/* Folds what every live replica has acknowledged. Pushes come before acknowledgements: one that was
 * made after a change counts only where that change is applied. */
inline compact() {
#ifdef MUTANT_AHEAD_OF_STABILITY
  stable = rep[r].applied;
#else
  stable = rep[r].applied;
  for (i : 0 .. NR - 1) {
    if
    :: !rep[i].live
#ifndef MUTANT_ACK_BEFORE_PUSH
    :: rep[i].live && !IN(rep[i].acked_own, rep[r].applied) -> stable = 0
    :: rep[i].live && IN(rep[i].acked_own, rep[r].applied) -> stable = stable & rep[i].acked
#else
    :: rep[i].live -> stable = stable & rep[i].acked
#endif
    fi
  }
#endif
#ifdef MUTANT_FOLD_DROPS_RETRACTIONS
  rep[r].retractions = rep[r].retractions & ~stable;
#endif
#ifdef MUTANT_FOLD_FORGETS_VERSION
  rep[r].applied = rep[r].applied & ~stable;
#endif
  rep[r].folded = rep[r].folded | stable
}

/* r takes the state of s whole, then applies again what only r had. */
inline install_snapshot() {
  missing = rep[r].applied & ~rep[s].applied;
  rep[r].applied = rep[s].applied;
  rep[r].survivors = rep[s].survivors;
  rep[r].adds = rep[s].adds;
  rep[r].retractions = rep[s].retractions;
  rep[r].restores = rep[s].restores;
  for (i : 0 .. NR - 1) { rep[r].last[i] = rep[s].last[i] }
  rep[r].folded = rep[s].folded;
  rep[r].live = true;
#ifndef MUTANT_SNAPSHOT_FORGETS_UNSENT
  for (b : 0 .. NC - 1) {
    if
    :: HAS(missing, b) -> apply(r, b)
    :: else
    fi
  }
#else
  for (b : 0 .. NC - 1) {                  /* its own changes must still be there */
    assert(!HAS(missing, b) || author[b] != r || HAS(rep[r].applied, b))
  }
#endif
}

/* yes: the log of some other replica still holds c */
inline find_sender() {
  yes = false;
  for (i : 0 .. NR - 1) {
    if
    :: i != r && rep[i].live && HAS(rep[i].applied & ~rep[i].folded, c) -> yes = true
    :: else
    fi
  }
}

/* Replicas are alike: the first to write is 0, the next new one 1, and so on. */
inline next_new_author() {
  m = 0;
  for (i : 0 .. NC - 1) {
    if
    :: i < n && author[i] >= m -> m = author[i] + 1
    :: else
    fi
  }
}

#ifdef MUTANT_NOT_CAUSAL
#define READY(x, at) true
#else
#define READY(x, at) IN(deps[x], rep[at].applied)
#endif
#ifdef NEWCOMER
#define MAY_BEGIN (r <= m || r == NR - 1)       /* the newcomer is not like the others */
#else
#define MAY_BEGIN (r <= m)
#endif
#define PICK(v, last) select(v : 0 .. last)
#define END_STEP r = 0; s = 0; c = 0; k = 0; w = 0

active proctype world() {
  d_step {
    for (i : 0 .. NR - 1) { rep[i].form = NONE; rep[i].live = true }
#ifdef NEWCOMER
    rep[NR - 1].live = false;
#endif
    skip
  }
  do
  :: atomic {                                /* somebody saves; s: out of the open form */
       n < NC -> PICK(r, NR - 1); select(k : KINDS_FROM .. KINDS_TO); PICK(s, 1);
#ifdef MUTANT_CLOCK
       PICK(w, 1);
#endif
       d_step {
         next_new_author();
         if
         :: rep[r].live && MAY_BEGIN && (s == 0 || rep[r].form != NONE) -> author_change(); check(r)
         :: else
         fi;
         END_STEP
       }
     }
#ifdef FORMS
  :: atomic {                                /* a form is opened, to be saved later */
       n < NC -> PICK(r, NR - 1);
       d_step {
         if
         :: rep[r].live && rep[r].form == NONE -> rep[r].form = rep[r].applied
         :: else
         fi;
         END_STEP
       }
     }
#endif
  :: atomic {                                /* a change arrives, from a log that still holds it */
       n > 0 -> PICK(r, NR - 1); PICK(c, NC - 1);
       d_step {
         find_sender();
         if
         :: yes && rep[r].live && c < n && !HAS(rep[r].applied, c) && READY(c, r) ->
              apply(r, c); check(r)
         :: else
         fi;
         END_STEP
       }
     }
#ifdef COMPACTION
  :: atomic {
       n > 0 -> PICK(r, NR - 1); PICK(s, 1);
       d_step {
         if
         :: rep[r].live && s == 0 -> acknowledge()
         :: rep[r].live && s == 1 -> compact(); check(r)
         :: else
         fi;
         END_STEP
       }
     }
#endif
#ifdef NEWCOMER
  :: atomic {
       n > 0 -> PICK(r, NR - 1); PICK(s, NR - 1);
       d_step {
         if
         :: r != s && rep[s].live && !IN(rep[s].applied, rep[r].applied) ->
              install_snapshot(); check(r)
         :: else
         fi;
         END_STEP
       }
     }
#endif
  od
}
