import { existsSync } from 'node:fs';
import { z } from 'zod';
import { Obstacle } from '../obstacle.ts';
import { randomRolePasswords, randomSecret } from '../provisioning/passwords.ts';
import { roles } from '../provisioning/service-databases.ts';
import { readJson, writeJson, type Home } from './home.ts';

const secretsShape = z.object({
  databaseOwnerPassword: z.string().min(1),
  rolePasswords: z.record(z.enum(roles), z.string().min(1)),
  adminKey: z.string().min(1),
});

export type Secrets = z.infer<typeof secretsShape>;

/** Made at the first start and kept: the database knows the same ones. */
export async function readOrCreateSecrets(home: Home): Promise<Secrets> {
  const read = secretsShape.safeParse(await readJson(home.secrets));
  if (read.success) return read.data;
  if (existsSync(home.postgresData)) {
    throw new Obstacle(`${home.secrets} is missing or damaged, and the database in ${home.postgresData} needs it.`, [
      'Put the file back from a backup.',
      `Or begin with an empty database: remove ${home.directory}`,
    ]);
  }
  const secrets: Secrets = {
    databaseOwnerPassword: randomSecret(),
    rolePasswords: randomRolePasswords(),
    adminKey: `admin_${randomSecret()}`,
  };
  await writeJson(home.secrets, secrets);
  return secrets;
}
