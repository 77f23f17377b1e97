// Makes the replica set and one user per service, who may use that service's database alone. Runs again harmlessly.
const services = ["auth", "integrations", "records", "alerts", "reporting", "console"];
const host = process.env.BELLBOARD_MONGO_HOST || "mongo:27017";
const root = encodeURIComponent(process.env.BELLBOARD_MONGO_ROOT_PASSWORD);
const connection = new Mongo(`mongodb://root:${root}@${host}/?directConnection=true&authSource=admin`);
const admin = connection.getDB("admin");

try {
  admin.runCommand({ replSetGetStatus: 1 }).ok || admin.runCommand({ replSetInitiate: { _id: "bellboard", members: [{ _id: 0, host }] } });
} catch (error) {
  if (error.codeName !== "NotYetInitialized") throw error;
  admin.runCommand({ replSetInitiate: { _id: "bellboard", members: [{ _id: 0, host }] } });
}
while (!admin.hello().isWritablePrimary) sleep(200);

for (const name of services) {
  const pwd = process.env[`BELLBOARD_MONGO_PASSWORD_${name.toUpperCase()}`];
  const roles = [{ role: "readWrite", db: `bellboard_${name}` }];
  if (admin.getUser(name)) admin.updateUser(name, { pwd, roles });
  else admin.createUser({ user: name, pwd, roles });
}
