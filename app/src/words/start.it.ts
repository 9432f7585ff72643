export const startIt = {
  // First start
  start_title: "Benvenuto in Insieme",
  start_lead: "Il quaderno delle visite che funziona anche senza rete.",
  start_code: "Codice di invito",
  start_code_help: "Incolla l'invito che ti ha dato chi coordina il servizio, tutto intero.",
  start_name: "Come si chiama questo tablet",
  start_name_help: "Per riconoscerlo, ad esempio «Tablet di Anna».",
  start_enrol: "Collega questo tablet",
  sign_in_title: "Accesso con l'ente",
  sign_in_with: "Accedi con {name}",
  sign_in_or: "Oppure con un codice di invito:",
  sign_in_lost: "L'accesso non è cominciato qui, o è durato troppo. Ricominciare.",
  start_pin: "L'archivio è cifrato. Dopo il collegamento scegli un PIN.",
  start_offline: "Per collegare il tablet la prima volta serve la rete. Dopo non serve più.",
  opening: "Apro l'archivio di questo tablet…",
  open_failed: "L'archivio non si apre",
  open_elsewhere: "Insieme è già aperto in un'altra scheda",
  open_elsewhere_why:
    "Un solo posto alla volta può scrivere. L'altra scheda salva tutto e si " + "ferma.",
  take_over: "Usa Insieme qui",
  handed_over: "Insieme ora è in un'altra scheda",
  handed_over_why: "Ciò che hai scritto qui è salvato.",
  use_here: "Torna a usarlo qui",
  part_missing: "Una parte di Insieme non è arrivata",
  part_missing_why:
    "Insieme arriva in due parti. La seconda serve adesso e non è ancora su questo tablet: " +
    "manca la rete, o è troppo lenta.",
  part_missing_next:
    "Ciò che hai salvato è al sicuro, e ciò che stavi scrivendo è ancora qui sotto. Con la " +
    "rete tocca «Riprova»; se la parte arriva da sola si va avanti da sé.",
  part_missing_still: "Ancora niente",
  part_missing_asking: "La chiedo…",
  no_support:
    "Questo browser non può tenere l'archivio. Serve una versione recente di Chrome, " +
    "Edge, Firefox o Safari, e un indirizzo che comincia con https.",
  // PIN
  pin: "PIN",
  pin_new: "PIN nuovo",
  pin_old: "PIN di adesso",
  pin_again: "Ancora una volta",
  pin_help: "Almeno 6 cifre o lettere. Una frase di quattro parole è la più sicura.",
  pin_differs: "I due PIN non sono uguali.",
  pin_show: "Mostra",
  pin_hide: "Nascondi",
  pin_setup: "Scegli un PIN",
  pin_setup_lead: "Chi trova questo tablet non deve leggere le tue famiglie.",
  pin_set: "Imposta il PIN",
  pin_set_done: "PIN impostato",
  pin_required: "Il tuo servizio chiede un PIN su ogni tablet.",
  pin_skip: "Continua senza PIN",
  pin_skip_sure: "Senza PIN?",
  pin_skip_why:
    "Chiunque sblocchi questo tablet apre l'archivio e legge tutto. Tieni acceso il blocco " +
    "schermo.",
  pin_skip_yes: "Sì, senza PIN",
  pin_section: "PIN",
  pin_on: "Il PIN protegge l'archivio. Se lo dimentichi, chi coordina può sbloccarlo.",
  pin_on_no_recovery:
    "Il PIN protegge l'archivio. Non dimenticarlo: lo sblocco da parte di chi coordina non è " +
    "ancora preparato (serve la rete, e che il servizio lo preveda).",
  pin_off: "Non c'è un PIN: chi sblocca il tablet legge tutto.",
  pin_change: "Cambia PIN",
  pin_change_do: "Cambia",
  pin_changed: "PIN cambiato",
  pin_remove: "Togli il PIN",
  pin_remove_do: "Togli",
  pin_removed: "PIN tolto",
  pin_forgotten: "PIN dimenticato?",
  pin_wait: "Troppi PIN sbagliati: si può riprovare tra {when}. Nulla viene cancellato.",
  pin_failed: "PIN sbagliati di seguito: {n}.",
  pin_blocked:
    "Troppi PIN sbagliati: ora apre solo il codice di sblocco di chi coordina. Nulla è stato " +
    "cancellato.",
  wait_s_one: "1 secondo",
  wait_s: "{n} secondi",
  wait_min: "{n} minuti",
  locked: "Insieme è chiuso",
  locked_lead: "Il tuo lavoro è al sicuro, anche le bozze. Scrivi il PIN per continuare.",
  unlock: "Apri",
  lock_now: "Chiudi adesso",
  lock_after: "Si chiude da solo dopo",
  lock_on_hide: "anche appena lascio l'app",
  recovery_lead: "Chi coordina può aprire questo tablet con te. Nulla va perso.",
  recovery_none:
    "Su questo tablet lo sblocco non è stato preparato: serve il PIN. Il lavoro già inviato è " +
    "sul server; parlane con chi coordina, e non cancellare nulla.",
  recovery_request: "1. Dai questo codice a chi coordina",
  recovery_request_help: "Con un messaggio, o mostrandolo. Da solo non apre nulla.",
  recovery_answer: "2. Scrivi il codice che ti risponde",
  recovery_answer_label: "Codice di sblocco",
  recovery_open: "Apri con il PIN nuovo",
  back_to_pin: "Torna al PIN",
  copy_it: "Copia",
  copied: "Copiato",
  // Vouchers
  account_title: "Accesso con nome e password",
  account_name: "Nome utente",
  account_password: "Password",
  account_enter: "Accedi",
  account_next: "Continua",
  account_begin_again: "Ricomincia",
  account_choose: "Scegli una password tua: quella che ti hanno dato vale solo per entrare ora.",
  account_new: "Password nuova",
  account_new_help: "Da 10 a 128 caratteri. Tre o quattro parole si ricordano bene.",
  account_again: "Ancora una volta",
  account_not_same: "Le due password non sono uguali.",
  account_code: "Codice dell'app",
  account_code_help: "Sei cifre. Senza il telefono: un codice di recupero.",
  account_totp_why: "Questa utenza usa anche un'app dei codici (di quelle con sei cifre).",
  account_totp_open: "Aggiungi all'app dei codici su questo dispositivo",
  account_totp_hand: "Oppure scrivi questa chiave nell'app, su un altro telefono:",
  account_codes_why:
    "Codici di recupero: ognuno vale una volta, se il telefono non c'è. Scrivili ora e tienili " +
    "lontano da questo tablet: non si mostrano più.",
  account_codes_kept: "Li ho scritti",
  // An invitation by the camera
  scan_start: "Inquadra il codice QR",
  scan_stop: "Chiudi la fotocamera",
  scan_picture: "Ciò che vede la fotocamera",
  scan_how: "Tieni il codice dell'invito al centro, fermo e ben illuminato.",
  scan_found: "Invito letto: controlla e collega questo tablet.",
  scan_other: "Questo codice QR non è un invito di Insieme.",
  scan_refused:
    "La fotocamera non è permessa a questa pagina. Permettila nelle impostazioni del sito, " +
    "oppure incolla l'invito.",
  scan_none: "Qui non c'è una fotocamera che si possa usare: incolla l'invito.",
  scan_busy: "La fotocamera è usata da un'altra applicazione: chiudila e riprova.",
  scan_no_reader: "Per leggere il codice serve la rete, che adesso non c'è. Riprova.",
  locked_afar: "Tablet bloccato",
  locked_afar_next:
    "Chiama chi coordina. Quando il blocco è tolto, collegati alla rete e riprova: ritrovi tutto " +
    "com'era.",
  locked_afar_code: "Ho un codice di sblocco",
  wiped: "Tablet cancellato",
  wiped_next: "Quello che era già sul server c'è ancora. Chiama chi coordina e chiedi un invito.",
  wiped_untold: "Il server non sa ancora che è fatto: lo saprà appena c'è rete.",
  wiped_anew: "Ricomincia con un nuovo invito",
};
