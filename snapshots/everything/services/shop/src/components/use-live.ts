"use client";

import { useEffect, useEffectEvent, useState } from "react";

const LONGEST_PAUSE_MS = 30_000;

/**
 * Listens at a websocket for as long as the component is shown, connecting again whenever it breaks. `onNews` is called
 * for every event, and after each connect, because something may have happened before. Tells whether it is connected.
 */
export function useLive(path: string | undefined, onNews: () => void): boolean {
  const [connected, setConnected] = useState(false);
  const news = useEffectEvent(onNews);

  useEffect(() => {
    if (!path) return;
    const url = new URL(path, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    let socket: WebSocket;
    let failures = 0;
    let timer = setTimeout(connect);

    function connect() {
      socket = new WebSocket(url);
      socket.onopen = () => {
        failures = 0;
        setConnected(true);
        news();
      };
      socket.onmessage = () => news();
      socket.onclose = () => {
        setConnected(false);
        // Cut by up to a half at random: after a deployment not every page comes back at once.
        const pause = Math.min(1_000 * 2 ** failures++, LONGEST_PAUSE_MS);
        timer = setTimeout(connect, pause * (1 - Math.random() / 2));
      };
    }

    return () => {
      clearTimeout(timer);
      if (!socket) return;
      socket.onclose = null;
      socket.close();
    };
  }, [path]);

  return connected;
}
