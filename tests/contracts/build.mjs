// Compiles the practice contracts and writes their creation bytecode beside the sources, or compares it with `--check`.
//
//   npm install --prefix target/solc --ignore-scripts --no-save solc@0.8.30
//   node tests/contracts/build.mjs [--check]
//
// The compiler is looked for in target/solc (or the folder named by SOLC_PREFIX). The settings below and the exact
// compiler version make the bytecode reproducible: no metadata hash, no paths, fixed optimiser runs.

import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const COMPILER = "0.8.30+commit.73712a01";
const NAMES = ["PracticeToken", "PracticeMultisig"];
const LINE = 120;

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const folder = join(root, "src/sandbox/contracts");
const prefix = process.env.SOLC_PREFIX ?? join(root, "target/solc");

function fail(message) {
  console.error(message);
  process.exit(1);
}

let solc;
try {
  solc = createRequire(join(prefix, "package.json"))("solc");
} catch {
  fail(`no solc in ${prefix}: run npm install --prefix target/solc --ignore-scripts --no-save solc@0.8.30`);
}
if (!solc.version().startsWith(COMPILER)) fail(`solc is ${solc.version()}, expected ${COMPILER}`);

const input = {
  language: "Solidity",
  sources: Object.fromEntries(
    NAMES.map((name) => [`${name}.sol`, { content: readFileSync(join(folder, `${name}.sol`), "utf8") }]),
  ),
  settings: {
    optimizer: { enabled: true, runs: 200 },
    viaIR: true,
    evmVersion: "paris",
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection: { "*": { "*": ["evm.bytecode.object"] } },
  },
};
const output = JSON.parse(solc.compile(JSON.stringify(input)));
for (const note of output.errors ?? []) console.error(note.formattedMessage);
if ((output.errors ?? []).length > 0) fail("the compiler had something to say: errors and warnings both stop the build");

let stale = 0;
for (const name of NAMES) {
  const code = output.contracts[`${name}.sol`][name].evm.bytecode.object;
  const text = code.match(new RegExp(`.{1,${LINE}}`, "g")).join("\n") + "\n";
  const file = join(folder, `${name}.hex`);
  if (!process.argv.includes("--check")) {
    writeFileSync(file, text);
    console.log(`${name}: ${code.length / 2} bytes written`);
    continue;
  }
  let stored = "";
  try {
    stored = readFileSync(file, "utf8");
  } catch {
    // A missing file counts as stale below.
  }
  const same = stored === text;
  if (!same) stale += 1;
  console.log(`${name}: ${code.length / 2} bytes, ${same ? "same" : "DIFFERENT from the stored bytecode"}`);
}
process.exit(stale === 0 ? 0 : 1);
