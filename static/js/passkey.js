/* Passkeys: a form marked `data-passkey` asks the browser for one and sends what it answers. */
"use strict";

{
  const json = window.webauthnJSON;

  const optionsOf = async (form) => {
    if (form.dataset.optionsId) return JSON.parse(document.getElementById(form.dataset.optionsId).textContent);
    const response = await fetch(form.dataset.options, { headers: { Accept: "application/json" } });
    return response.json();
  };

  const create = async (form) => {
    const options = (await optionsOf(form)).creation_options;
    const selection = options.publicKey.authenticatorSelection;
    const alone = form.elements.passwordless?.checked ?? false;
    selection.residentKey = alone ? "required" : "discouraged";
    selection.requireResidentKey = alone;
    if (alone) selection.userVerification = "required";
    return json.create(options);
  };

  const use = async (form) => json.get((await optionsOf(form)).request_options);

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const complaint = form.querySelector("[role=alert]");
      try {
        const credential = await (form.dataset.passkey === "create" ? create(form) : use(form));
        form.elements.credential.value = JSON.stringify(credential);
        form.submit();
      } catch {
        complaint.hidden = false;
      }
    });
  }
}
