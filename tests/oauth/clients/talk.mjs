// How a script talks to the test that runs it: JSON, one line each, by its standard input and output.
import { createInterface } from "node:readline";

export const given = JSON.parse(process.argv[2]);

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

function say(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

/** Tells what came of a flow. */
export function report(flow, facts) {
  say({ flow, ...facts });
}

/** Has the person do their part, and returns what they come back with. */
export async function person(request) {
  say({ person: request });
  const { value, done } = await lines.next();
  if (done) throw new Error("the person left");
  return JSON.parse(value);
}

/** Returns the OAuth error with which a promise fails, or its class; null when it does not fail. */
export async function errorOf(promise) {
  try {
    await promise;
    return null;
  } catch (error) {
    return error.error ?? error.cause?.error ?? error.code ?? error.name;
  }
}

/** Returns the same address with another value of a parameter; without it when there is none. */
export function changed(url, name, value) {
  const other = new URL(url);
  if (value === undefined) other.searchParams.delete(name);
  else other.searchParams.set(name, value);
  return other;
}

export function leave() {
  process.stdin.destroy();
}
