/* A bounded counter (Balegas et al. 2015) on NR replicas, up to NC acts: rights are minted for one
 * replica, moved from one to another, spent. Every replica judges by what it has applied; the flag
 * `firm` is the author's and is fixed for ever. Replica NR - 1 may become a copy of replica 0's store
 * under a new id.
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

#define NONE 255
#define BIT(c)       (1 << (c))
#define HAS(mask, c) (((mask) >> (c)) & 1)
#define IN(x, y)     (((x) & ~(y)) == 0)

byte n;
byte author[NC]; byte kind[NC]; byte to[NC]; byte amount[NC]; byte deps[NC];
byte applied[NR];
byte firm[NR];                       /* which spends each replica counts as firm */
byte form[NR];
bool copied;

/* What is chosen for a step. They belong to the state, since spin comes back to a choice; each step
 * ends with all of them 0. What is hidden below is set and used within one d_step only. */
byte r; byte s; byte c; byte k; byte from_form;

hidden byte i; hidden byte j; hidden byte q; hidden byte view; hidden byte firm_view;
hidden short rights; hidden short total;

/* rights: of replica `who` among the acts of `in_view` */
inline count_rights(who, in_view, firm_in) {
  rights = 0;
  for (i : 0 .. NC - 1) {
    if
    :: HAS(in_view, i) && kind[i] != SPEND && to[i] == who -> rights = rights + amount[i]
    :: else
    fi;
    if
    :: HAS(in_view, i) && kind[i] == TRANSFER && author[i] == who -> rights = rights - amount[i]
    :: HAS(in_view, i) && kind[i] == SPEND && author[i] == who && HAS(firm_in, i) ->
         rights = rights - amount[i]
    :: else
    fi
  }
}

/* rights: what the writer may use now */
inline own_rights() {
  view = applied[r];
#ifdef MUTANT_FORM_JUDGES
  view = (from_form -> applied[r] & form[r] : applied[r]);
#endif
#ifdef MUTANT_COPY_KEEPS_RIGHTS
  q = (copied && r == NR - 1 -> 0 : r);
#else
  q = r;
#endif
  count_rights(q, view, firm[r]);
#ifdef MUTANT_COPY_KEEPS_RIGHTS
  if
  :: q != r ->
       total = rights;
       count_rights(r, view, firm[r]);
       rights = rights + total
  :: else
  fi
#endif
}

inline record_act() {
  author[n] = r; kind[n] = k; to[n] = (k == SPEND -> r : s); amount[n] = c; deps[n] = applied[r];
  applied[r] = applied[r] | BIT(n);
  n++
}

inline act() {
  if
  :: k == GRANT -> record_act()
  :: k == TRANSFER ->
       own_rights();
       if
#ifdef MUTANT_TRANSFER_UNCHECKED
       :: true -> record_act()
#else
       :: rights >= c -> record_act()
       :: else                               /* too few: nothing is written */
#endif
       fi
  :: k == SPEND ->
       own_rights();
       if
#ifdef MUTANT_SPEND_UNCHECKED
       :: true -> firm[r] = firm[r] | BIT(n)
#else
       :: rights >= c -> firm[r] = firm[r] | BIT(n)
       :: else                               /* provisional, for ever */
#endif
       fi;
       record_act()
  fi;
  form[r] = (from_form -> NONE : form[r])
}

inline deliver() {
#ifdef MUTANT_RECEIVER_DECIDES
  if
  :: kind[c] == SPEND ->
       count_rights(author[c], applied[r], firm[r]);
       if
       :: rights >= amount[c] -> firm[r] = firm[r] | BIT(c)
       :: else
       fi
  :: else
  fi;
#else
  firm[r] = firm[r] | (firm[author[c]] & BIT(c));
#endif
  applied[r] = applied[r] | BIT(c)
}

/* In every view, however partitioned, nobody's rights are negative and no more is spent than was
 * minted; and one set of acts is one result. */
inline check(at) {
  total = 0;
  for (j : 0 .. NR - 1) {
    count_rights(j, applied[at], firm[at]);
    assert(rights >= 0);
    total = total + rights;
    if
    :: applied[j] == applied[at] -> assert(firm[j] == firm[at])
    :: else
    fi
  }
  assert(total >= 0);
  /* the whole truth, which no replica may have yet */
  firm_view = 0;
  for (j : 0 .. NR - 1) { firm_view = firm_view | firm[j] }
  total = 0;
  for (i : 0 .. NC - 1) {
    if
    :: i < n && kind[i] == GRANT -> total = total + amount[i]
    :: i < n && kind[i] == SPEND && HAS(firm_view, i) -> total = total - amount[i]
    :: else
    fi
  }
  assert(total >= 0)
}

#define PICK(v, last) select(v : 0 .. last)
#define END_STEP r = 0; s = 0; c = 0; k = 0; from_form = 0
/* The server is replica 0 and mints two at a time; who cannot be is left out. */
#define SENSIBLE ((r != NR - 1 || copied) && (s != NR - 1 || copied) && \
  (k != GRANT || (r == 0 && c == 2)) && (k != TRANSFER || r != s) && (k != SPEND || s == 0))

active proctype world() {
  d_step {
    for (i : 0 .. NR - 1) { form[i] = NONE }
    skip
  }
  do
  :: atomic {
       n < NC -> PICK(r, NR - 1); PICK(s, NR - 1); PICK(k, SPEND); select(c : 1 .. 2);
#ifdef FORMS
       PICK(from_form, 1);
#endif
       d_step {
         if
         :: SENSIBLE && (!from_form || form[r] != NONE) -> act(); check(r)
         :: else
         fi;
         END_STEP
       }
     }
#ifdef FORMS
  :: atomic {
       n < NC -> PICK(r, NR - 1);
       d_step {
         if
         :: form[r] == NONE -> form[r] = applied[r]
         :: else
         fi;
         END_STEP
       }
     }
#endif
  :: atomic {
       n > 0 -> PICK(r, NR - 1); PICK(c, NC - 1);
       d_step {
         if
         :: c < n && !HAS(applied[r], c) && IN(deps[c], applied[r]) && (r != NR - 1 || copied) ->
              deliver(); check(r)
         :: else
         fi;
         END_STEP
       }
     }
  :: atomic {                              /* the store of replica 0 is copied, under a new id */
       !copied -> d_step {
         copied = true; applied[NR - 1] = applied[0]; firm[NR - 1] = firm[0]
       }
     }
  od
}
