/** GraphiQL over the endpoint and with the examples that the page names. */
import { explorerPlugin } from "@graphiql/plugin-explorer";
import "@graphiql/plugin-explorer/style.css";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { config } from "./config.js";
import { examplesPlugin } from "./examples.js";
import { fetchAsSignedIn, showWhoIsSignedIn } from "./session.js";
import { storage } from "./storage.js";
import "./page.css";

const endpoint = new URL(config.endpoint, location.href);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";

const fetcher = createGraphiQLFetcher({
  url: endpoint.href,
  subscriptionUrl: socket.href,
  headers: { accept: "application/graphql-response+json, application/json" },
  fetch: fetchAsSignedIn,
  enableIncrementalDelivery: false,
});

// GraphiQL prefers the tabs of an earlier visit. It fills every default tab but the first with its variables:
// https://github.com/graphql/graphiql/issues/3392
const [first] = localStorage.getItem("graphiql:tabState") ? [] : config.examples;

showWhoIsSignedIn();
createRoot(document.getElementById("page")).render(
  createElement(GraphiQL, {
    fetcher,
    storage,
    defaultTabs: config.examples.length ? config.examples : undefined,
    variables: first?.variables,
    plugins: [explorerPlugin(), ...(config.examples.length ? [examplesPlugin(config.examples)] : [])],
    isHeadersEditorEnabled: true,
    shouldPersistHeaders: false, // they carry tokens
    showPersistHeadersSettings: false,
  }),
);
