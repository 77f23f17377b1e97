// Two OpenID providers on free loopback ports, with the people and groups that a test gives them by PUT /people.
// Their addresses are the first line of output. Signing in is GET /interaction/<uid>?login=<sub>.
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const { callback, signedOut } = JSON.parse(process.argv[2]);
let people = {};

function key(kind, options, alg) {
  const { privateKey } = generateKeyPairSync(kind, options);
  return { ...privateKey.export({ format: "jwk" }), alg, use: "sig", kid: `${alg}-of-the-test` };
}

function client(alg) {
  return {
    client_id: "bellboard",
    client_secret: "the secret of the client, +long/enough=",
    redirect_uris: [callback],
    post_logout_redirect_uris: [signedOut],
    grant_types: ["authorization_code"],
    response_types: ["code"],
    id_token_signed_response_alg: alg,
  };
}

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString());
}

async function start(jwk) {
  let handle;
  const server = createServer((request, response) => handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [client(jwk.alg)],
    jwks: { keys: [jwk] },
    cookies: { keys: ["a key of the tests"] },
    claims: { openid: ["sub", "groups", "amr"], profile: ["name", "preferred_username"], email: ["email"] },
    conformIdTokenClaims: false,
    enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256"] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...people[id] }) }),
    loadExistingGrant: async (context) => {
      const { Grant } = provider;
      const grant = new Grant({ clientId: "bellboard", accountId: context.oidc.session.accountId });
      grant.addOIDCScope("openid profile email");
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  handle = async (request, response) => {
    const address = new URL(request.url, issuer);
    const login = address.searchParams.get("login");
    if (address.pathname.startsWith("/interaction/") && login) {
      const amr = people[login]?.amr ?? ["pwd"];
      await provider.interactionFinished(request, response, { login: { accountId: login, amr } });
    } else if (address.pathname === "/people" && request.method === "PUT") {
      people = await body(request);
      response.end();
    } else {
      await answer(request, response);
    }
  };
  return issuer;
}

const issuers = [
  await start(key("rsa", { modulusLength: 2048 }, "RS256")),
  await start(key("ec", { namedCurve: "P-256" }, "ES256")),
];
console.log(JSON.stringify(issuers));
