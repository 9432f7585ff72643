/* Escrow with what lowers another's rights, or raises one's own again: a reclaim takes all that one
 * replica has in the reclaim's context, a refund takes one spend back. What an act comes to is a
 * function of the set of acts applied, and may change when a reclaim arrives; see escrow.pml for the
 * rest.
 *
 * tests/model/check_models.py runs it, and with each MUTANT_… defined, which must fail.
 */
#ifndef NR
#define NR 3
#endif
#ifndef NC
#define NC 4
#endif
#define GRANT    0
#define TRANSFER 1
#define SPEND    2
#define REFUND   3
#define RECLAIM  4

#define HAS(mask, c) (((mask) >> (c)) & 1)
#define BIT(c)       (1 << (c))
#define IN(x, y)     (((x) & ~(y)) == 0)

byte n;
byte author[NC]; byte kind[NC]; byte deps[NC];
byte other[NC];                  /* grant, transfer: to; refund: the spend; reclaim: from */
byte amount[NC];
bool claimed[NC];                /* a spend that its author says to be firm */
byte applied[NR];

/* What is chosen for a step; each step ends with all of them 0. */
byte r; byte s; byte c; byte k;

/* Used within one d_step only. */
hidden byte i; hidden byte j; hidden byte q; hidden byte view; hidden byte who; hidden byte seen;
hidden byte counts[NC]; hidden byte back[NC]; hidden byte lost; hidden byte beaten;
hidden short moved[NC]; hidden short rights; hidden short total; hidden short minted;
hidden short spent;

#define AWARE(x, y) (HAS(deps[x], y) || HAS(deps[y], x))
/* the order of dots: by author, then by number */
#define SMALLER(x, y) (author[x] < author[y] || (author[x] == author[y] && x < y))

/* beaten: a rival reclaim, of which nobody there knew, has the smaller dot */
inline is_beaten(x) {
  beaten = false;
#ifndef MUTANT_BOTH_RECLAIMS_COUNT
  for (q : 0 .. NC - 1) {
    if
    :: HAS(view, q) && q != x && kind[q] == RECLAIM && other[q] == other[x] && !AWARE(x, q) &&
       SMALLER(q, x) -> beaten = true
    :: else
    fi
  }
#endif
}

/* lost: a reclaim that counts has taken the author's rights, and neither knew of the other */
inline is_outside(x) {
  lost = false;
#ifndef MUTANT_UNSEEN_ACTS_COUNT
  for (j : 0 .. NC - 1) {
    if
    :: HAS(view, j) && kind[j] == RECLAIM && other[j] == author[x] && !AWARE(x, j) ->
         is_beaten(j);
         lost = lost || !beaten
    :: else
    fi
  }
#endif
#ifdef MUTANT_UNSEEN_TRANSFERS_COUNT
  lost = lost && kind[x] != TRANSFER;
#endif
}

/* back[x]: among `seen` a refund names the spend x */
inline is_refunded(x) {
  back[x] = false;
  for (q : 0 .. NC - 1) {
    if
    :: HAS(seen, q) && kind[q] == REFUND && other[q] == x && counts[q] -> back[x] = true
    :: else
    fi
  }
}

/* rights: of `who` in the acts `seen`, all of which are judged already */
inline count_rights() {
  rights = 0;
  for (j : 0 .. NC - 1) {
    if
    :: HAS(seen, j) && counts[j] ->
         if
         :: kind[j] == GRANT && other[j] == who -> rights = rights + amount[j]
         :: kind[j] == TRANSFER ->
              if
              :: other[j] == who -> rights = rights + amount[j]
              :: else
              fi;
              if
              :: author[j] == who -> rights = rights - amount[j]
              :: else
              fi
         :: kind[j] == SPEND && author[j] == who ->
              is_refunded(j);
              rights = rights - (back[j] -> 0 : amount[j]);
#ifdef MUTANT_REFUND_TWICE
              for (q : 0 .. NC - 1) {
                if
                :: HAS(seen, q) && kind[q] == REFUND && other[q] == j ->
                     rights = rights + (back[j] -> 0 : amount[j]); back[j] = false
                :: else
                fi
              }
#endif
         :: kind[j] == RECLAIM ->
              if
              :: author[j] == who -> rights = rights + moved[j]
              :: else
              fi;
              if
              :: other[j] == who -> rights = rights - moved[j]
              :: else
              fi
         :: else
         fi
    :: else
    fi
  }
}

