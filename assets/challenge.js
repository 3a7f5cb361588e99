// Work before a form is sent, where the service asks for it: a puzzle whose answer costs the
// browser a moment and whoever wants to guess or to sign up in bulk much more. Load it with
// <script src="/assets/challenge.js" defer></script>; the page's policy needs script-src 'self' and
// connect-src 'self'. The same file is the worker that does the work.
//
// The form says that it is asked for, and in which words to tell of it (English without):
//   data-challenge
//   data-text-working, data-text-still ("{seconds}" in it), data-text-done, data-text-failed
// and holds
//   input[name="challenge"]      gets the answer
//   [data-challenge-status]      role="status": what is going on; text is never taken for HTML
//
// Work begins when the form is first filled in, so that there is often nothing left to wait for.
(() => {
  "use strict";

  // Hashes that are asked for at once: enough to keep the browser busy, and not so many that it
  // could not stop in between.
  const BATCH = 512;

  /** How many zero bits a hash begins with. */
  const zeroBits = (hash) => {
    let bits = 0;
    for (const byte of new Uint8Array(hash)) {
      if (byte !== 0) return bits + Math.clz32(byte) - 24;
      bits += 8;
    }
    return bits;
  };

  /** The answer to a puzzle: a text whose SHA-256 begins with so many zero bits. */
  const solve = async ({ puzzle, difficulty }) => {
    const encoder = new TextEncoder();
    const candidate = (number) => `${puzzle}.${number.toString(36)}`;
    for (let first = 0; ; first += BATCH) {
      const numbers = Array.from({ length: BATCH }, (_, at) => first + at);
      const hashes = await Promise.all(
        numbers.map((number) => crypto.subtle.digest("SHA-256", encoder.encode(candidate(number)))),
      );
      const found = hashes.findIndex((hash) => zeroBits(hash) >= difficulty);
      if (found >= 0) return candidate(first + found);
    }
  };

  if (typeof document === "undefined") {
    self.onmessage = async ({ data }) => {
      // What can't be done here can perhaps be done in the page.
      self.postMessage(await solve(data).catch(() => null));
    };
    return;
  }

  const ENGLISH = {
    working: "Your browser is solving a small puzzle first. This takes a moment.",
    still: "Still working, for {seconds} seconds now.",
    done: "Solved. Sending the form.",
    failed: "The puzzle could not be solved. Check your connection, then try again.",
  };

  // Seconds between two sentences while it lasts: a screen reader speaks each of them.
  const PAUSE = 10;

  const own = document.currentScript.src;

  /** Solves beside the page; in the page, which stays usable, where there are no workers. */
  const solveAside = (challenge) =>
    new Promise((resolve, reject) => {
      let worker;
      try {
        worker = new Worker(own);
      } catch {
        solve(challenge).then(resolve, reject);
        return;
      }
      const end = (answer) => {
        worker.terminate();
        if (answer) resolve(answer);
        else solve(challenge).then(resolve, reject);
      };
      worker.onmessage = ({ data }) => end(data);
      worker.onerror = (event) => {
        event.preventDefault();
        end(null);
      };
      worker.postMessage(challenge);
    });

  /** A new puzzle, solved: its answer, and until when on this machine's own watch it is good. */
  const work = async () => {
    const begun = performance.now();
    const reply = await fetch("/v1/auth/challenge", { method: "POST", credentials: "same-origin" });
    if (!reply.ok) throw new Error("no puzzle");
    const { challenge } = await reply.json();
    if (!challenge) return { answer: "", until: Infinity };
    // By the service's clock: that of this machine may be wrong.
    const life = Date.parse(challenge.expires_at) - Date.parse(reply.headers.get("date"));
    const answer = await solveAside(challenge);
    // A part of its life is left for the way back.
    return { answer, until: begun + (Number.isFinite(life) ? life * 0.8 : 20_000) };
  };

  const attach = (form) => {
    const field = form.querySelector('input[name="challenge"]');
    const status = form.querySelector("[data-challenge-status]");
    let solution = null;
    let isSending = false;

    const say = (words, seconds) => {
      const key = `text${words.charAt(0).toUpperCase()}${words.slice(1)}`;
      const text = form.dataset[key] || ENGLISH[words];
      status.textContent = text.replace("{seconds}", String(seconds));
    };

    /** The answer that is there or on its way. */
    const begin = () => {
      if (!solution) {
        const begun = work();
        solution = begun;
        begun.catch(() => {
          if (solution === begun) solution = null;
        });
      }
      return solution;
    };

    const answer = async () => {
      let solved = await begin();
      if (performance.now() > solved.until) {
        solution = null;
        solved = await begin();
      }
      return solved.answer;
    };

    form.addEventListener("input", () => begin().catch(() => {}), { once: true });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (isSending) return;
      isSending = true;
      const begun = performance.now();
      say("working");
      const timer = setInterval(() => {
        say("still", Math.round((performance.now() - begun) / 1000));
      }, PAUSE * 1000);
      try {
        field.value = await answer();
        say("done");
        form.submit();
      } catch {
        say("failed");
        isSending = false;
      } finally {
        clearInterval(timer);
      }
    });
    // Who comes back by the browser's button finds the page as it was: an answer serves once.
    window.addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      solution = null;
      isSending = false;
      field.value = "";
      status.textContent = "";
    });
  };

  document.querySelectorAll("form[data-challenge]").forEach(attach);
})();
