/**
 * The browser's storage for GraphiQL, without headers: they carry tokens, and its history keeps them even where
 * `shouldPersistHeaders` is false.
 */
const HISTORY = ["graphiql:queries", "graphiql:favorites"];

const withoutHeaders = (text) => JSON.stringify(JSON.parse(text), (name, value) => (name === "headers" ? undefined : value));

const ours = () => Object.keys(localStorage).filter((key) => key.startsWith("graphiql:"));

export const storage = {
  get length() {
    return ours().length;
  },
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, text) => localStorage.setItem(key, HISTORY.includes(key) ? withoutHeaders(text) : text),
  removeItem: (key) => localStorage.removeItem(key),
  clear: () => ours().forEach((key) => localStorage.removeItem(key)),
};