/* What each act of `view` comes to. Acts are numbered in a causal order. */
inline judge() {
  for (i : 0 .. NC - 1) {
    counts[i] = false; moved[i] = 0;
    if
    :: HAS(view, i) ->
         is_outside(i);
         counts[i] = !lost;
         seen = deps[i];
         who = (kind[i] == RECLAIM -> other[i] : author[i]);
         count_rights();
         if
         :: kind[i] == GRANT || kind[i] == REFUND -> counts[i] = true
         :: kind[i] == TRANSFER -> counts[i] = counts[i] && rights >= amount[i]
         :: kind[i] == SPEND -> counts[i] = counts[i] && claimed[i] && rights >= amount[i]
         :: kind[i] == RECLAIM ->
              is_beaten(i);
              counts[i] = !beaten;
              moved[i] = (beaten || rights < 0 -> 0 : rights)
         fi
    :: else
    fi
  }
}

inline own_rights() {
  view = applied[r]; judge();
  seen = view; who = r;
  count_rights()
}

inline record_act() {
  author[n] = r; kind[n] = k; deps[n] = applied[r];
  other[n] = s; amount[n] = (k == REFUND || k == RECLAIM -> 0 : c);
  claimed[n] = (k == SPEND && rights >= c);
  applied[r] = applied[r] | BIT(n);
  n++
}

/* In every view: nobody's rights are negative, and nothing is lost or made of nothing. */
inline check(at) {
  view = applied[at]; judge();
  seen = view; total = 0; minted = 0; spent = 0;
  for (i : 0 .. NR - 1) {
    who = i;
    count_rights();
    assert(rights >= 0);
    total = total + rights
  }
  for (i : 0 .. NC - 1) {
    if
    :: HAS(view, i) && kind[i] == GRANT -> minted = minted + amount[i]
    :: HAS(view, i) && kind[i] == SPEND && counts[i] ->
         is_refunded(i);
         spent = spent + (back[i] -> 0 : amount[i])
    :: else
    fi
  }
  assert(spent <= minted);
  assert(total + spent == minted)
}

#define PICK(v, last) select(v : 0 .. last)
#define END_STEP r = 0; s = 0; c = 0; k = 0
/* Replica 0 mints, two at a time, and reclaims; so may replica 1, at the same time. */
#define SENSIBLE ((k != GRANT || (r == 0 && c == 2)) && (k != TRANSFER || r != s) && \
  (k != SPEND || s == 0) && (k != REFUND || (c == 1 && HAS(applied[r], s) && kind[s] == SPEND)) && \
  (k != RECLAIM || (c == 1 && r != s && s == NR - 1)))

active proctype world() {
  do
  :: atomic {
       n < NC -> PICK(r, NR - 1); PICK(s, (NR > NC -> NR : NC) - 1); PICK(k, RECLAIM);
       select(c : 1 .. 2);
       d_step {
         if
         :: (k == REFUND || s < NR) && SENSIBLE ->
              own_rights();
              if
              :: k != TRANSFER || rights >= c -> record_act(); check(r)
              :: else                          /* too few: nothing is written */
              fi
         :: else
         fi;
         END_STEP
       }
     }
  :: atomic {
       n > 0 -> PICK(r, NR - 1); PICK(c, NC - 1);
       d_step {
         if
         :: c < n && !HAS(applied[r], c) && IN(deps[c], applied[r]) ->
              applied[r] = applied[r] | BIT(c); check(r)
         :: else
         fi;
         END_STEP
       }
     }
  od
}
