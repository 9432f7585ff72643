// Opens the store, then shows the screen of the address.
import { render, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { onEvent, open, read, takeOver } from "./core/core";
import { startSync } from "./core/sync";
import type { Dossier, Identity } from "./core/types";
import { useLoad } from "./core/hooks";
import { applyLook } from "./look";
import { Await, Failed, Note } from "./parts/parts";
import { useRoute } from "./router";
import { Dossiers } from "./screens/families";
import { DossierScreen } from "./screens/dossier";
import { EditScreen } from "./screens/edit";
import { News } from "./screens/news";
import { Outbox } from "./screens/outbox";
import { RecordScreen } from "./screens/record";
import { DecideScreen } from "./screens/decide";
import { Review } from "./screens/review";
import { Search } from "./screens/search";
import { Start } from "./screens/start";
import { Tablet } from "./screens/tablet";
import { Today } from "./screens/today";
import { VisitScreen } from "./screens/visit";
import { Shell } from "./shell";
import { language, setLanguage, t } from "./words";

function Screen(props: { me: Identity; reviewer: boolean }): JSX.Element {
  const [place = "", first = "", second = ""] = useRoute();
  const { me } = props;
  switch (place) {
    case "families":
      return <Dossiers />;
    case "dossier":
      return <DossierScreen key={first} id={first} me={me} />;
    case "record":
      return <RecordScreen key={first} id={first} me={me} />;
    case "edit":
      return <EditScreen key={first} draft={first} />;
    case "new":
      return <EditScreen key={first + second} dossier={first} type={second} />;
    case "visit":
      return <VisitScreen key={first} draft={first} />;
    case "outbox":
      return <Outbox me={me} />;
    case "search":
      return <Search />;
    case "news":
      return <News me={me} />;
    case "review":
      return first ? <DecideScreen key={first} item={first} me={me} /> : <Review me={me} />;
    case "tablet":
      return <Tablet me={me} />;
    default:
      return <Today me={me} reviewer={props.reviewer} />;
  }
}

function Opened(): JSX.Element {
  const self = useLoad(() => read<Identity>("identity"), "identity");
  const dossiers = useLoad(() => read<{ dossiers: Dossier[] }>("dossier.list"), "reviewer");
  const [here = ""] = useRoute();
  const [, setWords] = useState(language());
  useEffect(() => {
    const changed = (): void => setWords(language());
    window.addEventListener("insieme-language", changed);
    return () => window.removeEventListener("insieme-language", changed);
  }, []);
  return (
    <Await of={self}>
      {(me) => {
        if (!me.enrolled) return <Start />;
        const reviewer =
          me.role === "coordinator" ||
          (dossiers.data?.dossiers ?? []).some((one) => one.may_review);
        return (
          <Shell here={here} reviewer={reviewer}>
            <Screen me={me} reviewer={reviewer} />
          </Shell>
        );
      }}
    </Await>
  );
}

type Stage = "opening" | "elsewhere" | "handed_over" | "open" | Error;

function App(): JSX.Element {
  const [stage, setStage] = useState<Stage>("opening");
  useEffect(() => {
    const end = onEvent((event) => {
      if (event.event === "waiting") setStage("elsewhere");
      if (event.event === "handed_over") setStage("handed_over");
    });
    open().then(
      async () => {
        setStage("open");
        await startSync();
      },
      (error: Error) => setStage(error),
    );
    return end;
  }, []);
  if (stage === "open") return <Opened />;
  if (stage instanceof Error) {
    return (
      <main class="alone">
        <h1>{t("open_failed")}</h1>
        <Failed error={stage} />
        <button type="button" class="btn btn-primary" onClick={() => location.reload()}>
          {t("retry")}
        </button>
      </main>
    );
  }
  if (stage === "opening") {
    return (
      <main class="alone" aria-busy="true">
        <p>{t("opening")}</p>
      </main>
    );
  }
  const elsewhere = stage === "elsewhere";
  return (
    <main class="alone">
      <h1>{t(elsewhere ? "open_elsewhere" : "handed_over")}</h1>
      <p>{t(elsewhere ? "open_elsewhere_why" : "handed_over_why")}</p>
      <button
        type="button"
        class="btn btn-primary btn-lg"
        onClick={() => (elsewhere ? void takeOver() : location.reload())}
      >
        {t(elsewhere ? "take_over" : "use_here")}
      </button>
    </main>
  );
}

function canRun(): boolean {
  return (
    "locks" in navigator &&
    typeof navigator.storage?.getDirectory === "function" &&
    "crypto" in window &&
    crypto.subtle !== undefined
  );
}

setLanguage(language());
applyLook();
const place = document.getElementById("app");
if (place !== null) {
  render(
    canRun() ? (
      <App />
    ) : (
      <main class="alone">
        <Note tone="danger">
          <p>{t("no_support")}</p>
        </Note>
      </main>
    ),
    place,
  );
}
// Without it everything works as long as the server answers; with it, without a network too.
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => undefined);
