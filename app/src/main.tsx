// Opens the store, then shows the screen of the address.
import { render, type JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { onEvent, open, PRACTICE, read, takeOver, tellChange } from "./core/core";
import { isDesk } from "./core/desk";
import {
  chooseHolder,
  chosenFolder,
  findHolders,
  isConnectedHere,
  isShared,
  noteHolder,
} from "./core/holders";
import { loadKept } from "./core/kept";
import { isPinRequired, isPinSkipped, pinState, watchIdle, type PinState } from "./core/lock";
import { fillPractice, isPractice } from "./core/practice";
import { serverReport } from "./core/server_report";
import { exchangeOnlyIf, startSync } from "./core/sync";
import type { Dossier, Identity } from "./core/types";
import { startUpdates } from "./core/update";
import { useLoad } from "./core/hooks";
import { applyLook } from "./look";
import { MissingPart } from "./parts/missing";
import { Await, Failed, Note } from "./parts/parts";
import { useRoute } from "./router";
import { AccessibilityScreen } from "./screens/accessibility";
import { Dossiers } from "./screens/families";
import { BudgetScreen } from "./screens/budget";
import { ChildScreen } from "./screens/child";
import { DossierScreen } from "./screens/dossier";
import { FrozenScreen } from "./screens/frozen";
import { HoldersScreen, UnfinishedHolder } from "./screens/holders";
import { EditScreen } from "./screens/edit";
import { News } from "./screens/news";
import { LockScreen } from "./screens/lock";
import { OpeningsScreen } from "./screens/openings";
import { Outbox } from "./screens/outbox";
import { PinSetup } from "./screens/pin";
import { RecordScreen } from "./screens/record";
import { ReportScreen } from "./screens/report";
import { Reports } from "./screens/reports";
import { DecideScreen } from "./screens/decide";
import { Review } from "./screens/review";
import { Search } from "./screens/search";
import { NetworkScreen } from "./screens/network";
import { ServicesScreen } from "./screens/services";
import { StakeholderScreen } from "./screens/stakeholder";
import { ServerReportScreen } from "./screens/server_report";
import { Start } from "./screens/start";
import { AbsencesScreen } from "./screens/steer/absences";
import { AccessScreen } from "./screens/steer/access";
import { ErasuresScreen } from "./screens/steer/erasures";
import { HealthScreen } from "./screens/steer/health";
import { ListsScreen } from "./screens/steer/lists";
import { PeopleScreen } from "./screens/steer/people";
import { TeamScreen } from "./screens/steer/team";
import { WorkScreen } from "./screens/steer/work";
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
      return <EditScreen key={first} draft={first} part={second} />;
    case "new":
      return <EditScreen key={first + second} dossier={first} type={second} />;
    case "budget":
      return <BudgetScreen key={first} dossier={first} month={second} />;
    case "child":
      return <ChildScreen key={first} dossier={first} child={second} />;
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
    case "reports":
      return <Reports asks={props.reviewer} office={me.role === "admin"} />;
    case "report": {
      const report = serverReport(first);
      if (report) return <ServerReportScreen key={first} report={report} />;
      return <ReportScreen key={first} code={first} me={me} />;
    }
    case "frozen":
      return <FrozenScreen key={first} id={first} />;
    case "steer":
      return <Steer here={first} reviewer={props.reviewer} me={me} />;
    case "access":
      return <AccessScreen key={first} dossier={first} />;
    case "openings":
      return <OpeningsScreen />;
    case "network":
      return <NetworkScreen key={first} id={first} me={me} />;
    case "stakeholder":
      return <StakeholderScreen key={first} id={first} me={me} />;
    case "services":
      return <ServicesScreen key={first} commune={first} />;
    case "accessibility":
      return <AccessibilityScreen />;
    case "tablet":
      return <Tablet me={me} />;
    default:
      return <Today me={me} reviewer={props.reviewer} />;
  }
}

/** Who only administers begins with people: families are none of theirs. */
function Steer(props: { here: string; reviewer: boolean; me: Identity }): JSX.Element {
  const { reviewer, me } = props;
  switch (props.here || (reviewer ? "work" : "people")) {
    case "team":
      return <TeamScreen reviewer={reviewer} />;
    case "health":
      return <HealthScreen reviewer={reviewer} />;
    case "erasures":
      return <ErasuresScreen reviewer={reviewer} />;
    case "lists":
      return <ListsScreen reviewer={reviewer} />;
    case "absences":
      return <AbsencesScreen reviewer={reviewer} />;
    case "people":
      return <PeopleScreen reviewer={reviewer} me={me} />;
    default:
      return <WorkScreen reviewer={reviewer} />;
  }
}

