// Starts one ElizaOS agent on plain Node:  node start-agent.mjs CHARACTER.json
// The working directory is the agent's data folder, the only one that it can write; packages resolve from this script's own folder.
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';

const fail = (message) => {
  console.error(`start-agent: ${message}`);
  process.exit(1);
};
const reasonOf = (error) => String(error?.message ?? error).split('\n')[0];
const problemsOf = (error) =>
  error?.issues?.map((issue) => `${issue.path.join('.') || 'character'}: ${issue.message}`).join('; ') ?? reasonOf(error);

// Until the server has its own handlers, a stop has nothing to close.
const stopEarly = () => process.exit(0);
process.on('SIGTERM', stopEarly);
process.on('SIGINT', stopEarly);

const characterPath = resolve(process.argv[2] ?? '');
const port = Number(process.env.SERVER_PORT);
const host = process.env.SERVER_HOST || '127.0.0.1';
if (!process.argv[2]) fail('no character file was given.');
if (!Number.isInteger(port) || port < 1 || port > 65535) fail(`SERVER_PORT is '${process.env.SERVER_PORT ?? ''}', which is no port.`);

const readCharacter = () => {
  try {
    return readFileSync(characterPath, 'utf8');
  } catch (error) {
    return fail(`the character ${characterPath} cannot be read: ${reasonOf(error)}`);
  }
};

// ElizaOS resolves knowledge paths against the working directory.
const linkKnowledge = () => {
  const source = join(dirname(characterPath), 'knowledge');
  const isLink = () => lstatSync('knowledge', { throwIfNoEntry: false })?.isSymbolicLink();
  if (isLink()) rmSync('knowledge');
  if (existsSync(source) && !existsSync('knowledge')) symlinkSync(source, 'knowledge');
};

// ElizaOS would silently take the next free port.
const checkPort = () =>
  new Promise((done) => {
    const probe = createServer();
    probe.once('error', (error) => fail(`port ${port} on ${host} cannot be used: ${error.code ?? reasonOf(error)}.`));
    probe.listen(port, host, () => probe.close(done));
  });

// ElizaOS would skip a plugin that cannot be loaded, and look healthy without it.
const checkPlugins = async (plugins) => {
  const queue = [...plugins];
  const seen = new Set();
  while (queue.length > 0) {
    const name = queue.shift();
    if (seen.has(name)) continue;
    seen.add(name);
    let loaded;
    try {
      loaded = await import(name);
    } catch (error) {
      fail(`the plugin ${name} cannot be loaded: ${reasonOf(error)}`);
    }
    for (const candidate of Object.values(loaded)) {
      if (candidate && typeof candidate === 'object' && typeof candidate.name === 'string' && Array.isArray(candidate.dependencies))
        queue.push(...candidate.dependencies.filter((dependency) => typeof dependency === 'string'));
    }
  }
};

try {
  await checkPort();
  if (process.env.TMPDIR) mkdirSync(process.env.TMPDIR, { recursive: true });
  linkKnowledge();
  const text = readCharacter();

  const core = await import('@elizaos/core');
  const { AgentServer } = await import('@elizaos/server');
  const verdict = core.parseAndValidateCharacter(text);
  if (!verdict.success) fail(`the character ${characterPath} is not valid: ${problemsOf(verdict.error)}`);
  const character = verdict.data;
  await checkPlugins(character.plugins ?? []);

  // Everything that is allowed here is stored in the agent's database: so not the salt and the token that protect it.
  const allowed = (process.env.AGENT_SECRET_NAMES ?? '').split(',').filter(Boolean);
  core.setAllowedEnvVars(new Set(allowed));

  const server = new AgentServer();
  await server.initialize({ dataDir: process.env.PGLITE_DATA_DIR, postgresUrl: process.env.POSTGRES_URL });
  // From here on the server answers both signals itself: it closes the agents, the database and the listener, and exits with 0.
  process.off('SIGTERM', stopEarly);
  process.off('SIGINT', stopEarly);
  const starting = server.start({ port, agents: [{ character }] });
  server.server.on('listening', () => {
    const bound = server.server.address().port;
    if (bound !== port) fail(`port ${port} on ${host} was taken meanwhile.`);
  });
  await starting;
  if (server.elizaOS.getAgents().length === 0) fail('the agent did not start; its reason is above.');
  console.log(`start-agent: ready on ${host}:${port}, Node ${process.version}.`);
} catch (error) {
  fail(`the agent cannot start: ${reasonOf(error)}`);
}
