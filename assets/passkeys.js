// Passkeys on pages. Load it with <script src="/assets/passkeys.js" defer></script>; the page's
// policy needs script-src 'self' and connect-src 'self'. Without it, or in a browser that knows no
// passkeys, a page works as before: what only works here is `hidden` until this script shows it.
//
// A button, or a form with one, says what it is for (`hidden` at first):
//   data-passkey="sign-in"        signs in; also offers passkeys while an input with
//                                 autocomplete="username webauthn" is filled in
//   data-passkey="second-factor"  finishes the sign-in that data-token names
//   data-passkey="step-up"        proves again who one is
//   data-passkey="register"       adds a passkey
// and where to go after it worked:
//   data-next="/account"          a path on this site; without it the page is loaded again
//
// What people fill in is found by name, in the same form or on the page:
//   input[name="remember"], input[name="trust_device"]   check boxes
//   [data-passkey-name]                                   the new passkey's name
//
// What people read (all `hidden` at first; text is never taken for HTML):
//   [data-passkey-message]      role="alert": why it did not work
//   [data-passkey-unsupported]  shown where the browser knows no passkeys
//   [data-passkey-codes]        a list that gets the recovery codes of a first factor
//   [data-passkey-continue]     shown with them, instead of going on by itself
//
// Words stand on the [data-passkey] element: data-text-cancelled, -refused, -exists, -address,
// -wait, -failed. Where one is missing, English is spoken.
(() => {
  "use strict";

  const PATHS = {
    "sign-in": ["/v1/auth/passkey/begin", "/v1/auth/passkey"],
    "second-factor": ["/v1/auth/second-factor/passkey/begin", "/v1/auth/second-factor/passkey"],
    "step-up": ["/v1/auth/step-up/passkey/begin", "/v1/auth/step-up/passkey"],
    register: ["/v1/me/passkeys/begin", "/v1/me/passkeys"],
  };

  const ENGLISH = {
    cancelled: "No passkey was chosen. Try again, or use another way.",
    refused: "The passkey was not accepted.",
    exists: "This device has a passkey for the account already.",
    address: "Passkeys can't be used at this address.",
    wait: "Too many attempts. Wait a little, then try again.",
    failed: "That did not work. Try again.",
  };

  /** What went wrong, by the name of its words. */
  class Trouble extends Error {
    constructor(words) {
      super(words);
      this.words = words;
    }
  }

  const bytes = (text) => {
    const padded = text.replace(/-/g, "+").replace(/_/g, "/");
    return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
  };

  const letters = (buffer) => {
    const text = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };

  // For browsers that have passkeys but not yet the JSON of WebAuthn Level 3.
  const withBytes = (options) => {
    const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
    const read = { ...options, challenge: bytes(options.challenge) };
    if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
    if (options.allowCredentials) read.allowCredentials = named(options.allowCredentials);
    if (options.excludeCredentials) read.excludeCredentials = named(options.excludeCredentials);
    return read;
  };

  const creation = (options) =>
    PublicKeyCredential.parseCreationOptionsFromJSON
      ? PublicKeyCredential.parseCreationOptionsFromJSON(options)
      : withBytes(options);

  const request = (options) =>
    PublicKeyCredential.parseRequestOptionsFromJSON
      ? PublicKeyCredential.parseRequestOptionsFromJSON(options)
      : withBytes(options);

  const plain = (credential) => {
    if (credential.toJSON) return credential.toJSON();
    const given = credential.response;
    const response = { clientDataJSON: letters(given.clientDataJSON) };
    if (given.attestationObject) {
      response.attestationObject = letters(given.attestationObject);
      response.transports = given.getTransports ? given.getTransports() : [];
    } else {
      response.authenticatorData = letters(given.authenticatorData);
      response.signature = letters(given.signature);
      response.userHandle = given.userHandle ? letters(given.userHandle) : null;
    }
    const id = letters(credential.rawId);
    return { id, rawId: id, type: credential.type, response, clientExtensionResults: {} };
  };

  /** Calls the API; what it refuses is told by its stable code, never by its text. */
  const call = async (path, body) => {
    const init = { method: "POST", credentials: "same-origin" };
    if (body) {
      init.headers = { "content-type": "application/json" };
      init.body = JSON.stringify(body);
    }
    let reply;
    try {
      reply = await fetch(path, init);
    } catch {
      throw new Trouble("failed");
    }
    const answer = await reply.json().catch(() => ({}));
    if (reply.ok) return answer;
    const words = {
      "passkeys.refused": "refused",
      "passkeys.unavailable": "address",
      "factors.exists": "exists",
      "rate_limit.exceeded": "wait",
    };
    throw new Trouble(words[answer.code] || "failed");
  };

  /** Asks the authenticator, and names what went wrong. */
  const ask = async (work, options) => {
    const domain = options.rpId || (options.rp && options.rp.id) || location.hostname;
    const here = location.hostname;
    if (here !== domain && !here.endsWith(`.${domain}`)) throw new Trouble("address");
    try {
      return plain(await work());
    } catch (error) {
      const words = { InvalidStateError: "exists", SecurityError: "address" };
      throw new Trouble(words[error && error.name] || "cancelled");
    }
  };

  const say = (element, words) => {
    const message = document.querySelector("[data-passkey-message]");
    if (!message) return;
    const key = `text${words.charAt(0).toUpperCase()}${words.slice(1)}`;
    message.textContent = words ? element.dataset[key] || ENGLISH[words] : "";
    message.hidden = !words;
  };

  const near = (element, selector) => {
    const form = element.closest("form");
    return (form && form.querySelector(selector)) || document.querySelector(selector);
  };

  const isChecked = (element, name) => {
    const box = near(element, `input[name="${name}"]`);
    return Boolean(box && box.checked);
  };

  const goOn = (element) => {
    const next = element.dataset.next || "";
    // Only a path: whatever else stands there leads nowhere.
    if (/^\/(?![/\\])/.test(next)) location.assign(next);
    else location.reload();
  };

  const showCodes = (codes) => {
    const list = document.querySelector("[data-passkey-codes]");
    if (!list || codes.length === 0) return false;
    const items = codes.map((code) => {
      const item = document.createElement("li");
      item.textContent = code;
      return item;
    });
    list.replaceChildren(...items);
    list.hidden = false;
    document.querySelectorAll("[data-passkey-continue]").forEach((it) => (it.hidden = false));
    return true;
  };

  let waiting = null;

  /** One ceremony from beginning to end. `mediation` is "conditional" while a form is filled in. */
  const run = async (element, mediation) => {
    if (waiting) waiting.abort();
    const stop = new AbortController();
    waiting = stop;
    const purpose = element.dataset.passkey;
    const [first, last] = PATHS[purpose];
    const token = purpose === "second-factor" ? { token: element.dataset.token || "" } : null;
    const begun = await call(first, token);
    if (stop.signal.aborted) return;
    const { ceremony, options } = begun;
    const { signal } = stop;
    const work =
      purpose === "register"
        ? () => navigator.credentials.create({ publicKey: creation(options), signal })
        : () => {
            const asked = { publicKey: request(options), signal };
            return navigator.credentials.get(mediation ? { ...asked, mediation } : asked);
          };
    const credential = await ask(work, options);
    const body = { ...token, ceremony, credential };
    if (purpose === "sign-in") body.remember = isChecked(element, "remember");
    if (purpose === "second-factor") body.trust_device = isChecked(element, "trust_device");
    if (purpose === "register") {
      const name = near(element, "[data-passkey-name]");
      if (name && name.value.trim()) body.name = name.value.trim();
    }
    const answer = await call(last, body);
    if (purpose === "register" && showCodes(answer.recovery_codes || [])) return;
    goOn(element);
  };

  const start = (element) => {
    const button = element.matches("button") ? element : element.querySelector("button");
    element.hidden = false;
    element.addEventListener(element.matches("form") ? "submit" : "click", async (event) => {
      event.preventDefault();
      say(element, "");
      if (button) button.disabled = true;
      try {
        await run(element);
      } catch (error) {
        say(element, error instanceof Trouble ? error.words : "failed");
      } finally {
        if (button) button.disabled = false;
      }
    });
  };

  /** Offers passkeys where the browser fills in the name. Who ignores that sees nothing of it. */
  const offer = async (element) => {
    const input = document.querySelector('input[autocomplete~="webauthn"]');
    const isAble = PublicKeyCredential.isConditionalMediationAvailable;
    if (!input || !isAble || !(await isAble.call(PublicKeyCredential))) return;
    try {
      await run(element, "conditional");
    } catch (error) {
      if (error instanceof Trouble && error.words === "refused") say(element, "refused");
    }
  };

  const elements = [...document.querySelectorAll("[data-passkey]")];
  const known = elements.filter((element) => element.dataset.passkey in PATHS);
  if (!window.PublicKeyCredential || !navigator.credentials) {
    document.querySelectorAll("[data-passkey-unsupported]").forEach((it) => (it.hidden = false));
    return;
  }
  known.forEach(start);
  const first = known.find((element) => element.dataset.passkey === "sign-in");
  if (first) offer(first);
})();
