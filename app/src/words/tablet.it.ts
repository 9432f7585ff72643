export const tabletIt = {
  tablet: "Questo tablet",
  who_uses: "Chi lo usa",
  role: "Ruolo",
  server: "Server",
  space: "Spazio occupato",
  space_of: "{used} di {quota}",
  kept_desk: "L'archivio è un file di questo computer.",
  kept_yes: "Il browser ha promesso di non cancellare l'archivio.",
  kept_no:
    "Il browser potrebbe cancellare l'archivio se lo spazio finisce. Installa Insieme " +
    "(Aggiungi a schermata Home) e invia spesso.",
  kept_ask: "Chiedi di conservarlo",
  look: "Aspetto",
  look_auto: "Come il tablet",
  look_light: "Chiaro",
  look_dark: "Scuro",
  language_name: "Lingua",
  space_soon: "Lo spazio sta per finire",
  space_full: "Lo spazio è quasi finito",
  space_what:
    "Invia adesso: ciò che è sul server non si perde. Poi libera spazio sul tablet (foto, video, " +
    "app che non usi). Se si riempie, Insieme lo dice prima di salvare e tiene ciò che c'è già.",
  unsent_file: "Se non si riesce proprio a inviare",
  unsent_file_help:
    "Il lavoro non inviato in un file sigillato, che solo il server può aprire. Consegnalo a chi " +
    "gestisce Insieme, o a un collega che può inviare. Qui non viene tolto nulla.",
  unsent_file_no_files: "Foto e altri file non entrano nel file: restano su questo tablet.",
  unsent_file_do: "Scarica il lavoro non inviato",
  unsent_file_done: "Nel file: {n} modifiche. Restano «salvate qui» finché non lo dice il server.",
  practice: "Prova",
  practice_banner: "Famiglie inventate: nulla va a un server.",
  practice_leave: "Esci dalla prova",
  practice_try: "Prova con famiglie inventate",
  practice_try_help: "Per imparare senza paura: un archivio a parte, che si può buttare via.",
  practice_away: "Butta via la prova",
  practice_away_desk:
    "L'archivio di prova resta finché non lo butti via o il programma si chiude.",
  practice_away_help: "L'archivio di prova resta su questo tablet finché non lo butti via.",
  practice_away_sure: "Buttare via tutto ciò che hai scritto nella prova?",
  practice_away_yes: "Sì, butta via",
  version: "Versione",
};
