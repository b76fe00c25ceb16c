// A single-page application without a library: signs in with PKCE, and asks the API with its token.
const { issuer, client_id, scope } = await (await fetch("config.json")).json();
const server = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
const here = location.origin + location.pathname;

const kept = {
  get: (name) => JSON.parse(sessionStorage.getItem(name)),
  set: (name, value) => sessionStorage.setItem(name, JSON.stringify(value)),
};

function show(what) {
  document.querySelector("output").textContent = JSON.stringify(what);
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

async function post(endpoint, form) {
  const response = await fetch(endpoint, { method: "POST", body: new URLSearchParams({ client_id, ...form }) });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null };
}

async function ask(path, options = {}) {
  const headers = { ...options.headers, Authorization: `Bearer ${kept.get("tokens").access_token}` };
  const response = await fetch(issuer + path, { ...options, headers });
  return { status: response.status, body: await response.json() };
}

function claims(idToken) {
  const bytes = Uint8Array.from(atob(idToken.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

async function signIn() {
  const [verifier, state, nonce] = [random(), random(), random()];
  kept.set("asked", { verifier, state, nonce });
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const query = new URLSearchParams({
    response_type: "code",
    client_id,
    redirect_uri: here,
    scope,
    state,
    nonce,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: "S256",
  });
  location.assign(`${server.authorization_endpoint}?${query}`);
}

async function comeBack(answer) {
  history.replaceState(null, "", here); // the code is of no use any more, and not for the history
  const { verifier, state, nonce } = kept.get("asked");
  if (answer.get("state") !== state || answer.get("iss") !== issuer) return show({ error: "not what was asked for" });
  if (answer.has("error")) return show({ error: answer.get("error") });
  const grant = { grant_type: "authorization_code", code: answer.get("code"), redirect_uri: here, code_verifier: verifier };
  const { status, body } = await post(server.token_endpoint, grant);
  if (status !== 200) return show({ status, error: body.error });
  kept.set("tokens", body);
  const said = claims(body.id_token);
  show({ signed_in: said.iss === issuer && said.aud === client_id && said.nonce === nonce, email: said.email });
}

const does = {
  "sign-in": signIn,
  graphql: async () => {
    const body = JSON.stringify({ query: "{ orders(first: 1) { totalCount } }" });
    show(await ask("/graphql", { method: "POST", headers: { "Content-Type": "application/json" }, body }));
  },
  rest: async () => {
    const { status, body } = await ask("/api/v1/orders?page_size=1");
    show({ status, total: body.total });
  },
  refresh: async () => {
    const before = kept.get("tokens");
    const { status, body } = await post(server.token_endpoint, { grant_type: "refresh_token", refresh_token: before.refresh_token });
    kept.set("tokens", { ...before, ...body });
    const changed = body.access_token !== before.access_token && body.refresh_token !== before.refresh_token;
    show({ status, changed });
  },
  revoke: async () => show(await post(server.revocation_endpoint, { token: kept.get("tokens").refresh_token })),
  "log-out": () => {
    const query = { id_token_hint: kept.get("tokens").id_token, client_id, post_logout_redirect_uri: here };
    location.assign(`${server.end_session_endpoint}?${new URLSearchParams(query)}`);
  },
};

for (const [id, act] of Object.entries(does)) document.getElementById(id).addEventListener("click", act);
const answer = new URLSearchParams(location.search);
if (answer.has("state")) await comeBack(answer);
else show({ ready: true });
