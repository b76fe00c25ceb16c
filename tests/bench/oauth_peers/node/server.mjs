// node oidc-provider with its in-memory adapter, on the port given as the argument; one client, one scope.
import { Provider } from "oidc-provider";

const port = Number(process.argv[2]);
const { CLIENT_ID, CLIENT_SECRET, SCOPE } = process.env;
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: "client_secret_post",
    },
  ],
  features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
  routes: { token: "/oauth/token" },
  scopes: [SCOPE],
  ttl: { ClientCredentials: 3600 },
});
provider.listen(port, "127.0.0.1");
