// node validate-json.cjs [--strict] SCHEMA FILE...: every file against one JSON Schema 2020-12.
// --strict also refuses keywords that the schema itself uses wrongly.
const fs = require('fs');
const Ajv = require('ajv/dist/2020').default;
const addFormats = require('ajv-formats').default;

const strict = process.argv[2] === '--strict';
const [schemaPath, ...files] = process.argv.slice(strict ? 3 : 2);
const read = (path) => JSON.parse(fs.readFileSync(path, 'utf8'));
const ajv = new Ajv({ allErrors: true, strict, strictRequired: false, allowUnionTypes: true });
addFormats(ajv);
const validate = ajv.compile(read(schemaPath));

let bad = 0;
for (const file of files) {
  if (validate(read(file))) continue;
  bad += 1;
  for (const e of validate.errors.slice(0, 10)) {
    console.error(`${file}: ${e.instancePath || '/'} ${e.message} ${JSON.stringify(e.params)}`);
  }
}
process.exit(bad === 0 && files.length > 0 ? 0 : 1);
