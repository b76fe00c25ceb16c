/** A side panel that lists the page's examples, so that they stay at hand once a person has tabs of their own. */
import { useEditorContext } from "@graphiql/react";
import { createElement } from "react";

const icon = () =>
  createElement(
    "svg",
    { viewBox: "0 0 24 24", height: "1em", fill: "none", stroke: "currentColor", strokeWidth: 1.5 },
    createElement("path", { d: "M4 6h16M4 12h16M4 18h10", strokeLinecap: "round" }),
  );

export function examplesPlugin(examples) {
  function Examples() {
    const { addTab, queryEditor, variableEditor } = useEditorContext({ nonNull: true });
    function open({ query, variables }) {
      addTab();
      setTimeout(() => {
        queryEditor.setValue(query);
        variableEditor.setValue(variables ?? "");
      });
    }
    return createElement(
      "section",
      { "aria-label": "Examples" },
      createElement("div", { className: "graphiql-doc-explorer-title" }, "Examples"),
      examples.map((example) =>
        createElement(
          "button",
          { key: example.name, type: "button", className: "graphiql-un-styled example", onClick: () => open(example) },
          example.name,
        ),
      ),
    );
  }
  return { title: "Examples", icon, content: Examples };
}
