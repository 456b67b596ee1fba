// One check after another: a line for each, the first that fails ends the program with 1.

let passed = 0;

/** Runs one check; what it returns is handed on. */
export async function check(what, work) {
  try {
    const result = await work();
    passed += 1;
    console.log(`ok     ${what}`);
    return result;
  } catch (error) {
    console.log(`FAILED ${what}`);
    console.log(error.stack ?? String(error));
    process.exit(1);
  }
}

export const count = () => passed;
