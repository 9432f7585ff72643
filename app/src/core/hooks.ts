import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { onChange } from "./core";
import { currentPicture, onPicture, type Picture } from "./sync";

export interface Loaded<T> {
  data: T | null;
  error: Error | null;
  reload: () => void;
}

/**
 * What `load` gives, again after each write and each exchange, unless it is asked for `once`. Old
 * data stays meanwhile.
 */
export function useLoad<T>(load: () => Promise<T>, key: string, once = false): Loaded<T> {
  const [data, setData] = useState<T | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const round = useRef(0);
  const lastKey = useRef(key);
  const run = useCallback(() => {
    const mine = ++round.current;
    load().then(
      (value) => {
        if (mine !== round.current) return;
        setData(value);
        setError(null);
      },
      (fault: Error) => {
        if (mine === round.current) setError(fault);
      },
    );
  }, [key]);
  useEffect(() => {
    if (lastKey.current !== key) setData(null);
    lastKey.current = key;
    run();
    const end = once ? () => undefined : onChange(run);
    return () => {
      round.current++;
      end();
    };
  }, [run]);
  return { data, error, reload: run };
}

export function usePicture(): Picture {
  const [picture, setPicture] = useState(currentPicture());
  // Before anything else can happen: what changed until the next frame would not be seen.
  useLayoutEffect(() => onPicture(setPicture), []);
  return picture;
}

/** The time, renewed now and then, for what grows old on the screen. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** One act at a time: while it runs, `busy`; its failure in words. */
export interface Act {
  busy: boolean;
  failure: Error | null;
  run: (act: () => Promise<void>) => Promise<void>;
  forget: () => void;
}

export function useAct(): Act {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Error | null>(null);
  const running = useRef(false);
  const run = async (act: () => Promise<void>): Promise<void> => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setFailure(null);
    try {
      await act();
    } catch (error) {
      setFailure(error instanceof Error ? error : new Error(String(error)));
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return { busy, failure, run, forget: () => setFailure(null) };
}
