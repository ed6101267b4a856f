// Node's side of scripts/bench fanout, with its own fetch or the official SDK. Prints:
// requests, seconds, p99 milliseconds.
//   node fetch.mjs fetch|sdk ORIGIN REQUESTS CONCURRENCY
// The SDK (@google/genai) is looked for from the folder that BENCH_NPM names.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [kind, origin, requests, concurrency] = process.argv.slice(2);
const wanted = Number(requests);
const model = "gemini-2.5-flash";
const textOf = (k) => `Classify: this is text number ${k}`;

async function fetchCall(k) {
  const reply = await fetch(`${origin}/v1beta/models/${model}:generateContent`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-goog-api-key": "x" },
    body: JSON.stringify({
      contents: [{ role: "user", parts: [{ text: textOf(k) }] }],
      generationConfig: { temperature: 0 },
    }),
  });
  return (await reply.json()).candidates[0].content.parts[0].text;
}

async function sdkCall() {
  const require = createRequire(join(process.env.BENCH_NPM, "package.json"));
  const { GoogleGenAI } = await import(pathToFileURL(require.resolve("@google/genai")));
  const ai = new GoogleGenAI({ apiKey: "x", httpOptions: { baseUrl: origin } });
  return async (k) => {
    const reply = await ai.models.generateContent({
      model, contents: textOf(k), config: { temperature: 0 },
    });
    return reply.text;
  };
}

const call = kind === "sdk" ? await sdkCall() : fetchCall;
const latency = new Float64Array(wanted);
let next = 0;

async function worker() {
  while (next < wanted) {
    const k = next++;
    const begun = performance.now();
    if ((await call(k)) !== "positive") throw new Error("not the answer of the server");
    latency[k] = performance.now() - begun;
  }
}

const started = performance.now();
await Promise.all(Array.from({ length: Number(concurrency) }, worker));
const seconds = (performance.now() - started) / 1000;
latency.sort();
const p99 = latency[Math.floor(wanted * 0.99)];
console.log(`${wanted} ${seconds.toFixed(6)} ${p99.toFixed(3)}`);
