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
  practice_as: "Sei {who} ({role}).",
  practice_role: "In che ruolo vuoi provare?",
  practice_role_lead:
    "Sono le stesse famiglie inventate, viste da tre persone: puoi cambiare ruolo quando vuoi.",
  practice_role_again: "Cambia ruolo",
  practice_educator: "Anna visita due famiglie: visite, note, buoni, moduli.",
  practice_coordinator:
    "Carla decide: due versioni di un campo, una spesa, un ritardo, un doppione; e i rapporti.",
  practice_fellow: "Franco cura la rete del territorio: soggetti, contatti, servizi.",
  practice_saved: "Salvato nella prova",
  practice_kept: "Salvato",
  practice_kept_here: "nella prova",
  practice_never_sent: "Ciò che scrivi qui resta nella prova: non va a nessuno.",
  tablet_of: "tablet di {who}",
  practice_try: "Prova con famiglie inventate",
  practice_try_help: "Per imparare senza paura: un archivio a parte, che si può buttare via.",
  practice_away: "Butta via la prova",
  practice_away_desk:
    "L'archivio di prova resta finché non lo butti via o il programma si chiude.",
  practice_away_help: "L'archivio di prova resta su questo tablet finché non lo butti via.",
  practice_away_sure: "Buttare via tutto ciò che hai scritto nella prova?",
  practice_away_yes: "Sì, butta via",
  version: "Versione",
  a11y: "Dichiarazione di accessibilità",
  a11y_lead: "Che cosa vale, che cosa manca ancora, e a chi dirlo.",
  a11y_state: "Stato",
  a11y_state_text:
    "Insieme segue le WCAG 2.1 al livello AA ed è parzialmente conforme: ciò che manca è " +
    "scritto qui sotto.",
  a11y_how:
    "Verificato da chi lo sviluppa: axe-core su ogni schermata, chiara e scura, al telefono " +
    "e al computer; prove con la sola tastiera, al 200% e con il movimento ridotto. Non c'è " +
    "ancora una verifica di terzi.",
  a11y_can: "Che cosa puoi fare",
  a11y_keys: "Tutto si fa da tastiera; «Da decidere» ha anche tasti suoi, che la pagina elenca.",
  a11y_zoom:
    "Il testo si ingrandisce fino al 200% senza scorrere di lato, anche su uno schermo " +
    "largo 360 punti.",
  a11y_motion: "Nulla si muove se il dispositivo chiede meno movimento.",
  a11y_voice: "Ogni comando ha un nome, ogni grafico una tabella con le stesse cifre.",
  a11y_colours:
    "Nessuna informazione sta nel solo colore; chiaro e scuro si scelgono in «Questo tablet».",
  a11y_lacks: "Che cosa manca",
  a11y_lacks_photos: "Le foto hanno una didascalia solo se chi le scatta la scrive.",
  a11y_lacks_sign:
    "La firma si fa con dito, penna o mouse; chi non può la sostituisce con «Firma non " +
    "raccolta qui».",
  a11y_lacks_people:
    "Non è ancora stato provato da persone che usano ogni giorno un lettore di schermo.",
  a11y_tell: "A chi dirlo",
  a11y_tell_text:
    "Se qualcosa non si riesce a usare, scrivilo a chi coordina il servizio o all'ente che " +
    "ti ha dato Insieme: risponde entro 30 giorni.",
  a11y_defender:
    "Se la risposta non basta, ci si rivolge al Difensore civico per il digitale presso AgID.",
};
