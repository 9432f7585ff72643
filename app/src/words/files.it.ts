export const filesIt = {
  photo_take: "Scatta una foto",
  photo_help:
    "Le foto si rimpiccioliscono, e si toglie ciò che la fotocamera vi scrive (luogo, ora, " +
    "numero di " +
    "serie). Gli altri file restano come sono, fino a 20 MiB.",
  photo_no_caption: "Foto o file {n}, senza didascalia",
  photo_open: "Apri: {what}",
  photo_of: "{n} di {all}",
  photo_before: "Precedente",
  photo_after: "Successiva",
  photo_broken: "Questa immagine non si riesce a mostrare. Il file è conservato com'è.",
  caption: "Didascalia",
  caption_of: "Didascalia del file {n}",
  no_caption: "Senza didascalia",
  file_choose: "Scegli foto o file",
  file_picture: "immagine",
  file_audio: "audio",
  file_other: "file",
  file_no_picture:
    "Qui si vedono solo le immagini. Per aprirlo con un altro programma, salva una copia.",
  file_not_here: "Non ancora su questo tablet",
  file_in_draft: "nella bozza, solo qui",
  file_fetch: "Scaricala adesso",
  file_fetch_offline: "Serve la rete",
  file_remove: "Togli",
  file_remove_what: "Togli: {what}",
  file_removed: "Tolto dalla scheda. Resta nella sua storia.",
  file_put_back: "Rimettilo",
  file_save_copy: "Salva una copia",
  file_save_copy_help:
    "La copia esce dall'archivio cifrato: chi apre questo tablet può vederla. Cancellala " +
    "quando non serve.",
  file_keeping: "Conservo {what}…",
  file_kept: "Conservato su questo tablet",
  file_not_kept: "Non ancora conservato: {what}",
  file_not_kept_help: "Nulla è perso finché questa pagina resta aperta.",
  file_empty: "Il file è vuoto.",
  file_too_large:
    "È troppo grande: al massimo 20 MiB, una foto 100 MB. Rimpicciolirlo, o dividerlo.",
  file_unreadable:
    "Sembra un'immagine, ma questo browser non riesce ad aprirla. Si può conservare com'è, con " +
    "tutto ciò " +
    "che il file dice di sé (anche dove è stata scattata).",
  file_too_many: "Una scheda tiene al massimo {n} file: il resto va in un'altra.",
  file_as_it_is: "Conserva com'è",
  file_drop: "Lascia stare",
  files_wait_here:
    "Alcuni file non sono ancora conservati: guarda qui sopra, riprova o lasciali stare.",
  files_of_record_help: "Le foto già salvate si vedono nella pagina della scheda.",
  sign_help: "Firma con il dito, la penna o il mouse.",
  signed_some: "firmato",
  signed_none: "non ancora firmato",
  sign_undo: "Annulla l'ultimo tratto",
  sign_clear: "Pulisci",
  sign_now: "Raccogli la firma",
  sign_again: "Firma di nuovo",
  signature_there: "Firma raccolta",
  signature_of: "Firma di {who}",
  signer_unknown: "Non è indicato chi ha firmato",
  signature_none: "Nessuna firma raccolta.",
  signature_remove: "Togli la firma",
  signature_removed: "Firma tolta dalla scheda. Resta nella sua storia.",
  signature_not_kept: "La firma non è ancora conservata",
  records_sent: "schede inviate",
  files_unsent_one: "1 foto da inviare",
  files_unsent_many: "{n} foto da inviare",
  files_travel: "Foto e file",
  files_to_send_one: "1 foto o file è solo su questo tablet, da inviare.",
  files_to_send_many: "{n} foto o file sono solo su questo tablet, da inviare.",
  files_to_fetch_one: "1 foto o file di altri non è ancora qui.",
  files_to_fetch_many: "{n} foto o file di altri non sono ancora qui.",
  files_refused: "Il server non ha preso {n} file: restano qui, e la scheda dice perché.",
  files_stay: "Restano su questo tablet.",
  files_again: "Restano su questo tablet: si riprova da soli.",
  files_wait_asked: "Partono solo quando lo chiedi (si cambia in «Questo tablet»).",
  files_wait_metered:
    "Il tablet dice che questa rete si paga a consumo: le schede partono, le foto aspettano " +
    "un'altra rete.",
  files_go_now: "Invia e ricevi anche le foto",
  carry: "Foto e file sulla rete",
  carry_auto: "Non sulla rete mobile",
  carry_always: "Sempre",
  carry_asked: "Solo quando lo chiedo",
  carry_metered: "Le schede partono sempre. Adesso il tablet dice: rete mobile o risparmio dati.",
  carry_not_metered:
    "Le schede partono sempre. Adesso il tablet non dice che la rete si paga a consumo; non " +
    "tutti lo sanno dire.",
};
