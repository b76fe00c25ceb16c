// openid-client (npm) through every flow that it supports.
import * as oidc from "openid-client";
import { changed, errorOf, given, leave, person, report } from "./talk.mjs";

const { issuer, confidential, open, redirect_uri, scope, api } = given;
const insecure = { execute: [oidc.allowInsecureRequests] }; // the server is on loopback, without TLS

async function discovered(client_id, metadata, authentication) {
  const config = await oidc.discovery(new URL(issuer), client_id, metadata, authentication, insecure);
  oidc.enableNonRepudiationChecks(config); // ID tokens are verified by the keys of the JWKS
  return config;
}

async function asked(config, more = {}, build = oidc.buildAuthorizationUrl) {
  const verifier = oidc.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier: verifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };
  const url = await build(config, {
    redirect_uri,
    scope,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...more,
  });
  return { url, checks };
}

async function signedIn(config, more, build) {
  const { url, checks } = await asked(config, more, build);
  const back = new URL(await person({ allow: url.href }));
  return oidc.authorizationCodeGrant(config, back, { ...checks, idTokenExpected: true });
}

const facts = (tokens) => ({
  sub: tokens.claims()?.sub,
  alg: tokens.id_token && JSON.parse(Buffer.from(tokens.id_token.split(".")[0], "base64url")).alg,
  scope: tokens.scope,
  expires_in: tokens.expiresIn(),
  refreshable: Boolean(tokens.refresh_token),
});

// discovery, by OpenID Connect and by RFC 8414
const config = await discovered(confidential.client_id, confidential.secret);
const rfc8414 = await oidc.discovery(new URL(issuer), confidential.client_id, confidential.secret, undefined, {
  ...insecure,
  algorithm: "oauth2",
});
report("discovery", { issuer: config.serverMetadata().issuer, rfc8414: rfc8414.serverMetadata().issuer });

// code + PKCE, with an ID token whose signature is verified
const tokens = await signedIn(config);
report("code", facts(tokens));
const basic = await discovered(confidential.client_id, undefined, oidc.ClientSecretBasic(confidential.secret));
report("code, Basic", facts(await signedIn(basic)));
const spa = await discovered(open.client_id, undefined, oidc.None());
const openTokens = await signedIn(spa);
report("code, public client", facts(openTokens));
report("userinfo", await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub));
const answer = await oidc.fetchProtectedResource(config, tokens.access_token, new URL(api), "GET");
report("api", { status: answer.status });

// refused by the person; and answers that are not the server's
{
  const { url, checks } = await asked(config, { prompt: "consent" });
  const back = new URL(await person({ deny: url.href }));
  report("denied", { error: await errorOf(oidc.authorizationCodeGrant(config, back, checks)), iss: back.searchParams.get("iss") });
}
{
  const { url, checks } = await asked(config);
  const back = new URL(await person({ allow: url.href }));
  const forged = changed(back, "iss", "https://other.example");
  report("iss", {
    other: await errorOf(oidc.authorizationCodeGrant(config, forged, checks)),
    none: await errorOf(oidc.authorizationCodeGrant(config, changed(back, "iss"), checks)),
    ours: await errorOf(oidc.authorizationCodeGrant(config, back, checks)),
  });
}

// refresh with rotation
const next = await oidc.refreshTokenGrant(config, tokens.refresh_token);
const openNext = await oidc.refreshTokenGrant(spa, openTokens.refresh_token);
report("refresh", {
  rotated: next.refresh_token !== tokens.refresh_token && next.access_token !== tokens.access_token,
  public_rotated: openNext.refresh_token !== openTokens.refresh_token,
  scope: next.scope,
});

// introspection and revocation
const before = await oidc.tokenIntrospection(config, next.access_token);
await oidc.tokenRevocation(config, next.access_token);
const after = await oidc.tokenIntrospection(config, next.access_token);
report("introspection", { active: before.active, sub: before.sub, client_id: before.client_id, scope: before.scope });
report("revocation", { active: after.active });

// a refresh token that is used twice ends its family
report("reuse", {
  error: await errorOf(oidc.refreshTokenGrant(config, tokens.refresh_token)),
  family: await errorOf(oidc.refreshTokenGrant(config, next.refresh_token)),
});

const own = await oidc.clientCredentialsGrant(config, { scope: "products:read" });
report("client_credentials", { scope: own.scope, refreshable: Boolean(own.refresh_token) });

// device: asked for, typed in by the person, polled for
async function fromDevice(word) {
  const device = await oidc.initiateDeviceAuthorization(spa, { scope });
  await person({ device: { user_code: device.user_code, uri: device.verification_uri, word } });
  return oidc.pollDeviceAuthorizationGrant(spa, device);
}
report("device", facts(await fromDevice("Allow")));
report("device, denied", { error: await errorOf(fromDevice("Deny")) });

if (config.serverMetadata().pushed_authorization_request_endpoint) {
  report("par", facts(await signedIn(config, {}, oidc.buildAuthorizationUrlWithPAR)));
}

// dynamic registration, and a sign-in of what was registered
const registered = await oidc.dynamicClientRegistration(
  new URL(issuer),
  {
    client_name: "Registered by openid-client",
    redirect_uris: [redirect_uri],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    scope,
    id_token_signed_response_alg: "ES256",
  },
  undefined,
  insecure,
);
oidc.enableNonRepudiationChecks(registered);
const { client_name, token_endpoint_auth_method } = registered.clientMetadata();
report("registration", { client_name, token_endpoint_auth_method, ...facts(await signedIn(registered)) });

const logout = oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: redirect_uri });
report("logout", { left: await person({ log_out: logout.href }) });
leave();
