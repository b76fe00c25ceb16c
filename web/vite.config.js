import { defineConfig } from "vite";

// One script and one style sheet a page, written where the face that serves the page looks for them.
const folders = {
  graphiql: "../graphql/twofold_graphql/static",
  docs: "../rest/twofold_rest/static",
};

export default defineConfig(({ mode: page }) => ({
  publicDir: false,
  logLevel: "error",
  build: {
    outDir: folders[page],
    emptyOutDir: true,
    modulePreload: false,
    assetsInlineLimit: Number.MAX_SAFE_INTEGER, // fonts and images travel inside the style sheet
    chunkSizeWarningLimit: 4000,
    license: { fileName: `${page}.licenses.md` }, // what the bundled packages ask to be passed on
    rolldownOptions: {
      input: { [page]: `src/${page}.js` },
      output: {
        codeSplitting: false,
        entryFileNames: "[name].js",
        assetFileNames: "[name][extname]",
      },
    },
  },
}));
