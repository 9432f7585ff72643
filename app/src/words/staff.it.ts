/** People, their tablets and their absences, for whoever coordinates or administers. */
export const staffIt = {
  // What becomes of a tablet
  device_acts: "Perso, rubato o da togliere",
  device_what: "Che cosa farne",
  device_revoke: "Ferma",
  device_revoke_what:
    "Non invia e non riceve più. Ciò che ha dentro resta lì, cifrato, anche ciò che non aveva " +
    "inviato: il server non lo avrà. Per tornare serve un invito nuovo.",
  device_revoke_now: "Ferma «{name}»",
  device_revoke_sure: "Fermarlo per sempre?",
  device_revoke_yes: "Sì, fermalo",
  device_revoke_done: "Fermato",
  device_lock: "Blocca",
  device_lock_what:
    "Al prossimo contatto si chiude, e il suo PIN non lo apre più. Non distrugge nulla: si " +
    "sblocca da qui quando è ritrovato. Finché non si collega, resta aperto.",
  device_lock_now: "Blocca «{name}»",
  device_lock_sure: "Bloccarlo al prossimo contatto?",
  device_lock_yes: "Sì, bloccalo",
  device_lock_done: "Blocco ordinato",
  device_wipe: "Cancella a distanza",
  device_wipe_what:
    "È fermato da subito. Al prossimo contatto consegna al server ciò che non ha inviato, e poi " +
    "distrugge le sue chiavi: tutto ciò che ha dentro non si legge mai più. Si ritira soltanto " +
    "prima che l'abbia saputo. Finché non si collega, non si cancella nulla.",
  device_wipe_now: "Cancella «{name}»",
  device_wipe_sure: "Distruggere tutto ciò che ha dentro, dopo la consegna?",
  device_wipe_yes: "Sì, cancellalo",
  device_wipe_done: "Cancellazione ordinata",
  device_give_up: "Non aspettarlo più",
  device_give_up_what:
    "Muto da tempo: gli altri tablet e le cancellazioni non lo aspettano più. Non distrugge " +
    "nulla: se torna, il suo lavoro viene preso.",
  device_give_up_now: "Non aspettare «{name}»",
  device_give_up_sure: "Andare avanti senza questo tablet?",
  device_give_up_yes: "Sì, non aspettarlo",
  device_give_up_done: "Non è più atteso",
  device_reason_shown: "si legge sul tablet",
  device_locked: "bloccato, o da cancellare",
  device_given_up: "non atteso da {when}",
  device_order_lock: "Blocco ordinato {when}: {why}",
  device_order_wipe: "Cancellazione ordinata {when}: {why}",
  device_untold: "Non ancora saputo: il tablet non si è collegato da allora.",
  device_told_lock: "Saputo {when}: il tablet è chiuso.",
  device_told_wipe: "Saputo {when}: sta consegnando ciò che non aveva inviato.",
  device_escrowed: "Ricevuta {when}: consegnati pacchi: {n}, da aprire sul server: {kept}.",
  device_destroyed: "Eseguito {when}: le chiavi non ci sono più.",
  device_deaf:
    "Il suo programma è troppo vecchio per saperlo: è rifiutato come se fosse fermato, e ciò che " +
    "non ha inviato resta lì, cifrato.",
  device_escrow_how:
    "Ciò che non è arrivato tra le modifiche in ritardo lo apre chi gestisce il server, con " +
    "«insieme-server device escrow».",
  device_unlock: "Togli il blocco",
  device_unlock_sure:
    "«{name}» si riaprirà, con tutto ciò che ha dentro. È di nuovo in buone mani?",
  device_unlock_yes: "Sì, togli il blocco",
  device_unlock_done: "Tolto: si riapre al prossimo contatto",
  device_keep: "Ritira la cancellazione",
  device_keep_sure: "«{name}» non sarà cancellato, e si aprirà: il blocco va ordinato di nuovo.",
  device_keep_yes: "Sì, ritira la cancellazione",
  device_keep_done: "Ritirata: il tablet adesso è aperto, se non lo blocchi di nuovo",
  device_no_return: "L'ordine è già arrivato: non si può più ritirare.",
  // Who somebody is
  person_change: "Cambia nome, ruolo, ente, contratto",
  person_change_what:
    "Ciò che può vedere segue il ruolo e l'ente: al prossimo invio i suoi tablet lasciano il " +
    "resto, dopo aver inviato ciò che hanno scritto.",
  person_from: "Contratto dal",
  person_until: "Contratto fino al",
  person_until_what: "L'ultimo giorno compreso; vuoto: senza scadenza.",
  person_no_body: "Nessuno: tutto lo spazio",
  person_save: "Salva i cambiamenti",
  person_sure: "{who}: {what}. Va bene?",
  person_yes: "Sì, cambia",
  person_changed: "Cambiato",
  person_as_role: "da {from} a {to}",
  person_none: "nessuno",
  person_self: "È il tuo account: lo cambia un'altra persona.",
  person_beyond:
    "Questo ruolo decide o ha tutti i fascicoli: lo cambia, e ferma i suoi tablet, chi può lo " +
    "stesso, oppure chi gestisce il server.",
  person_contract: "contratto dal {from}",
  person_away: "assente fino al {day}",
  invite_open: "Invito mostrato {when}, non ancora usato: vale fino a {until}.",
  invite_again: "Mostra un codice nuovo",
  invite_again_what: "Un codice di prima non si può rileggere: si può solo farne uno nuovo.",
  invite_again_sure:
    "Codici ancora aperti di {who}: {n}. Con quello nuovo non ne vale più nessuno.",
  invite_again_yes: "Sì, fanne uno nuovo",
  invite_void:
    "I codici di prima non valgono più, e il nuovo non c'è ancora: chi ne aspettava uno non si " +
    "collega. Riprova qui.",
  invite_withdraw: "Ritira l'invito",
  invite_withdraw_sure:
    "Codici ancora aperti di {who}: {n}. Con nessuno di questi un tablet si collegherà più.",
  invite_withdraw_done: "Invito ritirato",
  // Absences
  away: "Assenze",
  away_lead: "Chi è via, e chi lo sostituisce in quei giorni.",
  away_now: "Adesso",
  away_soon: "Più avanti",
  away_line: "Sostituisce {deputy} · dal {from} al {until}",
  away_new: "Segna un'assenza",
  away_who: "Chi è assente",
  away_deputy: "Chi sostituisce",
  away_from: "Primo giorno",
  away_until: "Ultimo giorno",
  away_what:
    "In quei giorni passa al sostituto ciò che la persona ha per incarico, se può " +
    "averlo; poi torna da sé. Il perché non si chiede. Chi è via, se scrive lo stesso, non " +
    "perde nulla: arriva fra le modifiche in ritardo.",
  away_passes: "Ha in carico: {names}",
  away_and_more: "e altre {n}",
  away_passes_none: "Non ha famiglie in carico: non passa nulla.",
  away_save: "Segna",
  away_done: "Segnata: passano fascicoli: {n}",
  away_done_stays:
    "Segnata: passano fascicoli: {n}; non passano, perché il sostituto non può: {stays}",
  away_end: "È tornata prima",
  away_cancel: "Annulla l'assenza",
  away_end_sure: "Ciò che era passato torna subito a {who}.",
  away_end_yes: "Sì, termina",
  away_ended: "Terminata: ciò che era passato è tornato",
};
