// Makes the replica set and one user per service, who may use that service's database alone. Runs again harmlessly.
// Auth's user has a role that lets it add to the audit log and never change or delete what is in it:
// auth-role.json, written by `python -m services.auth.guard_log --print`.
const fs = require("fs");
const guarded = JSON.parse(fs.readFileSync(process.env.BELLBOARD_AUTH_ROLE || "/auth-role.json", "utf8"));
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

const role = { privileges: guarded.privileges, roles: [] };
if (admin.getRole(guarded.role)) admin.updateRole(guarded.role, role);
else admin.createRole({ role: guarded.role, ...role });

for (const name of services) {
  const pwd = process.env[`BELLBOARD_MONGO_PASSWORD_${name.toUpperCase()}`];
  const roles = name === "auth" ? [{ role: guarded.role, db: "admin" }] : [{ role: "readWrite", db: `bellboard_${name}` }];
  if (admin.getUser(name)) admin.updateUser(name, { pwd, roles });
  else admin.createUser({ user: name, pwd, roles });
}
