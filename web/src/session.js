/** Who is signed in in this browser, by its cookie. Requests with a token or key of their own go out as they are. */
const visitor = { signed_in: false };

const ask = async () => {
  try {
    const answer = await fetch("/auth/session");
    return answer.ok ? await answer.json() : visitor;
  } catch {
    return visitor; // the page works without
  }
};

const session = await ask();

/** The headers with the token that shows the server that this very page asks, and no other site with its cookie. */
export const asSignedIn = (given) => {
  const headers = new Headers(given);
  if (session.signed_in && !headers.has("authorization") && !headers.has("x-api-key")) {
    headers.set("x-csrf-token", session.csrf_token);
  }
  return headers;
};

export const fetchAsSignedIn = (url, options = {}) => fetch(url, { ...options, headers: asSignedIn(options.headers) });

const signOut = async () => {
  await fetchAsSignedIn("/auth/logout", { method: "POST" });
  location.reload();
};

/** A line at the top of the page: who is signed in, and the way out; or the way in. */
export const showWhoIsSignedIn = () => {
  const line = document.createElement("header");
  line.id = "who";
  if (session.signed_in) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Sign out" });
    button.addEventListener("click", signOut);
    line.append(`Signed in as ${session.user.name} (${session.user.role})`, button);
  } else {
    const href = `/account/sign-in?return_to=${encodeURIComponent(location.pathname)}`;
    line.append(Object.assign(document.createElement("a"), { href, textContent: "Sign in" }));
  }
  document.body.prepend(line);
};
