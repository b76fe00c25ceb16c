/** The REST documents page: Swagger UI over the server's own OpenAPI document. */
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";
import { config } from "./config.js";
import { asSignedIn, showWhoIsSignedIn } from "./session.js";
import "./page.css";

showWhoIsSignedIn();
SwaggerUI({
  url: config.openapiUrl,
  dom_id: "#page",
  deepLinking: true,
  persistAuthorization: false,
  requestInterceptor: (request) => {
    request.headers = Object.fromEntries(asSignedIn(request.headers));
    return request;
  },
  validatorUrl: null, // the default asks a public validator about every document that is not on localhost
});
