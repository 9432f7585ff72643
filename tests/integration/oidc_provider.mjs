// node tests/integration/oidc_provider.mjs PORT REDIRECT ALGORITHM KEY [CERTIFICATE SECRET]
//
// A real identity provider on loopback (oidc-provider), for tests. PORT 0: any free one. It signs
// with a new key named KEY, and speaks TLS with the PEM files CERTIFICATE and SECRET if they are
// named. Whoever signs in is called as they say they are; everybody's address is
// NAME@comune.example, which it has verified unless the name is `unverified`. Prints "listening on
// URL"; ends with 3 if its packages are not installed.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { generateKeyPairSync } from "node:crypto";

let Provider;
try {
  ({ default: Provider } = await import("oidc-provider"));
} catch (error) {
  console.log(`oidc-provider is not installed: ${error.message}`);
  process.exit(3);
}

const [port, redirect, algorithm, kid, certificate, secretFile] = process.argv.slice(2);
const keys = {
  RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  EdDSA: () => generateKeyPairSync("ed25519"),
};
const secret = keys[algorithm]().privateKey.export({ format: "jwk" });
const jwk = { ...secret, kid, use: "sig", alg: algorithm };

console.warn = () => {};
const server = certificate
  ? createSecureServer({ cert: readFileSync(certificate), key: readFileSync(secretFile) })
  : createServer();
server.listen(Number(port), "127.0.0.1", () => {
  const issuer = `${certificate ? "https" : "http"}://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "insieme-prova",
      client_secret: "un segreto: 100% +&=",
      redirect_uris: [redirect],
      grant_types: ["authorization_code"],
      response_types: ["code"],
      id_token_signed_response_alg: algorithm,
      token_endpoint_auth_method: "client_secret_basic",
    }],
    jwks: { keys: [jwk] },
    enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256", "EdDSA"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    conformIdTokenClaims: false,
    pkce: { required: () => true, methods: ["S256"] },
    cookies: { keys: ["una chiave di prova"] },
    features: { devInteractions: { enabled: true } },
    findAccount: (ctx, name) => ({
      accountId: name,
      claims: () => ({
        sub: name, email: `${name}@comune.example`, email_verified: name !== "unverified",
      }),
    }),
    // Nobody is asked for consent to their own organization.
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId,
      });
      grant.addOIDCScope("openid email");
      await grant.save();
      return grant;
    },
  });
  server.on("request", provider.callback());
  console.log(`listening on ${issuer}`);
});