function mayBegin(pin: PinState): boolean {
  return pin.pin || isPractice() || (isPinSkipped() && !isPinRequired() && !isShared());
}

function Opened(props: { onCover: () => void }): JSX.Element {
  const pin = useLoad(pinState, "pin");
  // Settled when the app opens or is enrolled: nobody is asked for a PIN in the middle of a form.
  const [mayWork, setMayWork] = useState<boolean | null>(null);
  const protectedNow = pin.data?.pin === true;
  // On a shared tablet nothing of anybody's comes before their PIN stands.
  const isSafe = protectedNow || !isShared();
  useEffect(() => {
    exchangeOnlyIf(() => isSafe);
    if (isSafe) tellChange();
  }, [isSafe]);
  useEffect(() => (protectedNow ? watchIdle(props.onCover) : undefined), [protectedNow]);
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
        if (!me.enrolled && !isPractice()) return <Start />;
        if (pin.data === null) return <p class="empty">{t("loading")}</p>;
        if (isShared() && !pin.data.pin && !isConnectedHere()) return <UnfinishedHolder />;
        if (!(mayWork ?? mayBegin(pin.data))) {
          return <PinSetup onDone={() => setMayWork(true)} />;
        }
        if (mayWork === null) queueMicrotask(() => setMayWork(true));
        const reviewer =
          me.role === "coordinator" ||
          (dossiers.data?.dossiers ?? []).some((one) => one.may_review);
        return (
          <Shell here={here} reviewer={reviewer} role={me.role} lockable={protectedNow}>
            <Screen me={me} reviewer={reviewer} />
          </Shell>
        );
      }}
    </Await>
  );
}

type Stage = "opening" | "choosing" | "elsewhere" | "handed_over" | "locked" | "open" | Error;

function App(): JSX.Element {
  const [stage, setStage] = useState<Stage>("opening");
  const [isMissing, setMissing] = useState(false);
  const missing = useRef(false); // for what is asked long after it was made
  missing.current = isMissing;
  /** The store closed under somebody's hands: their screen waits behind the lock, as it is. */
  const [isKept, setKept] = useState(false);
  useEffect(() => {
    const end = onEvent((event) => {
      if (event.event === "waiting") setStage("elsewhere");
      if (event.event === "handed_over") setStage("handed_over");
      if (event.event === "locked") setStage("locked");
      if (event.event === "part_missing") setMissing(true);
    });
    const begin = async (): Promise<void> => {
      await startUpdates();
      await loadKept();
      await findHolders();
      const folder = isPractice() ? PRACTICE : chosenFolder();
      if (folder === "") return setStage("choosing");
      const { locked } = await open(folder);
      noteHolder();
      if (isShared()) exchangeOnlyIf(() => false); // until it is known that a PIN stands
      if (isPractice()) await fillPractice();
      setStage(locked ? "locked" : "open");
      if (!locked) await startSync();
    };
    begin().catch((error: Error) => setStage(error));
    return end;
  }, []);
  if (stage === "open" || stage === "locked") {
    const isLocked = stage === "locked";
    const cover = (): void => {
      // What is typed beneath the cover cannot be kept now: it waits behind the lock.
      setKept((kept) => kept || missing.current);
      setStage("locked");
    };
    const opened = (): void => {
      setKept(false);
      setStage("open");
      void startSync();
    };
    const back = (locked: boolean): void => {
      setMissing(false);
      if (!locked) return;
      setKept(isKept || stage === "open");
      setStage("locked");
    };
    return (
      <>
        {(!isLocked || isKept) && (
          <div class="opened" hidden={isLocked}>
            <Opened onCover={cover} />
          </div>
        )}
        {isLocked && <LockScreen onOpen={opened} />}
        {isMissing && <MissingPart onBack={back} />}
      </>
    );
  }
  if (stage === "choosing") return <HoldersScreen />;
  if (stage instanceof Error) {
    return (
      <main class="alone">
        <h1>{t("open_failed")}</h1>
        <Failed error={stage} />
        <button type="button" class="btn btn-primary" onClick={() => location.reload()}>
          {t("retry")}
        </button>
        {isShared() && (
          <button type="button" class="btn btn-link" onClick={() => chooseHolder("")}>
            {t("holder_change")}
          </button>
        )}
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
  if (isDesk()) return true;
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
