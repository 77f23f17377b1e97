// Parses the document given as argument with the official AsyncAPI parser; prints errors and exits 1 when there are any.
const path = require("path");
const { Parser, fromFile } = require("@asyncapi/parser");

(async () => {
  const { document, diagnostics } = await fromFile(new Parser(), path.resolve(process.argv[2])).parse();
  const errors = diagnostics.filter((one) => one.severity === 0);
  for (const error of errors) console.error(`${error.path.join(".")}: ${error.message}`);
  if (errors.length || !document) process.exit(1);
  console.log(`${document.channels().all().length} channels, ${document.messages().all().length} messages`);
})();
