// Passkeys: a form with data-passkey asks the browser to make one, or to sign with one, and sends what comes.
(() => {
  "use strict";
  const octets = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const named = (list = []) => list.map((one) => ({ ...one, id: octets(one.id) }));

  const asked = async (options) => {
    const publicKey = { ...options, challenge: octets(options.challenge) };
    if (options.user) {
      publicKey.user = { ...options.user, id: octets(options.user.id) };
      publicKey.excludeCredentials = named(options.excludeCredentials);
      return navigator.credentials.create({ publicKey });
    }
    publicKey.allowCredentials = named(options.allowCredentials);
    return navigator.credentials.get({ publicKey });
  };
  const written = (key) => {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (key.response[part]) response[part] = text(key.response[part]);
    }
    return JSON.stringify({ id: key.id, rawId: text(key.rawId), type: key.type, response, clientExtensionResults: {} });
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const form of document.querySelectorAll("form[data-passkey]")) {
      const fault = form.querySelector("[data-fault]");
      const run = async () => {
        fault.hidden = true;
        try {
          if (!window.PublicKeyCredential) throw new DOMException("", "NotSupportedError");
          form.elements.passkey.value = written(await asked(JSON.parse(form.dataset.passkey)));
        } catch (error) {
          const says = { InvalidStateError: "known", NotSupportedError: "unsupported", SecurityError: "unsupported" };
          fault.lastElementChild.textContent = fault.dataset[says[error.name] || "cancelled"];
          fault.hidden = false;
          return;
        }
        form.submit();
      };
      form.addEventListener("submit", (ev) => { ev.preventDefault(); run(); });
      if (form.dataset.auto !== undefined) run();
    }
  });
})();
