// oauth4webapi (npm) through every flow that it supports.
import * as oauth from "oauth4webapi";
import { changed, errorOf, given, leave, person, report } from "./talk.mjs";

const { issuer, confidential, open, redirect_uri, scope, api } = given;
const insecure = { [oauth.allowInsecureRequests]: true }; // the server is on loopback, without TLS
const own = { client_id: confidential.client_id };
const spa = { client_id: open.client_id };
const basic = oauth.ClientSecretBasic(confidential.secret);
const post = oauth.ClientSecretPost(confidential.secret);

async function discovered(algorithm) {
  const url = new URL(issuer);
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { algorithm, ...insecure }));
}

async function asked(client, more = {}) {
  const checks = { verifier: oauth.generateRandomCodeVerifier(), state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce() };
  const parameters = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri,
    response_type: "code",
    scope,
    code_challenge: await oauth.calculatePKCECodeChallenge(checks.verifier),
    code_challenge_method: "S256",
    state: checks.state,
    nonce: checks.nonce,
    ...more,
  });
  return { parameters, checks };
}

const at = (parameters) => `${server.authorization_endpoint}?${new URLSearchParams(parameters)}`;

async function redeemed(client, authentication, url, checks) {
  const back = new URL(await person({ allow: url }));
  const parameters = oauth.validateAuthResponse(server, client, back, checks.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server, client, authentication, parameters, redirect_uri, checks.verifier, insecure,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: checks.nonce,
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(server, response, insecure); // by the keys of the JWKS
  return tokens;
}

async function signedIn(client, authentication) {
  const { parameters, checks } = await asked(client);
  return redeemed(client, authentication, at(parameters), checks);
}

const facts = (tokens) => ({
  sub: oauth.getValidatedIdTokenClaims(tokens)?.sub,
  alg: tokens.id_token && JSON.parse(Buffer.from(tokens.id_token.split(".")[0], "base64url")).alg,
  scope: tokens.scope,
  expires_in: tokens.expires_in,
  refreshable: Boolean(tokens.refresh_token),
});

async function refreshed(client, authentication, token) {
  const response = await oauth.refreshTokenGrantRequest(server, client, authentication, token, insecure);
  return oauth.processRefreshTokenResponse(server, client, response);
}

async function introspected(token) {
  const response = await oauth.introspectionRequest(server, own, basic, token, insecure);
  return oauth.processIntrospectionResponse(server, own, response);
}

// discovery, by OpenID Connect and by RFC 8414
const server = await discovered("oidc");
report("discovery", { issuer: server.issuer, rfc8414: (await discovered("oauth2")).issuer });

// code + PKCE, with an ID token whose signature is verified
const tokens = await signedIn(own, post);
report("code", facts(tokens));
report("code, Basic", facts(await signedIn(own, basic)));
const openTokens = await signedIn(spa, oauth.None());
report("code, public client", facts(openTokens));
const { sub } = oauth.getValidatedIdTokenClaims(tokens);
const userinfo = await oauth.userInfoRequest(server, own, tokens.access_token, insecure);
report("userinfo", await oauth.processUserInfoResponse(server, own, sub, userinfo));
const answer = await oauth.protectedResourceRequest(tokens.access_token, "GET", new URL(api), undefined, null, insecure);
report("api", { status: answer.status });

// refused by the person; and answers that are not the server's
{
  const { parameters, checks } = await asked(own, { prompt: "consent" });
  const back = new URL(await person({ deny: at(parameters) }));
  const refused = async () => oauth.validateAuthResponse(server, own, back, checks.state);
  report("denied", { error: await errorOf(refused()), iss: back.searchParams.get("iss") });
}
{
  const { parameters, checks } = await asked(own);
  const back = new URL(await person({ allow: at(parameters) }));
  const validated = async (url) => oauth.validateAuthResponse(server, own, url, checks.state);
  report("iss", {
    other: await errorOf(validated(changed(back, "iss", "https://other.example"))),
    none: await errorOf(validated(changed(back, "iss"))),
    ours: await errorOf(validated(back)),
  });
}

// refresh with rotation
const next = await refreshed(own, post, tokens.refresh_token);
const openNext = await refreshed(spa, oauth.None(), openTokens.refresh_token);
report("refresh", {
  rotated: next.refresh_token !== tokens.refresh_token && next.access_token !== tokens.access_token,
  public_rotated: openNext.refresh_token !== openTokens.refresh_token,
  scope: next.scope,
});

// introspection and revocation
const before = await introspected(next.access_token);
await oauth.processRevocationResponse(await oauth.revocationRequest(server, own, basic, next.access_token, insecure));
const after = await introspected(next.access_token);
report("introspection", { active: before.active, sub: before.sub, client_id: before.client_id, scope: before.scope });
report("revocation", { active: after.active });

// a refresh token that is used twice ends its family
report("reuse", {
  error: await errorOf(refreshed(own, post, tokens.refresh_token)),
  family: await errorOf(refreshed(own, post, next.refresh_token)),
});

{
  const response = await oauth.clientCredentialsGrantRequest(server, own, basic, { scope: "products:read" }, insecure);
  const granted = await oauth.processClientCredentialsResponse(server, own, response);
  report("client_credentials", { scope: granted.scope, refreshable: Boolean(granted.refresh_token) });
}

// device: asked for, polled too early, typed in by the person, polled again
async function fromDevice(word) {
  const response = await oauth.deviceAuthorizationRequest(server, spa, oauth.None(), { scope }, insecure);
  const device = await oauth.processDeviceAuthorizationResponse(server, spa, response);
  const poll = async () =>
    oauth.processDeviceCodeResponse(
      server, spa, await oauth.deviceCodeGrantRequest(server, spa, oauth.None(), device.device_code, insecure),
    );
  const early = await errorOf(poll());
  await person({ device: { user_code: device.user_code, uri: device.verification_uri, word } });
  await new Promise((resolve) => setTimeout(resolve, (device.interval ?? 5) * 1000));
  return { early, poll };
}
{
  const { early, poll } = await fromDevice("Allow");
  report("device", { early, ...facts(await poll()) });
}
report("device, denied", { error: await errorOf((await fromDevice("Deny")).poll()) });

if (server.pushed_authorization_request_endpoint) {
  const { parameters, checks } = await asked(own);
  const response = await oauth.pushedAuthorizationRequest(server, own, basic, parameters, insecure);
  const pushed = await oauth.processPushedAuthorizationResponse(server, own, response);
  const url = at({ client_id: own.client_id, request_uri: pushed.request_uri });
  report("par", facts(await redeemed(own, basic, url, checks)));
}

// dynamic registration, and a sign-in of what was registered
{
  const metadata = {
    client_name: "Registered by oauth4webapi",
    redirect_uris: [redirect_uri],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    scope,
    id_token_signed_response_alg: "ES256",
  };
  const response = await oauth.dynamicClientRegistrationRequest(server, metadata, insecure);
  const client = await oauth.processDynamicClientRegistrationResponse(response);
  const { client_name, token_endpoint_auth_method } = client;
  const signed = await signedIn(client, oauth.ClientSecretBasic(client.client_secret));
  report("registration", { client_name, token_endpoint_auth_method, ...facts(signed) });
}

const logout = new URL(server.end_session_endpoint);
logout.search = new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: redirect_uri });
report("logout", { left: await person({ log_out: logout.href }) });
leave();
