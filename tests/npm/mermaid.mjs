// mermaid.mjs FILE...: the parser of Mermaid itself reads every diagram of these files, Markdown (*.md) or bare. Prints
// what it does not take, and what GitHub would not draw: more than 50,000 characters or 500 edges.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import("mermaid");
mermaid.initialize({ startOnLoad: false });

// Blocks as CommonMark has them: a line ends with a line feed, whatever else the text holds.
function diagrams(file) {
    const text = readFileSync(file, "utf8");
    if (!file.endsWith(".md")) return [text];
    const found = [];
    let fence = null;
    for (const line of text.split("\n")) {
        const mark = /^(`{3,})([a-z]*)$/.exec(line);
        if (fence === null && mark) {
            fence = mark[1];
            found.push({ kind: mark[2], lines: [] });
        } else if (line === fence) {
            fence = null;
        } else if (fence !== null) {
            found.at(-1).lines.push(line);
        }
    }
    if (fence !== null) console.log(`${file}: a fence is left open`);
    return found.filter((block) => block.kind === "mermaid").map((block) => block.lines.join("\n") + "\n");
}

let read = 0;
for (const file of process.argv.slice(2)) {
    for (const text of diagrams(file)) {
        read++;
        try {
            const { db, type } = await mermaid.mermaidAPI.getDiagramFromText(text);
            const drawn = text.split("\n").filter((line) => /^ {4}[nm][0-9]+\[/.test(line)).length;
            if (type !== "flowchart-v2") console.log(`${file}: a ${type}`);
            if (db.getVertices().size !== drawn) console.log(`${file}: ${drawn} nodes written, ${db.getVertices().size} read`);
            if (db.getEdges().length > 500) console.log(`${file}: ${db.getEdges().length} edges`);
            if (text.length > 50000) console.log(`${file}: ${text.length} characters`);
        } catch (error) {
            console.log(`${file}: ${error.message.slice(0, 400)}\n${text.slice(0, 400)}`);
        }
    }
}
if (read === 0) console.log("no diagram was read");
