// node check-manifests.mjs KUBERNETES-MODELS YAML FILE...  prints what is wrong with the objects in YAML files, and how many it knows.
// Types and required fields are checked by kubernetes-models. It lets unknown fields pass, so each field that it never looks at is one.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const [models, yaml, ...files] = process.argv.slice(2);
const { parseAllDocuments } = await import(`${yaml}/dist/index.js`);

// The fields of custom resources are not known offline.
const isCustom = (apiVersion) => /\.(io|org|com)\//.test(apiVersion) && (!/\.k8s\.io\//.test(apiVersion) || apiVersion.startsWith('snapshot.storage.k8s.io/'));

const watched = (value, path, unread) => {
  if (value === null || typeof value !== 'object') return value;
  const copy = Array.isArray(value) ? [] : {};
  for (const [key, item] of Object.entries(value)) {
    copy[key] = watched(item, `${path}.${key}`, unread);
    if (!Array.isArray(value)) unread.add(`${path}.${key}`);
  }
  return new Proxy(copy, {
    get: (target, key) => {
      unread.delete(`${path}.${String(key)}`);
      return target[key];
    },
    // A map, whose keys are nobody's fields.
    ownKeys: (target) => {
      for (const key of Object.keys(target)) unread.delete(`${path}.${key}`);
      return Reflect.ownKeys(target);
    },
  });
};

const validatorOf = async ({ apiVersion, kind }) => {
  try {
    const found = await import(`${models}/${apiVersion}/${kind}.mjs`);
    const schema = Object.keys(found).find((name) => name.startsWith('Io'));
    return (await import(`${models}/_schemas/${schema}.mjs`)).validate;
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
};

let known = 0;
for (const file of files) {
  for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
    const where = (object) => `${basename(file)}: ${object?.kind} ${object?.metadata?.name}`;
    for (const error of [...document.errors, ...document.warnings]) console.log(`${basename(file)}: ${error.message.split('\n')[0]}`);
    const object = document.toJS();
    if (!object?.apiVersion || !object.kind || !object.metadata?.name) {
      console.log(`${where(object)} is no object`);
      continue;
    }
    const validate = await validatorOf(object);
    if (validate === null) {
      if (!isCustom(object.apiVersion)) console.log(`${where(object)}: ${object.apiVersion} has no such kind`);
      continue;
    }
    known++;
    const unread = new Set();
    if (!validate(watched(object, '', unread)))
      for (const error of validate.errors) console.log(`${where(object)}: ${error.instancePath} ${error.keyword} ${JSON.stringify(error.params)}`);
    else for (const path of unread) console.log(`${where(object)}: ${path.slice(1)} is no field`);
  }
}
console.log(`${known} known`);
